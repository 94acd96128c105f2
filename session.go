package authdb

import (
	"maps"
	"time"
)

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

// Clone returns a copy that shares nothing with s but the values in Extra. Of
// nil it returns nil.
func (s *Session) Clone() *Session {
	if s == nil {
		return nil
	}
	c := *s
	c.Extra = maps.Clone(s.Extra)
	return &c
}

// Storable returns a copy of s as it is stored, or ErrInvalid, as
// [User.Storable] does. Whether there is such a user is for the adapter to find
// out.
func (s *Session) Storable() (*Session, error) {
	if s == nil {
		return nil, invalid("Session", "is nil")
	}
	c := s.Clone()
	err := checkTexts(
		text{"ID", c.ID, 64, false},
		text{"SessionToken", c.SessionToken, 255, true},
		text{"UserID", c.UserID, 64, true},
	)
	if err == nil {
		err = store(&c.Expires, "Expires")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Apply changes s as the patch says: see [UserPatch.Apply]. An Expires that is
// NULL becomes the zero time, which Storable refuses.
func (p SessionPatch) Apply(s *Session) {
	p.Expires.apply(&s.Expires)
	s.Extra = merge(s.Extra, p.Extra)
}
