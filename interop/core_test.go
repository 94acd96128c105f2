package interop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/authjs"
	"github.com/authdb/authdb/internal/testdb"
)

const coreSecret = "a secret of both sides, of 32 bytes and more"

// core starts a process with @auth/core and NextAuth 4 and 3: see origins/core.mjs.
func core(t *testing.T) *peer {
	t.Helper()
	return start(t, testdb.Node(t, "."), "core", "", "", "UTC")
}

func ask(t *testing.T, js *peer, method string, args ...any) any {
	t.Helper()
	result, err := js.call(method, args...)
	if err != nil {
		t.Fatalf("JavaScript: %s: %v", method, err)
	}
	return result
}

func newAuth(t *testing.T, cfg authjs.Config) *authjs.Auth {
	t.Helper()
	if cfg.Secrets == nil {
		cfg.Secrets = []string{coreSecret}
	}
	a, err := authjs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func with(cookies ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://app.example.com/", nil)
	r.Header.Set("Cookie", strings.Join(cookies, "; "))
	return r
}

// set are the cookies of an answer of Auth.js 5.
func set(answer any) (cookies []string) {
	list, _ := answer.(object)["cookies"].([]any)
	for _, c := range list {
		cookies = append(cookies, c.(string))
	}
	return cookies
}

// ofSession are those of the session, with the value and the instant left out.
func ofSession(cookies []string) (shapes []string) {
	for _, c := range cookies {
		if strings.Contains(c, "session-token") || strings.HasPrefix(c, "mine") {
			c = regexp.MustCompile(`=[^;]+;`).ReplaceAllString(c, "=...;")
			shapes = append(shapes, regexp.MustCompile(`Expires=[^;]+`).ReplaceAllString(c, "Expires=..."))
		}
	}
	return shapes
}

func pairsOf(cookies []string) (pairs []string) {
	for _, c := range cookies {
		if pair, _, _ := strings.Cut(c, ";"); !strings.HasSuffix(pair, "=") {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}

// TestCookies has the routes of @auth/core take the cookies that Go sets, and Go
// those that they set, attribute for attribute.
func TestCookies(t *testing.T) {
	js := core(t)
	for _, secure := range []bool{false, true} {
		for _, name := range []string{"", "mine"} {
			for _, long := range []bool{false, true} {
				for _, database := range []bool{false, true} {
					if database && long {
						continue
					}
					t.Run(fmt.Sprintf("secure %v, name %q, long %v, database %v", secure, name, long, database), func(t *testing.T) {
						cookieCase{js, secure, name, long, database}.run(t)
					})
				}
			}
		}
	}
}

type cookieCase struct {
	js             *peer
	secure         bool
	name           string
	long, database bool
}

func (c cookieCase) run(t *testing.T) {
	cfg := authjs.Config{URL: "http://app.example.com", CookieName: c.name}
	if c.secure {
		cfg.URL = "https://app.example.com"
	}
	options := object{"secret": coreSecret, "database": c.database, "cookieName": c.name, "useSecureCookies": c.secure}
	memory := new(adaptertest.Memory)
	user, err := memory.CreateUser(t.Context(), &authdb.User{ID: "ada-1", Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if c.database {
		cfg.Adapter = memory
	}
	a, w := newAuth(t, cfg), httptest.NewRecorder()
	in := authjs.SignIn{User: user}
	if !c.database {
		in.Claims = object{"role": "admin"}
		if c.long {
			in.Claims = object{"role": strings.Repeat("admin", 2000)}
		}
	}
	s, err := a.Issue(t.Context(), w, with(), in)
	if err != nil {
		t.Fatal(err)
	}
	if c.database {
		ask(t, c.js, "store", object{"sessionToken": s.Stored.SessionToken, "userId": user.ID, "expires": encode(s.Expires)})
	}
	cookies := w.Header()["Set-Cookie"]
	header := strings.Join(pairsOf(cookies), "; ")

	// A session of Go's is one of JavaScript's.
	answer := ask(t, c.js, "handle5", options, "GET", "session", header)
	var body struct {
		ID   string
		User struct{ Name, Email string }
	}
	if err := json.Unmarshal([]byte(answer.(object)["body"].(string)), &body); err != nil || body.User.Email != "ada@example.com" {
		t.Fatalf("JavaScript: %v, %v", answer, err)
	}

	// It has set the cookies that Renew would.
	w = httptest.NewRecorder()
	if _, err := a.Renew(t.Context(), w, with(header)); err != nil {
		t.Fatal(err)
	}
	theirs, ours := set(answer), w.Header()["Set-Cookie"]
	if !slices.Equal(ofSession(ours), ofSession(theirs)) {
		t.Errorf("Go sets\n%s\nand Auth.js\n%s", strings.Join(ofSession(ours), "\n"), strings.Join(ofSession(theirs), "\n"))
	}
	if !slices.Equal(ofSession(cookies), ofSession(theirs)) {
		t.Errorf("Go begins with\n%s\nand Auth.js goes on with\n%s", strings.Join(ofSession(cookies), "\n"), strings.Join(ofSession(theirs), "\n"))
	}

	// A session of JavaScript's is one of Go's.
	found, err := a.Session(t.Context(), with(pairsOf(theirs)...))
	if err != nil || found.User.Email != "ada@example.com" {
		t.Fatalf("Go: %+v, %v", found, err)
	}

	c.csrf(t, a, options)

	// Both sign out alike.
	w = httptest.NewRecorder()
	token, err := a.CSRFToken(w, with())
	if err != nil {
		t.Fatal(err)
	}
	csrf := pairsOf(w.Header()["Set-Cookie"])
	out := ask(t, c.js, "handle5", options, "POST", "signout", header+"; "+strings.Join(csrf, "; "), object{"csrfToken": token})
	w = httptest.NewRecorder()
	if err := a.Revoke(t.Context(), w, with(header)); err != nil {
		t.Fatal(err)
	}
	if theirs, ours := ofSession(set(out)), ofSession(w.Header()["Set-Cookie"]); !slices.Equal(ours, theirs) || len(ours) == 0 {
		t.Errorf("Go signs out by\n%s\nand Auth.js by\n%s\n%v", strings.Join(ours, "\n"), strings.Join(theirs, "\n"), out)
	}
	if c.database {
		if left := ask(t, c.js, "stored", s.Stored.SessionToken); left != nil {
			t.Errorf("JavaScript did not take the CSRF token: %v", out)
		}
	}
}

// csrf: a token of one side is one of the other.
func (c cookieCase) csrf(t *testing.T, a *authjs.Auth, options object) {
	t.Helper()
	answer := ask(t, c.js, "handle5", options, "GET", "csrf", "")
	var body struct{ CSRFToken string }
	if err := json.Unmarshal([]byte(answer.(object)["body"].(string)), &body); err != nil {
		t.Fatal(err)
	}
	theirs := slices.DeleteFunc(set(answer), func(c string) bool { return !strings.Contains(c, "csrf-token") })
	r, w := with(pairsOf(theirs)...), httptest.NewRecorder()
	if err := a.VerifyCSRF(r, body.CSRFToken); err != nil {
		t.Errorf("Go does not take JavaScript's: %v", err)
	}
	if token, err := a.CSRFToken(w, r); token != body.CSRFToken || err != nil || len(w.Header()) != 0 {
		t.Errorf("Go makes another: %q, %v", token, err)
	}
	if _, err := a.CSRFToken(w, with()); err != nil {
		t.Fatal(err)
	}
	mask := func(cookies []string) string {
		return regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(strings.Join(cookies, "\n"), "...")
	}
	if ours := w.Header()["Set-Cookie"]; mask(ours) != mask(theirs) {
		t.Errorf("Go sets %s, and Auth.js %s", mask(ours), mask(theirs))
	}
}

// TestCookiesOfNextAuth4 is the same with NextAuth 4, whose cookies come as what
// they are made of.
func TestCookiesOfNextAuth4(t *testing.T) {
	js := core(t)
	for _, secure := range []bool{false, true} {
		for _, long := range []bool{false, true} {
			t.Run(fmt.Sprintf("secure %v, long %v", secure, long), func(t *testing.T) {
				cfg := authjs.Config{URL: "http://app.example.com", Version: authjs.V4}
				if secure {
					cfg.URL = "https://app.example.com"
				}
				a, w := newAuth(t, cfg), httptest.NewRecorder()
				claims := object{"role": "admin"}
				if long {
					claims = object{"role": strings.Repeat("admin", 2000)}
				}
				if _, err := a.Issue(t.Context(), w, with(), authjs.SignIn{User: &authdb.User{ID: "1", Name: "Ada", Email: "ada@example.com"}, Claims: claims}); err != nil {
					t.Fatal(err)
				}
				token, err := a.CSRFToken(w, with())
				if err != nil {
					t.Fatal(err)
				}
				sent := object{}
				for _, c := range w.Result().Cookies() {
					sent[c.Name] = strings.ReplaceAll(c.Value, "%7C", "|")
				}
				options := object{"secret": coreSecret, "useSecureCookies": secure}
				answer := ask(t, js, "handle4", options, "GET", "session", sent).(object)
				if body, _ := answer["body"].(string); !strings.Contains(body, "ada@example.com") {
					t.Fatalf("JavaScript: %v", answer)
				}
				var pairs, names []string
				for _, x := range answer["cookies"].([]any) {
					c := x.(object)
					if name := c["name"].(string); strings.Contains(name, "session-token") {
						pairs, names = append(pairs, name+"="+c["value"].(string)), append(names, name)
						if c["secure"] != secure || c["httpOnly"] != true || c["sameSite"] != "lax" || c["path"] != "/" {
							t.Errorf("%v", c)
						}
					}
				}
				s, err := a.Session(t.Context(), with(pairs...))
				if err != nil || s.User.Email != "ada@example.com" || s.Version != authjs.V4 {
					t.Errorf("Go: %+v, %v", s, err)
				}
				w = httptest.NewRecorder()
				if _, err := a.Renew(t.Context(), w, with(pairs...)); err != nil {
					t.Fatal(err)
				}
				var ours []string
				for _, c := range w.Result().Cookies() {
					ours = append(ours, c.Name)
				}
				if !slices.Equal(ours, names) {
					t.Errorf("Go sets %v, and NextAuth %v", ours, names)
				}
				out := ask(t, js, "handle4", options, "POST", "signout", sent, object{"csrfToken": token, "json": "true"}).(object)
				if list, _ := out["cookies"].([]any); !slices.ContainsFunc(list, func(x any) bool {
					c := x.(object)
					return strings.Contains(c["name"].(string), "session-token") && c["value"] == "" && c["maxAge"] == 0.0
				}) {
					t.Errorf("NextAuth does not take Go's CSRF token: %v", out)
				}
			})
		}
	}
}

// TestRolling: both extend a session in the database at the same age.
func TestRolling(t *testing.T) {
	js := core(t)
	memory := new(adaptertest.Memory)
	user, err := memory.CreateUser(t.Context(), &authdb.User{ID: "ada-1", Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	a := newAuth(t, authjs.Config{URL: "http://app.example.com", Adapter: memory})
	const day = 24 * time.Hour
	for i, x := range []struct {
		left time.Duration
		ends time.Duration // from now
	}{{30 * day, 30 * day}, {29*day + time.Minute, 29*day + time.Minute}, {29*day - time.Minute, 30 * day}, {time.Minute, 30 * day}, {40 * day, 40 * day}} {
		token, expires := fmt.Sprint("rolling-", i), time.Now().Add(x.left).Truncate(time.Millisecond)
		if _, err := memory.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: user.ID, Expires: expires}); err != nil {
			t.Fatal(err)
		}
		ask(t, js, "store", object{"sessionToken": token, "userId": user.ID, "expires": encode(expires)})
		cookie := "authjs.session-token=" + token
		ask(t, js, "handle5", object{"secret": coreSecret, "database": true}, "GET", "session", cookie)
		theirs, _ := ask(t, js, "stored", token).(object)["expires"].(date)
		ours, err := a.Renew(t.Context(), httptest.NewRecorder(), with(cookie))
		if err != nil {
			t.Fatal(err)
		}
		for side, at := range map[string]time.Time{"Auth.js": theirs.Time, "Go": ours.Expires} {
			if off := time.Until(at) - x.ends; off.Abs() > 20*time.Second {
				t.Errorf("%v left: %s goes on until %v from now, want %v", x.left, side, time.Until(at), x.ends)
			}
		}
	}
}
