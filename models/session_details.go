package models

// SessionDetails are further columns of a session, to embed beside [Session]:
//
//	type Browser struct {
//		models.Session
//		models.SessionDetails
//	}
//
// All of them can be NULL, so that Synchronize adds them to a table that is
// there. GORM fills CreatedAt in, authdb.SessionToucher writes LastSeen, and
// UserAgent and IP are for the application to give, in Extra of the session
// that it creates.
type SessionDetails struct {
	CreatedAt *Time   `gorm:"size:64"`
	LastSeen  *Time   `gorm:"size:64"`
	UserAgent *string `gorm:"size:4294967295"` // as long as a browser likes
	IP        *string `gorm:"size:64"`
}
