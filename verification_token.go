package authdb

import "time"

// A VerificationToken proves once that somebody reads the mail of an address.
// Auth.js stores the token's SHA-256 with the application's secret, in hex; to
// the adapter it is text.
type VerificationToken struct {
	Identifier string
	Token      string
	Expires    time.Time
	Extra      map[string]any
}
