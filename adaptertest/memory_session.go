package adaptertest

import (
	"context"
	"maps"
	"slices"

	"github.com/authdb/authdb"
)

// CreateSession implements [authdb.SessionStore].
func (m *Memory) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	return do(ctx, m, "create session", func() (*authdb.Session, error) {
		s, err := session.Storable()
		if err != nil {
			return nil, err
		}
		if s.ID == "" {
			s.ID = m.newID()
		}
		if m.sessions[s.SessionToken] != nil {
			return nil, duplicate("SessionToken")
		}
		for _, other := range m.sessions {
			if other.ID == s.ID {
				return nil, duplicate("ID")
			}
		}
		if err := m.reference(s.UserID); err != nil {
			return nil, err
		}
		return m.storeSession(s, nil, s.Extra)
	})
}

// GetSessionAndUser implements [authdb.SessionStore].
func (m *Memory) GetSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	var user *authdb.User
	session, err := do(ctx, m, "get session and user", func() (*authdb.Session, error) {
		s, err := m.session(sessionToken)
		if err != nil {
			return nil, err
		}
		user = cloneUser(m.users[s.UserID])
		return cloneSession(s), nil
	})
	return session, user, err
}

// UpdateSession implements [authdb.SessionStore].
func (m *Memory) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	return do(ctx, m, "update session", func() (*authdb.Session, error) {
		stored, err := m.session(sessionToken)
		if err != nil {
			return nil, err
		}
		s := cloneSession(stored)
		patch.Apply(s)
		return m.storeSession(s, stored.Extra, patch.Extra)
	})
}

// DeleteSession implements [authdb.SessionStore].
func (m *Memory) DeleteSession(ctx context.Context, sessionToken string) error {
	return exec(ctx, m, "delete session", func() error {
		delete(m.sessions, sessionToken)
		return nil
	})
}

// ListSessionsByUserID implements [authdb.SessionLister].
func (m *Memory) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	return do(ctx, m, "list sessions", func() ([]*authdb.Session, error) {
		list := []*authdb.Session{}
		for token, s := range m.sessions {
			if _, err := m.session(token); err == nil && s.UserID == userID {
				list = append(list, cloneSession(s))
			}
		}
		slices.SortFunc(list, func(a, b *authdb.Session) int { return b.Expires.Compare(a.Expires) })
		return list, nil
	})
}

// DeleteSessionsByUserID implements [authdb.SessionLister].
func (m *Memory) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error) {
	return do(ctx, m, "delete sessions", func() (int64, error) {
		before := len(m.sessions)
		maps.DeleteFunc(m.sessions, func(token string, s *authdb.Session) bool {
			return s.UserID == userID && !slices.Contains(exceptTokens, token)
		})
		return int64(before - len(m.sessions)), nil
	})
}

// session returns the session as all look-ups see it.
func (m *Memory) session(token string) (*authdb.Session, error) {
	s := m.sessions[token]
	if s == nil || m.softDeleted[s.UserID] {
		return nil, authdb.ErrNotFound
	}
	if m.expired(s.Expires) {
		return nil, authdb.ErrExpired
	}
	return s, nil
}

// storeSession writes the session, and returns what it wrote.
func (m *Memory) storeSession(s *authdb.Session, extra, written map[string]any) (*authdb.Session, error) {
	s, err := s.Storable()
	if err != nil {
		return nil, err
	}
	if s.Extra, err = m.withExtra("Session", extra, written); err != nil {
		return nil, err
	}
	m.sessions[s.SessionToken] = s
	return cloneSession(s), nil
}
