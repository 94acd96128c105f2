package cacheadapter_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
)

func TestHit(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.asks(1, "three reads", func() {
		for range 3 {
			s.in(token, "Ada")
		}
	})
}

// TestMaxAge changes things as another process does.
func TestMaxAge(t *testing.T) {
	s := newStage(t, cacheadapter.Options{MaxAge: 5 * time.Second})
	s.in(token, "Ada")
	_, err := s.probe.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{Name: authdb.Set("Countess")})
	s.ok(err)
	s.clock.Advance(5*time.Second - 1)
	s.asks(0, "just before MaxAge", func() { s.in(token, "Ada") })
	if got := s.Stats().Oldest; got != 5*time.Second-1 {
		t.Errorf("the oldest answer was %v old", got)
	}
	s.clock.Advance(1)
	s.asks(1, "at MaxAge", func() { s.in(token, "Countess") })
	s.ok(s.probe.DeleteSession(t.Context(), token))
	s.clock.Advance(5 * time.Second)
	s.out(token, authdb.ErrNotFound)
}

// TestMaxAgeOfASlowAnswer counts from when the database was asked.
func TestMaxAgeOfASlowAnswer(t *testing.T) {
	s := newStage(t, cacheadapter.Options{MaxAge: 5 * time.Second})
	s.probe.then = func(context.Context, error) error { s.clock.Advance(3 * time.Second); return nil }
	s.in(token, "Ada")
	s.probe.then = nil
	s.clock.Advance(2*time.Second - 1)
	s.asks(0, "before MaxAge", func() { s.in(token, "Ada") })
	s.clock.Advance(1)
	s.asks(1, "at MaxAge", func() { s.in(token, "Ada") })
}

func TestClockGoesBack(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.in(token, "Ada")
	s.clock.Advance(-time.Minute)
	s.asks(1, "what is from the future", func() { s.in(token, "Ada") })
}

func TestNobody(t *testing.T) {
	t.Run("is not cached by default", func(t *testing.T) {
		s := newStage(t, cacheadapter.Options{})
		s.asks(2, "two reads", func() { s.out("x", authdb.ErrNotFound); s.out("x", authdb.ErrNotFound) })
		s.signIn("x")
		s.in("x", "Ada")
	})
	t.Run("is cached for NegativeMaxAge", func(t *testing.T) {
		s := newStage(t, cacheadapter.Options{NegativeMaxAge: time.Second})
		s.out("x", authdb.ErrNotFound)
		s.signIn("x")
		s.clock.Advance(time.Second - 1)
		s.asks(0, "just before", func() { s.out("x", authdb.ErrNotFound) })
		if n := s.Stats().NegativeHits; n != 1 {
			t.Errorf("%d negative hits", n)
		}
		s.clock.Advance(1)
		s.in("x", "Ada")
	})
	t.Run("is not what a session is that was created here", func(t *testing.T) {
		s := newStage(t, cacheadapter.Options{NegativeMaxAge: time.Second})
		s.out("x", authdb.ErrNotFound)
		_, err := s.CreateSession(t.Context(), &authdb.Session{SessionToken: "x", UserID: s.user.ID, Expires: s.clock.Now().Add(time.Hour)})
		s.ok(err)
		s.in("x", "Ada")
	})
}

func TestExpiry(t *testing.T) {
	s := newStage(t, cacheadapter.Options{MaxAge: time.Minute, NegativeMaxAge: time.Minute})
	s.clock.Advance(time.Hour - time.Second)
	s.in(token, "Ada")
	s.clock.Advance(time.Second)
	s.asks(0, "at Expires", func() { s.in(token, "Ada") })
	s.clock.Advance(time.Millisecond - 1)
	s.asks(0, "in the same millisecond", func() { s.in(token, "Ada") })
	s.clock.Advance(1)
	s.out(token, authdb.ErrExpired)
	s.asks(0, "again", func() { s.out(token, authdb.ErrExpired) })
	swept, err := s.DeleteExpired(t.Context(), 10)
	if s.ok(err); swept.Sessions != 1 {
		t.Fatalf("swept %+v", swept)
	}
	if _, _, err := s.GetSessionAndUser(t.Context(), token); !errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrExpired) {
		t.Errorf("after the sweep: %v", err)
	}
}

// TestExtendedElsewhere has a session that expires as it was cached, and does not as
// another process has extended it.
func TestExtendedElsewhere(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.clock.Advance(time.Hour - time.Second)
	s.in(token, "Ada")
	_, err := s.probe.UpdateSession(t.Context(), token, authdb.SessionPatch{Expires: authdb.Set(s.clock.Now().Add(time.Hour))})
	s.ok(err)
	s.clock.Advance(2 * time.Second)
	s.in(token, "Ada")
}

func TestErrorsAreNotCached(t *testing.T) {
	s := newStage(t, cacheadapter.Options{NegativeMaxAge: time.Second})
	broken := errors.New("the database is away")
	s.probe.then = func(context.Context, error) error { return broken }
	s.out(token, broken)
	s.probe.then = nil
	s.in(token, "Ada")
}

// TestResultsAreTheCallers writes to all that results lead to.
func TestResultsAreTheCallers(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	verified := s.clock.Now()
	_, err := s.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{EmailVerified: authdb.Set(verified)})
	s.ok(err)
	for i := range 3 { // from the database, then cached
		session, user, err := s.GetSessionAndUser(t.Context(), token)
		s.ok(err)
		want := &authdb.User{ID: s.user.ID, Name: "Ada", Email: "ada@example.com", EmailVerified: &verified, Extra: extra()}
		if session.UserID != user.ID || session.Extra["IP"] != nil || !reflect.DeepEqual(user, want) {
			t.Errorf("read %d: got %v, %v, want %v", i, session, user, want)
		}
		session.UserID, session.Extra["IP"] = "x", "x"
		user.Name, *user.EmailVerified, user.Extra["Role"] = "x", time.Time{}, "x"
		user.Extra["Tags"].([]string)[0] = "x"
		user.Extra["Boss"].(*boss).Name = "x"
		user.Extra["Boss"].(*boss).Reports["x"] = 1
	}
}

func TestFresh(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.in(token, "Ada")
	s.ok(s.probe.DeleteSession(t.Context(), token))
	s.in(token, "Ada")
	if _, _, err := s.GetSessionAndUser(cacheadapter.Fresh(t.Context()), token); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("fresh: %v", err)
	}
	s.out(token, authdb.ErrNotFound) // since what was found out is no longer served
	if n := s.Stats().Bypasses; n != 1 {
		t.Errorf("%d bypasses", n)
	}
}

// TestContexts has nothing answered to a caller who has gone.
func TestContexts(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.in(token, "Ada")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.GetSessionAndUser(ctx, token); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestNoTokens looks at what a Cache gets to see.
func TestNoTokens(t *testing.T) {
	seen := &recording{Cache: cacheadapter.NewMemory(0)}
	s := newStage(t, cacheadapter.Options{Cache: seen})
	s.in(token, "Ada")
	s.in(token, "Ada")
	if len(seen.put) != 1 || seen.put[0].Session.SessionToken != "" {
		t.Errorf("put: %+v", seen.put)
	}
	for _, e := range seen.put {
		if e.UserKey == (cacheadapter.Key{}) || strings.Contains(string(e.UserKey[:]), s.user.ID) {
			t.Errorf("the user's key: %x", e.UserKey)
		}
	}
}

// TestTimesToLive looks at how long a Cache is to keep what it gets.
func TestTimesToLive(t *testing.T) {
	seen := &recording{Cache: cacheadapter.NewMemory(0)}
	s := newStage(t, cacheadapter.Options{MaxAge: 5 * time.Second, NegativeMaxAge: 2 * time.Second, Cache: seen})
	s.probe.then = func(context.Context, error) error { s.clock.Advance(time.Second); return nil }
	s.in(token, "Ada")
	s.out("x", authdb.ErrNotFound)
	s.probe.then = func(context.Context, error) error { s.clock.Advance(2 * time.Second); return nil }
	s.out("y", authdb.ErrNotFound) // too slow to be worth it
	if want := []time.Duration{4 * time.Second, time.Second}; !slices.Equal(seen.ttl, want) {
		t.Errorf("kept for %v, want %v", seen.ttl, want)
	}
}

type recording struct {
	cacheadapter.Cache
	put []*cacheadapter.Entry
	ttl []time.Duration
}

func (r *recording) Put(ctx context.Context, key cacheadapter.Key, e *cacheadapter.Entry, ttl time.Duration) error {
	r.put, r.ttl = append(r.put, e), append(r.ttl, ttl)
	return r.Cache.Put(ctx, key, e, ttl)
}

func TestObserve(t *testing.T) {
	var events []cacheadapter.Event
	s := newStage(t, cacheadapter.Options{NegativeMaxAge: time.Second, Observe: func(e cacheadapter.Event) { events = append(events, e) }})
	s.in(token, "Ada")
	s.clock.Advance(2 * time.Second)
	s.in(token, "Ada")
	s.out("x", authdb.ErrNotFound)
	s.out("x", authdb.ErrNotFound)
	_, _, _ = s.GetSessionAndUser(cacheadapter.Fresh(t.Context()), token)
	var names []string
	for _, e := range events {
		names = append(names, e.Outcome.String())
	}
	if got := strings.Join(names, " "); got != "Miss Hit Miss NegativeHit Bypass" || events[1].Age != 2*time.Second {
		t.Errorf("events: %+v", events)
	}
	stats := s.Stats()
	if stats.Hits != 1 || stats.Misses != 2 || stats.NegativeHits != 1 || stats.Bypasses != 1 || stats.HitRate() != 0.4 || stats.Oldest != 2*time.Second {
		t.Errorf("%+v, %v", stats, stats.HitRate())
	}
}
