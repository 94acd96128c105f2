package presets

import "github.com/authdb/authdb"

// Hasura returns the tables of @auth/hasura-adapter, on PostgreSQL.
//
// Every user has an address. No key of the database guards accounts, and their
// type is one of the table provider_type: credentials, email, oauth or oidc.
func Hasura(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              authdb.ByDatabase{"postgres": &HasuraUser{}},
		Account:           authdb.ByDatabase{"postgres": &HasuraAccount{}},
		Session:           authdb.ByDatabase{"postgres": &HasuraSession{}},
		VerificationToken: authdb.ByDatabase{"postgres": &HasuraVerificationToken{}},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    "hasura",
			Unguarded: []authdb.Key{authdb.KeyAccount},
		}, opts),
	}
}

// HasuraUser is a row of the table users.
type HasuraUser struct {
	ID            string       `gorm:"column:id;primaryKey;type:uuid"`
	Name          *string      `gorm:"column:name"`
	Email         *string      `gorm:"column:email;not null"`
	EmailVerified *Timestamptz `gorm:"column:emailVerified"`
	Image         *string      `gorm:"column:image"`
}

// TableName names the table.
func (HasuraUser) TableName() string { return "users" }

// HasuraAccount is a row of the table accounts.
type HasuraAccount struct {
	ID                string `gorm:"column:id;primaryKey;type:uuid"`
	UserID            string `gorm:"column:userId;type:uuid"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int32]
}

// TableName names the table.
func (HasuraAccount) TableName() string { return "accounts" }

// HasuraSession is a row of the table sessions. Its key is the token: nothing
// keeps the id from being there twice.
type HasuraSession struct {
	ID           string      `gorm:"column:id;type:uuid"`
	SessionToken string      `gorm:"column:sessionToken;primaryKey"`
	UserID       string      `gorm:"column:userId;type:uuid"`
	Expires      Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (HasuraSession) TableName() string { return "sessions" }

// HasuraVerificationToken is a row of the table verification_tokens.
type HasuraVerificationToken struct {
	Identifier string      `gorm:"column:identifier"`
	Token      string      `gorm:"column:token;primaryKey"`
	Expires    Timestamptz `gorm:"column:expires"`
}

// TableName names the table.
func (HasuraVerificationToken) TableName() string { return "verification_tokens" }
