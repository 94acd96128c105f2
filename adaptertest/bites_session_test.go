package adaptertest

import (
	"context"
	"errors"
	"time"

	"github.com/authdb/authdb"
)

var sessionBites = []bite{
	breaks("CreateSession stores the session and returns it as stored", func(f *faulty, m *Memory) {
		f.createSession = storing(m.CreateSession, func(s *authdb.Session) { s.Expires = s.Expires.Truncate(time.Minute) })
	}),
	breaks("A user may have several sessions", func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			_, _ = m.DeleteSessionsByUserID(ctx, s.UserID)
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("The Expires of a new session may lie in the past", func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			if m.expired(s.Expires) {
				return nil, invalid("Expires", "past")
			}
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("CreateSession returns ErrDuplicate if the token is taken", func(f *faulty, m *Memory) { // an upsert
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			_ = m.DeleteSession(ctx, s.SessionToken)
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("CreateSession returns ErrReference if there is no such user", func(f *faulty, m *Memory) { // no foreign key
		f.createSession = instead(m.CreateSession, authdb.ErrReference, func(s *authdb.Session) (*authdb.Session, error) {
			locked(m, func() { m.sessions[s.SessionToken] = cloneSession(s) })
			return cloneSession(s), nil
		})
	}),
	breaks("CreateSession returns ErrReference if there is no such user", func(f *faulty, m *Memory) {
		f.createSession = instead(m.CreateSession, authdb.ErrReference, func(s *authdb.Session) (*authdb.Session, error) {
			return nil, errors.New("faulty: constraint failed")
		})
	}),
	breaks("GetSessionAndUser returns the session and its user", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil { // a column that the join dropped
				u.EmailVerified = nil
			}
			return s, u, err
		}
	}),
	breaks("GetSessionAndUser returns neither and ErrNotFound for an unknown token", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if errors.Is(err, authdb.ErrNotFound) {
				return nil, nil, nil
			}
			return s, u, err
		}
	}),
	breaks("GetSessionAndUser returns ErrExpired, which is an ErrNotFound too, for an expired session", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if errors.Is(err, authdb.ErrExpired) {
				err = authdb.ErrNotFound
			}
			return s, u, err
		}
	}),
	breaks("Looking at an expired session leaves it there", sweepsOnSight),
	breaks("A session whose Expires is now has not expired, one of a moment before has", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil && !s.Expires.After(m.options.Clock()) { // <= now
				return nil, nil, authdb.ErrExpired
			}
			return s, u, err
		}
	}),
	breaks("DeleteSession removes the session", func(f *faulty, m *Memory) {
		f.deleteSession = func(context.Context, string) error { return nil }
	}),
	breaks("DeleteSession removes the session", func(f *faulty, m *Memory) { // all of the user
		f.deleteSession = func(ctx context.Context, token string) error {
			s, _, err := m.GetSessionAndUser(ctx, token)
			if err == nil {
				_, err = m.DeleteSessionsByUserID(ctx, s.UserID)
			}
			return err
		}
	}),
	breaks("DeleteSession removes an expired session too", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			if _, _, err := m.GetSessionAndUser(ctx, token); err != nil {
				return nil
			}
			return m.DeleteSession(ctx, token)
		}
	}),
	breaks("DeleteSession of what is not there is no error", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			if _, _, err := m.GetSessionAndUser(ctx, token); err != nil {
				return err
			}
			return m.DeleteSession(ctx, token)
		}
	}),
	breaks("The token of a deleted session can be used again", func(f *faulty, m *Memory) { // a soft delete
		gone := make(map[string]bool)
		f.deleteSession = func(ctx context.Context, token string) error {
			gone[token] = true
			return m.DeleteSession(ctx, token)
		}
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			if gone[s.SessionToken] {
				return nil, authdb.ErrDuplicate
			}
			return m.CreateSession(ctx, s)
		}
	}),
}

// sweepsOnSight deletes an expired session when somebody looks at it.
func sweepsOnSight(f *faulty, m *Memory) {
	f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
		s, u, err := m.GetSessionAndUser(ctx, token)
		if errors.Is(err, authdb.ErrExpired) {
			_ = m.DeleteSession(ctx, token)
		}
		return s, u, err
	}
	f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
		s, err := m.UpdateSession(ctx, token, patch)
		if errors.Is(err, authdb.ErrNotFound) {
			return nil, authdb.ErrExpired
		}
		return s, err
	}
}

// revive makes UpdateSession ignore expiry if it may.
func revive(f *faulty, m *Memory, may func(*authdb.Session) bool) {
	f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
		locked(m, func() {
			if s := m.sessions[token]; s != nil && m.expired(s.Expires) && may(s) {
				s.Expires = m.options.Clock().Add(time.Minute)
			}
		})
		return m.UpdateSession(ctx, token, patch)
	}
}

var updateSessionBites = []bite{
	breaks("UpdateSession changes exactly the members set in the patch and returns the complete session", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			s, err := m.UpdateSession(ctx, token, patch)
			if err == nil { // not read back
				s.UserID = ""
			}
			return s, err
		}
	}),
	breaks("UpdateSession changes exactly the members set in the patch and returns the complete session", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) { // never sooner
			s, _, err := m.GetSessionAndUser(ctx, token)
			if err == nil && patch.Expires.Value().Before(s.Expires) {
				return s, nil
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("An empty SessionPatch reads", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if !patch.Expires.IsSet() && patch.Extra == nil {
				return nil, errors.New("faulty: UPDATE sessions SET WHERE")
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("UpdateSession with what is stored already succeeds", func(f *faulty, m *Memory) { // no rows affected
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if s, _, err := m.GetSessionAndUser(ctx, token); err == nil && patch.Expires.Value().Equal(s.Expires) {
				return nil, authdb.ErrNotFound
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("UpdateSession leaves other sessions as they are", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			s, err := m.UpdateSession(ctx, token, patch)
			locked(m, func() {
				for _, other := range m.sessions {
					apply(&other.Expires, patch.Expires)
				}
			})
			return s, err
		}
	}),
	breaks("UpdateSession returns ErrNotFound for an unknown token, and creates nothing", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) { // an upsert
			s, err := m.UpdateSession(ctx, token, patch)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Session{SessionToken: token, Expires: patch.Expires.Value()}, nil
			}
			return s, err
		}
	}),
	breaks("UpdateSession returns ErrExpired for an expired session, and never revives it", func(f *faulty, m *Memory) {
		revive(f, m, func(*authdb.Session) bool { return true })
	}),
	breaks("UpdateSession knows a session whose Expires is now, and not one of a moment before", func(f *faulty, m *Memory) {
		revive(f, m, func(s *authdb.Session) bool { return m.options.Clock().Sub(s.Expires) < time.Second })
	}),
}
