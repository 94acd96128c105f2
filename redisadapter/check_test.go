package redisadapter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// TestCheck: a server on which the contract can't be kept is refused, and all are
// described.
func TestCheck(t *testing.T) {
	server := testdb.PrivateRedis(t, "--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru")
	client := server.Client(t)
	s := redisadapter.New(client)
	refused := func(words string) {
		t.Helper()
		if err := s.Check(t.Context()); !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), words) {
			t.Errorf("want ErrSchema with %q, got %v", words, err)
		}
	}
	set := func(args ...any) {
		t.Helper()
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	refused("maxmemory-policy is volatile-lru")
	servers, err := s.Servers(t.Context())
	want := redisadapter.Server{Version: strings.TrimPrefix(server.Version, "Redis "), AppendOnly: true, MaxMemory: 100 << 20, EvictionPolicy: "volatile-lru"}
	if err != nil || len(servers) != 1 || servers[0] != want {
		t.Errorf("got %+v, %v, want %+v", servers, err, want)
	}
	set("CONFIG", "SET", "appendonly", "no")
	if servers, err := s.Servers(t.Context()); err != nil || servers[0].AppendOnly {
		t.Errorf("got %+v, %v", servers, err)
	}
	set("CONFIG", "SET", "maxmemory-policy", "noeviction")
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	set("CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", "allkeys-lru") // which throws nothing away
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	set("REPLICAOF", "127.0.0.1", "1")
	refused("replica")
}

// TestCluster: three servers, of which each has some of the keys, keep the contract
// as one does.
func TestCluster(t *testing.T) {
	client := redis.NewClusterClient(testdb.RedisCluster(t))
	defer client.Close()
	servers := spread(t, client)
	if len(servers) != 3 || !servers[0].Cluster {
		t.Errorf("servers: %+v", servers)
	}
}

// TestRing: so do two that do not know each other.
func TestRing(t *testing.T) {
	options := &redis.RingOptions{Addrs: map[string]string{}}
	passwords := map[string]string{}
	for _, name := range []string{"one", "two"} {
		server := testdb.PrivateRedis(t)
		options.Addrs[name] = server.Addr
		passwords[server.Addr] = server.Client(t).Options().Password
	}
	options.NewClient = func(o *redis.Options) *redis.Client {
		o.Password = passwords[o.Addr]
		return redis.NewClient(o)
	}
	client := redis.NewRing(options)
	defer client.Close()
	if servers := spread(t, client); len(servers) != 2 || servers[0].Cluster {
		t.Errorf("servers: %+v", servers)
	}
}

// spread uses keys that are in several places.
func spread(t *testing.T, client redis.UniversalClient) []redisadapter.Server {
	t.Helper()
	r := rigOn(t, client, redisadapter.Layout{})
	r.ok(r.Check(r.ctx))
	var tokens []string
	for i := range 30 {
		token := string(rune('a'+i%26)) + strings.Repeat("x", i)
		tokens = append(tokens, token)
		r.session(token, "ada")
		if _, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: "a:" + token, Token: token, Expires: r.now}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.UseVerificationToken(r.ctx, "a:"+token, token); err != nil {
			t.Errorf("use: %v", err)
		}
	}
	r.set("user:session:theirs", `{"sessionToken":"theirs","userId":"ada","expires":"2999-01-01T00:00:00.000Z"}`)
	if adopted, err := r.Adopt(r.ctx); err != nil || adopted.Sessions != 1 {
		t.Errorf("adopted: %+v, %v", adopted, err)
	}
	if got := strings.Fields(r.list()); len(got) != 31 {
		t.Errorf("%d are listed: %v", len(got), got)
	}
	_, err := r.UpdateSession(r.ctx, tokens[0], authdb.SessionPatch{Expires: authdb.Set(r.now)})
	r.ok(err)
	r.ok(r.DeleteSession(r.ctx, tokens[1]))
	if n, err := r.DeleteSessionsByUserID(r.ctx, "ada", tokens[2]); n != 29 || err != nil {
		t.Errorf("%d were removed, %v", n, err)
	}
	if got := r.list(); got != tokens[2] {
		t.Errorf("left: %s", got)
	}
	servers, err := r.Servers(r.ctx)
	r.ok(err)
	return servers
}
