package presets

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// NextAuth3 returns the tables that next-auth 3 made by itself, with the TypeORM
// in it, on SQLite, PostgreSQL and MySQL.
//
// The database numbers the rows, and has no foreign keys. Accounts have no id
// token, scope, token type and session state. The column of a token's expiry,
// access_token_expires, holds an instant, and is ExpiresAt. Sessions have an
// access token beside their own, in Extra as AccessToken. Tokens are stored as
// next-auth stored them: the SHA-256 of token and secret, in hex, is the
// caller's to make.
//
// On MySQL instants are TIMESTAMPs, which end in 2038. Their columns have six
// digits of a second where the connection was of type "mysql", and none where
// it was "mariadb"; Check finds out. A row that GORM stores without the adapter
// wants whole seconds there: the server may round.
func NextAuth3(opts ...Option) authdb.Models {
	return authdb.Models{
		User:              &NextAuth3User{},
		Account:           &NextAuth3Account{},
		Session:           &NextAuth3Session{},
		VerificationToken: &NextAuth3VerificationRequest{},
		Authenticator:     authdb.Absent,
		Layout:            layout(authdb.Layout{Origin: "next-auth-v3"}, opts),
	}
}

// NextAuth3User is a row of the table users.
type NextAuth3User struct {
	ID            int32          `gorm:"column:id;primaryKey;autoIncrement"`
	Name          *string        `gorm:"column:name"`
	Email         *string        `gorm:"column:email"`
	EmailVerified *NextAuth3Time `gorm:"column:email_verified"`
	Image         *string        `gorm:"column:image"`
	NextAuth3Changed
}

// TableName names the table.
func (NextAuth3User) TableName() string { return "users" }

// NextAuth3Account is a row of the table accounts. An embedding struct that has
// a BeforeCreate of its own calls this one's.
type NextAuth3Account struct {
	ID int32 `gorm:"column:id;primaryKey;autoIncrement"`
	// CompoundID is the key of the contract as one text, by which the
	// database keeps it unique.
	CompoundID        string           `gorm:"column:compound_id;uniqueIndex;->:false;<-:create" auth:"Provider+ProviderAccountID"`
	UserID            int32            `gorm:"column:user_id"`
	Type              string           `gorm:"column:provider_type"`
	Provider          string           `gorm:"column:provider_id"`
	ProviderAccountID string           `gorm:"column:provider_account_id"`
	RefreshToken      *string          `gorm:"column:refresh_token"`
	AccessToken       *string          `gorm:"column:access_token"`
	ExpiresAt         *NextAuth3Expiry `gorm:"column:access_token_expires"`
	NextAuth3Changed
}

// TableName names the table.
func (NextAuth3Account) TableName() string { return "accounts" }

// BeforeCreate makes the CompoundID.
func (a *NextAuth3Account) BeforeCreate(*gorm.DB) error {
	sum := sha256.Sum256([]byte(a.Provider + ":" + a.ProviderAccountID))
	a.CompoundID = hex.EncodeToString(sum[:])
	return nil
}

// NextAuth3Session is a row of the table sessions. An embedding struct that has
// a BeforeCreate of its own calls this one's.
type NextAuth3Session struct {
	ID           int32         `gorm:"column:id;primaryKey;autoIncrement"`
	SessionToken string        `gorm:"column:session_token"`
	AccessToken  string        `gorm:"column:access_token"`
	UserID       int32         `gorm:"column:user_id"`
	Expires      NextAuth3Time `gorm:"column:expires"`
	NextAuth3Changed
}

// TableName names the table.
func (NextAuth3Session) TableName() string { return "sessions" }

// BeforeCreate makes the AccessToken, 64 random hex digits, unless there is one.
func (s *NextAuth3Session) BeforeCreate(*gorm.DB) error {
	if s.AccessToken == "" {
		var b [32]byte
		rand.Read(b[:]) // never fails
		s.AccessToken = hex.EncodeToString(b[:])
	}
	return nil
}

// NextAuth3VerificationRequest is a row of the table verification_requests. The
// database makes its id.
type NextAuth3VerificationRequest struct {
	Identifier string        `gorm:"column:identifier"`
	Token      string        `gorm:"column:token"`
	Expires    NextAuth3Time `gorm:"column:expires"`
	NextAuth3Changed
}

// TableName names the table.
func (NextAuth3VerificationRequest) TableName() string { return "verification_requests" }

// NextAuth3Changed says when a row was created and changed. GORM writes both, as
// next-auth's TypeORM had the database do.
type NextAuth3Changed struct {
	CreatedAt NextAuth3ChangedTime `gorm:"column:created_at;autoCreateTime"`
	UpdatedAt NextAuth3ChangedTime `gorm:"column:updated_at;autoUpdateTime"`
}

// NextAuth3Expiry is a [NextAuth3Time] that is a number of seconds since 1970 in
// Go: the ExpiresAt of an authdb.Account, in a column of instants.
type NextAuth3Expiry struct{ NextAuth3Time }

// NextAuth3ExpiryAt returns the expiry at that Unix time.
func NextAuth3ExpiryAt(seconds int64) NextAuth3Expiry {
	return NextAuth3Expiry{NextAuth3Time{Time: time.Unix(seconds, 0).UTC()}}
}

// Value returns seconds since 1970. GORM binds the instant: see GormValue.
func (e NextAuth3Expiry) Value() (driver.Value, error) { return e.Unix(), nil }

// Scan takes seconds since 1970, or what the column holds. It refuses those of a
// year that is not within 1000 to 9999: milliseconds, for example, which could be
// stored on some databases and not be read again.
func (e *NextAuth3Expiry) Scan(src any) error {
	if seconds, ok := src.(int64); ok {
		at := NextAuth3ExpiryAt(seconds)
		if year := at.Year(); year < 1000 || year > 9999 {
			return errors.New("presets: the year of the expiry is not within 1000 to 9999")
		}
		*e = at
		return nil
	}
	return e.NextAuth3Time.Scan(src)
}
