package models

// Account is the default row of an authdb.Account, in the table accounts.
// Whatever a provider fills is of unlimited length: tokens of several KiB are
// common.
type Account struct {
	ID                string  `gorm:"primaryKey;size:64"`
	UserID            string  `gorm:"size:64;not null;index"`
	Type              string  `gorm:"size:64;not null"`
	Provider          string  `gorm:"size:64;not null;uniqueIndex:,composite:provider_account,priority:1"`
	ProviderAccountID string  `gorm:"size:255;not null;uniqueIndex:,composite:provider_account,priority:2"`
	RefreshToken      *string `gorm:"size:4294967295"`
	AccessToken       *string `gorm:"size:4294967295"`
	ExpiresAt         *int64  // Unix seconds, as the provider counts
	TokenType         *string `gorm:"size:4294967295"`
	Scope             *string `gorm:"size:4294967295"`
	IDToken           *string `gorm:"size:4294967295"`
	SessionState      *string `gorm:"size:4294967295"`
}
