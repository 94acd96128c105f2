package presets

import "github.com/authdb/authdb"

// Prisma returns the tables of the models that @auth/prisma-adapter documents,
// on SQLite, PostgreSQL and MySQL, which are three different ones:
//
//   - On PostgreSQL accounts and sessions have no id, and every user has an
//     address.
//   - On MySQL users have a name of their own, and the documented model lets a
//     user have one account.
//
// Ids are made as Prisma's client makes them (cuid).
//
// # Which models
//
// Of these models User, Account and Session have createdAt and updatedAt. Those
// of NextAuth 4's documentation have neither, and accounts and sessions with an
// id on every database: see [PrismaNextAuth4]. [Detect] tells them apart.
//
// Models that are neither want rows of their own: the ones here that are nearest,
// embedded, with what is there besides. NextAuth 4's with both columns:
//
//	type User struct {
//		presets.PrismaNextAuth4User
//		presets.PrismaChanged
//	}
//
// A column that is not there can't be left out of an embedded row: then copy the
// row, without the field. The adapter's Check says whether the rows fit.
func Prisma(opts ...PrismaOption) authdb.Models {
	return authdb.Models{
		User:              authdb.ByDatabase{"sqlite": &PrismaUser{}, "postgres": &PrismaPostgresUser{}, "mysql": &PrismaMySQLUser{}},
		Account:           authdb.ByDatabase{"sqlite": &PrismaAccount{}, "postgres": &PrismaPostgresAccount{}, "mysql": &PrismaMySQLAccount{}},
		Session:           authdb.ByDatabase{"sqlite": &PrismaSession{}, "postgres": &PrismaPostgresSession{}, "mysql": &PrismaSession{}},
		VerificationToken: &PrismaVerificationToken{},
		Authenticator:     &PrismaAuthenticator{},
		Layout:            layout(authdb.Layout{Origin: "prisma", NewID: newCUIDs()}, opts),
	}
}

// UnixMilli says that SQLite's columns hold milliseconds since 1970: the older,
// native engine of Prisma stores them so, and the driver adapters do with their
// option timestampFormat "unixepoch-ms". Text is read all the same. Default:
// text, as 2006-01-02T15:04:05.000+00:00.
func UnixMilli() PrismaOption { return unixMilli{} }

type unixMilli struct{}

func (unixMilli) prisma() {}

func (unixMilli) apply(l *authdb.Layout) {
	l.Instants = map[string]authdb.InstantForm{"sqlite": authdb.UnixMilli}
}

// PrismaUser is a row of the table User on SQLite.
type PrismaUser struct {
	ID            string      `gorm:"column:id;primaryKey"`
	Name          *string     `gorm:"column:name"`
	Email         *string     `gorm:"column:email"`
	EmailVerified *PrismaTime `gorm:"column:emailVerified"`
	Image         *string     `gorm:"column:image"`
	PrismaChanged
}

// TableName names the table.
func (PrismaUser) TableName() string { return "User" }

// PrismaPostgresUser is a row of the table User on PostgreSQL.
type PrismaPostgresUser struct {
	ID            string      `gorm:"column:id;primaryKey"`
	Name          *string     `gorm:"column:name"`
	Email         *string     `gorm:"column:email;not null"`
	EmailVerified *PrismaTime `gorm:"column:emailVerified"`
	Image         *string     `gorm:"column:image"`
	PrismaChanged
}

// TableName names the table.
func (PrismaPostgresUser) TableName() string { return "User" }

// PrismaMySQLUser is a row of the table User on MySQL.
type PrismaMySQLUser struct {
	PrismaUser
	Username *string `gorm:"column:username"`
}

// PrismaAccount is a row of the table Account on SQLite.
type PrismaAccount struct {
	ID string `gorm:"column:id;primaryKey"`
	PrismaPostgresAccount
}

// PrismaPostgresAccount is a row of the table Account on PostgreSQL.
type PrismaPostgresAccount struct {
	UserID            string `gorm:"column:userId"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int32]
	PrismaChanged
}

// TableName names the table.
func (PrismaPostgresAccount) TableName() string { return "Account" }

// PrismaMySQLAccount is a row of the table Account on MySQL.
type PrismaMySQLAccount struct {
	PrismaAccount
	RefreshTokenExpiresIn *int32 `gorm:"column:refresh_token_expires_in"`
}

// PrismaSession is a row of the table Session on SQLite and MySQL.
type PrismaSession struct {
	ID string `gorm:"column:id;primaryKey"`
	PrismaPostgresSession
}

// PrismaPostgresSession is a row of the table Session on PostgreSQL.
type PrismaPostgresSession struct {
	SessionToken string     `gorm:"column:sessionToken"`
	UserID       string     `gorm:"column:userId"`
	Expires      PrismaTime `gorm:"column:expires"`
	PrismaChanged
}

// TableName names the table.
func (PrismaPostgresSession) TableName() string { return "Session" }

// PrismaVerificationToken is a row of the table VerificationToken.
type PrismaVerificationToken struct {
	Identifier string     `gorm:"column:identifier"`
	Token      string     `gorm:"column:token"`
	Expires    PrismaTime `gorm:"column:expires"`
}

// TableName names the table.
func (PrismaVerificationToken) TableName() string { return "VerificationToken" }

// PrismaAuthenticator is a row of the table Authenticator.
type PrismaAuthenticator struct{ Authenticator[int32] }

// TableName names the table.
func (PrismaAuthenticator) TableName() string { return "Authenticator" }

// PrismaChanged says when a row was created and changed. Prisma's client writes
// both, and so does GORM.
type PrismaChanged struct {
	CreatedAt PrismaTime `gorm:"column:createdAt;autoCreateTime"`
	UpdatedAt PrismaTime `gorm:"column:updatedAt;autoUpdateTime"`
}
