package authjs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

// A Session is somebody who is signed in.
type Session struct {
	// User is who it is: of a database session as the adapter returns it, of an
	// encrypted one as far as the claims say it (ID, Name, Email, Image). An
	// application of Auth.js decides what is in there: the ID is missing if its
	// jwt callback has removed sub.
	User *authdb.User

	// Expires is when the session ends, if nobody extends it. It is zero if an
	// encrypted token does not say.
	Expires time.Time

	Strategy Strategy
	Version  Version // of an encrypted session; 0 of one in the database, which tells nothing of it

	// Cookie is the name of the cookie, without the number of a chunk. It is ""
	// if the token came as Authorization: Bearer.
	Cookie string

	Claims *Claims `json:"-"` // of an encrypted session, else nil

	// Stored is the row of a database session, else nil. It has the token, which
	// the browser's own scripts never see: no JSON is made of it.
	Stored *authdb.Session `json:"-"`
}

// Session returns who the request is from. It reads, and writes nothing: neither
// to the database, nor cookies.
//
// Where nobody is signed in it is [ErrNoSession], with the reason for a log in its
// text; so it is beside [ErrSecret]. Any other error comes from the adapter, and
// says that it could not be found out. No error quotes a token.
func (a *Auth) Session(ctx context.Context, r *http.Request) (*Session, error) {
	session, err := a.session(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("authjs: %w", err)
	}
	return session, nil
}

func (a *Auth) session(ctx context.Context, r *http.Request) (*Session, error) {
	candidates := a.candidates(r)
	if len(candidates) == 0 {
		return a.bearer(r)
	}
	var first error
	for _, c := range candidates {
		s, err := a.find(ctx, c)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, ErrNoSession) {
			return nil, err // nobody knows
		}
		if errors.Is(err, ErrSecret) || errors.Is(err, errNoAdapter) {
			a.logOnce(err)
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// find returns the session of a token.
func (a *Auth) find(ctx context.Context, c candidate) (*Session, error) {
	if a.isEncrypted(c.token) {
		s, err := a.decode(c.token, []string{c.cookie})
		if s != nil {
			s.Cookie = c.cookie
		}
		return s, err
	}
	if a.cfg.Strategy == StrategyJWT {
		return nil, noSession("the token is not encrypted")
	}
	if a.cfg.Adapter == nil {
		return nil, errNoAdapter
	}
	return a.lookUp(ctx, c)
}

// isEncrypted reports whether the token is to be opened, and not looked up.
func (a *Auth) isEncrypted(token string) bool {
	return a.cfg.Strategy != StrategyDatabase && isToken(token)
}

// decode returns the session that is in an encrypted token.
func (a *Auth) decode(token string, salts []string) (*Session, error) {
	raw, version, err := a.open(token, salts)
	if err != nil {
		return nil, err
	}
	if a.cfg.Version != 0 && (version == V5) != (a.cfg.Version == V5) {
		return nil, noSession("the token is of another version than Config.Version")
	}
	claims, err := parseClaims(raw, version, a.now(), a.cfg.MaxAge)
	if err != nil {
		return nil, err
	}
	return &Session{
		User:    &authdb.User{ID: claims.Subject, Name: claims.Name, Email: claims.Email, Image: claims.Picture},
		Expires: claims.Expires, Strategy: StrategyJWT, Version: version, Claims: claims,
	}, nil
}

// lookUp returns the session that is in the database.
func (a *Auth) lookUp(ctx context.Context, c candidate) (*Session, error) {
	store, ok := authdb.As[authdb.SessionStore](a.cfg.Adapter)
	if !ok {
		return nil, errNoAdapter
	}
	stored, user, err := store.GetSessionAndUser(ctx, c.token)
	switch {
	case errors.Is(err, authdb.ErrNotFound):
		return nil, fmt.Errorf("%w: %w", ErrNoSession, err)
	case err != nil:
		return nil, err
	}
	return &Session{User: user, Expires: stored.Expires, Strategy: StrategyDatabase, Cookie: c.cookie, Stored: stored}, nil
}

// bearer takes an encrypted token from the header Authorization, as getToken of
// Auth.js does where there is no cookie.
func (a *Auth) bearer(r *http.Request) (*Session, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "Bearer" || text == "" {
		return nil, noSession("there is no session cookie")
	}
	token, err := url.PathUnescape(text)
	if err != nil || !isToken(token) || !a.isEncrypted(token) {
		return nil, noSession("the Authorization header holds no token of Auth.js")
	}
	s, err := a.decode(token, a.names)
	if errors.Is(err, ErrSecret) {
		a.logOnce(err)
	}
	return s, err
}
