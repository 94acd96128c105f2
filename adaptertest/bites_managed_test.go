package adaptertest

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

var sessionRevokerBites = []bite{
	breaks("DeleteSessionByID removes the session with that ID, and no other", func(f *faulty, m *Memory) { // takes the ID for a token
		f.deleteSessionByID = func(ctx context.Context, _, id string) error { return m.DeleteSession(ctx, id) }
	}),
	breaks("DeleteSessionByID removes the session with that ID, and no other", func(f *faulty, m *Memory) { // by the user alone
		f.deleteSessionByID = func(ctx context.Context, userID, _ string) error {
			_, err := m.DeleteSessionsByUserID(ctx, userID)
			return err
		}
	}),
	breaks("DeleteSessionByID removes nothing of another user", func(f *faulty, m *Memory) {
		f.deleteSessionByID = func(ctx context.Context, _, id string) error {
			for _, s := range maps.Clone(m.sessions) {
				if s.ID == id {
					return m.DeleteSession(ctx, s.SessionToken)
				}
			}
			return nil
		}
	}),
	breaks("DeleteSessionByID of what is not there is no error, and removes nothing", func(f *faulty, m *Memory) {
		f.deleteSessionByID = func(ctx context.Context, userID, id string) error {
			if _, err := m.GetUser(ctx, userID); err != nil {
				return err
			}
			return m.DeleteSessionByID(ctx, userID, id)
		}
	}),
	breaks("DeleteSessionByID of what is not there is no error, and removes nothing", func(f *faulty, m *Memory) { // in a collation that pads
		f.deleteSessionByID = func(ctx context.Context, userID, id string) error {
			return m.DeleteSessionByID(ctx, userID, strings.ToLower(strings.TrimSpace(id)))
		}
	}),
	breaks("DeleteSessionByID of what is not there is no error, and removes nothing", func(f *faulty, m *Memory) { // a condition that was left out
		f.deleteSessionByID = func(ctx context.Context, userID, id string) error {
			if id == "" {
				_, err := m.DeleteSessionsByUserID(ctx, userID)
				return err
			}
			return m.DeleteSessionByID(ctx, userID, id)
		}
	}),
}

// touching replaces TouchSession by one that writes, if the condition holds of
// what is stored.
func touching(f *faulty, m *Memory, write func(stored, given *authdb.Session, every time.Duration) bool) {
	f.touchSession = func(ctx context.Context, given *authdb.Session, every time.Duration) (bool, error) {
		if given == nil {
			return false, authdb.ErrInvalid
		}
		wrote := false
		var stored *authdb.Session
		locked(m, func() { stored, _ = m.session(given.SessionToken); stored = cloneSession(stored) })
		if stored == nil || !write(stored, given, every) {
			return false, nil
		}
		yield()
		locked(m, func() {
			if s := m.sessions[given.SessionToken]; s != nil {
				s = cloneSession(s)
				s.Extra = map[string]any{lastSeen: m.now()}
				m.sessions[given.SessionToken], wrote = s, true
			}
		})
		return wrote, nil
	}
}

// young reports whether the session was seen not long ago.
func young(m *Memory, s *authdb.Session, every time.Duration) bool {
	at, ok := s.Extra[lastSeen].(time.Time)
	return ok && m.now().Sub(at) < every
}

var sessionToucherBites = []bite{
	breaks("TouchSession stores the present as LastSeen, and says so", func(f *faulty, _ *Memory) {
		f.touchSession = func(context.Context, *authdb.Session, time.Duration) (bool, error) { return true, nil }
	}),
	breaks("TouchSession stores the present as LastSeen, and says so", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			_, err := m.TouchSession(ctx, s, every)
			return false, err
		}
	}),
	breaks("TouchSession stores the present as LastSeen, and says so", func(f *faulty, m *Memory) { // once only
		touching(f, m, func(stored, _ *authdb.Session, _ time.Duration) bool { return stored.Extra[lastSeen] == nil })
	}),
	breaks("TouchSession writes nothing while LastSeen is younger than every", func(f *faulty, m *Memory) {
		touching(f, m, func(_, _ *authdb.Session, _ time.Duration) bool { return true })
	}),
	breaks("TouchSession writes nothing while LastSeen is younger than every", func(f *faulty, m *Memory) { // goes by what it was given
		touching(f, m, func(_, given *authdb.Session, every time.Duration) bool { return !young(m, given, every) })
	}),
	breaks("TouchSession changes nothing else", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			wrote, err := m.TouchSession(ctx, s, every)
			locked(m, func() { // rolls on
				if stored := m.sessions[s.SessionToken]; stored != nil {
					stored.Expires = stored.Expires.Add(time.Hour)
				}
			})
			return wrote, err
		}
	}),
	breaks("TouchSession changes nothing else", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (wrote bool, err error) {
			for _, other := range maps.Clone(m.sessions) { // by the user
				if s != nil && other.UserID == s.UserID {
					if wrote, err = m.TouchSession(ctx, other, every); err != nil {
						return false, err
					}
				}
			}
			return wrote, nil
		}
	}),
	breaks("Of concurrent callers of TouchSession one writes", func(f *faulty, m *Memory) { // reads, then writes
		touching(f, m, func(stored, _ *authdb.Session, every time.Duration) bool { return !young(m, stored, every) })
	}),
	breaks("TouchSession of a session that is gone or has expired is false, and no error", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			if s != nil {
				if _, _, err := m.GetSessionAndUser(ctx, s.SessionToken); err != nil {
					return false, err
				}
			}
			return m.TouchSession(ctx, s, every)
		}
	}),
	breaks("TouchSession of a session that is gone or has expired is false, and no error", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			wrote, err := m.TouchSession(ctx, s, every)
			return wrote || s != nil && m.sessions[s.SessionToken] != nil && m.expired(m.sessions[s.SessionToken].Expires), err
		}
	}),
	breaks("TouchSession of a soft-deleted user's session is false", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			wrote, err := m.TouchSession(ctx, s, every)
			return wrote || s != nil && m.softDeleted[s.UserID], err
		}
	}),
	breaks("TouchSession of no session is ErrInvalid", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			if s == nil {
				return false, nil
			}
			return m.TouchSession(ctx, s, every)
		}
	}),
}

var authenticatorRemoverBites = []bite{
	breaks("DeleteAuthenticator removes the authenticator, and no other", func(f *faulty, _ *Memory) {
		f.deleteAuthenticator = func(context.Context, string) error { return nil }
	}),
	breaks("DeleteAuthenticator removes the authenticator, and no other", func(f *faulty, m *Memory) { // by the user
		f.deleteAuthenticator = func(_ context.Context, id string) error {
			locked(m, func() {
				if a := m.authenticators[id]; a != nil {
					maps.DeleteFunc(m.authenticators, func(_ string, other *authdb.Authenticator) bool { return other.UserID == a.UserID })
				}
			})
			return nil
		}
	}),
	breaks("DeleteAuthenticator of what is not there is no error, and removes nothing", func(f *faulty, m *Memory) {
		f.deleteAuthenticator = func(ctx context.Context, id string) error {
			if _, err := m.GetAuthenticator(ctx, id); errors.Is(err, authdb.ErrNotFound) {
				return err
			}
			return m.DeleteAuthenticator(ctx, id)
		}
	}),
	breaks("DeleteAuthenticator of what is not there is no error, and removes nothing", func(f *faulty, m *Memory) { // in a collation that pads
		f.deleteAuthenticator = func(ctx context.Context, id string) error {
			return m.DeleteAuthenticator(ctx, strings.TrimRight(id, " "))
		}
	}),
}
