package readme_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/authjs"
)

func greets(mux *http.ServeMux, adapter authdb.Adapter, authURL, authSecret string) error {
	auth, err := authjs.New(authjs.Config{URL: authURL, Secrets: []string{authSecret}, Adapter: adapter})
	if err != nil {
		return err
	}
	mux.Handle("GET /api/me", auth.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, _ := authjs.FromContext(r.Context())
		fmt.Fprintln(w, "Hello,", session.User.Name)
	})))
	return nil
}

func askHandler(auth *authjs.Auth) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, err := auth.Session(r.Context(), r)
		switch {
		case errors.Is(err, authjs.ErrNoSession):
			http.Error(w, "sign in first", http.StatusUnauthorized)
		case err != nil:
			http.Error(w, "try again", http.StatusServiceUnavailable)
		default:
			fmt.Fprintln(w, session.User.Email, "until", session.Expires)
		}
	}
}

func signInHandler(auth *authjs.Auth, user *authdb.User) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := auth.VerifyCSRF(r, r.PostFormValue("csrfToken")); err != nil {
			http.Error(w, "the form is too old", http.StatusForbidden)
			return
		}
		if _, err := auth.Issue(r.Context(), w, r, authjs.SignIn{User: user}); err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		back, err := auth.CallbackURL(r.PostFormValue("callbackUrl"))
		if err != nil {
			back = "/"
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}

// TestAuthjs runs what the README shows.
func TestAuthjs(t *testing.T) {
	const site, secret = "https://app.example.com", "a secret of 32 characters at least"
	memory := new(adaptertest.Memory)
	ada, err := memory.CreateUser(t.Context(), &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	auth, err := authjs.New(authjs.Config{URL: site, Secrets: []string{secret}, Adapter: memory})
	mux := http.NewServeMux()
	if err := errors.Join(err, greets(mux, memory, site, secret)); err != nil {
		t.Fatal(err)
	}
	r, w := httptest.NewRequest(http.MethodPost, "/", nil), httptest.NewRecorder()
	token, err := auth.CSRFToken(w, r)
	if err != nil {
		t.Fatal(err)
	}
	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader("callbackUrl=/home&csrfToken="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if signInHandler(auth, ada).ServeHTTP(httptest.NewRecorder(), r); r.Header.Get("Cookie") != "" {
		t.Fatal("no cookie yet")
	}
	r.Header.Set("Cookie", strings.Split(w.Header().Get("Set-Cookie"), ";")[0])
	w = httptest.NewRecorder()
	signInHandler(auth, ada).ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://app.example.com/home" {
		t.Fatalf("%d, %v", w.Code, w.Header())
	}
	me := httptest.NewRequest(http.MethodGet, "/api/me", nil)
	for cookie, want := range map[string]string{"": "sign in first\n", strings.Split(w.Header().Get("Set-Cookie"), ";")[0]: "ada@example.com until "} {
		me.Header.Set("Cookie", cookie)
		out := httptest.NewRecorder()
		if askHandler(auth)(out, me); !strings.HasPrefix(out.Body.String(), want) {
			t.Errorf("%q: %s", cookie, out.Body)
		}
		out = httptest.NewRecorder()
		mux.ServeHTTP(out, me)
		if cookie != "" && out.Body.String() != "Hello, Ada\n" || cookie == "" && out.Code != http.StatusUnauthorized {
			t.Errorf("%q: %d, %s", cookie, out.Code, out.Body)
		}
	}
}
