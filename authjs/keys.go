package authjs

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
)

// keys are derived once, of each secret for each name of a cookie.
type keys struct {
	// Auth.js 5, by the salt, which is the name of the cookie; in the order of
	// the secrets.
	cbc, gcm map[string][]key

	v4      [][]byte // NextAuth 4, and what NextAuth 3 encrypts with
	signing [][]byte // NextAuth 3
}

// A key has an ID: the thumbprint of RFC 7638.
type key struct {
	id    string
	bytes []byte
}

const (
	cbcSize = 64
	gcmSize = 32

	infoV5 = "Auth.js Generated Encryption Key (%s)"
	infoV4 = "NextAuth.js Generated Encryption Key"
	infoV3 = "NextAuth.js Generated Signing Key"
)

func deriveKeys(secrets, salts []string) (keys, error) {
	k := keys{cbc: map[string][]key{}, gcm: map[string][]key{}}
	var failed error
	derive := func(secret, salt, info string, size int) []byte {
		b, err := hkdf.Key(sha256.New, []byte(secret), []byte(salt), info, size)
		if err != nil {
			failed = err
		}
		return b
	}
	for _, secret := range secrets {
		k.v4 = append(k.v4, derive(secret, "", infoV4, gcmSize))
		k.signing = append(k.signing, derive(secret, "", infoV3, cbcSize))
		for _, salt := range salts {
			if salt == "" || len(k.cbc[salt]) == len(k.v4) { // named twice
				continue
			}
			k.cbc[salt] = append(k.cbc[salt], newKey(derive(secret, salt, fmt.Sprintf(infoV5, salt), cbcSize)))
			k.gcm[salt] = append(k.gcm[salt], newKey(derive(secret, salt, fmt.Sprintf(infoV5, salt), gcmSize)))
		}
	}
	return k, failed
}

// newKey hashes as many bits for the ID as jose does, which goes by the size of
// the key.
func newKey(b []byte) key {
	thumbprint := []byte(`{"k":"` + base64.RawURLEncoding.EncodeToString(b) + `","kty":"oct"}`)
	sum := sha256.Sum256(thumbprint)
	digest := sum[:]
	if len(b) == cbcSize {
		long := sha512.Sum512(thumbprint)
		digest = long[:]
	}
	return key{base64.RawURLEncoding.EncodeToString(digest), b}
}
