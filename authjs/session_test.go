package authjs_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
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
