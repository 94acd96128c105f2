package presets

import (
	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// TypeORM returns the tables of @auth/typeorm-adapter, on SQLite, PostgreSQL
// and MySQL.
//
// Outside of production that adapter synchronises on every call, unless its
// option synchronize is false, and drops columns and indexes that its entities
// don't have, with what they hold. Add none that they don't have.
//
// No key of the database guards accounts and verification tokens.
func TypeORM(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              &TypeORMUser{},
		Account:           &TypeORMAccount{},
		Session:           &TypeORMSession{},
		VerificationToken: &TypeORMVerificationToken{},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    "typeorm",
			Unguarded: []authdb.Key{authdb.KeyAccount, authdb.KeyVerificationToken},
		}, opts),
	}
}

// TypeORMUser is a row of the table users.
type TypeORMUser struct {
	ID            string       `gorm:"column:id;primaryKey;type:uuid"`
	Name          *string      `gorm:"column:name"`
	Email         *string      `gorm:"column:email"`
	EmailVerified *TypeORMTime `gorm:"column:emailVerified"`
	Image         *string      `gorm:"column:image"`
}

// TableName names the table.
func (TypeORMUser) TableName() string { return "users" }

// TypeORMAccount is a row of the table accounts.
type TypeORMAccount struct {
	ID                string `gorm:"column:id;primaryKey;type:uuid"`
	UserID            string `gorm:"column:userId;type:uuid"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int64]
}

// TableName names the table.
func (TypeORMAccount) TableName() string { return "accounts" }

// TypeORMSession is a row of the table sessions.
type TypeORMSession struct {
	ID           string      `gorm:"column:id;primaryKey;type:uuid"`
	SessionToken string      `gorm:"column:sessionToken"`
	UserID       string      `gorm:"column:userId;type:uuid"`
	Expires      TypeORMTime `gorm:"column:expires"`
}

// TableName names the table.
func (TypeORMSession) TableName() string { return "sessions" }

// TypeORMVerificationToken is a row of the table verification_tokens. An
// embedding struct that has a BeforeCreate of its own calls this one's.
type TypeORMVerificationToken struct {
	// The id of the row is only written. What tells rows apart is the key of
	// the contract.
	RowID      string      `gorm:"column:id;type:uuid;->:false;<-:create"`
	Identifier string      `gorm:"column:identifier;primaryKey"`
	Token      string      `gorm:"column:token;primaryKey"`
	Expires    TypeORMTime `gorm:"column:expires"`
}

// TableName names the table.
func (TypeORMVerificationToken) TableName() string { return "verification_tokens" }

// BeforeCreate makes the id of the row, as TypeORM does, unless there is one.
func (t *TypeORMVerificationToken) BeforeCreate(*gorm.DB) error {
	if t.RowID == "" {
		t.RowID = authdb.NewID()
	}
	return nil
}
