package redisadapter

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// CreateSession implements authdb.DetachedSessionStore.
func (s *Store) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	created, err := s.createSession(ctx, session)
	return created, wrap(ctx, "create session", err)
}

func (s *Store) createSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if session == nil {
		return nil, faultf(authdb.ErrInvalid, "Session: is nil")
	}
	created := &authdb.Session{ID: session.ID, SessionToken: session.SessionToken, UserID: session.UserID, Expires: session.Expires}
	if created.ID == "" {
		created.ID = s.options.NewID()
	}
	err := errors.Join(
		checkText("Session.ID", created.ID),
		checkText("Session.SessionToken", created.SessionToken),
		checkText("Session.UserID", created.UserID),
		checkInstant("Session.Expires", &created.Expires),
		checkExtra("Session", session.Extra))
	if err != nil {
		return nil, err
	}
	if s.hash == nil && secret.IsForm(session.SessionToken) {
		return nil, faultf(authdb.ErrInvalid, "Session.SessionToken: has the form of a hashed one")
	}
	stored := *created
	stored.SessionToken = s.hash.Form(secret.Session(session.SessionToken))
	if err := s.storeSession(ctx, &stored); err != nil {
		return nil, err
	}
	return created, nil
}

// storeSession lists the session in the user's index, stores it, and confirms it
// in the index. A session that is not in the index can't be revoked with the
// others, so it is there first; and an entry whose session is not there is removed
// by whoever sees it, unless it is one of a session that is being created. If this
// process ends in between, the next reader does what is left.
func (s *Store) storeSession(ctx context.Context, session *authdb.Session) error {
	key, ok := s.layout.under(s.layout.Session, session.SessionToken)
	if !ok {
		return faultf(authdb.ErrInvalid, "Session.SessionToken: begins as another of the layout's prefixes")
	}
	stays, until := s.stay(session.Expires)
	if err := s.index(ctx, session.UserID, session.SessionToken, -s.now().UnixMilli(), stays); err != nil {
		return err
	}
	if err := s.add(ctx, key, encodeSession(session), session.Expires); err != nil {
		return err
	}
	// It is stored, and will be found: nothing that goes wrong from here on is an
	// error of this call.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmTime)
	defer cancel()
	_ = s.index(ctx, session.UserID, session.SessionToken, until, stays)
	s.setLatest(ctx, session.UserID, key, stays)
	return nil
}

// confirmTime is how long CreateSession goes on after the session is stored, at
// most.
const confirmTime = 5 * time.Second

// add stores a record that is not there yet.
func (s *Store) add(ctx context.Context, key, value string, expires time.Time) error {
	stays, _ := s.stay(expires)
	_, err := s.write(ctx, false, "SET", key, value, "PX", stays, "NX")
	if errors.Is(err, redis.Nil) {
		return authdb.ErrDuplicate
	}
	return err
}

// GetSession implements authdb.DetachedSessionStore, in one round trip.
func (s *Store) GetSession(ctx context.Context, sessionToken string) (*authdb.Session, error) {
	session, err := s.getSession(ctx, sessionToken)
	return session, wrap(ctx, "get session", err)
}

func (s *Store) getSession(ctx context.Context, sessionToken string) (session *authdb.Session, err error) {
	err = s.byToken(ctx, sessionToken, func(key, _ string) error {
		session, _, _, err = s.readSession(ctx, key, sessionToken)
		return err
	})
	if err != nil {
		return nil, err
	}
	return session, nil
}

// byToken calls f with each key under which the session may be, and its form of the
// token, until one is there.
func (s *Store) byToken(ctx context.Context, token string, f func(key, form string) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if isKey(token) {
		for _, form := range s.hash.Candidates(secret.Session(token)) {
			key, ok := s.layout.under(s.layout.Session, form)
			if !ok {
				continue
			}
			if err := f(key, form); errors.Is(err, authdb.ErrExpired) || !errors.Is(err, authdb.ErrNotFound) {
				return err
			}
		}
	}
	return authdb.ErrNotFound
}

// readSession reads a session that has not expired.
func (s *Store) readSession(ctx context.Context, key, token string) (session *authdb.Session, value string, r record, err error) {
	if value, err = s.get(ctx, key); err != nil {
		return nil, "", nil, err
	}
	if session, r, err = decodeSession(value, token); err != nil {
		return nil, "", nil, err
	}
	if session.Expires.Before(s.now()) {
		return nil, "", nil, authdb.ErrExpired
	}
	return session, value, r, nil
}

// UpdateSession implements authdb.DetachedSessionStore. Members that the JavaScript
// side has added stay.
func (s *Store) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	session, err := s.updateSession(ctx, sessionToken, patch)
	return session, wrap(ctx, "update session", err)
}

func (s *Store) updateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (session *authdb.Session, err error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	expires := patch.Expires.Value()
	if patch.Expires.IsSet() {
		if err := checkInstant("Session.Expires", &expires); err != nil {
			return nil, err
		}
	}
	if err := checkExtra("Session", patch.Extra); err != nil {
		return nil, err
	}
	err = s.byToken(ctx, sessionToken, func(key, form string) error {
		if !patch.Expires.IsSet() {
			session, _, _, err = s.readSession(ctx, key, sessionToken)
			return err
		}
		session, err = s.extend(ctx, key, form, expires)
		return err
	})
	if err != nil {
		return nil, err
	}
	session.SessionToken = sessionToken
	return session, nil
}

// extend gives a session another end, if it has not changed since it was read: so
// none comes back that somebody has removed. The index is told before, as it has to
// last as long.
func (s *Store) extend(ctx context.Context, key, form string, expires time.Time) (*authdb.Session, error) {
	for range 100 {
		session, before, r, err := s.readSession(ctx, key, form)
		if err != nil {
			return nil, err
		}
		session.Expires = expires
		stays, until := s.stay(expires)
		if err := s.index(ctx, session.UserID, form, until, stays); err != nil {
			return nil, err
		}
		after := r.with("expires", expires).encode()
		if err := s.swap(ctx, key, before, after, stays); !errors.Is(err, errChanged) {
			return session, err
		}
	}
	return nil, authdb.ErrConflict
}

// errChanged says that a record is no more what it was.
var errChanged = errors.New("changed by somebody else")

// swap writes a record if it is as it was read, and returns errChanged if not.
func (s *Store) swap(ctx context.Context, key, before, after string, stays int64) error {
	swapped, err := s.script(ctx, true, swapScript, key, before, after, stays)
	if err == nil && swapped != int64(1) {
		return errChanged
	}
	return err
}

// DeleteSession implements authdb.DetachedSessionStore.
func (s *Store) DeleteSession(ctx context.Context, sessionToken string) error {
	err := s.byToken(ctx, sessionToken, func(key, form string) error {
		value, err := s.getdel(ctx, true, key)
		if err != nil {
			return err
		}
		if session, _, err := decodeSession(value, form); err == nil {
			s.unlist(ctx, session.UserID, form)
		}
		return authdb.ErrNotFound // and look for the others
	})
	if errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	return wrap(ctx, "delete session", err)
}
