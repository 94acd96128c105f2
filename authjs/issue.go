package authjs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/authdb/authdb"
)

// A SignIn is what a session begins with.
type SignIn struct {
	// User is who signs in, as the adapter returned it. Required, with an ID.
	User *authdb.User

	// Claims are what an encrypted session says beside the user, as a jwt
	// callback of Auth.js would add it: anything that json.Marshal makes an object
	// of. A sub, name, email or picture in it wins over the user's. Of a database
	// session it is ErrInvalid.
	Claims any

	// Extra are further columns of a database session. Of an encrypted one it is
	// ErrInvalid.
	Extra map[string]any
}

// Issue signs somebody in: it begins a session of MaxAge, stores it if it is one
// of the database, and sets the cookie as Auth.js would. Cookies of an earlier
// session that the request has are replaced. Call it after a sign-in that has
// been proven, and before the body is written. Session cookies of other names,
// as those of another version, are cleared.
//
// It does not look who the request is from. To end the session that the browser
// had before, call Revoke first.
func (a *Auth) Issue(ctx context.Context, w http.ResponseWriter, r *http.Request, in SignIn) (*Session, error) {
	s, err := a.issue(ctx, w, r, in)
	if err != nil {
		return nil, fmt.Errorf("authjs: issue: %w", err)
	}
	return s, nil
}

func (a *Auth) issue(ctx context.Context, w http.ResponseWriter, r *http.Request, in SignIn) (*Session, error) {
	if in.User == nil || in.User.ID == "" {
		return nil, fmt.Errorf("%w: SignIn.User: pass the user as stored", authdb.ErrInvalid)
	}
	name := a.issuedName(r)
	if a.issuedStrategy() == StrategyDatabase {
		if in.Claims != nil {
			return nil, fmt.Errorf("%w: SignIn.Claims: a session in the database has none: use Extra", authdb.ErrInvalid)
		}
		return a.issueStored(ctx, w, r, in, name)
	}
	if in.Extra != nil {
		return nil, fmt.Errorf("%w: SignIn.Extra: an encrypted session has no columns: use Claims", authdb.ErrInvalid)
	}
	members := map[string]json.RawMessage{
		"sub": textMember(in.User.ID), "name": textMember(in.User.Name),
		"email": textMember(in.User.Email), "picture": textMember(in.User.Image),
	}
	if in.Claims != nil {
		raw, err := marshal(in.Claims)
		if err == nil {
			err = json.Unmarshal(raw, &members) // into the map that is there
		}
		if err != nil || members == nil {
			return nil, fmt.Errorf("%w: SignIn.Claims: they have to be a JSON object", authdb.ErrInvalid)
		}
	}
	s, err := a.issueEncrypted(w, r, members, a.issuedVersion(), name)
	if err == nil {
		a.clearOthers(w, r, name)
	}
	return s, err
}

// clearOthers has the browser forget what it has of sessions in other cookies.
func (a *Auth) clearOthers(w http.ResponseWriter, r *http.Request, name string) {
	for _, other := range a.names {
		if other != name {
			a.clearPieces(w, r, other)
		}
	}
}

// clearPieces has the browser forget a session cookie.
func (a *Auth) clearPieces(w http.ResponseWriter, r *http.Request, name string) {
	withdraw(w, name)
	for _, piece := range a.pieces(r, name) {
		a.clearCookie(w, piece, a.secure(r))
	}
}

// issuedVersion is the version that is to read what is issued.
func (a *Auth) issuedVersion() Version {
	if a.cfg.Version == 0 {
		return V5
	}
	return a.cfg.Version
}

// issuedStrategy is how a session is kept that begins here.
func (a *Auth) issuedStrategy() Strategy {
	switch {
	case a.cfg.Strategy != "":
		return a.cfg.Strategy
	case a.cfg.Adapter != nil:
		return StrategyDatabase
	}
	return StrategyJWT
}

// issuedName is the name of the cookie of a session that begins here.
func (a *Auth) issuedName(r *http.Request) string {
	if a.cfg.CookieName != "" {
		return a.cfg.CookieName
	}
	return a.prefixed(r, securePrefix, nameV5)
}

// textMember is a text in JSON, or null for none, as Auth.js has it.
func textMember(s string) json.RawMessage {
	if s == "" {
		return json.RawMessage("null")
	}
	raw, _ := marshal(s) // a string always can be
	return raw
}

func (a *Auth) issueStored(ctx context.Context, w http.ResponseWriter, r *http.Request, in SignIn, name string) (*Session, error) {
	store, ok := authdb.As[authdb.SessionStore](a.cfg.Adapter)
	if !ok {
		return nil, fmt.Errorf("%w: %w: the adapter keeps no sessions", ErrConfig, errors.ErrUnsupported)
	}
	stored, err := store.CreateSession(ctx, &authdb.Session{
		SessionToken: authdb.NewID(), UserID: in.User.ID, Expires: a.now().Add(a.cfg.MaxAge), Extra: in.Extra,
	})
	if err != nil {
		return nil, err
	}
	a.clearOthers(w, r, name)
	a.setSession(w, r, name, stored.SessionToken, stored.Expires, 0)
	return &Session{User: in.User, Expires: stored.Expires, Strategy: StrategyDatabase, Cookie: name, Stored: stored}, nil
}

// issueEncrypted makes a token of the claims, which are of now from here on, and
// sets its cookie.
func (a *Auth) issueEncrypted(w http.ResponseWriter, r *http.Request, members map[string]json.RawMessage, version Version, name string) (*Session, error) {
	now := a.now()
	issued := now.Unix()
	for member, value := range map[string]any{"iat": issued, "exp": issued + int64(a.cfg.MaxAge/time.Second), "jti": authdb.NewID()} {
		members[member], _ = json.Marshal(value) // numbers and a string
	}
	raw, err := marshal(members)
	if err != nil {
		return nil, err
	}
	claims, err := parseClaims(raw, version, now, a.cfg.MaxAge)
	if err != nil {
		return nil, err
	}
	token, err := a.seal(raw, version, name)
	if err != nil {
		return nil, err
	}
	if len(token) > maxToken {
		return nil, fmt.Errorf("%w: the claims are too long for cookies", authdb.ErrInvalid)
	}
	chunk := chunkV5
	if version != V5 {
		chunk = chunkV4
	}
	a.setSession(w, r, name, token, now.Add(a.cfg.MaxAge), chunk)
	return &Session{
		User:    &authdb.User{ID: claims.Subject, Name: claims.Name, Email: claims.Email, Image: claims.Picture},
		Expires: claims.Expires, Strategy: StrategyJWT, Version: version, Cookie: name, Claims: claims,
	}, nil
}

// marshal leaves <, > and & as JavaScript does.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
