package authjs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
)

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
