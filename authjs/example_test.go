package authjs_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/authjs"
)

// Who a request is from, as a handler asks it.
func Example() {
	auth, err := authjs.New(authjs.Config{
		URL:     "https://app.example.com",             // AUTH_URL of the front end
		Secrets: []string{os.Getenv("AUTH_SECRET")},    // its secret
		Adapter: authdb.Adapter(&adaptertest.Memory{}), // its database, if sessions are there
	})
	if err != nil {
		fmt.Println(err) // AUTH_SECRET is not set here
	}
	_ = auth
	// Output:
	// authjs: invalid configuration: Secrets[0] is empty: is the variable AUTH_SECRET set?
}

// A session of the database, begun and ended in Go.
func ExampleAuth_Session() {
	adapter := new(adaptertest.Memory)
	auth, err := authjs.New(authjs.Config{URL: "https://app.example.com", Adapter: adapter})
	if err != nil {
		log.Fatal(err)
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	ctx := r.Context()
	ada, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := auth.Issue(ctx, w, r, authjs.SignIn{User: ada}); err != nil {
		log.Fatal(err)
	}
	r.AddCookie(w.Result().Cookies()[0]) // as the browser does from now on

	session, err := auth.Session(ctx, r)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.User.Name, "is signed in, by", session.Strategy, "in", session.Cookie)

	if err := auth.Revoke(ctx, w, r); err != nil {
		log.Fatal(err)
	}
	_, err = auth.Session(ctx, r)
	fmt.Println(errors.Is(err, authjs.ErrNoSession))
	// Output:
	// Ada is signed in, by database in __Secure-authjs.session-token
	// true
}

// Claims that the application's jwt callback has added.
func ExampleClaims_Decode() {
	auth, err := authjs.New(authjs.Config{Secrets: []string{"a secret of 32 characters at least"}, MaxAge: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	in := authjs.SignIn{User: &authdb.User{ID: "1"}, Claims: map[string]any{"role": "admin"}}
	if _, err := auth.Issue(r.Context(), w, r, in); err != nil {
		log.Fatal(err)
	}
	r.AddCookie(w.Result().Cookies()[0])

	session, err := auth.Session(r.Context(), r)
	if err != nil {
		log.Fatal(err)
	}
	var claims struct{ Role string }
	if err := session.Claims.Decode(&claims); err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.User.ID, claims.Role)
	// Output: 1 admin
}
