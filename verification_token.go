package authdb

import (
	"maps"
	"time"
)

// A VerificationToken proves once that somebody reads the mail of an address.
// Auth.js stores the token's SHA-256 with the application's secret, in hex; to
// the adapter it is text.
type VerificationToken struct {
	Identifier string
	Token      string
	Expires    time.Time
	Extra      map[string]any
}

// Clone returns a copy that shares nothing with t but the values in Extra. Of
// nil it returns nil.
func (t *VerificationToken) Clone() *VerificationToken {
	if t == nil {
		return nil
	}
	c := *t
	c.Extra = maps.Clone(t.Extra)
	return &c
}

// Storable returns a copy of t as it is stored, or ErrInvalid, as
// [User.Storable] does.
func (t *VerificationToken) Storable() (*VerificationToken, error) {
	if t == nil {
		return nil, invalid("VerificationToken", "is nil")
	}
	c := t.Clone()
	err := checkTexts(
		text{"Identifier", c.Identifier, 320, true},
		text{"Token", c.Token, 255, true},
	)
	if err == nil {
		err = store(&c.Expires, "Expires")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}
