package authjs

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const csrfName = "authjs.csrf-token"

// CSRFToken returns the token for a form that is sent to this program or to
// Auth.js, as the field csrfToken. It is that of the request's cookie, if the
// Auth.js of Config.Version or this has set it; else a new one, whose cookie is
// set. Call it before the body
// is written. Without Secrets it is ErrConfig.
func (a *Auth) CSRFToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if len(a.cfg.Secrets) == 0 {
		return "", fmt.Errorf("authjs: %w: CSRF tokens need Secrets", ErrConfig)
	}
	name := a.prefixed(r, hostPrefix, csrfName)
	if tokens := a.csrfOf(r, name); len(tokens) > 0 {
		return tokens[0], nil
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	token := hex.EncodeToString(b[:])
	a.setCookie(w, name, token+"|"+a.csrfHash(token), time.Time{}, a.secure(r))
	return token, nil
}

// VerifyCSRF returns nil if the token that was submitted, as the form's csrfToken
// or in a header of your own, is that of a cookie of the request, and ErrCSRF if not.
// The check is Auth.js's: whoever can read or set cookies of the site passes it,
// and other sites can't.
func (a *Auth) VerifyCSRF(r *http.Request, submitted string) error {
	if len(a.cfg.Secrets) == 0 {
		return fmt.Errorf("authjs: %w: CSRF tokens need Secrets", ErrConfig)
	}
	v4 := "next-auth" + strings.TrimPrefix(csrfName, "authjs")
	names := []string{hostPrefix + csrfName, hostPrefix + v4, csrfName, v4}
	switch {
	case a.base != nil && a.base.Scheme == "https":
		names = names[:2]
	case a.base != nil:
		names = names[2:]
	}
	for _, token := range a.csrfOf(r, names...) {
		if subtle.ConstantTimeCompare([]byte(token), []byte(submitted)) == 1 {
			return nil
		}
	}
	return fmt.Errorf("authjs: %w", ErrCSRF)
}

// csrfOf returns the tokens of the request's cookies with these names that were
// made with the secret.
func (a *Auth) csrfOf(r *http.Request, names ...string) (tokens []string) {
	for _, c := range cookies(r) {
		parts := strings.Split(c.value, "|")
		if slices.Contains(names, c.name) && len(parts) > 1 && parts[0] != "" &&
			subtle.ConstantTimeCompare([]byte(parts[1]), []byte(a.csrfHash(parts[0]))) == 1 {
			tokens = append(tokens, parts[0])
		}
	}
	return tokens
}

// csrfHash is of the token and all secrets, as JavaScript makes a text of an
// array: so a rotated secret makes new tokens.
func (a *Auth) csrfHash(token string) string {
	sum := sha256.Sum256([]byte(token + strings.Join(a.cfg.Secrets, ",")))
	return hex.EncodeToString(sum[:])
}
