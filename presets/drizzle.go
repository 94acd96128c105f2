package presets

import "github.com/authdb/authdb"

// Drizzle returns the default tables of @auth/drizzle-adapter, on SQLite,
// PostgreSQL and MySQL.
//
// On MySQL instants are TIMESTAMPs, which end in 2038, and those of expiry are
// whole seconds.
func Drizzle(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              &DrizzleUser{},
		Account:           &DrizzleAccount{},
		Session:           &DrizzleSession{},
		VerificationToken: &DrizzleVerificationToken{},
		Authenticator:     &DrizzleAuthenticator{},
		Layout:            layout(authdb.Layout{Origin: "drizzle"}, opts),
	}
}

// DrizzleUser is a row of the table user.
type DrizzleUser struct {
	ID            string               `gorm:"column:id;primaryKey"`
	Name          *string              `gorm:"column:name"`
	Email         *string              `gorm:"column:email"`
	EmailVerified *DrizzleVerifiedTime `gorm:"column:emailVerified"`
	Image         *string              `gorm:"column:image"`
}

// TableName names the table.
func (DrizzleUser) TableName() string { return "user" }

// DrizzleAccount is a row of the table account.
type DrizzleAccount struct {
	UserID            string `gorm:"column:userId"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider;primaryKey"`
	ProviderAccountID string `gorm:"column:providerAccountId;primaryKey"`
	Tokens[int64]
}

// TableName names the table.
func (DrizzleAccount) TableName() string { return "account" }

// DrizzleSession is a row of the table session.
type DrizzleSession struct {
	SessionToken string      `gorm:"column:sessionToken;primaryKey"`
	UserID       string      `gorm:"column:userId"`
	Expires      DrizzleTime `gorm:"column:expires"`
}

// TableName names the table.
func (DrizzleSession) TableName() string { return "session" }

// DrizzleVerificationToken is a row of the table verificationToken.
type DrizzleVerificationToken struct {
	Identifier string      `gorm:"column:identifier;primaryKey"`
	Token      string      `gorm:"column:token;primaryKey"`
	Expires    DrizzleTime `gorm:"column:expires"`
}

// TableName names the table.
func (DrizzleVerificationToken) TableName() string { return "verificationToken" }

// DrizzleAuthenticator is a row of the table authenticator.
type DrizzleAuthenticator struct{ Authenticator[int64] }

// TableName names the table.
func (DrizzleAuthenticator) TableName() string { return "authenticator" }
