package presets

import "github.com/authdb/authdb"

// MikroORM returns the tables of @auth/mikro-orm-adapter, on SQLite, PostgreSQL
// and MySQL.
//
// Instants are whole seconds on PostgreSQL and MySQL. On MySQL they are in the
// zone of the Node process: see [Location].
func MikroORM(opts ...ZoneOption) authdb.Models {
	return authdb.Models{
		User:              &MikroORMUser{},
		Account:           &MikroORMAccount{},
		Session:           &MikroORMSession{},
		VerificationToken: &MikroORMVerificationToken{},
		Authenticator:     authdb.Absent,
		Layout:            layout(authdb.Layout{Origin: "mikro-orm"}, opts),
	}
}

// MikroORMUser is a row of the table user.
type MikroORMUser struct {
	ID            string        `gorm:"column:id;primaryKey"`
	Name          *string       `gorm:"column:name"`
	Email         *string       `gorm:"column:email"`
	EmailVerified *MikroORMTime `gorm:"column:email_verified"`
	Image         *string       `gorm:"column:image"`
}

// TableName names the table.
func (MikroORMUser) TableName() string { return "user" }

// MikroORMAccount is a row of the table account.
type MikroORMAccount struct {
	ID                string `gorm:"column:id;primaryKey"`
	UserID            string `gorm:"column:user_id"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:provider_account_id"`
	Tokens[int64]
}

// TableName names the table.
func (MikroORMAccount) TableName() string { return "account" }

// MikroORMSession is a row of the table session.
type MikroORMSession struct {
	ID           string       `gorm:"column:id;primaryKey"`
	SessionToken string       `gorm:"column:session_token"`
	UserID       string       `gorm:"column:user_id"`
	Expires      MikroORMTime `gorm:"column:expires"`
}

// TableName names the table.
func (MikroORMSession) TableName() string { return "session" }

// MikroORMVerificationToken is a row of the table verification_token.
type MikroORMVerificationToken struct {
	Identifier string       `gorm:"column:identifier"`
	Token      string       `gorm:"column:token;primaryKey"`
	Expires    MikroORMTime `gorm:"column:expires"`
}

// TableName names the table.
func (MikroORMVerificationToken) TableName() string { return "verification_token" }
