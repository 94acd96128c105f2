package rediscache_test

import (
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/rediscache"
)

// TestKilled kills Redis under a process that goes on, and starts it again.
func TestKilled(t *testing.T) {
	server := testdb.PrivateRedis(t)
	s := newSite(t)
	cache := newCache(t, clientOf(t, server), rediscache.Options{Timeout: 2 * time.Second})
	clock := adaptertest.NewClock(time.Now())
	a, err := cacheadapter.New(s.memory, cacheadapter.Options{Cache: cache, Clock: clock.Now})
	s.ok(err)
	s.in(a)
	server.Kill()
	for range 5 {
		s.in(a)
	}
	_, err = a.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{Name: authdb.Set("Countess")})
	s.ok(err)
	server.Start()
	if _, user, err := a.GetSessionAndUser(t.Context(), token); err != nil || user.Name != "Countess" {
		t.Errorf("a change that Redis was not told of: %v, %v", user, err)
	}
	if n := a.Stats(); n.ReadsFailed != 1 || n.ForgetsFailed != 1 {
		t.Errorf("%+v", n)
	}
	_, err = a.UpdateUser(t.Context(), s.user.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
	s.ok(err)
	clock.Advance(10 * time.Second)
	before := a.Stats().Hits
	s.in(a)
	s.in(a)
	if a.Stats().Hits != before+1 {
		t.Errorf("does not use Redis again: %+v", a.Stats())
	}
}

// TestHangs has a server that takes connections and never answers.
func TestHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), ReadTimeout: time.Minute, ContextTimeoutEnabled: true})
	defer client.Close()
	s := newSite(t)
	a := s.process(newCache(t, client, rediscache.Options{Timeout: 20 * time.Millisecond}))
	began := time.Now()
	for range 20 {
		s.in(a)
	}
	s.ok(a.DeleteSession(t.Context(), token))
	s.out(a)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if n := a.Stats(); n.ReadsFailed == 0 || n.ForgetsFailed != 1 {
		t.Errorf("%+v", n)
	}
}

func TestCluster(t *testing.T) {
	options := testdb.RedisCluster(t)
	options.ContextTimeoutEnabled = true
	client := redis.NewClusterClient(options)
	defer client.Close()
	s := newSite(t)
	a := s.process(newCache(t, client, rediscache.Options{}))
	s.in(a)
	s.in(a)
	s.ok(a.ForgetUser(t.Context(), s.user.ID))
	s.in(a)
	s.ok(a.DeleteSession(t.Context(), token))
	s.out(a)
	if n := a.Stats(); n.Hits != 1 || n.ReadsFailed+n.ForgetsFailed > 0 {
		t.Errorf("%+v", n)
	}
}
