package presets

import "github.com/authdb/authdb"

// D1 returns the tables of @auth/d1-adapter, on SQLite: those of a database
// that was taken out of Cloudflare D1, say.
//
// The database has no foreign keys. No key of it guards addresses and accounts.
// The columns oauth_token and oauth_token_secret are left alone.
func D1(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              authdb.ByDatabase{"sqlite": &D1User{}},
		Account:           authdb.ByDatabase{"sqlite": &D1Account{}},
		Session:           authdb.ByDatabase{"sqlite": &D1Session{}},
		VerificationToken: authdb.ByDatabase{"sqlite": &D1VerificationToken{}},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    "d1",
			Unguarded: []authdb.Key{authdb.KeyEmail, authdb.KeyAccount},
		}, opts),
	}
}

// D1User is a row of the table users.
type D1User struct {
	ID            string  `gorm:"column:id;primaryKey"`
	Name          *string `gorm:"column:name"`
	Email         *string `gorm:"column:email"`
	EmailVerified *D1Time `gorm:"column:emailVerified"`
	Image         *string `gorm:"column:image"`
}

// TableName names the table.
func (D1User) TableName() string { return "users" }

// D1Account is a row of the table accounts.
type D1Account struct {
	ID                string `gorm:"column:id;primaryKey"`
	UserID            string `gorm:"column:userId"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int64]
}

// TableName names the table.
func (D1Account) TableName() string { return "accounts" }

// D1Session is a row of the table sessions. Its key is the token: nothing keeps
// the id from being there twice.
type D1Session struct {
	ID           string `gorm:"column:id"`
	SessionToken string `gorm:"column:sessionToken;primaryKey"`
	UserID       string `gorm:"column:userId"`
	Expires      D1Time `gorm:"column:expires"`
}

// TableName names the table.
func (D1Session) TableName() string { return "sessions" }

// D1VerificationToken is a row of the table verification_tokens.
type D1VerificationToken struct {
	Identifier string `gorm:"column:identifier"`
	Token      string `gorm:"column:token;primaryKey"`
	Expires    D1Time `gorm:"column:expires"`
}

// TableName names the table.
func (D1VerificationToken) TableName() string { return "verification_tokens" }
