package testdb

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestRedis: what was acknowledged outlives kill -9, and passwords are checked.
func TestRedis(t *testing.T) {
	server := PrivateRedis(t)
	if !strings.HasPrefix(server.Version, "Redis ") {
		t.Errorf("version: %q", server.Version)
	}
	client := server.Client(t)
	if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	if err := client.Ping(t.Context()).Err(); err == nil {
		t.Error("a killed server answers")
	}
	server.Start()
	if value, err := client.Get(t.Context(), "key").Result(); value != "value" || err != nil {
		t.Errorf("after the kill: %q, %v", value, err)
	}
	anybody := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer anybody.Close()
	if err := anybody.Ping(t.Context()).Err(); err == nil {
		t.Error("it answers without a password")
	}
}

// TestSharedRedis: the tests of a process, and those whose environment says so, have
// one server.
func TestSharedRedis(t *testing.T) {
	one, two := SharedRedis(t), SharedRedis(t)
	if one.URL != two.URL {
		t.Error("two servers are shared")
	}
	t.Setenv(variable(Redis), one.URL)
	again, err := find(Redis)
	if err != nil || again.engine.dsn(again, "") != one.URL || again.version != one.Version {
		t.Errorf("by the environment: %v", err)
	}
	t.Setenv(variable(Redis), "redis://user:hidden-password@%")
	if _, err := find(Redis); err == nil || strings.Contains(err.Error(), "hidden-password") {
		t.Errorf("a URL that is none: %v", err)
	}
}

// TestRedisCluster: three servers share the keys.
func TestRedisCluster(t *testing.T) {
	client := redis.NewClusterClient(RedisCluster(t))
	defer client.Close()
	for _, key := range []string{"a", "b", "c", "d", "e", "f"} {
		if err := client.Set(t.Context(), key, key, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := client.DBSize(t.Context()).Result(); n != 6 || err != nil {
		t.Errorf("%d keys, %v", n, err)
	}
}

// TestRedis_Missing: the test says what to install.
func TestRedis_Missing(t *testing.T) {
	if how := new(redisEngine).missing(); !strings.Contains(how, "apt-get install redis-server") {
		t.Errorf("without the program it says %q", how)
	}
}
