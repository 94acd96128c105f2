package authjs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/authjs"
)

const secret = "a secret of at least 32 characters"

var present = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func now() time.Time { return present }

func newAuth(t testing.TB, cfg authjs.Config) *authjs.Auth {
	t.Helper()
	if cfg.Secrets == nil && cfg.Adapter == nil {
		cfg.Secrets = []string{secret}
	}
	if cfg.Clock == nil {
		cfg.Clock = now
	}
	a, err := authjs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// request returns one with the cookies, as "name=value" each.
func request(cookies ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://app.example.com/page?x=1", nil)
	if len(cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(cookies, "; "))
	}
	return r
}

// issued returns the cookies that Issue sets, as a browser sends them back.
func issued(t testing.TB, a *authjs.Auth, in authjs.SignIn) []string {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := a.Issue(t.Context(), w, request(), in); err != nil {
		t.Fatal(err)
	}
	return sentBack(w)
}

func sentBack(w *httptest.ResponseRecorder) (cookies []string) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			cookies = append(cookies, c.Name+"="+c.Value)
		}
	}
	return cookies
}

func ada() *authdb.User {
	return &authdb.User{ID: "ada-1", Name: "Ada", Email: "ada@example.com", Image: "https://example.com/ada.png"}
}

func inMemory(t testing.TB) (*adaptertest.Memory, *authdb.User) {
	t.Helper()
	m := adaptertest.NewMemory(authdb.WithClock(now))
	user, err := m.CreateUser(t.Context(), &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return m, user
}

func store(t testing.TB, m *adaptertest.Memory, userID, token string, expires time.Time) {
	t.Helper()
	if _, err := m.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: userID, Expires: expires}); err != nil {
		t.Fatal(err)
	}
}

func noSession(t testing.TB, a *authjs.Auth, r *http.Request, what string) {
	t.Helper()
	if s, err := a.Session(context.Background(), r); !errors.Is(err, authjs.ErrNoSession) || s != nil {
		t.Errorf("%s: %+v, %v, want ErrNoSession", what, s, err)
	}
}

// TestEncrypted: what is issued is found, whatever the cookie is called.
func TestEncrypted(t *testing.T) {
	for _, cfg := range []authjs.Config{
		{},
		{URL: "https://app.example.com"},
		{URL: "http://localhost:3000"},
		{Version: authjs.V4},
		{Version: authjs.V4, URL: "https://app.example.com/auth"},
		{CookieName: "__Host-mine"},
		{CookieName: "mine", Version: authjs.V4},
		{Secrets: []string{"new", "old"}},
	} {
		a := newAuth(t, cfg)
		cookies := issued(t, a, authjs.SignIn{User: ada(), Claims: map[string]any{"role": "admin", "big": json.Number("12345678901234567890")}})
		s, err := a.Session(t.Context(), request(cookies...))
		if err != nil {
			t.Errorf("%v: %v", cfg, err)
			continue
		}
		if s.User.ID != "ada-1" || s.User.Name != "Ada" || s.User.Email != "ada@example.com" || s.User.Image != "https://example.com/ada.png" {
			t.Errorf("%v: %+v", cfg, s.User)
		}
		if want := present.Add(30 * 24 * time.Hour); !s.Expires.Equal(want) || !s.Claims.IssuedAt.Equal(present) || s.Claims.ID == "" {
			t.Errorf("%v: %v, %+v", cfg, s.Expires, s.Claims)
		}
		name, _, _ := strings.Cut(cookies[0], "=")
		if s.Strategy != authjs.StrategyJWT || s.Stored != nil || s.Cookie != name {
			t.Errorf("%v: %+v", cfg, s)
		}
		var own struct {
			Role string
			Big  json.Number
		}
		if err := s.Claims.Decode(&own); err != nil || own.Role != "admin" || own.Big != "12345678901234567890" {
			t.Errorf("%v: %+v, %v", cfg, own, err)
		}
	}
}

// TestDatabase: a token that is not encrypted is looked up, by one call.
func TestDatabase(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "0b9a-token", present.Add(time.Hour))
	store(t, m, user.ID, "expired", present.Add(-time.Hour))
	calls := &counting{Adapter: m}
	a := newAuth(t, authjs.Config{Adapter: calls, Secrets: []string{secret}})
	for _, name := range []string{"authjs.session-token", "__Secure-authjs.session-token", "__Host-authjs.session-token", "next-auth.session-token", "__Secure-next-auth.session-token"} {
		calls.n = 0
		s, err := a.Session(t.Context(), request(name+"=0b9a-token"))
		if err != nil || s.User.ID != user.ID || s.Stored.SessionToken != "0b9a-token" || !s.Expires.Equal(present.Add(time.Hour)) ||
			s.Strategy != authjs.StrategyDatabase || s.Cookie != name || s.Claims != nil || calls.n != 1 {
			t.Errorf("%s: %+v, %v, %d calls", name, s, err, calls.n)
		}
	}
	store(t, m, user.ID, "a.b.c", present.Add(time.Hour))
	if _, err := a.Session(t.Context(), request("authjs.session-token=a.b.c")); err != nil {
		t.Errorf("a token with dots that is none of Auth.js's: %v", err)
	}
	for _, token := range []string{"unknown", "expired", "0B9A-TOKEN", "0b9a-token%00", "a.b.d", "a.b.c.d.e", strings.Repeat("x", 5000)} {
		noSession(t, a, request("authjs.session-token="+token), token)
	}
	calls.n = 0
	noSession(t, a, request("other=0b9a-token"), "another cookie")
	noSession(t, a, request("xauthjs.session-token=0b9a-token"), "a longer name")
	noSession(t, a, request("authjs.session-token="+strings.Repeat("x", 65<<10)), "more than any token has")
	if calls.n != 0 {
		t.Errorf("%d calls for no session cookie", calls.n)
	}
}

// counting counts look-ups, and fails as the database would.
type counting struct {
	authdb.Adapter
	n   int
	err error
}

func (c *counting) GetSessionAndUser(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
	if c.n++; c.err != nil {
		return nil, nil, c.err
	}
	return c.Adapter.GetSessionAndUser(ctx, token)
}

// TestOutage: that nobody knows is no answer that nobody is signed in.
func TestOutage(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "token", present.Add(time.Hour))
	down := errors.New("the database is down")
	a := newAuth(t, authjs.Config{Adapter: &counting{Adapter: m, err: down}, Secrets: []string{secret}})
	_, err := a.Session(t.Context(), request("authjs.session-token=token"))
	if !errors.Is(err, down) || errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("%v", err)
	}
	valid := issued(t, newAuth(t, authjs.Config{Version: authjs.V4}), authjs.SignIn{User: ada()})
	if s, err := a.Session(t.Context(), request(append(valid, "authjs.session-token=token")...)); !errors.Is(err, down) {
		t.Errorf("beside a token that is trusted less: %+v, %v", s, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newAuth(t, authjs.Config{Adapter: m}).Session(ctx, request("authjs.session-token=token")); !errors.Is(err, context.Canceled) || errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("canceled: %v", err)
	}
}

// TestSessionAsJSON: no script gets the token of the cookie.
func TestSessionAsJSON(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "the-token", present.Add(time.Hour))
	a := newAuth(t, authjs.Config{Adapter: m})
	s, err := a.Session(t.Context(), request("authjs.session-token=the-token"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil || strings.Contains(string(text), "the-token") || !strings.Contains(string(text), "ada@example.com") {
		t.Errorf("%s, %v", text, err)
	}
	if text := fmt.Sprintf("%v %+v", s, s); strings.Contains(text, "the-token") {
		t.Error(text)
	}
}

func TestBearer(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "token", present.Add(time.Hour))
	a := newAuth(t, authjs.Config{Adapter: m, Secrets: []string{secret}})
	for _, issuer := range []*authjs.Auth{newAuth(t, authjs.Config{}), newAuth(t, authjs.Config{URL: "https://app.example.com"}), newAuth(t, authjs.Config{Version: authjs.V4})} {
		_, token, _ := strings.Cut(issued(t, issuer, authjs.SignIn{User: ada()})[0], "=")
		r := request()
		r.Header.Set("Authorization", "Bearer "+token)
		if s, err := a.Session(t.Context(), r); err != nil || s.User.ID != "ada-1" || s.Cookie != "" {
			t.Errorf("%+v, %v", s, err)
		}
		r.Header.Set("Authorization", "Bearer "+strings.ReplaceAll(token, ".", "%2E"))
		if _, err := a.Session(t.Context(), r); err != nil {
			t.Errorf("percent-encoded: %v", err)
		}
		r.Header.Set("Authorization", "Bearer "+token[:len(token)-2])
		noSession(t, a, r, "cut off")
		r.Header.Set("Authorization", "Basic "+token)
		noSession(t, a, r, "another scheme")
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Cookie", "authjs.session-token=unknown")
		noSession(t, a, r, "a cookie goes first")
	}
	r := request()
	r.Header.Set("Authorization", "Bearer token")
	noSession(t, a, r, "a database token is only taken from a cookie, as Auth.js does")
}

// TestTolerance is at the second.
func TestTolerance(t *testing.T) {
	at := present
	a := newAuth(t, authjs.Config{Clock: func() time.Time { return at }})
	cookies := issued(t, a, authjs.SignIn{User: ada()})
	end := present.Add(30 * 24 * time.Hour)
	for late, good := range map[time.Duration]bool{0: true, 14 * time.Second: true, 14*time.Second + 999*time.Millisecond: true, 15 * time.Second: false, time.Hour: false} {
		at = end.Add(late)
		_, err := a.Session(t.Context(), request(cookies...))
		if (err == nil) != good {
			t.Errorf("%v after exp: %v", late, err)
		}
		if !good && (!errors.Is(err, authjs.ErrNoSession) || !errors.Is(err, authdb.ErrExpired)) {
			t.Errorf("%v after exp: %v, want ErrNoSession and ErrExpired", late, err)
		}
	}
	at = present
	cookies = issued(t, a, authjs.SignIn{User: ada(), Claims: map[string]int64{"nbf": present.Unix() + 15}})
	for early, good := range map[time.Duration]bool{0: true, time.Second: false} {
		at = present.Add(-early)
		if _, err := a.Session(t.Context(), request(cookies...)); (err == nil) != good {
			t.Errorf("%v before 15 seconds before nbf: %v", early, err)
		}
	}
}
