package presets

import "github.com/authdb/authdb"

// PrismaNextAuth4 returns the tables of the models that NextAuth 4's
// documentation had for Prisma. They are the same on SQLite, PostgreSQL and
// MySQL: accounts and sessions have ids, no row says when it was created, and
// there are no authenticators. The adapter of then, @next-auth/prisma-adapter,
// and @auth/prisma-adapter both work on them.
//
// A verification token is unique by itself. Ids are made as Prisma's client
// makes them (cuid).
func PrismaNextAuth4(opts ...PrismaOption) authdb.Models {
	return authdb.Models{
		User:              &PrismaNextAuth4User{},
		Account:           &PrismaNextAuth4Account{},
		Session:           &PrismaNextAuth4Session{},
		VerificationToken: &PrismaVerificationToken{},
		Authenticator:     authdb.Absent,
		Layout:            layout(authdb.Layout{Origin: "prisma", NewID: newCUIDs()}, opts),
	}
}

// PrismaNextAuth4User is a row of the table User.
type PrismaNextAuth4User struct {
	ID            string      `gorm:"column:id;primaryKey"`
	Name          *string     `gorm:"column:name"`
	Email         *string     `gorm:"column:email"`
	EmailVerified *PrismaTime `gorm:"column:emailVerified"`
	Image         *string     `gorm:"column:image"`
}

// TableName names the table.
func (PrismaNextAuth4User) TableName() string { return "User" }

// PrismaNextAuth4Account is a row of the table Account.
type PrismaNextAuth4Account struct {
	ID                string `gorm:"column:id;primaryKey"`
	UserID            string `gorm:"column:userId"`
	Type              string `gorm:"column:type"`
	Provider          string `gorm:"column:provider"`
	ProviderAccountID string `gorm:"column:providerAccountId"`
	Tokens[int32]
}

// TableName names the table.
func (PrismaNextAuth4Account) TableName() string { return "Account" }

// PrismaNextAuth4Session is a row of the table Session.
type PrismaNextAuth4Session struct {
	ID           string     `gorm:"column:id;primaryKey"`
	SessionToken string     `gorm:"column:sessionToken"`
	UserID       string     `gorm:"column:userId"`
	Expires      PrismaTime `gorm:"column:expires"`
}

// TableName names the table.
func (PrismaNextAuth4Session) TableName() string { return "Session" }
