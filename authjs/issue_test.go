package authjs_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
)

// TestIssuedCookies: the attributes are those that Auth.js sets, in its order.
func TestIssuedCookies(t *testing.T) {
	m, user := inMemory(t)
	const token = `[\w.-]+`
	for want, cfg := range map[string]authjs.Config{
		`^authjs\.session-token=` + token + `; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax$`:                     {},
		`^__Secure-authjs\.session-token=` + token + `; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; Secure; SameSite=Lax$`:    {URL: "https://app.example.com"},
		`^next-auth\.session-token=` + token + `; Path=/; Expires=Sun, 01 Mar 2026 13:00:00 GMT; HttpOnly; SameSite=Lax$`:                  {Version: authjs.V4, MaxAge: time.Hour},
		`^mine=` + token + `; Domain=example.com; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax$`:                  {CookieName: "mine", CookieDomain: "example.com"},
		`^__Secure-authjs\.session-token=[0-9a-f-]{36}; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; Secure; SameSite=Lax$`:    {URL: "https://app.example.com", Adapter: m},
		`^authjs\.session-token=[0-9a-f-]{36}; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax$`:                     {Adapter: m},
		`^__Secure-next-auth\.session-token=` + token + `; Path=/; Expires=Tue, 31 Mar 2026 12:00:00 GMT; HttpOnly; Secure; SameSite=Lax$`: {URL: "https://app.example.com", Version: authjs.V4},
	} {
		a, w := newAuth(t, cfg), httptest.NewRecorder()
		s, err := a.Issue(t.Context(), w, request(), authjs.SignIn{User: user})
		if err != nil {
			t.Errorf("%v: %v", cfg, err)
			continue
		}
		got := w.Header()["Set-Cookie"]
		if len(got) != 1 || !regexp.MustCompile(want).MatchString(got[0]) {
			t.Errorf("%v: %q, want %s", cfg, got, want)
		}
		if found, err := a.Session(t.Context(), request(sentBack(w)...)); err != nil || found.User.ID != user.ID || !found.Expires.Equal(s.Expires) {
			t.Errorf("%v: %+v, %v", cfg, found, err)
		}
	}
}

// TestIssueReplaces: pieces that the browser had before are forgotten.
func TestIssueReplaces(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	long := chunked(t, a)
	w := httptest.NewRecorder()
	if _, err := a.Issue(t.Context(), w, request(append(long, "other=1", "authjs.session-token-x=1")...), authjs.SignIn{User: ada()}); err != nil {
		t.Fatal(err)
	}
	var gone, set []string
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			gone = append(gone, c.Name)
			continue
		}
		set = append(set, c.Name)
	}
	if len(gone) != len(long) || !slices.Equal(set, []string{"authjs.session-token"}) {
		t.Errorf("forgotten: %v, set: %v", gone, set)
	}
	w = httptest.NewRecorder()
	if _, err := a.Issue(t.Context(), w, request("authjs.session-token=short", "authjs.session-token.0=old"), authjs.SignIn{User: ada(), Claims: map[string]string{"long": strings.Repeat("x", 9000)}}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header()["Set-Cookie"]; len(got) != 5 || got[0] != "authjs.session-token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax" {
		t.Errorf("%d cookies: %.80q", len(got), got)
	}
}

// TestIssueClearsOthers: what the browser has of another version, or of another
// strategy, is gone.
func TestIssueClearsOthers(t *testing.T) {
	m, user := inMemory(t)
	for name, cfg := range map[string]authjs.Config{"encrypted": {Secrets: []string{secret}}, "stored": {Adapter: m}} {
		a := newAuth(t, cfg)
		before := append(chunked(t, newAuth(t, authjs.Config{})), issued(t, newAuth(t, authjs.Config{Version: authjs.V4}), authjs.SignIn{User: ada()})...)
		before = append(before, issued(t, newAuth(t, authjs.Config{URL: "https://app.example.com"}), authjs.SignIn{User: ada()})...)
		w, r := httptest.NewRecorder(), request(before...)
		r.Header.Set("X-Forwarded-Proto", "https")
		if _, err := a.Issue(t.Context(), w, r, authjs.SignIn{User: user}); err != nil {
			t.Fatal(err)
		}
		var gone, set []string
		for _, c := range w.Result().Cookies() {
			if c.MaxAge < 0 {
				gone = append(gone, c.Name)
				continue
			}
			set = append(set, c.Name)
		}
		if len(gone) != len(before)-1 || !slices.Equal(set, []string{"__Secure-authjs.session-token"}) {
			t.Errorf("%s: forgotten: %v, set: %v", name, gone, set)
		}
	}
}

// TestOneAnswer: of what is done to a session while one request is answered, the
// last is what the browser gets.
func TestOneAnswer(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	cookies, w := issued(t, a, authjs.SignIn{User: ada()}), httptest.NewRecorder()
	w.Header().Add("Set-Cookie", "authjs.session-token-x=1")
	long := authjs.SignIn{User: ada(), Claims: map[string]string{"long": strings.Repeat("x", 9000)}}
	_, err := a.Issue(t.Context(), w, request(cookies...), long)
	if _, again := a.Renew(t.Context(), w, request(cookies...)); errors.Join(err, again) != nil {
		t.Fatal(err, again)
	}
	if got := w.Header()["Set-Cookie"]; len(got) != 2 || got[0] != "authjs.session-token-x=1" || !strings.HasPrefix(got[1], "authjs.session-token=ey") {
		t.Errorf("issued and renewed: %.60q", got)
	}
	if err := a.Revoke(t.Context(), w, request(cookies...)); err != nil {
		t.Fatal(err)
	}
	if got := w.Header()["Set-Cookie"]; len(got) != 2 || !strings.HasPrefix(got[1], "authjs.session-token=; Max-Age=0") {
		t.Errorf("and revoked: %.60q", got)
	}
}

func TestIssueRefuses(t *testing.T) {
	m, user := inMemory(t)
	stored, jwt := newAuth(t, authjs.Config{Adapter: m}), newAuth(t, authjs.Config{})
	for name, x := range map[string]struct {
		a  *authjs.Auth
		in authjs.SignIn
		is error
	}{
		"nobody":                       {jwt, authjs.SignIn{}, authdb.ErrInvalid},
		"a user without an ID":         {jwt, authjs.SignIn{User: &authdb.User{}}, authdb.ErrInvalid},
		"claims of a database session": {stored, authjs.SignIn{User: user, Claims: struct{}{}}, authdb.ErrInvalid},
		"columns of an encrypted one":  {jwt, authjs.SignIn{User: user, Extra: map[string]any{"IP": ""}}, authdb.ErrInvalid},
		"claims that are no object":    {jwt, authjs.SignIn{User: user, Claims: []int{1}}, authdb.ErrInvalid},
		"claims that are null":         {jwt, authjs.SignIn{User: user, Claims: (*authdb.User)(nil)}, authdb.ErrInvalid},
		"claims that can't be":         {jwt, authjs.SignIn{User: user, Claims: func() {}}, authdb.ErrInvalid},
		"claims that are too long":     {jwt, authjs.SignIn{User: user, Claims: map[string]string{"x": strings.Repeat("x", 50<<10)}}, authdb.ErrInvalid},
		"a user who is not there":      {stored, authjs.SignIn{User: ada()}, authdb.ErrReference},
	} {
		w := httptest.NewRecorder()
		if s, err := x.a.Issue(t.Context(), w, request(), x.in); !errors.Is(err, x.is) || s != nil {
			t.Errorf("%s: %+v, %v, want %v", name, s, err, x.is)
		}
		if len(w.Header()) != 0 {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
}

func TestRevoke(t *testing.T) {
	m, user := inMemory(t)
	a := newAuth(t, authjs.Config{Adapter: m, Secrets: []string{secret}, URL: "https://app.example.com"})
	cookies := issued(t, a, authjs.SignIn{User: user})
	w := httptest.NewRecorder()
	if err := a.Revoke(t.Context(), w, request(append(cookies, "__Secure-authjs.session-token.0=x", "__Secure-authjs.session-token-y=z", "other=1")...)); err != nil {
		t.Fatal(err)
	}
	want := []string{"__Secure-authjs.session-token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax", "__Secure-authjs.session-token.0=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax"}
	if got := w.Header()["Set-Cookie"]; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	noSession(t, a, request(cookies...), "afterwards")
	w = httptest.NewRecorder()
	if err := a.Revoke(t.Context(), w, request("other=1")); err != nil || len(w.Header()) != 0 {
		t.Errorf("nobody: %v, %v", err, w.Header())
	}
	down := &deletes{Adapter: m, err: errors.New("down")}
	b := newAuth(t, authjs.Config{Adapter: down})
	if err := b.Revoke(t.Context(), w, request("authjs.session-token=x")); !errors.Is(err, down.err) || len(w.Header()) != 0 {
		t.Errorf("an outage: %v, %v", err, w.Header())
	}
}

type deletes struct {
	authdb.Adapter
	err error
}

func (d *deletes) DeleteSession(context.Context, string) error { return d.err }
