package cacheadapter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
)

// key makes a key of its number.
func key(n int) (k cacheadapter.Key) {
	copy(k[:], fmt.Sprintf("key %d", n))
	return k
}

// entryOf is an entry of a user with that key.
func entryOf(stamp cacheadapter.Stamp, user cacheadapter.Key) *cacheadapter.Entry {
	return &cacheadapter.Entry{
		Stamp: stamp, Loaded: time.Now(), UserKey: user,
		Session: &authdb.Session{UserID: "x"}, User: &authdb.User{ID: "x"},
	}
}

// TestCaches is the contract of a Cache.
func TestCaches(t *testing.T) {
	for name, open := range caches {
		t.Run(name, func(t *testing.T) {
			process := open(t)
			here, there := process(), process()
			get := func(c cacheadapter.Cache, k cacheadapter.Key) (*cacheadapter.Entry, cacheadapter.Stamp) {
				t.Helper()
				e, stamp, err := c.Get(t.Context(), k)
				if err != nil {
					t.Fatal(err)
				}
				return e, stamp
			}
			put := func(c cacheadapter.Cache, k cacheadapter.Key, e *cacheadapter.Entry) {
				t.Helper()
				if err := c.Put(t.Context(), k, e, time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			forget := func(c cacheadapter.Cache, ks ...cacheadapter.Key) {
				t.Helper()
				if err := c.Forget(t.Context(), ks...); err != nil {
					t.Fatal(err)
				}
			}
			holds := func(what string, k cacheadapter.Key, want bool) {
				t.Helper()
				for _, c := range []cacheadapter.Cache{here, there} {
					if e, _ := get(c, k); (e != nil) != want {
						t.Errorf("%s: got %v, want one: %v", what, e, want)
					}
				}
			}
			put(there, key(0), entryOf(0, key(-1))) // that it has seen an answer
			user, other := key(100), key(200)
			e, stamp := get(here, key(1))
			if e != nil {
				t.Errorf("in an empty cache: %v", e)
			}
			put(here, key(1), entryOf(stamp, user))
			put(here, key(2), entryOf(stamp, user))
			put(here, key(3), entryOf(stamp, other))
			holds("put", key(1), true)

			forget(there, key(1))
			holds("a forgotten session", key(1), false)
			holds("another session of the user", key(2), true)
			put(here, key(1), entryOf(stamp, user)) // asked for before
			holds("an answer from before", key(1), false)
			_, newer := get(here, key(1))
			if newer <= stamp {
				t.Errorf("the stamp %d after %d", newer, stamp)
			}
			put(here, key(1), entryOf(newer, user))
			holds("an answer from after", key(1), true)
			forget(there, key(77))
			holds("an answer from after, and then something else is forgotten", key(1), true)

			forget(here, user)
			holds("a session of a forgotten user", key(1), false)
			holds("another one", key(2), false)
			holds("that of another user", key(3), true)
			put(there, key(2), entryOf(newer, user))
			holds("an answer from before the user was forgotten", key(2), false)

			_, stamp = get(here, key(4))
			put(here, key(4), &cacheadapter.Entry{Stamp: stamp, Loaded: time.Now(), Expired: true})
			e, _ = get(there, key(4))
			if e == nil || e.Session != nil || !e.Expired || e.Stamp != stamp {
				t.Errorf("an answer that there is nobody: %+v", e)
			}
			forget(here, user, key(4))
			holds("a forgotten answer that there is nobody", key(4), false)
		})
	}
}

// TestMemoryIsBounded puts and forgets more than there is room for.
func TestMemoryIsBounded(t *testing.T) {
	const size = 10
	m := cacheadapter.NewMemory(size)
	ctx := context.Background()
	count := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			if e, _, _ := m.Get(ctx, key(i)); e != nil {
				n++
			}
		}
		return n
	}
	for i := range 100 {
		_ = m.Put(ctx, key(i), entryOf(0, key(-1)), time.Minute)
		_ = m.Put(ctx, key(1000+i), &cacheadapter.Entry{}, time.Minute)
	}
	if n := count(0, 100); n != size || count(90, 100) != size {
		t.Errorf("keeps %d sessions, want the last %d", n, size)
	}
	if n := count(1000, 1100); n < 1 || n > size/10+1 {
		t.Errorf("keeps %d answers that there is nobody", n)
	}
	if n := m.Evictions(); n != 90+98 {
		t.Errorf("%d evictions", n)
	}
	if count(98, 99) != 1 {
		t.Error("an answer is lost")
	}
	_ = m.Forget(ctx, key(99))
	for i := range 10 * size {
		_ = m.Forget(ctx, key(500+i))
		if count(99, 100) != 0 {
			t.Fatalf("what was forgotten is back after %d others were", i)
		}
	}
	if count(98, 99) != 0 {
		t.Error("more is remembered than there is room for, or an answer holds of which that is not known")
	}
	_, stamp, _ := m.Get(ctx, key(1))
	_ = m.Put(ctx, key(99), entryOf(stamp, key(-1)), time.Minute)
	if count(99, 100) != 1 {
		t.Error("nothing is cached any more")
	}
}

// failing is a Cache that can be made to fail.
type failing struct {
	cacheadapter.Cache
	get, put, forget error
	gets             int
}

func (f *failing) Get(ctx context.Context, k cacheadapter.Key) (*cacheadapter.Entry, cacheadapter.Stamp, error) {
	f.gets++
	if f.get != nil {
		return nil, 0, f.get
	}
	return f.Cache.Get(ctx, k)
}

func (f *failing) Put(ctx context.Context, k cacheadapter.Key, e *cacheadapter.Entry, ttl time.Duration) error {
	if f.put != nil {
		return f.put
	}
	return f.Cache.Put(ctx, k, e, ttl)
}

func (f *failing) Forget(ctx context.Context, ks ...cacheadapter.Key) error {
	if f.forget != nil {
		return f.forget
	}
	return f.Cache.Forget(ctx, ks...)
}

var errAway = errors.New("away")

func TestCacheFails(t *testing.T) {
	cache := &failing{Cache: cacheadapter.NewMemory(0), get: errAway}
	s := newStage(t, cacheadapter.Options{Cache: cache})
	s.asks(3, "without a cache", func() {
		for range 3 {
			s.in(token, "Ada")
		}
	})
	if cache.gets != 1 {
		t.Errorf("tries a broken cache %d times in a second", cache.gets)
	}
	if n := s.Stats().ReadsFailed; n != 1 {
		t.Errorf("%d failures counted", n)
	}
	cache.get, cache.put = nil, errAway
	s.clock.Advance(time.Second)
	s.asks(2, "a cache that keeps nothing", func() { s.in(token, "Ada"); s.in(token, "Ada") })
	cache.put = nil
	s.asks(1, "a cache that works again", func() { s.in(token, "Ada"); s.in(token, "Ada") })
}

// TestForgetFails goes on without the cache until all that is in it is too old.
func TestForgetFails(t *testing.T) {
	cache := &failing{Cache: cacheadapter.NewMemory(0)}
	s := newStage(t, cacheadapter.Options{MaxAge: 5 * time.Second, Cache: cache})
	s.in(token, "Ada")
	cache.forget = errAway
	s.ok(s.DeleteSession(t.Context(), token))
	if err := s.ForgetUser(t.Context(), s.user.ID); !errors.Is(err, errAway) {
		t.Errorf("ForgetUser: %v", err)
	}
	if n := s.Stats(); n.ForgetsFailed != 2 || n.Forgotten != 2 {
		t.Errorf("%+v", n)
	}
	cache.forget = nil
	s.out(token, authdb.ErrNotFound)
	s.clock.Advance(5*time.Second - 1)
	s.out(token, authdb.ErrNotFound)
	s.clock.Advance(1)
	s.out(token, authdb.ErrNotFound)
	s.signIn("x")
	s.asks(1, "afterwards", func() { s.in("x", "Ada"); s.in("x", "Ada") })
}

// TestCallerGone tells a caller who left from a cache that fails.
func TestCallerGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newStage(t, cacheadapter.Options{Cache: &leaving{cacheadapter.NewMemory(0), cancel}})
	_, _, err := s.GetSessionAndUser(ctx, token)
	if !errors.Is(err, context.Canceled) || s.Stats().ReadsFailed != 0 {
		t.Errorf("%v, %+v", err, s.Stats())
	}
}

// leaving has the caller go while it works.
type leaving struct {
	cacheadapter.Cache
	cancel func()
}

func (l *leaving) Get(ctx context.Context, _ cacheadapter.Key) (*cacheadapter.Entry, cacheadapter.Stamp, error) {
	l.cancel()
	return nil, 0, ctx.Err()
}
