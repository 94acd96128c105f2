package cacheadapter_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
)

// held makes the database's next answer wait. It returns when the answer is there,
// by arrived, and lets it go by release.
func (s *stage) held() (arrived <-chan struct{}, release func()) {
	came, going := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.probe.then = func(ctx context.Context, _ error) error {
		first := false
		once.Do(func() { first = true; close(came) })
		if !first {
			return nil
		}
		select {
		case <-going:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return came, sync.OnceFunc(func() { close(going) })
}

// reading reads in a goroutine of its own.
func (s *stage) reading(ctx context.Context) <-chan error {
	result := make(chan error, 1)
	go func() {
		_, _, err := s.GetSessionAndUser(ctx, token)
		result <- err
	}()
	return result
}

// waiting gives those who read the time to find that another is asking. Should it
// not be enough, they ask by themselves or are answered from the cache, and no test
// fails for that.
func (s *stage) waiting() { time.Sleep(50 * time.Millisecond) }

func TestSingleFlight(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	arrived, release := s.held()
	s.asks(1, "100 readers", func() {
		first := s.reading(t.Context())
		<-arrived
		var others []<-chan error
		for range 99 {
			others = append(others, s.reading(t.Context()))
		}
		s.waiting()
		release()
		s.ok(<-first)
		for _, other := range others {
			s.ok(<-other)
		}
	})
	if n := s.Stats().Shared + s.Stats().Hits; n != 99 {
		t.Errorf("%+v", s.Stats())
	}
}

// TestFirstGivesUp ends the context of the one who asks the database.
func TestFirstGivesUp(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	arrived, release := s.held()
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	first := s.reading(ctx)
	<-arrived
	other := s.reading(t.Context())
	s.waiting()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	s.ok(<-other)
}

// TestOtherGivesUp ends the context of one who waits.
func TestOtherGivesUp(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	arrived, release := s.held()
	first := s.reading(t.Context())
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	other := s.reading(ctx)
	s.waiting()
	cancel()
	if err := <-other; !errors.Is(err, context.Canceled) {
		t.Errorf("the other: %v", err)
	}
	release()
	s.ok(<-first)
}

// TestErrorIsShared has the database fail for all who wait, once.
func TestErrorIsShared(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	came, going := make(chan struct{}), make(chan struct{})
	broken := errors.New("the database is away")
	s.probe.then = func(context.Context, error) error { close(came); <-going; return broken }
	first := s.reading(t.Context())
	<-came
	other := s.reading(t.Context())
	s.waiting()
	close(going)
	if err := <-first; !errors.Is(err, broken) {
		t.Errorf("the first: %v", err)
	}
	if err := <-other; !errors.Is(err, broken) {
		t.Errorf("the other: %v", err)
	}
}

// TestPanic has the adapter panic while others wait.
func TestPanic(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	came, going := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.probe.then = func(context.Context, error) error {
		once.Do(func() { close(came); <-going; panic("a defect") })
		return nil
	}
	first := make(chan any, 1)
	go func() {
		defer func() { first <- recover() }()
		_, _, _ = s.GetSessionAndUser(t.Context(), token)
	}()
	<-came
	other := s.reading(t.Context())
	s.waiting()
	close(going)
	if p := <-first; p != "a defect" {
		t.Errorf("the first: %v", p)
	}
	s.ok(<-other)
}

// TestOldFlight does not let anybody wait for an answer that is older than MaxAge.
func TestOldFlight(t *testing.T) {
	s := newStage(t, cacheadapter.Options{MaxAge: time.Second})
	arrived, release := s.held()
	first := s.reading(t.Context())
	<-arrived
	s.ok(s.probe.DeleteSession(t.Context(), token))
	s.clock.Advance(time.Second)
	s.out(token, authdb.ErrNotFound)
	release()
	s.ok(<-first)
	s.out(token, authdb.ErrNotFound)
}

// TestChangeDuringALoad has the database answer, then something change, and then
// the answer arrive. It is not cached, and who begins to read after the change does
// not wait for it.
func TestChangeDuringALoad(t *testing.T) {
	changes := map[string]func(s *stage, by *cacheadapter.Adapter) error{
		"the session": func(s *stage, by *cacheadapter.Adapter) error { return by.DeleteSession(s.Context(), token) },
		"the user":    func(s *stage, by *cacheadapter.Adapter) error { return by.DeleteUser(s.Context(), s.user.ID) },
		"in a transaction": func(s *stage, by *cacheadapter.Adapter) error {
			return by.InTx(s.Context(), func(ctx context.Context, tx authdb.Adapter) error { return tx.DeleteUser(ctx, s.user.ID) })
		},
	}
	for cache, open := range caches {
		for name, change := range changes {
			t.Run(cache+"/"+name, func(t *testing.T) {
				for _, by := range []string{"this process", "another"} {
					t.Run(by, func(t *testing.T) {
						process := open(t)
						s := newStage(t, cacheadapter.Options{Cache: process()})
						changer := s.Adapter
						if by == "another" {
							changer = cached(t, s.probe.Memory, cacheadapter.Options{Cache: process()})
						}
						arrived, release := s.held()
						first := s.reading(t.Context())
						<-arrived
						s.ok(change(s, changer))
						s.out(token, authdb.ErrNotFound)
						release()
						s.ok(<-first) // it began before
						s.out(token, authdb.ErrNotFound)
					})
				}
			})
		}
	}
}

// TestChangeDuringALoadWithoutACache has the cache fail, so that nothing but the
// adapter knows of the change.
func TestChangeDuringALoadWithoutACache(t *testing.T) {
	s := newStage(t, cacheadapter.Options{Cache: &failing{Cache: cacheadapter.NewMemory(0), get: errAway, forget: errAway}})
	arrived, release := s.held()
	first := s.reading(t.Context())
	<-arrived
	s.ok(s.DeleteSession(t.Context(), token))
	s.out(token, authdb.ErrNotFound)
	release()
	s.ok(<-first)
}
