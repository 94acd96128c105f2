package authjs

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// A header is what the decision by which key a token is opened depends on.
type header struct {
	Enc string  `json:"enc"`
	Kid *string `json:"kid"`
	Zip *string `json:"zip"`
}

// isToken reports whether the text is a JWE or a JWS: what it is to be looked up
// as is no such thing. Their first part is a JSON object, so that it begins with
// the base64 of `{"`.
func isToken(s string) bool {
	n := strings.Count(s, ".")
	return (n == 4 || n == 2) && strings.HasPrefix(s, "eyJ")
}

// open returns the claims of an encrypted token, which has no session if it fails.
// The salts are the names that its cookie may have.
func (a *Auth) open(token string, salts []string) ([]byte, Version, error) {
	if len(a.cfg.Secrets) == 0 {
		return nil, 0, errNoSecrets
	}
	if len(token) > maxToken {
		return nil, 0, noSession("the token is too long")
	}
	parts := strings.Split(token, ".")
	// Stricter than the parser, which skips line ends and the key that "dir" has not.
	if strings.ContainsFunc(token, isNotCompact) || len(parts) == 5 && parts[1] != "" {
		return nil, 0, noSession("the token is damaged")
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	var h header
	if err != nil || json.Unmarshal(text, &h) != nil {
		return nil, 0, noSession("the token has no header that Auth.js makes")
	}
	if len(parts) == 3 {
		claims, err := a.verify(token)
		return claims, V3, err
	}
	enc := jose.ContentEncryption(h.Enc)
	switch {
	case enc != jose.A256CBC_HS512 && enc != jose.A256GCM:
		return nil, 0, noSession("the token is encrypted in a way that Auth.js does not use")
	case h.Zip != nil && (*h.Zip != string(jose.DEFLATE) || enc != jose.A256GCM || h.Kid != nil):
		return nil, 0, noSession("the token is compressed")
	}
	jwe, err := jose.ParseEncryptedCompact(token, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{enc})
	if err != nil {
		return nil, 0, noSession("the token is damaged")
	}
	if h.Zip != nil {
		return a.openV3(jwe)
	}
	if h.Kid != nil {
		return a.openByID(jwe, enc, *h.Kid, salts)
	}
	return a.openAnyhow(jwe, enc, salts)
}

// isNotCompact reports whether the character is none of a compact serialization.
func isNotCompact(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.'
}

// openByID opens a token of Auth.js 5 with the key that it names.
func (a *Auth) openByID(jwe *jose.JSONWebEncryption, enc jose.ContentEncryption, id string, salts []string) ([]byte, Version, error) {
	for _, salt := range salts {
		for _, k := range a.keysV5(enc)[salt] {
			if k.id != id {
				continue
			}
			claims, err := jwe.Decrypt(k.bytes)
			if err != nil {
				return nil, 0, noSession("the token was changed")
			}
			return claims, V5, nil
		}
	}
	return nil, 0, unopened("it names a key of none of Config.Secrets for a cookie of that name")
}

func (a *Auth) keysV5(enc jose.ContentEncryption) map[string][]key {
	if enc == jose.A256CBC_HS512 {
		return a.keys.cbc
	}
	return a.keys.gcm
}

// openAnyhow opens a token that names no key: of NextAuth 4, or of Auth.js 5 with
// the first secret.
func (a *Auth) openAnyhow(jwe *jose.JSONWebEncryption, enc jose.ContentEncryption, salts []string) ([]byte, Version, error) {
	if enc == jose.A256GCM {
		for _, k := range a.keys.v4 {
			if claims, err := jwe.Decrypt(k); err == nil {
				return claims, V4, nil
			}
		}
	}
	for _, salt := range salts {
		if all := a.keysV5(enc)[salt]; len(all) > 0 {
			if claims, err := jwe.Decrypt(all[0].bytes); err == nil {
				return claims, V5, nil
			}
		}
	}
	return nil, 0, unopened("it was made with none of Config.Secrets, or changed")
}

// openV3 opens what NextAuth 3 has encrypted: a signed token, compressed.
func (a *Auth) openV3(jwe *jose.JSONWebEncryption) ([]byte, Version, error) {
	for _, k := range a.keys.v4 {
		if token, err := jwe.Decrypt(k); err == nil {
			claims, err := a.verify(string(token))
			return claims, V3, err
		}
	}
	return nil, 0, unopened("it was made with none of Config.Secrets, or changed")
}

// verify returns the claims of a token that NextAuth 3 has signed.
func (a *Auth) verify(token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS512})
	if err != nil {
		return nil, noSession("the token is not signed in a way that Auth.js uses")
	}
	for _, k := range a.keys.signing {
		if claims, err := jws.Verify(k); err == nil {
			return claims, nil
		}
	}
	return nil, unopened("it was signed with none of Config.Secrets, or changed")
}

// seal makes a token that the version reads, for a cookie of that name.
func (a *Auth) seal(claims []byte, version Version, name string) (string, error) {
	switch version {
	case V3:
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS512, Key: a.keys.signing[0]}, nil)
		if err != nil {
			return "", err
		}
		jws, err := signer.Sign(claims)
		if err != nil {
			return "", err
		}
		return jws.CompactSerialize()
	case V4:
		return encrypt(claims, jose.A256GCM, key{bytes: a.keys.v4[0]})
	}
	return encrypt(claims, jose.A256CBC_HS512, a.keys.cbc[name][0])
}

func encrypt(claims []byte, enc jose.ContentEncryption, k key) (string, error) {
	encrypter, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: jose.DIRECT, Key: k.bytes, KeyID: k.id}, nil)
	if err != nil {
		return "", err
	}
	jwe, err := encrypter.Encrypt(claims)
	if err != nil {
		return "", err
	}
	return jwe.CompactSerialize()
}
