package redisadapter

import (
	"fmt"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

// A Layout says what the keys are called, and how long they stay. The zero value
// is that of @auth/upstash-redis-adapter without options; each prefix that begins
// with something else there is to be given here too.
type Layout struct {
	// Base stands before every other prefix: its baseKeyPrefix. Default: none.
	Base string

	// Session is before a session's token: its sessionKeyPrefix. Default:
	// "user:session:".
	Session string

	// SessionByUserID is before a user's ID, where the key of the latest session
	// is kept: its sessionByUserIdKeyPrefix. Default: "user:session:by-user-id:".
	SessionByUserID string

	// VerificationToken is before an identifier, a colon and a token: its
	// verificationTokenKeyPrefix. Default: "user:token:".
	VerificationToken string

	// Sessions is before a user's ID, where the index of all sessions is kept. The
	// JavaScript side has none and does not touch it. Default: "user:sessions:".
	Sessions string

	// Grace is how long after its Expires a record stays, and is found to have
	// expired; after that it is not found. Default: 24 hours.
	Grace time.Duration
}

const defaultGrace = 24 * time.Hour

// withDefaults returns the layout with nothing left out, and Base in each prefix.
func (l Layout) withDefaults() Layout {
	for _, p := range []struct {
		prefix *string
		name   string
	}{
		{&l.Session, "user:session:"},
		{&l.SessionByUserID, "user:session:by-user-id:"},
		{&l.VerificationToken, "user:token:"},
		{&l.Sessions, "user:sessions:"},
	} {
		if *p.prefix == "" {
			*p.prefix = p.name
		}
		*p.prefix = l.Base + *p.prefix
	}
	if l.Grace == 0 {
		l.Grace = defaultGrace
	}
	return l
}

func (l Layout) prefixes() []string {
	return []string{l.Session, l.SessionByUserID, l.VerificationToken, l.Sessions}
}

// validate returns what is wrong with a layout that has its defaults.
func (l Layout) validate() error {
	all := l.prefixes()
	for i, p := range all {
		for _, other := range all[:i] {
			if p == other {
				return fmt.Errorf("%w: Layout: two prefixes are %q: give each its own", authdb.ErrInvalid, p)
			}
		}
	}
	if l.Grace < time.Minute {
		return fmt.Errorf("%w: Layout.Grace: %v is less than a minute: processes whose clocks differ would disagree on what is there", authdb.ErrInvalid, l.Grace)
	}
	return nil
}

// under returns the key of that name under one of the prefixes, unless another
// prefix claims it: a session token "by-user-id:1" would be a user's own key.
func (l Layout) under(prefix, name string) (key string, ok bool) {
	key = prefix + name
	for _, other := range l.prefixes() {
		if len(other) > len(prefix) && strings.HasPrefix(key, other) {
			return "", false
		}
	}
	return key, true
}

// A slot is where a verification token may be.
type slot struct {
	key string

	// shared is a key under which another pair of identifier and token might be, so
	// that what is there has to be looked at.
	shared bool
}

// tokenSlots returns where the token of an identifier may be, first where it is
// written. The other side joins the two with a colon, and "a:b" and "c" are the key
// of "a" and "b:c" there. A token with a colon, of which it makes none, is therefore
// written behind a NUL byte, which neither of the two holds.
func (l Layout) tokenSlots(identifier, token string) []slot {
	var slots []slot
	if strings.Contains(token, ":") {
		if key, ok := l.under(l.VerificationToken, identifier+"\x00"+token); ok {
			slots = append(slots, slot{key, false})
		}
	}
	if key, ok := l.under(l.VerificationToken, identifier+":"+token); ok {
		slots = append(slots, slot{key, strings.Contains(identifier+token, ":")})
	}
	return slots
}
