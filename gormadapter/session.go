package gormadapter

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// CreateSession implements authdb.SessionStore.
func (a *Adapter) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	created, err := a.createSession(ctx, session)
	return created, a.wrap(ctx, opCreateSession, err)
}

func (a *Adapter) createSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	if session == nil || a.secrets.hash == nil && !secret.IsForm(session.SessionToken) {
		return create(ctx, a, a.sessions, session)
	}
	if err := a.begun(ctx, a.sessions); err != nil {
		return nil, err
	}
	token := session.SessionToken
	hash, err := a.hashed(a.sessions, a.sessions.key[0], token, secret.Session(token))
	if err != nil {
		return nil, err
	}
	stored := *session
	stored.SessionToken = hash
	return presented(token)(create(ctx, a, a.sessions, &stored))
}

// presented gives a session that was read the token by which its caller knows
// it.
func presented(token string) func(*authdb.Session, error) (*authdb.Session, error) {
	return func(session *authdb.Session, err error) (*authdb.Session, error) {
		if session != nil {
			session.SessionToken = token
		}
		return session, err
	}
}

// GetSessionAndUser implements authdb.SessionStore, in one statement.
func (a *Adapter) GetSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	if a.secrets.hash != nil || secret.IsForm(sessionToken) {
		return a.getHashedSessionAndUser(ctx, sessionToken)
	}
	session, user, err := a.getSessionAndUser(ctx, sessionToken)
	return session, user, a.wrap(ctx, "get session and user", err)
}

func (a *Adapter) getHashedSessionAndUser(ctx context.Context, sessionToken string) (session *authdb.Session, user *authdb.User, err error) {
	err = a.byForms(ctx, a.sessions, a.tokenForms(sessionToken), func(form string) error {
		session, user, err = a.getSessionAndUser(ctx, form)
		return err
	})
	if err != nil {
		return nil, nil, a.wrap(ctx, "get session and user", err)
	}
	session.SessionToken = sessionToken
	return session, user, nil
}

func (a *Adapter) getSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	if a.users == nil {
		return nil, nil, a.begun(ctx, a.users)
	}
	var room room
	args, err := a.keys(ctx, room[:0], a.sessions, sessionToken)
	if err != nil {
		return nil, nil, err
	}
	found, err := readValid(ctx, a, a.queries().sessionAndUser, args, func(found *sessionAndUser) error {
		if found.Session.Expires.Before(a.now()) {
			return authdb.ErrExpired
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return &found.Session, &found.User, nil
}

// sessionAndUser is a row of the query of that name.
type sessionAndUser struct {
	Session authdb.Session
	User    authdb.User
}

// GetSession implements authdb.DetachedSessionStore, in one statement. Where users
// are not Absent it is errors.ErrUnsupported.
func (a *Adapter) GetSession(ctx context.Context, sessionToken string) (*authdb.Session, error) {
	session, err := a.getSession(ctx, sessionToken)
	return session, a.wrap(ctx, "get session", err)
}

func (a *Adapter) getSession(ctx context.Context, sessionToken string) (session *authdb.Session, err error) {
	if a.users != nil {
		return nil, faultf(errors.ErrUnsupported, "the users are kept here too: call GetSessionAndUser")
	}
	err = a.byForms(ctx, a.sessions, a.tokenForms(sessionToken), func(form string) error {
		args, err := a.keyArgs(ctx, nil, a.sessions, a.sessions.key, []string{form})
		if err != nil {
			return err
		}
		session, err = presented(sessionToken)(readValid(ctx, a, a.queries().of[a.sessions].one, args, func(found *authdb.Session) error {
			if found.Expires.Before(a.now()) {
				return authdb.ErrExpired
			}
			return nil
		}))
		return err
	})
	return session, err
}

// UpdateSession implements authdb.SessionStore.
func (a *Adapter) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	var session *authdb.Session
	err := a.byForms(ctx, a.sessions, a.tokenForms(sessionToken), func(form string) (err error) {
		p := sessionPatch(patch)
		// Here the token is known, and with it the form by the first key.
		if first := a.secrets.hash.Form(secret.Session(sessionToken)); a.secrets.hash.Hashes() && form != first && !p.isEmpty() {
			p.changes = append(p.changes, change{name: "SessionToken", set: true, value: first})
		}
		session, err = presented(sessionToken)(edit[authdb.Session](ctx, a, a.sessions, p, form))
		return err
	})
	return session, a.wrap(ctx, "update session", err)
}

// DeleteSession implements authdb.SessionStore.
func (a *Adapter) DeleteSession(ctx context.Context, sessionToken string) error {
	err := a.byAllForms(ctx, a.sessions, a.tokenForms(sessionToken), func(form string) error {
		return a.drop(ctx, a.sessions, form)
	})
	return a.wrap(ctx, "delete session", err)
}

// ListSessionsByUserID implements authdb.SessionLister.
func (a *Adapter) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	sessions, err := list[authdb.Session](ctx, a, a.sessions, userID)
	if err != nil {
		return nil, a.wrap(ctx, "list sessions", err)
	}
	now := a.now()
	sessions = slices.DeleteFunc(sessions, func(s *authdb.Session) bool { return s.Expires.Before(now) })
	slices.SortFunc(sessions, func(x, y *authdb.Session) int {
		return cmp.Or(y.Expires.Compare(x.Expires), cmp.Compare(x.SessionToken, y.SessionToken))
	})
	if a.secrets.hash != nil {
		for _, s := range sessions {
			s.SessionToken = ""
		}
	}
	return sessions, nil
}

// DeleteSessionsByUserID implements authdb.SessionLister.
func (a *Adapter) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error) {
	n, err := a.deleteSessionsByUserID(ctx, userID, exceptTokens)
	return n, a.wrap(ctx, "delete sessions", err)
}

// deleteSessionsByUserID reads the sessions, under a lock, and deletes those
// that are not excepted: the tokens to keep are compared here, exactly, and
// the hooks of the row type get their rows.
func (a *Adapter) deleteSessionsByUserID(ctx context.Context, userID string, except []string) (deleted int64, err error) {
	if err := a.begun(ctx, a.sessions); err != nil {
		return 0, err
	}
	t := a.sessions
	arg, ok := t.bind(ctx, t.column("UserID"), userID)
	if !ok {
		return 0, nil
	}
	err = a.inTx(ctx, func(tx *gorm.DB) error {
		deleted = 0
		found, err := a.find(ctx, tx, a.queries().of[t].anyByUser, arg)
		if err != nil {
			return err
		}
		if found, err = a.without(ctx, found, except); err != nil {
			return err
		}
		if t.deleteHooks() {
			deleted = int64(len(found))
			return a.removeEach(ctx, tx, t, found)
		}
		for batch := range slices.Chunk(found, sweepBatch) {
			where := clause.Where{Exprs: []clause.Expression{a.among(ctx, t, batch)}}
			n, err := a.remove(tx, t, where, reflect.Value{})
			if err != nil {
				return err
			}
			deleted += n
		}
		return nil
	})
	if err != nil { // and rolled back
		return 0, err
	}
	return deleted, nil
}

// without leaves the sessions with these tokens out.
func (a *Adapter) without(ctx context.Context, sessions [][]reflect.Value, except []string) ([][]reflect.Value, error) {
	forms := map[string]bool{}
	for _, token := range except {
		for _, form := range a.tokenForms(token) {
			forms[form] = true
		}
	}
	var kept [][]reflect.Value
	for _, s := range sessions {
		token, err := a.sessions.text(ctx, a.sessions.key[0], s[0])
		if err != nil {
			return nil, err
		}
		if !forms[token] {
			kept = append(kept, s)
		}
	}
	return kept, nil
}
