package fileadapter

import (
	"context"
	"fmt"
	"time"

	"github.com/authdb/authdb"
)

// CreateSession implements authdb.SessionStore.
func (a *Adapter) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	return do(ctx, a, "create session", func() (*authdb.Session, error) {
		s, err := session.Storable()
		if err != nil {
			return nil, err
		}
		if s.ID == "" {
			s.ID = a.options.NewID()
		}
		if a.data.sessions[s.SessionToken] != nil {
			return nil, fmt.Errorf("%w: SessionToken", authdb.ErrDuplicate)
		}
		for _, other := range a.data.sessions {
			if other.ID == s.ID {
				return nil, fmt.Errorf("%w: ID", authdb.ErrDuplicate)
			}
		}
		if a.data.users[s.UserID] == nil {
			return nil, authdb.ErrReference
		}
		return a.storeSession(s)
	})
}

// GetSessionAndUser implements authdb.SessionStore.
func (a *Adapter) GetSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	var user *authdb.User
	session, err := do(ctx, a, "get session and user", func() (s *authdb.Session, err error) {
		if s, err = a.session(sessionToken); err != nil {
			return nil, err
		}
		user, err = a.user(s.UserID)
		return s, err
	})
	return session, user, err
}

// UpdateSession implements authdb.SessionStore.
func (a *Adapter) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	return do(ctx, a, "update session", func() (*authdb.Session, error) {
		s, err := a.session(sessionToken)
		if err != nil {
			return nil, err
		}
		patch.Apply(s)
		if s, err = s.Storable(); err != nil {
			return nil, err
		}
		return a.storeSession(s)
	})
}

// DeleteSession implements authdb.SessionStore.
func (a *Adapter) DeleteSession(ctx context.Context, sessionToken string) error {
	_, err := do(ctx, a, "delete session", func() (none struct{}, err error) {
		if a.data.sessions[sessionToken] != nil {
			err = a.commit(change{NoSessions: []string{sessionToken}})
		}
		return none, err
	})
	return err
}

// session returns a copy of the session, unless it has expired.
func (a *Adapter) session(token string) (*authdb.Session, error) {
	s := a.data.sessions[token]
	switch {
	case s == nil:
		return nil, authdb.ErrNotFound
	case a.expired(s.Expires):
		return nil, authdb.ErrExpired
	}
	return s.Clone(), nil
}

// expired is the contract's Expires < now, both as instants are stored.
func (a *Adapter) expired(expires time.Time) bool {
	return expires.Before(a.options.Clock().Truncate(time.Millisecond))
}

// storeSession stores what Storable returned, and returns a copy.
func (a *Adapter) storeSession(s *authdb.Session) (*authdb.Session, error) {
	if err := noColumns(s.Extra); err != nil {
		return nil, err
	}
	return s.Clone(), a.commit(change{Sessions: []*authdb.Session{s}})
}
