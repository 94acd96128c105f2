package authjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/authdb/authdb"
)

// Claims are what an encrypted session says. What a callback of the application
// has added is in Raw.
type Claims struct {
	Subject string // sub: the user's ID
	Name    string
	Email   string
	Picture string

	IssuedAt time.Time // iat; zero if it is missing
	Expires  time.Time // exp; zero if it is missing: Auth.js does not require it
	ID       string    // jti

	Raw json.RawMessage // the JSON object, as it was made
}

// Decode puts all claims into v, as json.Unmarshal does. Numbers that a float64
// does not hold are kept where v has a field of another type for them, such as
// int64 or json.Number.
func (c *Claims) Decode(v any) error { return json.Unmarshal(c.Raw, v) }

// tolerance is how far the clocks may be apart.
const tolerance = 15 // seconds

// parseClaims reads what a token holds, and checks that it is of now.
func parseClaims(raw []byte, version Version, now time.Time, maxAge time.Duration) (*Claims, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, noSession("the token holds no JSON object")
	}
	c := &Claims{
		Subject: textOf(members["sub"]), Name: textOf(members["name"]), Email: textOf(members["email"]),
		Picture: textOf(members["picture"]), ID: textOf(members["jti"]), Raw: bytes.Clone(raw),
	}
	if c.Subject == "" && version != V5 && isCheck(members) {
		return nil, noSession("the token is one of a sign-in that has begun")
	}
	slack := float64(tolerance)
	if version == V3 { // which has none
		slack = 0
	}
	instants := map[string]float64{}
	for _, name := range []string{"iat", "nbf", "exp"} {
		if m, ok := members[name]; ok {
			var n *float64
			if err := json.Unmarshal(m, &n); err != nil || n == nil {
				return nil, noSession(name + " is no number")
			}
			instants[name] = *n
		}
	}
	present := float64(now.Unix())
	exp, expires := instants["exp"]
	nbf, begins := instants["nbf"]
	iat, issued := instants["iat"]
	switch {
	case begins && nbf > present+slack:
		return nil, noSession("the token is not valid yet")
	case expires && exp <= present-slack:
		return nil, fmt.Errorf("%w: %w", ErrNoSession, authdb.ErrExpired)
	case version == V3 && !issued:
		return nil, noSession("the token does not say when it was made")
	case version == V3 && present-iat > maxAge.Seconds():
		return nil, fmt.Errorf("%w: %w", ErrNoSession, authdb.ErrExpired)
	case version == V3 && iat > present:
		return nil, noSession("the token is of the future")
	}
	c.IssuedAt, c.Expires = instantOf(iat, issued), instantOf(exp, expires)
	return c, nil
}

// isCheck reports whether the claims are those of a cookie for state, PKCE or
// nonce. NextAuth 3, and 4 before 4.24.5, made them with the key of sessions, so
// that everybody has one that can be opened (CVE-2023-48309).
func isCheck(members map[string]json.RawMessage) bool {
	for _, name := range []string{"code_verifier", "state", "nonce", "value"} {
		if _, ok := members[name]; ok {
			return true
		}
	}
	return false
}

// textOf returns a string, or a number as it is written: some applications have
// numbers for ids.
func textOf(m json.RawMessage) string {
	var s string
	if json.Unmarshal(m, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(m, &n) == nil {
		return n.String()
	}
	return ""
}

// instantOf returns seconds since 1970 as an instant. One beyond the year 9999 is
// its end, so that it can be written anywhere.
func instantOf(seconds float64, there bool) time.Time {
	if !there {
		return time.Time{}
	}
	const end = 253402300799
	whole, fraction := math.Modf(min(max(seconds, -end), end))
	return time.Unix(int64(whole), int64(fraction*1e3)*1e6).UTC()
}
