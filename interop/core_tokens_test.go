package interop_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
)

// pieces returns the cookies of a token, in chunks as Auth.js cuts them.
func pieces(name, token string) (cookies []string) {
	if len(token) <= 3936 {
		return []string{name + "=" + token}
	}
	for i := 0; len(token) > 0; i++ {
		n := min(len(token), 3936)
		cookies = append(cookies, fmt.Sprintf("%s.%d=%s", name, i, token[:n]))
		token = token[n:]
	}
	rand.Shuffle(len(cookies), func(i, j int) { cookies[i], cookies[j] = cookies[j], cookies[i] })
	return cookies
}

// payload makes claims that are hard to carry; some of 4 KiB, and some of 20.
func payload(random *rand.Rand, i int) object {
	texts := []string{"", "plain", "Ünïcode 😀 \u2028", "a\"b\\c/d<e>&'", "\x01\t\n", "e\u0301", strings.Repeat("long ", 10)}
	text := func() string { return texts[random.IntN(len(texts))] }
	claims := object{
		"sub": fmt.Sprint("user-", i), "name": text(), "email": fmt.Sprintf("%d@example.com", i), "picture": nil,
		"number": random.Float64() * 1e9, "big": float64(1<<53 - 1 - random.Int64N(1e6)), "negative": -float64(random.Int64N(1 << 53)),
		"small": random.Float64() * 1e-300, "yes": true, "none": nil,
		"list": []any{text(), float64(random.IntN(10)), []any{}, object{"deep": object{text() + "-key": text()}}},
	}
	switch i % 25 {
	case 7:
		claims["4 KiB"] = strings.Repeat("é", 2<<10)
	case 13:
		claims["20 KiB"] = strings.Repeat("0123456789", 2<<10)
	}
	return claims
}

// timeless returns claims without those that are made anew with every token.
func timeless(claims any) object {
	all, _ := claims.(object)
	bare := object{}
	for name, value := range all {
		if name != "iat" && name != "exp" && name != "jti" {
			bare[name] = value
		}
	}
	return bare
}

// TestTokens has each side read 1,000 tokens of the other, of every version, with
// secrets that rotate and cookies of all names.
func TestTokens(t *testing.T) {
	const n = 1000
	for _, version := range []authjs.Version{authjs.V5, authjs.V4, authjs.V3} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			t.Parallel()
			js := core(t)
			random := rand.New(rand.NewPCG(uint64(version), 1))
			goes := newAuth(t, authjs.Config{Secrets: []string{"new", coreSecret}})
			for i := range n {
				c := tokenCase{version: version, name: "authjs.session-token", secret: coreSecret, claims: payload(random, i)}
				if version != authjs.V5 {
					c.name = "next-auth.session-token"
				}
				if i%2 == 1 {
					c.name = "__Secure-" + c.name
				}
				if i%3 == 1 {
					c.secret = "new"
				}
				c.toGo(t, js, goes, i%5 == 2)
				c.toJavaScript(t, js)
				if t.Failed() {
					t.Fatalf("payload %d", i)
				}
			}
		})
	}
}

type tokenCase struct {
	version      authjs.Version
	name, secret string
	claims       object
}

func (c tokenCase) toGo(t *testing.T, js *peer, a *authjs.Auth, encrypted bool) {
	t.Helper()
	params := object{"token": c.claims, "secret": c.secret, "maxAge": 3600}
	switch c.version {
	case authjs.V5:
		params["salt"] = c.name
	case authjs.V3:
		params["encryption"] = encrypted
	}
	token, _ := ask(t, js, "encode", c.version, params).(string)
	s, err := a.Session(t.Context(), with(pieces(c.name, token)...))
	if err != nil {
		t.Errorf("Go: %v", err)
		return
	}
	var got object
	if err := s.Claims.Decode(&got); err != nil || !reflect.DeepEqual(timeless(got), c.claims) {
		t.Errorf("Go reads %v, %v, want %v", got, err, c.claims)
	}
	if s.User.ID != c.claims["sub"] || s.Version != c.version || s.Cookie != c.name || time.Until(s.Expires).Round(time.Minute) != time.Hour {
		t.Errorf("Go: %+v", s)
	}
}

func (c tokenCase) toJavaScript(t *testing.T, js *peer) {
	t.Helper()
	cfg := authjs.Config{Secrets: []string{c.secret, "older"}, CookieName: c.name, Version: max(c.version, authjs.V4)}
	a, w := newAuth(t, cfg), httptest.NewRecorder()
	if c.version == authjs.V3 { // none is begun, but those that there are are renewed
		token, _ := ask(t, js, "encode", c.version, object{"token": c.claims, "secret": c.secret, "maxAge": 3600}).(string)
		if _, err := a.Renew(t.Context(), w, with(pieces(c.name, token)...)); err != nil {
			t.Errorf("Go renews: %v", err)
			return
		}
	} else if _, err := a.Issue(t.Context(), w, with(), authjs.SignIn{User: &authdb.User{ID: "x"}, Claims: c.claims}); err != nil {
		t.Errorf("Go issues: %v", err)
		return
	}
	var cookies []string
	for _, set := range w.Header()["Set-Cookie"] {
		if !strings.Contains(set, "Max-Age=0") {
			cookie, _, _ := strings.Cut(set, ";")
			cookies = append(cookies, cookie)
		}
	}
	params := object{"cookie": strings.Join(cookies, "; "), "secret": c.secret, "cookieName": c.name, "salt": c.name}
	var got any
	if c.version == authjs.V3 { // which knows no chunks
		var token strings.Builder
		for _, cookie := range cookies {
			token.WriteString(cookie[strings.Index(cookie, "=")+1:])
		}
		got = ask(t, js, "decode", c.version, object{"token": token.String(), "secret": c.secret, "maxAge": 3600})
	} else {
		got = ask(t, js, "getToken", c.version, params)
	}
	if want := c.claims; !reflect.DeepEqual(timeless(got), want) {
		t.Errorf("JavaScript reads %v, want %v", got, want)
	}
}
