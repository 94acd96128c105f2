package presets

import "github.com/authdb/authdb"

// Sequelize returns the tables of @auth/sequelize-adapter, on SQLite,
// PostgreSQL and MySQL.
//
// No key of the database guards accounts. On MySQL instants are whole seconds.
// The JavaScript adapter deletes all tokens of an address when it uses one.
func Sequelize(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              &SequelizeUser{},
		Account:           &SequelizeAccount{},
		Session:           &SequelizeSession{},
		VerificationToken: &SequelizeVerificationToken{},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    "sequelize",
			Unguarded: []authdb.Key{authdb.KeyAccount},
		}, opts),
	}
}

// SequelizeUser is a row of the table users.
type SequelizeUser struct {
	ID            string         `gorm:"column:id;primaryKey;type:uuid"`
	Name          *string        `gorm:"column:name"`
	Email         *string        `gorm:"column:email"`
	EmailVerified *SequelizeTime `gorm:"column:email_verified"`
	Image         *string        `gorm:"column:image"`
}

// TableName names the table.
func (SequelizeUser) TableName() string { return "users" }

// SequelizeAccount is a row of the table accounts.
type SequelizeAccount struct {
	ID                string `gorm:"column:id;primaryKey;type:uuid"`
	UserID            string `gorm:"column:user_id;type:uuid"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:provider_account_id"`
	Tokens[int64]
}

// TableName names the table.
func (SequelizeAccount) TableName() string { return "accounts" }

// SequelizeSession is a row of the table sessions.
type SequelizeSession struct {
	ID           string        `gorm:"column:id;primaryKey;type:uuid"`
	SessionToken string        `gorm:"column:session_token"`
	UserID       string        `gorm:"column:user_id;type:uuid"`
	Expires      SequelizeTime `gorm:"column:expires"`
}

// TableName names the table.
func (SequelizeSession) TableName() string { return "sessions" }

// SequelizeVerificationToken is a row of the table verification_tokens.
type SequelizeVerificationToken struct {
	Identifier string        `gorm:"column:identifier"`
	Token      string        `gorm:"column:token;primaryKey"`
	Expires    SequelizeTime `gorm:"column:expires"`
}

// TableName names the table.
func (SequelizeVerificationToken) TableName() string { return "verification_tokens" }
