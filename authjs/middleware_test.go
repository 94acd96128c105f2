package authjs_test

import (
	"bufio"
	"context"
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

func hello(w http.ResponseWriter, r *http.Request) {
	s, err := authjs.FromContext(r.Context())
	switch {
	case errors.Is(err, authjs.ErrNoSession):
		_, _ = io.WriteString(w, "nobody")
	case err != nil:
		http.Error(w, "unknown", http.StatusServiceUnavailable)
	default:
		_, _ = io.WriteString(w, s.User.Name)
	}
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLoad(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "token", present.Add(time.Hour))
	calls := &counting{Adapter: m}
	a := newAuth(t, authjs.Config{Adapter: calls})
	h := a.Load(http.HandlerFunc(hello))
	for cookie, want := range map[string]string{"authjs.session-token=token": "Ada", "authjs.session-token=other": "nobody", "x=y": "nobody"} {
		if w := serve(h, request(cookie)); w.Body.String() != want || w.Code != http.StatusOK || w.Header().Get("Vary") != "Cookie, Authorization" {
			t.Errorf("%s: %d, %s, %v", cookie, w.Code, w.Body, w.Header())
		}
	}
	calls.n = 0
	serve(a.Load(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})), request("authjs.session-token=token"))
	if calls.n != 0 {
		t.Errorf("%d look-ups for a handler that asks nothing", calls.n)
	}
	w := serve(a.Load(a.Require(a.Load(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hello(w, r); hello(w, r) })))), request("authjs.session-token=token"))
	if calls.n != 1 || len(w.Header()["Vary"]) != 1 || w.Body.String() != "AdaAda" {
		t.Errorf("nested: %d look-ups, %v, %s", calls.n, w.Header(), w.Body)
	}
	calls.err = errors.New("down")
	if w := serve(h, request("authjs.session-token=token")); w.Code != http.StatusServiceUnavailable {
		t.Errorf("an outage: %d, %s", w.Code, w.Body)
	}
	if s, err := authjs.FromContext(t.Context()); s != nil || err == nil || errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("without Load: %v, %v", s, err)
	}
}

func TestRequire(t *testing.T) {
	m, user := inMemory(t)
	store(t, m, user.ID, "token", present.Add(time.Hour))
	var log strings.Builder
	calls := &counting{Adapter: m}
	cfg := authjs.Config{Adapter: calls, URL: "http://app.example.com", Logger: slog.New(slog.NewTextHandler(&log, nil))}
	a := newAuth(t, cfg)
	h := a.Require(http.HandlerFunc(hello))
	if w := serve(h, request("authjs.session-token=token")); w.Code != http.StatusOK || w.Body.String() != "Ada" {
		t.Errorf("%d, %s", w.Code, w.Body)
	}
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for name, x := range map[string]struct {
		method, target, accept string
		code                   int
		location               string
	}{
		"a page":             {"GET", "/page?x=1&y=%C3%A4", browser, 302, "http://app.example.com/api/auth/signin?callbackUrl=%2Fpage%3Fx%3D1%26y%3D%25C3%25A4"},
		"its head":           {"HEAD", "/", browser, 302, "http://app.example.com/api/auth/signin?callbackUrl=%2F"},
		"a form":             {"POST", "/page", browser, 401, ""},
		"an API":             {"GET", "/page", "application/json", 401, ""},
		"anything":           {"GET", "/page", "*/*", 401, ""},
		"nothing said":       {"GET", "/page", "", 401, ""},
		"another site":       {"GET", "//evil.example/x", browser, 302, "http://app.example.com/api/auth/signin?callbackUrl=%2F"},
		"an absolute target": {"GET", "http://evil.example/x", browser, 302, "http://app.example.com/api/auth/signin?callbackUrl=%2Fx"},
	} {
		r := httptest.NewRequest(x.method, "/", nil)
		r.RequestURI = x.target // as it was asked for
		r.Header.Set("Accept", x.accept)
		w := serve(h, r)
		if w.Code != x.code || w.Header().Get("Location") != x.location || w.Header().Get("Vary") == "" || !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
		if x.code == 401 && (strings.TrimSpace(w.Body.String()) != `{"error":"unauthorized"}` || w.Header().Get("Content-Type") != "application/json") {
			t.Errorf("%s: %s, %v", name, w.Body, w.Header())
		}
	}
	stripped := httptest.NewRequest(http.MethodGet, "/go/me?x=1", nil)
	stripped.Header.Set("Accept", browser)
	if got := serve(http.StripPrefix("/go", h), stripped).Header().Get("Location"); !strings.HasSuffix(got, "?callbackUrl=%2Fgo%2Fme%3Fx%3D1") {
		t.Errorf("behind StripPrefix: %s", got)
	}
	own := cfg
	own.SignInPage = "/login?lang=en"
	r := request()
	r.Header.Set("Accept", browser)
	if w := serve(newAuth(t, own).Require(h), r); w.Header().Get("Location") != "/login?lang=en&callbackUrl=%2Fpage%3Fx%3D1" {
		t.Errorf("an own page: %v", w.Header())
	}
	if w := serve(newAuth(t, authjs.Config{}).Require(h), r); w.Code != http.StatusUnauthorized {
		t.Errorf("nowhere to sign in: %d", w.Code)
	}
	calls.err = errors.New("the database is down")
	if w := serve(h, request("authjs.session-token=token")); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "database") || w.Header().Get("Retry-After") == "" {
		t.Errorf("an outage: %d, %s", w.Code, w.Body)
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "the database is down") || strings.Contains(got, "token=token") {
		t.Errorf("log: %s", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	serve(h, request("authjs.session-token=token").WithContext(ctx))
	if got := log.String(); strings.Count(got, "\n") != 1 {
		t.Errorf("who has gone away is no outage: %s", got)
	}
}

// TestTwoAuths: whoever is signed in with one is nobody to the other, however
// their middleware is nested.
func TestTwoAuths(t *testing.T) {
	customers, staff := newAuth(t, authjs.Config{}), newAuth(t, authjs.Config{Secrets: []string{"of the staff"}, CookieName: "staff", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	customer := issued(t, customers, authjs.SignIn{User: ada()})
	both := append(issued(t, staff, authjs.SignIn{User: &authdb.User{ID: "bob", Name: "Bob"}}), customer...)
	h := customers.Load(staff.Require(http.HandlerFunc(hello)))
	if w := serve(h, request(customer...)); w.Code != http.StatusUnauthorized {
		t.Errorf("a customer among the staff: %d, %s", w.Code, w.Body)
	}
	if w := serve(h, request(both...)); w.Body.String() != "Bob" {
		t.Errorf("of both: %s", w.Body)
	}
}

// TestStreaming: what is written reaches the client at once, and the response
// writer is the server's own.
func TestStreaming(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	next := make(chan struct{})
	server := httptest.NewServer(a.Load(a.Rolling(a.Require(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		control := http.NewResponseController(w)
		if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Error(err)
		}
		for i := range 3 {
			fmt.Fprintf(w, "event %d\n", i)
			if err := control.Flush(); err != nil {
				t.Error(err)
			}
			<-next
		}
	})))))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", strings.Join(issued(t, a, authjs.SignIn{User: ada()}), "; "))
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for i := range 3 {
		if !lines.Scan() || lines.Text() != fmt.Sprint("event ", i) {
			t.Fatalf("line %d: %q, %v", i, lines.Text(), lines.Err())
		}
		next <- struct{}{}
	}
}
