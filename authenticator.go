package authdb

import (
	"maps"
	"strings"
)

// An Authenticator is a WebAuthn credential (a passkey) of a user.
type Authenticator struct {
	CredentialID         string // base64, as Auth.js stores it, or other printable ASCII without spaces
	UserID               string
	ProviderAccountID    string
	CredentialPublicKey  string // base64
	Counter              uint32 // the signature counter, WebAuthn section 6.1.1
	CredentialDeviceType string // "singleDevice" or "multiDevice"
	CredentialBackedUp   bool
	Transports           string // comma-separated: "internal,hybrid"
	Extra                map[string]any
}

// Clone returns a copy that shares nothing with a but the values in Extra. Of
// nil it returns nil.
func (a *Authenticator) Clone() *Authenticator {
	if a == nil {
		return nil
	}
	c := *a
	c.Extra = maps.Clone(a.Extra)
	return &c
}

// Storable returns a copy of a as it is stored, or ErrInvalid, as
// [User.Storable] does. Whether there is such a user is for the adapter to find
// out.
func (a *Authenticator) Storable() (*Authenticator, error) {
	if a == nil {
		return nil, invalid("Authenticator", "is nil")
	}
	err := checkTexts(
		text{"CredentialID", a.CredentialID, 1400, true},
		text{"UserID", a.UserID, 64, true},
		text{"ProviderAccountID", a.ProviderAccountID, 255, true},
		text{"CredentialPublicKey", a.CredentialPublicKey, 0, true},
		text{"CredentialDeviceType", a.CredentialDeviceType, 64, true},
		text{"Transports", a.Transports, 0, false},
	)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(a.CredentialID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, invalid("CredentialID", "is not printable ASCII without spaces")
	}
	return a.Clone(), nil
}
