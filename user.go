package authdb

import (
	"maps"
	"time"
)

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

// Clone returns a copy that shares nothing with u but the values in Extra. Of
// nil it returns nil.
func (u *User) Clone() *User {
	if u == nil {
		return nil
	}
	c := *u
	c.EmailVerified = cloneInstant(u.EmailVerified)
	c.Extra = maps.Clone(u.Extra)
	return &c
}

// Storable returns a copy of u as it is stored, or ErrInvalid. It is for
// adapters that have no columns whose sizes would say otherwise: text is as long
// at most as the default rows hold it, so that every record can be moved into
// any adapter. Beside that it does what the comment of Adapter says of values.
// Of Extra it knows nothing: which keys there are is the adapter's to say. A u
// that is nil is ErrInvalid.
func (u *User) Storable() (*User, error) {
	if u == nil {
		return nil, invalid("User", "is nil")
	}
	c := u.Clone()
	err := checkTexts(
		text{"ID", c.ID, 64, false},
		text{"Name", c.Name, 0, false},
		text{"Email", c.Email, 320, false},
		text{"Image", c.Image, 0, false},
	)
	if err == nil && c.EmailVerified != nil {
		err = store(c.EmailVerified, "EmailVerified")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Apply changes u as the patch says, for an adapter that then stores what
// u.Storable returns. It checks nothing. Extra gets the keys that the patch has,
// in a map of its own.
func (p UserPatch) Apply(u *User) {
	p.Name.apply(&u.Name)
	p.Email.apply(&u.Email)
	p.Image.apply(&u.Image)
	if p.EmailVerified.IsSet() {
		u.EmailVerified = nil
		if !p.EmailVerified.IsNull() {
			at := p.EmailVerified.Value()
			u.EmailVerified = &at
		}
	}
	u.Extra = merge(u.Extra, p.Extra)
}
