package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
)

// api is the Go back end. Who is signed in with Auth.js is somebody here.
func api(auth *authjs.Auth, sessions authdb.SessionLister) http.Handler {
	mux := http.NewServeMux()

	mux.Handle("GET /me", auth.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := authjs.FromContext(r.Context())
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(struct {
			ID    string `json:"id"`
			Name  string `json:"name"`
			Email string `json:"email"`
		}{session.User.ID, session.User.Name, session.User.Email})
	})))

	// Ends all sessions of the user, also those in other browsers. The page sends
	// the CSRF token that Auth.js gave it.
	mux.Handle("DELETE /sessions", auth.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := auth.VerifyCSRF(r, r.Header.Get("X-CSRF-Token")); err != nil {
			http.Error(w, "no CSRF token", http.StatusForbidden)
			return
		}
		session, err := authjs.FromContext(r.Context())
		if err != nil {
			fail(w, err)
			return
		}
		n, err := sessions.DeleteSessionsByUserID(r.Context(), session.User.ID)
		if err != nil {
			fail(w, err)
			return
		}
		fmt.Fprintln(w, n, "sessions ended")
	})))
	return mux
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err) // it quotes no token
	http.Error(w, "try again", http.StatusServiceUnavailable)
}
