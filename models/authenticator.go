package models

import (
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Authenticator is the default row of an authdb.Authenticator, in the table
// authenticators.
type Authenticator struct {
	CredentialID         CredentialID `gorm:"primaryKey;size:1400"`
	UserID               string       `gorm:"size:64;not null;index"`
	ProviderAccountID    string       `gorm:"size:255;not null"`
	CredentialPublicKey  string       `gorm:"size:4294967295;not null"`
	Counter              int64        `gorm:"not null"` // a uint32, which not every database has
	CredentialDeviceType string       `gorm:"size:64;not null"`
	CredentialBackedUp   bool         `gorm:"not null"`
	Transports           *string      `gorm:"size:4294967295"`
}

// CredentialID is a WebAuthn credential's id in base64url. It is a type of its
// own for the sake of MySQL and MariaDB, whose longest key is 3072 bytes: the
// ids are up to 1364 characters long, which fit only at one byte each.
type CredentialID string

// GormDBDataType is the type of the column. Other databases than MySQL and
// MariaDB have what GORM makes of a string of that size.
func (CredentialID) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	if db.Name() == "mysql" {
		return "varchar(1400) CHARACTER SET ascii COLLATE ascii_bin"
	}
	return ""
}
