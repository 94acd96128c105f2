package authjs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb/authjs"
)

func TestConfigRefuses(t *testing.T) {
	m, _ := inMemory(t)
	secrets := []string{secret}
	for what, cfg := range map[string]authjs.Config{
		"Secrets and Adapter":      {},
		"Secrets[1] is empty":      {Secrets: []string{secret, ""}},
		"AUTH_SECRET":              {Secrets: []string{""}},
		"URL":                      {Secrets: secrets, URL: "app.example.com"},
		"URL:":                     {Secrets: secrets, URL: "https://user:pass@app.example.com"},
		"URL: it":                  {Secrets: secrets, URL: "https://app.example.com?x=1"},
		"CookieName":               {Secrets: secrets, CookieName: "a b"},
		"CookieDomain":             {Secrets: secrets, CookieDomain: "x; Secure"},
		"CookieDomain: a cookie":   {Secrets: secrets, CookieName: "__Host-x", CookieDomain: "example.com"},
		"Strategy":                 {Secrets: secrets, Strategy: "cookie"},
		"encrypted sessions need":  {Adapter: m, Strategy: authjs.StrategyJWT},
		"database sessions need":   {Secrets: secrets, Strategy: authjs.StrategyDatabase},
		"Version":                  {Secrets: secrets, Version: authjs.V3},
		"MaxAge":                   {Secrets: secrets, MaxAge: time.Millisecond},
		"Strategy: \"jwt \" is no": {Secrets: secrets, Strategy: "jwt "},
	} {
		a, err := authjs.New(cfg)
		if !errors.Is(err, authjs.ErrConfig) || a != nil || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "pass@") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := authjs.New(authjs.Config{URL: "x", CookieName: "a b", Strategy: "x"})
	if n := strings.Count(err.Error(), "\n"); n != 3 {
		t.Errorf("all that is wrong is said: %v", err)
	}
}

// TestConfigIsNotPrinted: whoever prints a Config prints no secret.
func TestConfigIsNotPrinted(t *testing.T) {
	cfg := authjs.Config{Secrets: []string{secret}, URL: "https://app.example.com"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "cfg", cfg)
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a := newAuth(t, cfg)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "auth", a)
	for _, got := range []string{fmt.Sprint(a), fmt.Sprintf("%v %+v %#v %s", a, a, a, a), fmt.Sprint(cfg), fmt.Sprintf("%v %+v %#v %s %q %x", cfg, cfg, cfg, cfg, cfg, cfg), string(text), log.String()} {
		if strings.Contains(got, secret) || strings.Contains(got, fmt.Sprintf("%x", secret)) || !strings.Contains(got, "app.example.com") {
			t.Error(got)
		}
	}
}

func TestConfigIsCopied(t *testing.T) {
	secrets := []string{secret}
	a := newAuth(t, authjs.Config{Secrets: secrets})
	cookies := issued(t, a, authjs.SignIn{User: ada()})
	w := httptest.NewRecorder()
	token, err := a.CSRFToken(w, request())
	if err != nil {
		t.Fatal(err)
	}
	secrets[0] = "another"
	if err := a.VerifyCSRF(request(strings.Split(w.Header().Get("Set-Cookie"), ";")[0]), token); err != nil {
		t.Error(err)
	}
	if _, err := a.Session(t.Context(), request(cookies...)); err != nil {
		t.Error(err)
	}
}
