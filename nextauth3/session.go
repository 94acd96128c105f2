package nextauth3

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/authdb/authdb"
)

// A Session is one of version 3, which has two tokens.
type Session struct {
	authdb.Session

	// AccessToken is what version 3 shows to scripts in the browser, as
	// session.accessToken. It signs nobody in. See [Options].AccessTokenField.
	AccessToken string
}

// CreateSession (createSession) begins a session of the user with that ID, the one
// member of it that version 3's createSession reads. The adapter makes the tokens:
// 32 random bytes in hex each. The session expires MaxAge from now. It returns
// authdb.ErrReference if there is no such user.
func (in *Instance) CreateSession(ctx context.Context, userID string) (*Session, error) {
	return call(ctx, in, "createSession", func() (*Session, error) {
		session := &authdb.Session{SessionToken: randomHex(), UserID: userID}
		if in.app.Session.MaxAge > 0 {
			session.Expires = in.now().Add(in.app.Session.MaxAge)
		}
		if field := in.options.AccessTokenField; field != "" {
			session.Extra = map[string]any{field: randomHex()}
		}
		return in.session(in.adapter.CreateSession(ctx, session))
	})
}

// GetSession (getSession) returns the session, or authdb.ErrNotFound. One whose
// Expires lies in the past is removed, and is authdb.ErrExpired.
func (in *Instance) GetSession(ctx context.Context, sessionToken string) (*Session, error) {
	return call(ctx, in, "getSession", func() (*Session, error) {
		session, _, err := in.adapter.GetSessionAndUser(ctx, sessionToken)
		if errors.Is(err, authdb.ErrExpired) {
			if failed := in.adapter.DeleteSession(ctx, sessionToken); failed != nil {
				return nil, failed
			}
		}
		return in.session(session, err)
	})
}

// UpdateSession (updateSession) renews the session if that is due: if more time has
// passed than UpdateAge since it was given MaxAge, which is when
//
//	now > Expires - MaxAge + UpdateAge
//
// Then it expires MaxAge from now. If it is not due, force saves the session with
// its Expires as it is passed. Else nothing is saved, nor read: version 3 returns
// null, and this the session as it was passed, and false.
//
// What is not passed on is the change of the argument, which version 3 makes for
// its caller to see: the result has it. Of a session, Expires is all that is
// saved. One that is gone is authdb.ErrNotFound, and one that has expired
// authdb.ErrExpired.
func (in *Instance) UpdateSession(ctx context.Context, session *Session, force bool) (current *Session, saved bool, err error) {
	current, err = call(ctx, in, "updateSession", func() (*Session, error) {
		if session == nil {
			return nil, fmt.Errorf("%w: session: nil", authdb.ErrInvalid)
		}
		expires, now := session.Expires, in.now()
		maxAge, updateAge := in.app.Session.MaxAge, in.app.Session.UpdateAge
		due := maxAge > 0 && !expires.IsZero() && now.After(expires.Add(updateAge-maxAge))
		if due {
			expires = now.Add(maxAge)
		}
		if saved = due || force; !saved {
			same := *session
			return &same, nil
		}
		patch := authdb.SessionPatch{Expires: authdb.Set(expires)}
		return in.session(in.adapter.UpdateSession(ctx, session.SessionToken, patch))
	})
	return current, saved && err == nil, err
}

// DeleteSession (deleteSession) removes the session. Removing what is not there is
// no error, nor is an empty token, which version 3 passes for who has no cookie.
func (in *Instance) DeleteSession(ctx context.Context, sessionToken string) error {
	return exec(ctx, in, "deleteSession", func() error { return in.adapter.DeleteSession(ctx, sessionToken) })
}

// session returns the session with its access token.
func (in *Instance) session(session *authdb.Session, err error) (*Session, error) {
	if err != nil {
		return nil, err
	}
	field := in.options.AccessTokenField
	if field == "" {
		field = "AccessToken"
	}
	stored, _ := session.Extra[field].(string)
	if stored == "" {
		stored = in.accessToken(session.SessionToken)
	}
	return &Session{Session: *session, AccessToken: stored}, nil
}

// accessToken computes the access token of a session that has none stored.
func (in *Instance) accessToken(sessionToken string) string {
	mac := hmac.New(sha256.New, []byte(in.app.Secret))
	mac.Write([]byte("nextauth3 access token:" + sessionToken))
	return hex.EncodeToString(mac.Sum(nil))
}

// randomHex returns 32 random bytes.
func randomHex() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
