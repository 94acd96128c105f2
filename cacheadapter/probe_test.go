package cacheadapter_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
)

// A probe is an adapter that counts how often it is asked who a session is of, and
// can be stopped when it has the answer.
type probe struct {
	*adaptertest.Memory
	asked atomic.Int64
	// then is called with what the database has answered, and returns what is
	// answered in its place. Nil: that.
	then func(ctx context.Context, err error) error
}

func (p *probe) GetSessionAndUser(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
	p.asked.Add(1)
	session, user, err := p.Memory.GetSessionAndUser(ctx, token)
	if p.then != nil {
		if err := p.then(ctx, err); err != nil {
			return nil, nil, err
		}
	}
	return session, user, err
}

// A stage is a cached adapter with a user who is signed in.
type stage struct {
	*testing.T
	*cacheadapter.Adapter
	probe *probe
	clock *adaptertest.Clock
	user  *authdb.User
}

const token = "a-secret-token"

func newStage(t *testing.T, options cacheadapter.Options) *stage {
	t.Helper()
	clock := adaptertest.NewClock(time.Date(2024, time.May, 6, 7, 8, 9, 0, time.UTC))
	memory := adaptertest.NewMemory(authdb.WithClock(clock.Now))
	memory.Columns = map[string]map[string]any{"User": {"Role": "", "Tags": []string(nil), "Boss": (*boss)(nil)}, "Session": {"IP": ""}}
	s := &stage{T: t, clock: clock, probe: &probe{Memory: memory}}
	options.Clock = clock.Now
	s.Adapter = cached(t, s.probe, options)
	var err error
	s.user, err = memory.CreateUser(t.Context(), &authdb.User{Name: "Ada", Email: "ada@example.com", Extra: extra()})
	s.ok(err)
	s.signIn(token)
	return s
}

func extra() map[string]any {
	return map[string]any{"Role": "admin", "Tags": []string{"a", "b"}, "Boss": &boss{Name: "Eve", Reports: map[string]int{"Ada": 1}}}
}

// boss is a value of a further column that leads to others.
type boss struct {
	Name    string
	Reports map[string]int
}

// signIn creates a session past the cache.
func (s *stage) signIn(token string) {
	s.Helper()
	_, err := s.probe.CreateSession(s.Context(), &authdb.Session{SessionToken: token, UserID: s.user.ID, Expires: s.clock.Now().Add(time.Hour)})
	s.ok(err)
}

func (s *stage) Context() context.Context { return s.T.Context() }

func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// asks checks how often the database is asked in f.
func (s *stage) asks(want int64, what string, f func()) {
	s.Helper()
	before := s.probe.asked.Load()
	f()
	if got := s.probe.asked.Load() - before; got != want {
		s.Errorf("%s: the database was asked %d times, want %d", what, got, want)
	}
}

// ask does not wait for ever for an answer that is held.
func (s *stage) ask(token string) (*authdb.Session, *authdb.User, error) {
	ctx, cancel := context.WithTimeout(s.Context(), 5*time.Second)
	defer cancel()
	return s.GetSessionAndUser(ctx, token)
}

// in checks that somebody is signed in, by that name.
func (s *stage) in(token, name string) {
	s.Helper()
	session, user, err := s.ask(token)
	if err != nil || session.SessionToken != token || user.Name != name {
		s.Errorf("got %v, %v, %v, want %s", session, user, err, name)
	}
}

// out checks that nobody is.
func (s *stage) out(token string, want error) {
	s.Helper()
	session, user, err := s.ask(token)
	if !errors.Is(err, want) || session != nil || user != nil {
		s.Errorf("got %v, %v, %v, want %v", session, user, err, want)
	}
}
