package authjs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
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

// TestRenewEncrypted: the claims stay, but those of the time.
func TestRenewEncrypted(t *testing.T) {
	for _, version := range []authjs.Version{authjs.V4, authjs.V5} {
		at := present
		a := newAuth(t, authjs.Config{Version: version, Clock: func() time.Time { return at }})
		cookies := issued(t, a, authjs.SignIn{User: ada(), Claims: map[string]any{"big": json.Number("12345678901234567890"), "tag": "<&>"}})
		before, err := a.Session(t.Context(), request(cookies...))
		if err != nil {
			t.Fatal(err)
		}
		at = present.Add(10 * 24 * time.Hour)
		w := httptest.NewRecorder()
		s, err := a.Renew(t.Context(), w, request(cookies...))
		if err != nil {
			t.Fatal(err)
		}
		found, err := a.Session(t.Context(), request(sentBack(w)...))
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []*authjs.Session{s, found} {
			if !got.Expires.Equal(at.Add(30*24*time.Hour)) || !got.Claims.IssuedAt.Equal(at) || got.Claims.ID == before.Claims.ID || got.User.Email != "ada@example.com" || got.Version != version || got.Cookie != before.Cookie {
				t.Errorf("version %d: %+v, %s", version, got, got.Claims.Raw)
			}
			if raw := string(got.Claims.Raw); !strings.Contains(raw, `"big":12345678901234567890`) || !strings.Contains(raw, `"tag":"<&>"`) {
				t.Errorf("version %d: %s", version, raw)
			}
		}
		if want := "Expires=Fri, 10 Apr 2026 12:00:00 GMT"; !strings.Contains(w.Header().Get("Set-Cookie"), want) {
			t.Errorf("version %d: %s", version, w.Header().Get("Set-Cookie"))
		}
	}
}

// TestRenewStored is by Auth.js's arithmetic: a row is written once a day at most.
func TestRenewStored(t *testing.T) {
	m, user := inMemory(t)
	writes := &updates{Adapter: m}
	at := present
	a := newAuth(t, authjs.Config{Adapter: writes, Clock: func() time.Time { return at }})
	cookies := issued(t, a, authjs.SignIn{User: user})
	for _, x := range []struct {
		after  time.Duration
		writes int
	}{{0, 0}, {24*time.Hour - time.Millisecond, 0}, {24 * time.Hour, 1}, {25 * time.Hour, 1}, {48*time.Hour - time.Millisecond, 1}, {48 * time.Hour, 2}} {
		at = present.Add(x.after)
		w := httptest.NewRecorder()
		s, err := a.Renew(t.Context(), w, request(cookies...))
		if err != nil || writes.n != x.writes {
			t.Fatalf("after %v: %v, %d writes, want %d", x.after, err, writes.n, x.writes)
		}
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, at.Add(30*24*time.Hour).Format(http.TimeFormat)) || !strings.HasPrefix(got, cookies[0]+";") {
			t.Errorf("after %v: %s", x.after, got)
		}
		if want := present.Add(time.Duration(x.writes)*24*time.Hour + 30*24*time.Hour); !s.Expires.Equal(want) {
			t.Errorf("after %v: until %v, want %v", x.after, s.Expires, want)
		}
	}
	writes.err = authdb.ErrNotFound
	at = at.Add(25 * time.Hour)
	if _, err := a.Renew(t.Context(), httptest.NewRecorder(), request(cookies...)); !errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("revoked meanwhile: %v", err)
	}
	writes.err = errors.New("down")
	if _, err := a.Renew(t.Context(), httptest.NewRecorder(), request(cookies...)); !errors.Is(err, writes.err) || errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("an outage: %v", err)
	}
	w := httptest.NewRecorder()
	if _, err := a.Renew(t.Context(), w, request()); !errors.Is(err, authjs.ErrNoSession) || len(w.Header()) != 0 {
		t.Errorf("nobody: %v", err)
	}
}

// updates counts what UpdateSession writes.
type updates struct {
	authdb.Adapter
	n   int
	err error
}

func (u *updates) UpdateSession(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
	if u.err != nil {
		return nil, u.err
	}
	u.n++
	return u.Adapter.UpdateSession(ctx, token, patch)
}

// TestRenewBehindProxy: a cookie with a prefix is Secure, whatever the request
// came over.
func TestRenewBehindProxy(t *testing.T) {
	cookies := issued(t, newAuth(t, authjs.Config{URL: "https://app.example.com"}), authjs.SignIn{User: ada()})
	w := httptest.NewRecorder()
	if _, err := newAuth(t, authjs.Config{}).Renew(t.Context(), w, request(cookies...)); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Secure-") || !strings.Contains(got, "; Secure;") {
		t.Error(got)
	}
}

func TestRenewBearer(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	_, token, _ := strings.Cut(issued(t, a, authjs.SignIn{User: ada()})[0], "=")
	r, w := request(), httptest.NewRecorder()
	r.Header.Set("Authorization", "Bearer "+token)
	if s, err := a.Renew(t.Context(), w, r); err != nil || s.User.ID != "ada-1" || len(w.Header()) != 0 {
		t.Errorf("%+v, %v, %v", s, err, w.Header())
	}
}

func TestRolling(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	cookies := issued(t, a, authjs.SignIn{User: ada()})
	handler := a.Rolling(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for method, want := range map[string]int{http.MethodGet: 0, http.MethodHead: 0, http.MethodOptions: 0, http.MethodPost: 1, http.MethodDelete: 1} {
		r, w := request(cookies...), httptest.NewRecorder()
		r.Method = method
		handler.ServeHTTP(w, r)
		if got := len(w.Header()["Set-Cookie"]); got != want || w.Code != http.StatusNoContent {
			t.Errorf("%s: %d cookies, %d", method, got, w.Code)
		}
	}
	r, w := request(), httptest.NewRecorder()
	r.Method = http.MethodPost
	if handler.ServeHTTP(w, r); w.Code != http.StatusNoContent || len(w.Header()["Set-Cookie"]) != 0 {
		t.Errorf("nobody: %d, %v", w.Code, w.Header())
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

func TestCSRF(t *testing.T) {
	for _, cfg := range []authjs.Config{{}, {URL: "https://app.example.com"}, {Version: authjs.V4}, {Secrets: []string{"new", "old"}}} {
		a, w := newAuth(t, cfg), httptest.NewRecorder()
		token, err := a.CSRFToken(w, request())
		if err != nil || len(token) != 64 {
			t.Fatalf("%q, %v", token, err)
		}
		set := w.Header().Get("Set-Cookie")
		pattern := `^(__Host-authjs|authjs|next-auth)\.csrf-token=` + token + `%7C[0-9a-f]{64}; Path=/; HttpOnly; (Secure; )?SameSite=Lax$`
		if !regexp.MustCompile(pattern).MatchString(set) || strings.HasPrefix(set, "__Host-") != strings.Contains(set, "Secure;") {
			t.Errorf("%v: %s", cfg, set)
		}
		cookie, _, _ := strings.Cut(set, ";")
		r, again := request(cookie), httptest.NewRecorder()
		if got, err := a.CSRFToken(again, r); got != token || err != nil || len(again.Header()) != 0 {
			t.Errorf("%v: again: %q, %v, %v", cfg, got, err, again.Header())
		}
		if err := a.VerifyCSRF(r, token); err != nil {
			t.Errorf("%v: %v", cfg, err)
		}
		for _, bad := range []string{"", strings.ToUpper(token), token + "0", token[1:]} {
			if err := a.VerifyCSRF(r, bad); !errors.Is(err, authjs.ErrCSRF) {
				t.Errorf("%v: %q: %v", cfg, bad, err)
			}
		}
		for _, bad := range []string{"", strings.Replace(cookie, "%7C", "%7C0", 1), strings.ToUpper(cookie), strings.Replace(cookie, "%7C", "", 1), strings.Split(cookie, "%7C")[0]} {
			if err := a.VerifyCSRF(request(bad), token); !errors.Is(err, authjs.ErrCSRF) {
				t.Errorf("%v: cookie %q: %v", cfg, bad, err)
			}
		}
		other := newAuth(t, authjs.Config{Secrets: []string{"other"}})
		if err := other.VerifyCSRF(r, token); !errors.Is(err, authjs.ErrCSRF) {
			t.Errorf("%v: another secret: %v", cfg, err)
		}
	}
	secure, plain := newAuth(t, authjs.Config{URL: "https://app.example.com", CookieDomain: "example.com"}), newAuth(t, authjs.Config{URL: "http://app.example.com"})
	for name, pair := range map[string][2]*authjs.Auth{"of no TLS behind TLS": {plain, secure}, "of TLS without": {secure, plain}} {
		w := httptest.NewRecorder()
		token, err := pair[0].CSRFToken(w, request())
		if err != nil {
			t.Fatal(err)
		}
		cookie, attributes, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
		if strings.HasPrefix(cookie, "__Host-") && strings.Contains(attributes, "Domain") {
			t.Errorf("%s: %s", cookie, attributes)
		}
		if err := pair[1].VerifyCSRF(request(cookie), token); !errors.Is(err, authjs.ErrCSRF) {
			t.Errorf("a cookie %s: %v", name, err)
		}
	}
	// Between two versions each has its own cookie, and a form of either passes.
	w5, w4 := httptest.NewRecorder(), httptest.NewRecorder()
	v5, v4 := newAuth(t, authjs.Config{Version: authjs.V5}), newAuth(t, authjs.Config{Version: authjs.V4})
	old, err := v4.CSRFToken(w4, request())
	if err != nil {
		t.Fatal(err)
	}
	cookie4, _, _ := strings.Cut(w4.Header().Get("Set-Cookie"), ";")
	fresh, err := v5.CSRFToken(w5, request(cookie4))
	if err != nil || fresh == old || len(w5.Header()) == 0 {
		t.Errorf("the token of another version, %v", err)
	}
	cookie5, _, _ := strings.Cut(w5.Header().Get("Set-Cookie"), ";")
	if err := errors.Join(v5.VerifyCSRF(request(cookie5, cookie4), old), v5.VerifyCSRF(request(cookie4, cookie5), fresh)); err != nil {
		t.Error(err)
	}
	if err := plain.VerifyCSRF(request(), ""); !errors.Is(err, authjs.ErrCSRF) {
		t.Errorf("nothing and nothing: %v", err)
	}
	m, _ := inMemory(t)
	a := newAuth(t, authjs.Config{Adapter: m})
	if _, err := a.CSRFToken(httptest.NewRecorder(), request()); !errors.Is(err, authjs.ErrConfig) {
		t.Errorf("without Secrets: %v", err)
	}
	if err := a.VerifyCSRF(request(), "x"); !errors.Is(err, authjs.ErrConfig) {
		t.Errorf("without Secrets: %v", err)
	}
}

func TestCallbackURL(t *testing.T) {
	a := newAuth(t, authjs.Config{URL: "https://app.example.com/auth"})
	const home = "https://app.example.com"
	for asked, want := range map[string]string{
		"": home, "/": home + "/", "/x?y=z#q": home + "/x?y=z#q", "//evil.example": home + "//evil.example",
		home: home, home + "/x": home + "/x", "https://app.example.com:443/x": "https://app.example.com:443/x",
		"https://app.example.com:444/x": home, "http://app.example.com/x": home, "https://evil.example/": home,
		"https://app.example.com.evil.example/": home, "https://app.example.com@evil.example/": home, "https://evil@app.example.com/": home,
		"javascript:alert(1)": home, "data:text/html,x": home, "x": home, "https:app.example.com/x": home, `\\evil.example`: home,
		`https://app.example.com\@evil.example`: home, `/\evil.example`: home, "/x\r\nSet-Cookie: y=z": home, "HTTPS://APP.example.com/x": "HTTPS://APP.example.com/x",
		"https://app.example.com%2eevil.example/": home, "https://[::1": home,
	} {
		if got, err := a.CallbackURL(asked); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", asked, got, err, want)
		}
	}
	if _, err := newAuth(t, authjs.Config{}).CallbackURL("/x"); !errors.Is(err, authjs.ErrConfig) {
		t.Errorf("without URL: %v", err)
	}
}
