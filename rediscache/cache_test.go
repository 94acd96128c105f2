package rediscache_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/rediscache"
)

var secret = bytes.Repeat([]byte("s"), 32)

func clientOf(t testing.TB, server *testdb.RedisServer) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newCache(t testing.TB, client redis.UniversalClient, options rediscache.Options) *rediscache.Cache {
	t.Helper()
	if options.Secret == nil {
		options.Secret = secret
	}
	if options.Timeout == 0 {
		options.Timeout = 10 * time.Second // a loaded machine is not what the tests are about
	}
	cache, err := rediscache.New(client, options)
	if err != nil {
		t.Fatal(err)
	}
	return cache
}

// A site is an application in several processes, with one database.
type site struct {
	*testing.T
	memory *adaptertest.Memory
	user   *authdb.User
}

const (
	token   = "a-very-secret-token"
	address = "ada@example.com"
)

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, memory: &adaptertest.Memory{Columns: map[string]map[string]any{"User": {"Tags": []string(nil), "Seen": time.Time{}, "Any": new(int)}}}}
	var err error
	s.user, err = s.memory.CreateUser(t.Context(), &authdb.User{Name: "Ada", Email: address, Extra: map[string]any{
		"Tags": []string{"a"}, "Seen": time.Date(2024, 5, 6, 7, 8, 9, 1e6, time.UTC),
	}})
	s.ok(err)
	_, err = s.memory.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: s.user.ID, Expires: time.Now().Add(time.Hour)})
	s.ok(err)
	return s
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) process(cache cacheadapter.Cache) *cacheadapter.Adapter {
	s.Helper()
	a, err := cacheadapter.New(s.memory, cacheadapter.Options{MaxAge: cacheadapter.Longest, NegativeMaxAge: cacheadapter.Longest, Cache: cache})
	s.ok(err)
	return a
}

func (s *site) in(a authdb.Adapter) {
	s.Helper()
	session, user, err := a.GetSessionAndUser(s.Context(), token)
	if err != nil || session.SessionToken != token || user.Name != "Ada" || user.Extra["Tags"].([]string)[0] != "a" || user.Extra["Seen"] != s.user.Extra["Seen"] {
		s.Errorf("got %v, %v, %v", session, user, err)
	}
}

func (s *site) out(a authdb.Adapter) {
	s.Helper()
	if _, _, err := a.GetSessionAndUser(s.Context(), token); !errors.Is(err, authdb.ErrNotFound) {
		s.Errorf("got %v, want %v", err, authdb.ErrNotFound)
	}
}

// TestShared has a second process answer from what the first has asked for, once it
// knows the types of the columns, and know of what the first revokes.
func TestShared(t *testing.T) {
	s, client, name := newSite(t), clientOf(t, testdb.SharedRedis(t)), rand.Text()
	first := s.process(newCache(t, client, rediscache.Options{Name: name}))
	second := s.process(newCache(t, client, rediscache.Options{Name: name}))
	s.in(first)
	s.in(second) // asks, for the types
	s.in(first)
	s.in(second)
	if x, y := first.Stats(), second.Stats(); x.Hits != 1 || x.Misses != 1 || y.Hits != 1 || y.Misses != 1 {
		t.Errorf("%+v, %+v", x, y)
	}
	s.ok(first.DeleteSession(t.Context(), token))
	if left := client.Keys(t.Context(), "{"+name+"}:*").Val(); len(left) != 1 || left[0] != "{"+name+"}:forgotten" {
		t.Errorf("a revoked session is still in Redis: %q", left)
	}
	s.out(second)
	s.out(first)
	if n := first.Stats().NegativeHits; n != 1 {
		t.Errorf("%d negative hits", n)
	}
}

// TestWhatIsInRedis reads all of it.
func TestWhatIsInRedis(t *testing.T) {
	server := testdb.PrivateRedis(t)
	s, client := newSite(t), clientOf(t, server)
	a := s.process(newCache(t, client, rediscache.Options{}))
	s.in(a)
	_, _, _ = a.GetSessionAndUser(t.Context(), "nobody's")
	s.ok(a.DeleteSession(t.Context(), "another"))
	s.ok(a.ForgetUser(t.Context(), s.user.ID))
	keys, err := client.Keys(t.Context(), "*").Result()
	s.ok(err)
	if len(keys) != 3 {
		t.Errorf("keys: %q", keys)
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, "{authdb}:") {
			t.Errorf("the key %q is in another slot", key)
		}
		if ttl := client.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > 11*time.Minute {
			t.Errorf("%q stays for %v", key, ttl)
		}
		dump := client.Dump(t.Context(), key).Val()
		if value, err := client.Get(t.Context(), key).Result(); err == nil {
			dump += value // a dump may be compressed
		} else if members, err := client.ZRange(t.Context(), key, 0, -1).Result(); err == nil {
			dump += strings.Join(members, " ")
		}
		for _, clear := range []string{token, "nobody's", address, "Ada", s.user.ID, "another"} {
			for _, form := range []string{clear, hex.EncodeToString([]byte(clear))} {
				if strings.Contains(key+dump, form) {
					t.Errorf("%q is in Redis", form)
				}
			}
		}
	}
}

// TestForged changes what is in Redis.
func TestForged(t *testing.T) {
	s, client, name := newSite(t), clientOf(t, testdb.SharedRedis(t)), rand.Text()
	a := s.process(newCache(t, client, rediscache.Options{Name: name}))
	_, err := s.memory.CreateSession(t.Context(), &authdb.Session{SessionToken: "x", UserID: s.user.ID, Expires: time.Now().Add(time.Hour)})
	s.ok(err)
	s.in(a)
	keys := client.Keys(t.Context(), "{"+name+"}:*").Val()
	if len(keys) != 1 {
		t.Fatalf("keys: %q", keys)
	}
	value := client.Get(t.Context(), keys[0]).Val()
	misses := func(what, key, value string) {
		t.Helper()
		s.ok(client.Set(t.Context(), key, value, time.Minute).Err())
		before := a.Stats().Misses
		s.in(a)
		if a.Stats().Misses != before+1 {
			t.Errorf("%s: is taken for an answer", what)
		}
	}
	misses("a later stamp", keys[0], "9"+value[1:])
	misses("another user", keys[0], value[:16]+"x"+value[17:])
	misses("a changed ciphertext", keys[0], value[:len(value)-1]+string(value[len(value)-1]^1))
	misses("too little", keys[0], value[:70])
	misses("nothing", keys[0], "")
	misses("another text", keys[0], "not ours, but as long as one of ours would have to be, and longer: "+value)

	// The answer of one session under the name of another.
	s.in(a)
	value = client.Get(t.Context(), keys[0]).Val()
	_, _, _ = a.GetSessionAndUser(t.Context(), "x")
	for _, key := range client.Keys(t.Context(), "{"+name+"}:*").Val() {
		s.ok(client.Set(t.Context(), key, value, time.Minute).Err())
	}
	before := a.Stats().Misses
	if session, _, err := a.GetSessionAndUser(t.Context(), "x"); err != nil || session.SessionToken != "x" || a.Stats().Misses != before+1 {
		t.Errorf("got %v, %v, %+v", session, err, a.Stats())
	}
}

// TestForgottenIsLost has Redis lose what was forgotten, of what is asked for at
// that moment too: stamps go on all the same.
func TestForgottenIsLost(t *testing.T) {
	client, name := clientOf(t, testdb.SharedRedis(t)), rand.Text()
	cache := newCache(t, client, rediscache.Options{Name: name})
	stamp := func() cacheadapter.Stamp {
		t.Helper()
		_, stamp, err := cache.Get(t.Context(), cacheadapter.Key{})
		if err != nil {
			t.Fatal(err)
		}
		return stamp
	}
	var last cacheadapter.Stamp
	for range 5 {
		for range 3 {
			if err := cache.Forget(t.Context(), cacheadapter.Key{1}); err != nil {
				t.Fatal(err)
			}
			if now := stamp(); now <= last {
				t.Errorf("the stamp %d after %d", now, last)
			} else {
				last = now
			}
		}
		client.Del(t.Context(), "{"+name+"}:forgotten")
	}
}

// TestForgottenIsBounded looks at what is kept, and for how long.
func TestForgottenIsBounded(t *testing.T) {
	client, name := clientOf(t, testdb.SharedRedis(t)), rand.Text()
	cache, set := newCache(t, client, rediscache.Options{Name: name}), "{"+name+"}:forgotten"
	for minutes, member := range map[time.Duration]string{12: "old", 10: "young"} {
		client.ZAdd(t.Context(), set, redis.Z{Score: float64(time.Now().Add(-minutes * time.Minute).UnixMicro()), Member: member})
	}
	keys := make([]cacheadapter.Key, 9000) // more than Lua unpacks
	for i := range keys {
		keys[i] = cacheadapter.Key{byte(i), byte(i >> 8)}
	}
	if err := cache.Forget(t.Context(), keys...); err != nil {
		t.Fatal(err)
	}
	if n := client.ZCard(t.Context(), set).Val(); n != 9001 {
		t.Errorf("%d are kept", n)
	}
	if client.ZScore(t.Context(), set, "young").Err() != nil {
		t.Error("what was forgotten ten minutes ago is lost")
	}
	// A clock that is set back is no reason to go back.
	ahead := float64(time.Now().Add(time.Hour).UnixMicro())
	client.ZAdd(t.Context(), set, redis.Z{Score: ahead, Member: "ahead"})
	if err := cache.Forget(t.Context(), keys[0]); err != nil {
		t.Fatal(err)
	}
	if _, stamp, _ := cache.Get(t.Context(), keys[0]); float64(stamp) <= ahead {
		t.Errorf("the stamp %d after %f", stamp, ahead)
	}
}

// TestColumns caches what comes back from JSON as it was, and nothing else.
func TestColumns(t *testing.T) {
	type hidden struct{ n int }
	s, client, name := newSite(t), clientOf(t, testdb.SharedRedis(t)), rand.Text()
	var failed []error
	a, err := cacheadapter.New(s.memory, cacheadapter.Options{
		Cache:   newCache(t, client, rediscache.Options{Name: name}),
		Observe: func(e cacheadapter.Event) { failed = append(failed, e.Err) },
	})
	s.ok(err)
	for _, odd := range []any{hidden{1}, new(func()), map[string]any{"n": 1}, "\xff"} {
		s.memory.Columns["User"]["Any"] = odd
		_, err := s.memory.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{Extra: map[string]any{"Any": odd}})
		if err != nil {
			continue // Memory stores no such thing
		}
		before := a.Stats()
		s.ok(a.ForgetUser(t.Context(), s.user.ID))
		for range 2 {
			s.in(a)
		}
		if after := a.Stats(); after.Hits != before.Hits || after.ReadsFailed != before.ReadsFailed+2 {
			t.Errorf("%T: %+v", odd, after)
		}
	}
	if a.Stats().ReadsFailed < 4 {
		t.Errorf("%+v", a.Stats())
	}

	// Another process, whose rows have a column more.
	one := 1
	s.memory.Columns["User"]["Any"] = &one
	_, err = s.memory.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{Extra: map[string]any{"Any": &one}})
	s.ok(err)
	s.ok(a.ForgetUser(t.Context(), s.user.ID))
	s.in(a)
	s.in(a)
	if a.Stats().Hits != 1 {
		t.Errorf("%+v", a.Stats())
	}
	more := newSite(t)
	more.memory.Columns["User"]["More"] = ""
	_, err = more.memory.UpdateUser(t.Context(), more.user.ID, authdb.UserPatch{Extra: map[string]any{"More": "x"}})
	s.ok(err)
	b := more.process(newCache(t, client, rediscache.Options{Name: name}))
	for range 2 { // the first for the types
		if _, user, err := b.GetSessionAndUser(t.Context(), token); err != nil || user.Extra["More"] != "x" {
			t.Errorf("got %v, %v", user, err)
		}
		s.in(a) // which puts its own answer back
	}
	if b.Stats().Hits != 0 {
		t.Errorf("%+v", b.Stats())
	}
}

func TestOptions(t *testing.T) {
	ready := redis.NewClient(&redis.Options{ContextTimeoutEnabled: true})
	defer ready.Close()
	slow := redis.NewClient(&redis.Options{})
	defer slow.Close()
	for name, x := range map[string]struct {
		client  redis.UniversalClient
		options rediscache.Options
	}{
		"nil client":       {nil, rediscache.Options{Secret: secret}},
		"nil *Client":      {(*redis.Client)(nil), rediscache.Options{Secret: secret}},
		"no timeouts":      {slow, rediscache.Options{Secret: secret}},
		"no secret":        {ready, rediscache.Options{}},
		"short secret":     {ready, rediscache.Options{Secret: secret[:31]}},
		"a hash tag":       {ready, rediscache.Options{Secret: secret, Name: "{x}"}},
		"negative Timeout": {ready, rediscache.Options{Secret: secret, Timeout: -1}},
	} {
		if c, err := rediscache.New(x.client, x.options); !errors.Is(err, authdb.ErrInvalid) || c != nil {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "ssss") {
			t.Errorf("%s: quotes the secret: %v", name, err)
		}
	}
}

// TestCallerIsGone changes something with a context that ends before it is forgotten.
func TestCallerIsGone(t *testing.T) {
	s := newSite(t)
	a := s.process(newCache(t, clientOf(t, testdb.SharedRedis(t)), rediscache.Options{Name: rand.Text()}))
	ctx, cancel := context.WithCancel(t.Context())
	s.in(a)
	cancel()
	if err := a.ForgetUser(ctx, s.user.ID); err != nil {
		t.Errorf("what was changed is not forgotten because the caller has gone: %v", err)
	}
}
