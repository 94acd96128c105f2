package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/authdb/authdb"
)

// A Sealer encrypts tokens of providers:
//
//	aes256gcm:<key id>:<base64url, unpadded, of nonce (12 bytes) and ciphertext with tag>
//
// What is encrypted is bound to its Place: anywhere else it can't be read.
type Sealer struct {
	plain bool // is what it makes
	keys  []authdb.SecretKey
	aeads []cipher.AEAD // by the same index
}

// A Place is where a secret is stored.
type Place struct {
	Provider, ProviderAccountID string
	Field                       string // "AccessToken"
}

// bytes is the additional data of the encryption: the three texts, each after
// its length in bytes as 4 bytes, the most significant first.
func (p Place) bytes() []byte {
	var b []byte
	for _, s := range []string{p.Provider, p.ProviderAccountID, p.Field} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

// NewSealer returns a Sealer for options that authdb.WithTokenEncryption has
// accepted.
func NewSealer(e authdb.TokenEncryption) (*Sealer, error) {
	s := &Sealer{plain: e.WritePlain, keys: e.Keys}
	for _, key := range e.Keys {
		block, err := aes.NewCipher(key.Key)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", key.ID, err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", key.ID, err)
		}
		s.aeads = append(s.aeads, aead)
	}
	if len(s.aeads) == 0 {
		return nil, errors.New("no keys")
	}
	return s, nil
}

// Seal encrypts under the first key, unless what is written is plain. Nothing
// stays nothing.
func (s *Sealer) Seal(p Place, plain string) string {
	if plain == "" || s.plain {
		return plain
	}
	aead := s.aeads[0]
	sealed := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(sealed) // it never fails
	sealed = aead.Seal(sealed, sealed, []byte(plain), p.bytes())
	return aesPrefix + s.keys[0].ID + ":" + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns what was sealed there. What nobody sealed it returns as it is.
// An error says which key was wanted and nothing else of what is stored.
func (s *Sealer) Open(p Place, stored string) (string, error) {
	rest, ok := strings.CutPrefix(stored, aesPrefix)
	if !ok {
		return stored, nil
	}
	id, text, ok := strings.Cut(rest, ":")
	if !ok || !isID(id) {
		return "", errors.New("it is damaged")
	}
	for i, key := range s.keys {
		if key.ID != id {
			continue
		}
		aead := s.aeads[i]
		sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if err != nil || len(sealed) < aead.NonceSize() || strings.ContainsAny(text, "\r\n") { // which are skipped
			return "", fmt.Errorf("it is damaged (key %s)", id)
		}
		plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], p.bytes())
		if err != nil {
			return "", fmt.Errorf("it was encrypted for another account or field, under another key than %s, or changed since", id)
		}
		return string(plain), nil
	}
	return "", fmt.Errorf("no key %s among those of authdb.WithTokenEncryption", id)
}

// IsSealed reports whether the text looks like one that is encrypted.
func IsSealed(stored string) bool { return strings.HasPrefix(stored, aesPrefix) }

// Current reports whether the text is stored as Seal would store it, or nothing.
func (s *Sealer) Current(stored string) bool {
	if s.plain {
		return !IsSealed(stored)
	}
	return stored == "" || strings.HasPrefix(stored, aesPrefix+s.keys[0].ID+":")
}
