package models

// Authenticator is the default row of an authdb.Authenticator, in the table
// authenticators.
type Authenticator struct {
	CredentialID         string  `gorm:"primaryKey;size:1400"`
	UserID               string  `gorm:"size:64;not null;index"`
	ProviderAccountID    string  `gorm:"size:255;not null"`
	CredentialPublicKey  string  `gorm:"size:4294967295;not null"`
	Counter              int64   `gorm:"not null"`
	CredentialDeviceType string  `gorm:"size:64;not null"`
	CredentialBackedUp   bool    `gorm:"not null"`
	Transports           *string `gorm:"size:4294967295"`
}
