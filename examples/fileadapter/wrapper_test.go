package fileadapter

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// counted counts the sessions that begin.
type counted struct {
	authdb.Adapter
	begun atomic.Int64
}

func (c *counted) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	stored, err := c.Adapter.CreateSession(ctx, session)
	if err == nil {
		c.begun.Add(1)
	}
	return stored, err
}

// As finds the stores in c, so that nobody gets past CreateSession, and in what c
// wraps the extensions that begin no session.
func (c *counted) As(target any) (ok bool) {
	switch target := target.(type) {
	case *authdb.UserStore:
		*target, ok = c, true
	case *authdb.AccountStore:
		*target, ok = c, true
	case *authdb.SessionStore:
		*target, ok = c, true
	case *authdb.VerificationTokenStore:
		*target, ok = c, true
	case *authdb.Validator:
		*target, ok = authdb.As[authdb.Validator](c.Adapter)
	case *authdb.Sweeper:
		*target, ok = authdb.As[authdb.Sweeper](c.Adapter)
	}
	return ok
}

func TestCounted(t *testing.T) {
	clock := adaptertest.NewClock(time.Now())
	adaptertest.Run(t, func(testing.TB) authdb.Adapter {
		return &counted{Adapter: New(authdb.WithClock(clock.Now))}
	}, adaptertest.WithClock(clock), adaptertest.Require("SessionStore", "Validator", "Sweeper"))
}
