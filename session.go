package authdb

import "time"

// A Session is a browser in which a user is signed in.
type Session struct {
	ID           string // names the session without showing its token; empty if the row has none
	SessionToken string // the secret that the browser holds
	UserID       string
	Expires      time.Time
	Extra        map[string]any
}

// A SessionPatch says which members of a Session to change, and to what. The
// zero value changes nothing.
type SessionPatch struct {
	Expires Field[time.Time]
	Extra   map[string]any // the keys that are present
}
