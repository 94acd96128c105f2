package testdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is how AUTHDB_TEST_REQUIRE asks for Redis, and AUTHDB_TEST_REDIS, the URL of
// a server that runs already, is called. It is none of Names: it has no SQL.
const Redis = "redis"

var sharedRedis = sync.OnceValues(func() (*server, error) { return find(Redis) })

// A RedisServer is a server with one keyspace.
type RedisServer struct {
	Server
	Version string // "Redis 7.0.15"
	URL     string // as redis.ParseURL takes it
	Addr    string // host:port
}

// SharedRedis returns a server that other tests use too: give your keys a prefix of
// their own. Without one it skips the test or fails it, as New does.
func SharedRedis(tb testing.TB) *RedisServer {
	tb.Helper()
	s, err := sharedRedis()
	must(tb, Redis, err)
	return redisServer(tb, s)
}

// PrivateRedis starts a server for this test alone, as Private does, with further
// arguments ("--maxmemory", "10mb"). It has written every acknowledged change to
// its file and synced it, so that Kill loses none.
func PrivateRedis(tb testing.TB, args ...string) *RedisServer {
	tb.Helper()
	s, err := startWith(Redis, &redisEngine{lookPath("redis-server"), args})
	must(tb, Redis, err)
	tb.Cleanup(s.stop)
	return redisServer(tb, s)
}

func redisServer(tb testing.TB, s *server) *RedisServer {
	return &RedisServer{Server{tb, s}, s.version, s.engine.dsn(s, ""), s.address()}
}

// Client returns a client, which is closed when the test ends.
func (r *RedisServer) Client(tb testing.TB) *redis.Client {
	tb.Helper()
	options, err := redis.ParseURL(r.URL)
	if err != nil {
		tb.Fatal(err)
	}
	client := redis.NewClient(options)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// slots is how many a cluster has.
const slots = 16384

// RedisCluster starts a cluster of three servers for this test alone, and returns
// what a client of it needs.
func RedisCluster(tb testing.TB) *redis.ClusterOptions {
	tb.Helper()
	const nodes = 3
	var options redis.ClusterOptions
	var clients []*redis.Client
	for i := range nodes {
		node := PrivateRedis(tb, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-require-full-coverage", "yes")
		client := node.Client(tb)
		options.Password = node.server.password
		// Each has a password of its own, until it is that of the first.
		if i > 0 {
			options.Password = clients[0].Options().Password
			must(tb, Redis, client.Do(tb.Context(), "ACL", "SETUSER", "default", ">"+options.Password).Err())
		}
		options.Addrs = append(options.Addrs, node.Addr)
		must(tb, Redis, client.ClusterAddSlotsRange(tb.Context(), i*slots/nodes, (i+1)*slots/nodes-1).Err())
		clients = append(clients, client)
	}
	options.Username = clients[0].Options().Username
	for _, client := range clients[1:] {
		host, port, _ := strings.Cut(options.Addrs[0], ":")
		must(tb, Redis, client.ClusterMeet(tb.Context(), host, port).Err())
	}
	for _, client := range clients {
		must(tb, Redis, awaitCluster(tb.Context(), client, nodes))
	}
	return &options
}

// awaitCluster returns when a node knows all others, and that all slots are served.
func awaitCluster(ctx context.Context, client *redis.Client, nodes int) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		info, err := client.ClusterInfo(ctx).Result()
		if err != nil {
			return err
		}
		if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r\n", nodes)) && strings.Contains(info, fmt.Sprintf("cluster_slots_ok:%d\r\n", slots)) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("testdb: the cluster does not form: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// redisEngine is Redis, which has one database for us.
type redisEngine struct {
	program string
	args    []string
}

// newRedis is a server that nobody kills, and which waits for no disk.
func newRedis() *redisEngine {
	return &redisEngine{lookPath("redis-server"), []string{"--appendonly", "no"}}
}

func (e *redisEngine) missing() string {
	if e.program != "" {
		return ""
	}
	return "install it (Debian, Ubuntu: apt-get install redis-server)"
}

func (*redisEngine) account() string { return "redis" }

// prepare keeps the password off the command line, which others can read. It is
// the default user's: with that user off, Redis 7.0 can't read its own file, and loses
// what scripts have written.
func (*redisEngine) prepare(s *server) error {
	if err := s.guard.mkdir("data"); err != nil {
		return err
	}
	s.username = "default"
	_, err := s.guard.write("redis.conf", fmt.Sprintf(`bind 127.0.0.1
dir %s/data
appendonly yes
appendfsync always
save ""
requirepass %s
`, s.guard.dir, s.password))
	return err
}

func (e *redisEngine) command(s *server) []string {
	return append([]string{e.program, s.guard.dir + "/redis.conf", "--port", fmt.Sprint(s.port)}, e.args...)
}

func (*redisEngine) parse(s *server, dsn string) error {
	options, err := redis.ParseURL(dsn)
	if err != nil {
		return errors.New("want a URL: redis://user:password@127.0.0.1:port") // what it says may quote the password
	}
	s.username, s.password = options.Username, options.Password
	_, err = fmt.Sscanf(strings.Replace(options.Addr, ":", " ", 1), "%s %d", &s.host, &s.port)
	return err
}

func (*redisEngine) dsn(s *server, _ string) string {
	u := url.URL{Scheme: "redis", User: url.UserPassword(s.username, s.password), Host: s.address()}
	return u.String()
}

func (e *redisEngine) ask(ctx context.Context, s *server) (string, error) {
	client := redis.NewClient(&redis.Options{Addr: s.address(), Username: s.username, Password: s.password, MaxRetries: -1})
	defer client.Close()
	info, err := client.Info(ctx, "server").Result()
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(info) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			return "Redis " + version, nil
		}
	}
	return "", errors.New("it does not say its version")
}

func (*redisEngine) create(context.Context, *server, string) error { return errors.ErrUnsupported }
func (*redisEngine) drop(context.Context, *server, string) error   { return errors.ErrUnsupported }
