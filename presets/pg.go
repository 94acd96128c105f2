package presets

import "github.com/authdb/authdb"

// PG returns the tables of @auth/pg-adapter, on PostgreSQL.
//
// The database numbers the rows, and has no foreign keys. No key of it guards
// addresses, accounts and sessions.
func PG(opts ...Option) authdb.Models { return pg("pg", opts) }

// Neon returns the tables of @auth/neon-adapter, which are those of [PG].
func Neon(opts ...Option) authdb.Models { return pg("neon", opts) }

func pg(origin string, opts []Option) authdb.Models {
	return authdb.Models{
		User:              authdb.ByDatabase{"postgres": &PGUser{}},
		Account:           authdb.ByDatabase{"postgres": &PGAccount{}},
		Session:           authdb.ByDatabase{"postgres": &PGSession{}},
		VerificationToken: authdb.ByDatabase{"postgres": &PGVerificationToken{}},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    origin,
			Unguarded: []authdb.Key{authdb.KeyEmail, authdb.KeyAccount, authdb.KeySession},
		}, opts),
	}
}

// PGUser is a row of the table users.
type PGUser struct {
	ID            int32        `gorm:"column:id;primaryKey;autoIncrement"`
	Name          *string      `gorm:"column:name"`
	Email         *string      `gorm:"column:email"`
	EmailVerified *Timestamptz `gorm:"column:emailVerified"`
	Image         *string      `gorm:"column:image"`
}

// TableName names the table.
func (PGUser) TableName() string { return "users" }

// PGAccount is a row of the table accounts.
type PGAccount struct {
	ID                int32  `gorm:"column:id;primaryKey;autoIncrement"`
	UserID            int32  `gorm:"column:userId"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int64]
}

// TableName names the table.
func (PGAccount) TableName() string { return "accounts" }

// PGSession is a row of the table sessions.
type PGSession struct {
	ID           int32       `gorm:"column:id;primaryKey;autoIncrement"`
	SessionToken string      `gorm:"column:sessionToken"`
	UserID       int32       `gorm:"column:userId"`
	Expires      Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (PGSession) TableName() string { return "sessions" }

// PGVerificationToken is a row of the table verification_token.
type PGVerificationToken struct {
	Identifier string      `gorm:"column:identifier;primaryKey"`
	Token      string      `gorm:"column:token;primaryKey"`
	Expires    Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (PGVerificationToken) TableName() string { return "verification_token" }
