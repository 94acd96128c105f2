// Package secret makes what is stored of secrets: hashes of tokens that somebody
// presents, and ciphertexts of tokens that the application needs back.
// docs/secrets.md has the formulas, for other languages.
//
// The primitives are the standard library's: SHA-256, HMAC, AES-GCM. Hashes are
// in lower-case hex, so that a column which folds case can't take one for
// another.
package secret

import (
	"encoding/hex"
	"strings"
)

// The beginnings of what is stored.
const (
	sha256Prefix = "sha256:"
	hmacPrefix   = "hmac:"
	aesPrefix    = "aes256gcm:"
)

const (
	maxID   = 16
	hashHex = 64
)

// isID reports whether s can be the ID of a key.
func isID(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	})
}

func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == hashHex
}
