package authjs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/authdb/authdb"
)

// Renew extends the session of the request, as a GET of Auth.js's /session does:
// an encrypted one is made anew with its claims, for MaxAge from now; one in the
// database is extended if it was not within UpdateAge, and its cookie is sent
// again in any case. It returns the session as it is then, or what Session
// returns. A session that came as Authorization: Bearer is returned as it is.
//
// It writes, so it is not for every GET: pages are prefetched and polled by what
// is no person. Call it where somebody has done something, or see [Auth.Rolling].
func (a *Auth) Renew(ctx context.Context, w http.ResponseWriter, r *http.Request) (*Session, error) {
	s, err := a.session(ctx, r)
	if err == nil {
		s, err = a.renew(ctx, w, r, s)
	}
	if err != nil {
		return nil, fmt.Errorf("authjs: renew: %w", err)
	}
	return s, nil
}

func (a *Auth) renew(ctx context.Context, w http.ResponseWriter, r *http.Request, s *Session) (*Session, error) {
	if s.Cookie == "" {
		return s, nil
	}
	if s.Strategy == StrategyJWT {
		var members map[string]json.RawMessage
		if err := s.Claims.Decode(&members); err != nil {
			return nil, err
		}
		return a.issueEncrypted(w, r, members, s.Version, s.Cookie)
	}
	now := a.now()
	renewed := *s
	if due := s.Expires.Add(a.cfg.UpdateAge - a.cfg.MaxAge); !due.After(now) {
		store, ok := authdb.As[authdb.SessionStore](a.cfg.Adapter)
		if !ok {
			return nil, errNoAdapter
		}
		stored, err := store.UpdateSession(ctx, s.Stored.SessionToken, authdb.SessionPatch{Expires: authdb.Set(now.Add(a.cfg.MaxAge))})
		if errors.Is(err, authdb.ErrNotFound) { // revoked meanwhile
			return nil, fmt.Errorf("%w: %w", ErrNoSession, err)
		}
		if err != nil {
			return nil, err
		}
		renewed.Stored, renewed.Expires = stored, stored.Expires
	}
	a.setSession(w, r, s.Cookie, s.Stored.SessionToken, now.Add(a.cfg.MaxAge), 0)
	return &renewed, nil
}

// Rolling renews the session with every request that may change something: not
// with GET, HEAD and OPTIONS. A session that can't be renewed is left as it is,
// and the reason is logged, unless there is none. Like Load it lets everybody
// pass, and FromContext returns the session as it was found.
func (a *Auth) Rolling(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
		default:
			r = a.load(w, r)
			s, err := FromContext(r.Context())
			if err == nil {
				_, err = a.renew(r.Context(), w, r, s)
			}
			if err != nil && !errors.Is(err, ErrNoSession) {
				a.logger().ErrorContext(r.Context(), "authjs: a session could not be renewed", "error", err.Error())
			}
		}
		next.ServeHTTP(w, r)
	})
}
