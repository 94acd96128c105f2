package authdb

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// A SecretKey is one key of several, of which the first is used for what is
// written and all for what is read: so keys are rotated. However it is printed,
// logged or marshalled, it is its ID; but fmt prints a struct of yours that has
// one in an unexported field without asking it.
type SecretKey struct {
	// ID names the key in what is stored: 1 to 16 letters, digits, "-" or "_".
	// Never give the ID of one key to another.
	ID string

	// Key is secret and random: 32 bytes.
	Key []byte
}

// Format prints the ID, by any verb.
func (k SecretKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// String returns the ID.
func (k SecretKey) String() string { return "SecretKey(" + k.ID + ")" }

// LogValue logs the ID.
func (k SecretKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText returns the ID, so that no JSON has the key.
func (k SecretKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// HashedTokens says how session tokens and verification tokens are stored so
// that who reads the database can't use them.
type HashedTokens struct {
	// Keys are for HMAC-SHA-256, by the first; look-ups try all. Without keys
	// it is SHA-256, which is enough for session tokens, because they are
	// random, and not for verification tokens of a few digits, which can be
	// guessed.
	Keys []SecretKey

	// Plain also accepts tokens that are stored plain and, beside Keys, by
	// SHA-256. It is for the time until SecretConverter has hashed them, so that
	// nobody is signed out. A token that looks like a stored hash is never
	// taken for a plain one.
	Plain bool

	// WritePlain accepts what Plain does, and stores tokens as they are. It is for
	// the time in which processes run that can't read hashes yet, or might have
	// to again.
	WritePlain bool
}

// Format prints the IDs of the keys, by any verb.
func (h HashedTokens) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{Keys:%v Plain:%v WritePlain:%v}", h.Keys, h.Plain, h.WritePlain)
}

// WithHashedTokens stores session tokens and verification tokens as hashes.
// Methods take and return tokens as before; sessions in lists have an empty
// SessionToken, because nobody knows it, and are revoked by their ID. Auth.js
// can't read such sessions. Default: tokens are stored as they are, but for one
// that looks like a stored hash, which is ErrInvalid and never found: whoever has
// read it in the database presents it.
func WithHashedTokens(h HashedTokens) Option {
	h.Keys = cloneKeys(h.Keys)
	return func(o *Options) {
		o.checkKeys("WithHashedTokens", h.Keys)
		o.HashedTokens = &h
	}
}

// TokenEncryption says under which keys AccessToken, RefreshToken and IDToken of
// accounts are stored: AES-256-GCM, bound to the account and the field.
type TokenEncryption struct {
	// Keys encrypt, by the first, and decrypt, by the one whose ID is stored.
	// At least one.
	Keys []SecretKey

	// WritePlain stores tokens as they are, and only decrypts. It is for the time
	// in which processes run that can't decrypt yet, and the way back: a
	// SecretConverter decrypts what is stored.
	WritePlain bool
}

// Format prints the IDs of the keys, by any verb.
func (e TokenEncryption) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{Keys:%v WritePlain:%v}", e.Keys, e.WritePlain)
}

// WithTokenEncryption stores the tokens of providers encrypted. What is stored
// plain, by Auth.js for example, is still read; SecretConverter encrypts it.
// Auth.js can't read what is encrypted. Default: they are stored as they are.
func WithTokenEncryption(e TokenEncryption) Option {
	e.Keys = cloneKeys(e.Keys)
	return func(o *Options) {
		if len(e.Keys) == 0 {
			o.refuse("WithTokenEncryption: no keys: pass at least one, or leave the option out")
		}
		o.checkKeys("WithTokenEncryption", e.Keys)
		o.TokenEncryption = &e
	}
}

// cloneKeys makes the keys the option's own: a caller may wipe theirs.
func cloneKeys(keys []SecretKey) []SecretKey {
	own := make([]SecretKey, len(keys))
	for i, k := range keys {
		own[i] = SecretKey{ID: k.ID, Key: bytes.Clone(k.Key)}
	}
	return own
}

// keySize is that of AES-256, and of the digests.
const keySize = 32

// checkKeys refuses keys that can't be told apart, or are none. It never prints
// a key, nor an ID that may be one in the wrong place.
func (o *Options) checkKeys(option string, keys []SecretKey) {
	for i, k := range keys {
		name := fmt.Sprintf("%s: Keys[%d]", option, i)
		switch {
		case !isKeyID(k.ID):
			o.refuse(name + ": the ID is not 1 to 16 letters, digits, \"-\" or \"_\" of ASCII")
			continue
		case len(k.Key) != keySize:
			o.refuse(fmt.Sprintf("%s: the key %q has %d bytes: it has to have %d, from crypto/rand or a secret store (decode them, if they are kept in hex or base64)", name, k.ID, len(k.Key), keySize))
		case bytes.Count(k.Key, k.Key[:1]) == keySize:
			o.refuse(fmt.Sprintf("%s: the key %q is one byte again and again: fill it from crypto/rand or a secret store", name, k.ID))
		}
		for _, other := range keys[:i] {
			switch {
			case strings.EqualFold(k.ID, other.ID):
				o.refuse(fmt.Sprintf("%s: the ID %q is there before: give every key its own, in which not only case differs", name, k.ID))
			case bytes.Equal(k.Key, other.Key):
				o.refuse(fmt.Sprintf("%s: the key %q is that of %q as well: make a new one", name, k.ID, other.ID))
			}
		}
	}
}

func isKeyID(id string) bool {
	return id != "" && len(id) <= 16 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	})
}
