package adaptertest

import (
	"context"
	"time"

	"github.com/authdb/authdb"
)

var (
	_ authdb.SessionRevoker       = (*Memory)(nil)
	_ authdb.SessionToucher       = (*Memory)(nil)
	_ authdb.AuthenticatorRemover = (*Memory)(nil)
)

// lastSeen is the column that TouchSession writes.
const lastSeen = "LastSeen"

// DeleteSessionByID implements [authdb.SessionRevoker].
func (m *Memory) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	return exec(ctx, m, "delete session by id", func() error {
		for token, s := range m.sessions {
			if s.ID == sessionID && s.UserID == userID {
				delete(m.sessions, token)
			}
		}
		return nil
	})
}

// TouchSession implements [authdb.SessionToucher]. A session of a Memory has
// LastSeen, a time.Time, in its Extra once it was touched.
func (m *Memory) TouchSession(ctx context.Context, session *authdb.Session, every time.Duration) (bool, error) {
	return do(ctx, m, "touch session", func() (bool, error) {
		if session == nil {
			return false, invalid("session", "nil")
		}
		stored, err := m.session(session.SessionToken)
		if err != nil {
			return false, nil // gone or expired
		}
		now := m.now()
		if at, ok := stored.Extra[lastSeen].(time.Time); ok && now.Sub(at) < every {
			return false, nil
		}
		s := cloneSession(stored)
		if s.Extra == nil {
			s.Extra = make(map[string]any, 1)
		}
		s.Extra[lastSeen] = now
		m.sessions[s.SessionToken] = s
		return true, nil
	})
}

// DeleteAuthenticator implements [authdb.AuthenticatorRemover].
func (m *Memory) DeleteAuthenticator(ctx context.Context, credentialID string) error {
	return exec(ctx, m, "delete authenticator", func() error {
		delete(m.authenticators, credentialID)
		return nil
	})
}
