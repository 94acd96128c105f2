package cacheadapter

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/authdb/authdb"
)

// A Cache keeps the answers of a database, and knows which of them no longer hold.
// It need not keep what it got, but it must not forget what it was told to forget.
// [Memory] is one in the process, and package rediscache has one for several.
//
// A Cache is safe for concurrent use, and bounds what it keeps. One that is reached
// over a network bounds the time that a call takes as well: a request waits for it.
// It neither modifies an Entry nor returns one that others modify.
type Cache interface {
	// Get returns the entry last put under the key, or nil; and the present
	// stamp, which whoever then asks the database puts into the entry. An entry
	// is not returned if its session, or its user, was forgotten after its stamp.
	Get(ctx context.Context, key Key) (*Entry, Stamp, error)

	// Put keeps the entry for ttl at most, which is no longer than [Longest]. It
	// need not look at the stamp: Get does.
	Put(ctx context.Context, key Key, entry *Entry, ttl time.Duration) error

	// Forget makes a new stamp, and all entries of these keys no longer hold
	// that were put with an older one, or will be.
	Forget(ctx context.Context, keys ...Key) error
}

// A Stamp is a moment in the life of a Cache: it gets larger when something is
// forgotten. It may start again from a small one when nothing was forgotten for
// longer than Longest.
type Stamp uint64

// A Key is what a Cache knows of the token of a session or of the id of a user: a
// hash.
type Key [sha256.Size]byte

func sessionKey(token string) Key { return keyOf('s', token) }

func userKey(id string) Key { return keyOf('u', id) }

// sweptKey is forgotten for the sake of the new stamp.
func sweptKey() Key { return keyOf('x', "") }

func keyOf(kind byte, name string) Key {
	var buf [128]byte
	return sha256.Sum256(append(append(buf[:0], kind), name...))
}

// An Entry is an answer to GetSessionAndUser.
type Entry struct {
	Stamp  Stamp     // of the Get that found nothing, before the database was asked
	Loaded time.Time // when the database was asked

	Session *authdb.Session // without its token; nil if there is none, or it has expired
	User    *authdb.User
	UserKey Key // the zero Key beside a nil Session

	Expired bool // there was a session, and it had expired
}
