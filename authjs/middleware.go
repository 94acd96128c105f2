package authjs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

type contextKey struct{}

// A loaded is what a context has: how an Auth finds the session.
type loaded struct {
	by   *Auth
	find func() (*Session, error)
}

// Load makes the session of a request available to [FromContext]. It is looked
// for when it is first asked for, once, so that requests that don't ask cost
// nothing. It lets everybody pass.
//
//	mux.Handle("/", auth.Load(handler))
func (a *Auth) Load(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, a.load(w, r))
	})
}

func (a *Auth) load(w http.ResponseWriter, r *http.Request) *http.Request {
	if l, ok := r.Context().Value(contextKey{}).(loaded); ok && l.by == a { // Load or Require around it
		return r
	}
	w.Header().Add("Vary", "Cookie, Authorization")
	find := sync.OnceValues(func() (*Session, error) { return a.Session(r.Context(), r) })
	return r.WithContext(context.WithValue(r.Context(), contextKey{}, loaded{a, find}))
}

// FromContext returns the session of the request in whose context it is called,
// behind Load or Require; of several Auths that of the innermost. The errors are
// those of [Auth.Session]; behind neither it is an error that says so, and not
// ErrNoSession.
func FromContext(ctx context.Context) (*Session, error) {
	l, ok := ctx.Value(contextKey{}).(loaded)
	if !ok {
		return nil, errors.New("authjs: no session in the context: wrap the handler with Load or Require, and pass the request's context")
	}
	return l.find()
}

// Require lets only those pass who are signed in. Others get 401: a browser that
// asks for a page is sent to the sign-in page, with the way back as callbackUrl,
// and all else gets JSON. If it could not be found out who it is, the answer is
// 503, and the reason is logged. FromContext then returns the session. Who is
// signed in has an ID, unless the jwt callback of the application removes it.
func (a *Auth) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = a.load(w, r)
		switch _, err := FromContext(r.Context()); {
		case err == nil:
			next.ServeHTTP(w, r)
		case !errors.Is(err, ErrNoSession):
			if r.Context().Err() == nil { // somebody still waits
				a.logger().ErrorContext(r.Context(), "authjs: sessions can't be looked up", slog.String("error", err.Error()))
			}
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusServiceUnavailable, "unavailable")
		case a.cfg.SignInPage != "" && wantsPage(r):
			w.Header().Set("Cache-Control", "private, no-cache, no-store")
			http.Redirect(w, r, a.signInURL(r), http.StatusFound)
		default:
			refuse(w, http.StatusUnauthorized, "unauthorized")
		}
	})
}

func (a *Auth) logger() *slog.Logger {
	if a.cfg.Logger != nil {
		return a.cfg.Logger
	}
	return slog.Default()
}

// refuse answers in JSON.
func refuse(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-cache, no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Error string `json:"error"`
	}{reason})
}

// wantsPage reports whether a browser asks for something to show.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, header := range r.Header["Accept"] {
		for part := range strings.SplitSeq(header, ",") {
			if kind, _, err := mime.ParseMediaType(part); err == nil && (kind == "text/html" || kind == "application/xhtml+xml") {
				return true
			}
		}
	}
	return false
}

// signInURL is the sign-in page, with the way back. That is a path, which Auth.js
// takes to be its own: what the request says of its host is not to be believed.
func (a *Auth) signInURL(r *http.Request) string {
	separator := "?"
	if strings.Contains(a.cfg.SignInPage, "?") {
		separator = "&"
	}
	back := r.URL.RequestURI()
	if asked, err := url.ParseRequestURI(r.RequestURI); err == nil { // before anything was stripped
		back = asked.RequestURI()
	}
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") {
		back = "/"
	}
	return a.cfg.SignInPage + separator + "callbackUrl=" + url.QueryEscape(back)
}
