package models

// VerificationToken is the default row of an authdb.VerificationToken, in the
// table verification_tokens.
type VerificationToken struct {
	Identifier string `gorm:"primaryKey;size:320"`
	Token      string `gorm:"primaryKey;size:255"`
	Expires    Time   `gorm:"size:64;not null;index"`
}
