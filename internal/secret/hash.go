package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/authdb/authdb"
)

// A Hasher knows the forms in which tokens are stored:
//
//	sha256:<hex of SHA-256(message)>
//	hmac:<key id>:<hex of HMAC-SHA-256(key, SHA-256(message))>
//
// The message is made by Session or VerificationToken. HMAC is of the digest, so
// that what was stored by SHA-256 can be given a key without knowing the token.
//
// A nil Hasher stores tokens as they are.
type Hasher struct {
	keys       []authdb.SecretKey
	plain      bool // is accepted
	writePlain bool
}

// NewHasher returns a Hasher for options that authdb.WithHashedTokens has
// accepted.
func NewHasher(h authdb.HashedTokens) *Hasher {
	return &Hasher{h.Keys, h.Plain || h.WritePlain, h.WritePlain}
}

// A Token is what somebody presents, and what is hashed of it.
type Token struct {
	plain   string
	message string
}

// Session is the token of a session. Its message is the token.
func Session(token string) Token { return Token{token, token} }

// VerificationToken is the token sent to an identifier. Its message is the
// identifier, a NUL byte and the token, neither of which has one: equal codes of
// two people have different hashes.
func VerificationToken(identifier, token string) Token {
	return Token{token, identifier + "\x00" + token}
}

// Form returns what is stored of the token.
func (h *Hasher) Form(t Token) string {
	if !h.Hashes() {
		return t.plain
	}
	return h.hash(t)
}

// Hashes reports whether what is stored is a hash.
func (h *Hasher) Hashes() bool { return h != nil && !h.writePlain }

func (h *Hasher) hash(t Token) string {
	digest := sha256.Sum256([]byte(t.message))
	return h.first(digest[:])
}

// first is the form by the first key, or without any.
func (h *Hasher) first(digest []byte) string {
	if len(h.keys) == 0 {
		return sha256Prefix + hex.EncodeToString(digest)
	}
	return keyed(h.keys[0], digest)
}

func keyed(key authdb.SecretKey, digest []byte) string {
	mac := hmac.New(sha256.New, key.Key)
	mac.Write(digest)
	return hmacPrefix + key.ID + ":" + hex.EncodeToString(mac.Sum(nil))
}

// Candidates returns the forms under which the token may be stored, the likely
// ones first: by each key; and with Plain without a key, and as it is. A token
// that looks like a stored form is never a candidate itself, or what is read in
// the database could be presented.
func (h *Hasher) Candidates(t Token) []string {
	if h == nil {
		if IsForm(t.plain) {
			return nil
		}
		return []string{t.plain}
	}
	digest := sha256.Sum256([]byte(t.message))
	forms := make([]string, 0, len(h.keys)+2)
	for _, key := range h.keys {
		forms = append(forms, keyed(key, digest[:]))
	}
	if len(h.keys) == 0 || h.plain {
		forms = append(forms, sha256Prefix+hex.EncodeToString(digest[:]))
	}
	if h.plain && !IsForm(t.plain) {
		forms = append(forms, t.plain)
	}
	return forms
}

// Moves reports whether a row may be given another form between two look-ups by
// the candidates: then what was missed by the first has to be looked for again.
func (h *Hasher) Moves() bool { return h != nil && (h.plain || len(h.keys) > 1) }

// Convert returns what is to be stored instead of what is. A hash by a key stays
// as it is: only its token could be hashed by another.
func (h *Hasher) Convert(stored Token) string {
	switch {
	case h.writePlain:
	case !IsForm(stored.plain):
		return h.hash(stored)
	case len(h.keys) > 0 && strings.HasPrefix(stored.plain, sha256Prefix):
		digest, err := hex.DecodeString(stored.plain[len(sha256Prefix):])
		if err == nil {
			return h.first(digest)
		}
	}
	return stored.plain
}

// Current reports whether a stored text has the form that is stored now.
func (h *Hasher) Current(stored string) bool {
	switch {
	case h.writePlain:
		return !IsForm(stored)
	case len(h.keys) == 0:
		return strings.HasPrefix(stored, sha256Prefix)
	}
	return strings.HasPrefix(stored, hmacPrefix+h.keys[0].ID+":")
}

// IsForm reports whether the text has the form of a stored hash, in whatever
// case a column might take it for one.
func IsForm(s string) bool {
	if len(s) < len(hmacPrefix)+hashHex { // most tokens
		return false
	}
	s = strings.ToLower(s)
	if hash, ok := strings.CutPrefix(s, sha256Prefix); ok {
		return isHash(hash)
	}
	if rest, ok := strings.CutPrefix(s, hmacPrefix); ok {
		id, hash, ok := strings.Cut(rest, ":")
		return ok && isID(id) && isHash(hash)
	}
	return false
}
