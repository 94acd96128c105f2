package models

// Session is the default row of an authdb.Session, in the table sessions.
type Session struct {
	ID           string `gorm:"primaryKey;size:64"`
	SessionToken string `gorm:"size:255;not null;uniqueIndex"`
	UserID       string `gorm:"size:64;not null;index"`
	Expires      Time   `gorm:"not null;index"`
}
