package presets

import "github.com/authdb/authdb"

// Kysely returns the tables of @auth/kysely-adapter: on PostgreSQL those of the
// documented migration, and on SQLite and MySQL, where it does not run, those of
// the adapter's own tests, in which accounts and sessions have no id. Of those
// two every deployment has its own: Check says what differs.
//
// Every user has an address. No key of the database guards accounts. On MySQL
// instants are in the zone of the Node process: see [Location].
func Kysely(opts ...ZoneOption) authdb.Models {
	return authdb.Models{
		User:              &KyselyUser{},
		Account:           authdb.ByDatabase{"sqlite": &KyselyAccount{}, "postgres": &KyselyPostgresAccount{}, "mysql": &KyselyAccount{}},
		Session:           authdb.ByDatabase{"sqlite": &KyselySession{}, "postgres": &KyselyPostgresSession{}, "mysql": &KyselySession{}},
		VerificationToken: &KyselyVerificationToken{},
		Authenticator:     authdb.Absent,
		Layout: layout(authdb.Layout{
			Origin:    "kysely",
			Unguarded: []authdb.Key{authdb.KeyAccount},
		}, opts),
	}
}

// KyselyUser is a row of the table User.
type KyselyUser struct {
	ID            string      `gorm:"column:id;primaryKey;type:uuid"`
	Name          *string     `gorm:"column:name"`
	Email         *string     `gorm:"column:email;not null"`
	EmailVerified *KyselyTime `gorm:"column:emailVerified"`
	Image         *string     `gorm:"column:image"`
}

// TableName names the table.
func (KyselyUser) TableName() string { return "User" }

// KyselyAccount is a row of the table Account on SQLite and MySQL.
type KyselyAccount struct {
	UserID            string `gorm:"column:userId;type:uuid"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int64]
}

// TableName names the table.
func (KyselyAccount) TableName() string { return "Account" }

// KyselyPostgresAccount is a row of the table Account on PostgreSQL.
type KyselyPostgresAccount struct {
	ID string `gorm:"column:id;primaryKey;type:uuid"`
	KyselyAccount
}

// KyselySession is a row of the table Session on SQLite and MySQL.
type KyselySession struct {
	SessionToken string     `gorm:"column:sessionToken"`
	UserID       string     `gorm:"column:userId;type:uuid"`
	Expires      KyselyTime `gorm:"column:expires"`
}

// TableName names the table.
func (KyselySession) TableName() string { return "Session" }

// KyselyPostgresSession is a row of the table Session on PostgreSQL.
type KyselyPostgresSession struct {
	ID string `gorm:"column:id;primaryKey;type:uuid"`
	KyselySession
}

// KyselyVerificationToken is a row of the table VerificationToken.
type KyselyVerificationToken struct {
	Identifier string     `gorm:"column:identifier"`
	Token      string     `gorm:"column:token"`
	Expires    KyselyTime `gorm:"column:expires"`
}

// TableName names the table.
func (KyselyVerificationToken) TableName() string { return "VerificationToken" }
