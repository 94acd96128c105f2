package authjs_test

import (
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/authdb/authdb/authjs"
)

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
