package models

// User is the default row of an authdb.User, in the table users.
type User struct {
	ID            string  `gorm:"primaryKey;size:64"`
	Name          *string `gorm:"size:4294967295"`
	Email         *string `gorm:"size:320;uniqueIndex"`
	EmailVerified *Time   `gorm:"size:64"`
	Image         *string `gorm:"size:4294967295"`
}
