package fromnextauth3

import (
	"context"
	"errors"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

type oldSession = presets.NextAuth3Session

// sessions returns how sessions are moved.
func (m *move) sessions() *mover[oldSession, authdb.Session] {
	return &mover[oldSession, authdb.Session]{
		move: m, record: "Session", counts: &m.report.Sessions,
		id:      func(s *oldSession) int32 { return s.ID },
		user:    func(s *oldSession) int32 { return s.UserID },
		expires: func(s *oldSession) time.Time { return s.Expires.Time },
		convert: m.session,
		find:    (*target).sessions,
		create: func(ctx context.Context, to authdb.Adapter, s *authdb.Session) error {
			_, err := to.CreateSession(ctx, s)
			return err
		},
		all: func(sessions []*authdb.Session) records { return records{Sessions: sessions} },
		compare: func(there, session *authdb.Session) state {
			switch {
			case there.UserID != session.UserID:
				return another
			case !sameInstant(there.Expires, session.Expires):
				return outdated
			}
			return current
		},
		update: updateSession,
	}
}

func (m *move) session(s *oldSession) (*authdb.Session, error) {
	session := &authdb.Session{
		ID: m.opts.NewID("Session", s.ID), UserID: m.opts.NewID("User", s.UserID),
		SessionToken: s.SessionToken, Expires: s.Expires.Time,
	}
	if f := m.opts.Complete.Session; f != nil {
		return session, f(s, session)
	}
	return session, nil
}

// updateSession prolongs the session, also one whose copy has expired, which no
// adapter revives.
func updateSession(ctx context.Context, to authdb.Adapter, s *authdb.Session) error {
	_, err := to.UpdateSession(ctx, s.SessionToken, authdb.SessionPatch{Expires: authdb.Set(s.Expires)})
	if !errors.Is(err, authdb.ErrExpired) {
		return err
	}
	if err := to.DeleteSession(ctx, s.SessionToken); err != nil {
		return err
	}
	_, err = to.CreateSession(ctx, s)
	return err
}
