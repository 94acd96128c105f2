package models

// Session is the default row of an authdb.Session, in the table sessions. It
// has an ID beside its token, so that a session can be listed and revoked
// without showing the token.
type Session struct {
	ID           string `gorm:"primaryKey;size:64"`
	SessionToken string `gorm:"size:255;not null;uniqueIndex"`
	UserID       string `gorm:"size:64;not null;index"`
	Expires      Time   `gorm:"size:64;not null;index"`
}
