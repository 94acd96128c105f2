package authdb

import "time"

// A User is a person who can sign in.
type User struct {
	ID            string
	Name          string
	Email         string
	EmailVerified *time.Time // when the address was last proven, nil if never
	Image         string     // a URL, usually
	Extra         map[string]any
}

// A UserPatch says which members of a User to change, and to what. The zero
// value changes nothing.
type UserPatch struct {
	Name          Field[string]
	Email         Field[string] // with EmailVerified, which is of the address before
	EmailVerified Field[time.Time]
	Image         Field[string]
	Extra         map[string]any // the keys that are present
}
