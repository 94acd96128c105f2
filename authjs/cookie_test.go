package authjs_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
)

// TestWhichCookie: what is trusted more goes first, and what is left over from
// another version or another strategy does not get in the way.
func TestWhichCookie(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "good", present.Add(time.Hour))
	a := newAuth(t, authjs.Config{Adapter: m, Secrets: []string{secret}})
	jwt := newAuth(t, authjs.Config{Secrets: []string{secret}, URL: "https://app.example.com"})
	secure := issued(t, jwt, authjs.SignIn{User: ada()})[0]
	for name, x := range map[string]struct {
		cookies []string
		want    string
	}{
		"a stale chunk beside a database token":  {[]string{"authjs.session-token.0=eyJhbGciOi", "authjs.session-token=good"}, user.ID},
		"a cookie with a longer name":            {[]string{"authjs.session-token-foo=bad", "authjs.session-token=good"}, user.ID},
		"an expired session of another version":  {[]string{"next-auth.session-token=old", "authjs.session-token=good"}, user.ID},
		"the other way round":                    {[]string{"authjs.session-token=old", "next-auth.session-token=good"}, user.ID},
		"one that only TLS can have set":         {[]string{"authjs.session-token=good", secure}, "ada-1"},
		"of two with one name the first":         {[]string{"authjs.session-token=good", "authjs.session-token=bad"}, user.ID},
		"percent-encoded":                        {[]string{"authjs.session-token=%67ood"}, user.ID},
		"white space":                            {[]string{" authjs.session-token = good\t"}, user.ID},
		"nothing, and something":                 {[]string{"__Secure-authjs.session-token=", "authjs.session-token=good"}, user.ID},
		"a cookie without a value between":       {[]string{"x", "authjs.session-token=good"}, user.ID},
		"a stale token in one piece, and chunks": {append(chunked(t, jwt), "__Secure-authjs.session-token=stale"), "ada-1"},
	} {
		s, err := a.Session(t.Context(), request(x.cookies...))
		if err != nil || s.User.ID != x.want {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	quoted := request(`authjs.session-token="good"`)
	noSession(t, a, quoted, "quotes are part of the value")
	several := request("x=1")
	several.Header.Add("Cookie", "authjs.session-token=good")
	if _, err := a.Session(t.Context(), several); err != nil {
		t.Errorf("two headers: %v", err)
	}
	noSession(t, jwt, request("authjs.session-token=good"), "behind TLS, a cookie that anybody may have set")
	plain := newAuth(t, authjs.Config{URL: "http://localhost:3000", Secrets: []string{secret}})
	noSession(t, plain, request(secure), "without TLS, one of another site's")
}

// TestWhatIsRead: a version or a strategy that was set leaves no room for what
// browsers have of another one.
func TestWhatIsRead(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "token", present.Add(time.Hour))
	secrets := []string{secret}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	v4, v5 := issued(t, newAuth(t, authjs.Config{Version: authjs.V4}), authjs.SignIn{User: ada()}), issued(t, newAuth(t, authjs.Config{}), authjs.SignIn{User: ada()})
	stored := []string{"authjs.session-token=token"}
	for name, x := range map[string]struct {
		cfg     authjs.Config
		cookies []string
		good    bool
	}{
		"4 by any":            {authjs.Config{Secrets: secrets}, v4, true},
		"4 by 5":              {authjs.Config{Secrets: secrets, Version: authjs.V5}, v4, false},
		"5 by 4":              {authjs.Config{Secrets: secrets, Version: authjs.V4}, v5, false},
		"4 by 4":              {authjs.Config{Secrets: secrets, Version: authjs.V4}, v4, true},
		"5 by 5":              {authjs.Config{Secrets: secrets, Version: authjs.V5}, v5, true},
		"encrypted by both":   {authjs.Config{Secrets: secrets, Adapter: m}, v5, true},
		"encrypted by stored": {authjs.Config{Secrets: secrets, Adapter: m, Strategy: authjs.StrategyDatabase}, v5, false},
		"stored by both":      {authjs.Config{Secrets: secrets, Adapter: m}, stored, true},
		"stored by encrypted": {authjs.Config{Secrets: secrets, Adapter: m, Strategy: authjs.StrategyJWT}, stored, false},
		"stored by stored":    {authjs.Config{Secrets: secrets, Adapter: m, Strategy: authjs.StrategyDatabase}, stored, true},
	} {
		x.cfg.Logger = quiet
		a := newAuth(t, x.cfg)
		if _, err := a.Session(t.Context(), request(x.cookies...)); (err == nil) != x.good || err != nil && !errors.Is(err, authjs.ErrNoSession) {
			t.Errorf("%s: %v", name, err)
		}
		bearer := request()
		_, token, _ := strings.Cut(x.cookies[0], "=")
		bearer.Header.Set("Authorization", "Bearer "+token)
		if _, err := a.Session(t.Context(), bearer); (err == nil) != (x.good && token != "token") {
			t.Errorf("%s, as Bearer: %v", name, err)
		}
	}
	// Of what TLS guards, a neighbour can set what has no __Host-.
	a := newAuth(t, authjs.Config{Secrets: secrets})
	mine := issued(t, newAuth(t, authjs.Config{CookieName: "__Host-authjs.session-token"}), authjs.SignIn{User: ada()})
	theirs := issued(t, newAuth(t, authjs.Config{CookieName: "__Secure-authjs.session-token"}), authjs.SignIn{User: &authdb.User{ID: "eve"}})
	if s, err := a.Session(t.Context(), request(append(theirs, mine...)...)); err != nil || s.User.ID != "ada-1" {
		t.Errorf("%+v, %v", s, err)
	}
	// Chunks that somebody planted don't hide a token in one piece.
	var planted []string
	for i := range 40 {
		planted = append(planted, fmt.Sprintf("authjs.session-token.%d=x", i))
	}
	if _, err := a.Session(t.Context(), request(append(planted, v5...)...)); err != nil {
		t.Errorf("planted chunks: %v", err)
	}
}

// chunked returns the cookies of a session that is too long for one.
func chunked(t testing.TB, a *authjs.Auth) []string {
	t.Helper()
	return issued(t, a, authjs.SignIn{User: ada(), Claims: map[string]string{"long": strings.Repeat("long ", 2000)}})
}

func TestChunks(t *testing.T) {
	for version, size := range map[authjs.Version]int{authjs.V4: 3933, authjs.V5: 3936} {
		a := newAuth(t, authjs.Config{Version: version})
		cookies := chunked(t, a)
		if len(cookies) < 4 {
			t.Fatalf("%d chunks", len(cookies))
		}
		for i, c := range cookies {
			name, value, _ := strings.Cut(c, "=")
			if last := i == len(cookies)-1; !last && len(value) != size || last && len(value) > size || !strings.HasSuffix(name, fmt.Sprint(".session-token.", i)) {
				t.Errorf("%s has %d bytes", name, len(value))
			}
		}
		// In whatever order.
		for i := range cookies {
			order := append(append([]string{}, cookies[i:]...), cookies[:i]...)
			if s, err := a.Session(t.Context(), request(order...)); err != nil || s.User.ID != "ada-1" || strings.HasSuffix(s.Cookie, ".0") {
				t.Errorf("order %d: %+v, %v", i, s, err)
			}
		}
		for i := range cookies {
			noSession(t, a, request(append(append([]string{}, cookies[:i]...), cookies[i+1:]...)...), fmt.Sprintf("without chunk %d", i))
		}
		noSession(t, a, request(append([]string{}, append(cookies, fmt.Sprintf("authjs.session-token.%d=x", len(cookies)), fmt.Sprintf("next-auth.session-token.%d=x", len(cookies)))...)...), "a chunk too many")
	}
}

// TestTooMuch: what is longer than any session of Auth.js is not put together.
func TestTooMuch(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, strings.Repeat("x", 32), present.Add(time.Hour))
	a := newAuth(t, authjs.Config{Secrets: []string{"secret"}, Adapter: m})
	var chunks []string
	for i := range 40 {
		chunks = append(chunks, fmt.Sprintf("authjs.session-token.%d=x", i))
	}
	if _, err := a.Session(t.Context(), request(chunks[:32]...)); err != nil {
		t.Errorf("32 chunks: %v", err)
	}
	noSession(t, a, request(chunks...), "40 chunks, of which 32 would be a token")

	for size, good := range map[int]bool{40 << 10: true, 50 << 10: false} {
		token := sealed(t, `{"sub":"1","long":"`+strings.Repeat("x", size)+`"}`, nil)
		bearer := request()
		bearer.Header.Set("Authorization", "Bearer "+token)
		var pieces []string
		for i := 0; len(token) > 0; i++ {
			n := min(len(token), 3933)
			pieces = append(pieces, fmt.Sprintf("next-auth.session-token.%d=%s", i, token[:n]))
			token = token[n:]
		}
		for _, r := range []*http.Request{bearer, request(pieces...)} {
			if _, err := a.Session(t.Context(), r); (err == nil) != good || err != nil && !errors.Is(err, authjs.ErrNoSession) {
				t.Errorf("%d bytes of claims: %v", size, err)
			}
		}
	}
}

func TestTLSWithoutURL(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	r, w := request(), httptest.NewRecorder()
	r.TLS = &tls.ConnectionState{}
	if _, err := a.Issue(t.Context(), w, r, authjs.SignIn{User: ada()}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Secure-authjs.session-token=") || !strings.Contains(got, "; Secure") {
		t.Error(got)
	}
}
