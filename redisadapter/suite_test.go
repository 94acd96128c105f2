package redisadapter_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// elsewhere are models of users whose sessions and tokens are not kept beside them.
var elsewhere = authdb.Models{Session: authdb.Absent, VerificationToken: authdb.Absent}

// memory keeps users and accounts in memory.
func memory(testing.TB) func(opts ...authdb.Option) authdb.Adapter {
	return func(opts ...authdb.Option) authdb.Adapter { return adaptertest.NewMemory(opts...) }
}

// gormOn keeps them in a database.
func gormOn(config func(t testing.TB) datasource.Config) func(testing.TB) func(opts ...authdb.Option) authdb.Adapter {
	return func(t testing.TB) func(opts ...authdb.Option) authdb.Adapter {
		db, err := datasource.OpenDB(t.Context(), config(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if pool, err := db.DB(); err == nil {
				_ = pool.Close()
			}
		})
		return func(opts ...authdb.Option) authdb.Adapter {
			a := gormadapter.New(db, append(opts, authdb.WithModels(elsewhere))...)
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			return a
		}
	}
}

// TestSuite runs the suite on sessions and tokens in Redis, and users elsewhere.
func TestSuite(t *testing.T) {
	users := []struct {
		name  string
		users func(testing.TB) func(...authdb.Option) authdb.Adapter
	}{
		{"memory", memory},
		{"sqlite", gormOn(func(t testing.TB) datasource.Config {
			return datasource.Config{Type: "sqlite", Database: testdb.SQLiteFile(t)}
		})},
		{"postgres", gormOn(func(t testing.TB) datasource.Config {
			return datasource.Config{URL: testdb.New(t, testdb.Postgres).URL}
		})},
	}
	server := testdb.SharedRedis(t)
	for _, u := range users {
		t.Run(u.name, func(t *testing.T) {
			testdb.Report(t, server.Version, "users in "+u.name, runSuite(t, server.Client(t), u.users(t)))
		})
	}
	t.Run("hashed", func(t *testing.T) {
		testdb.Report(t, server.Version, "hashed tokens", runSuite(t, server.Client(t), memory(t), authdb.WithHashedTokens(authdb.HashedTokens{})))
	})
	t.Run("cluster", func(t *testing.T) {
		client := redis.NewClusterClient(testdb.RedisCluster(t))
		defer client.Close()
		testdb.Report(t, server.Version, "a cluster", runSuite(t, client, memory(t)))
	})
}

// runSuite returns how many rules passed.
func runSuite(t *testing.T, client redis.UniversalClient, users func(...authdb.Option) authdb.Adapter, opts ...authdb.Option) (passed int) {
	t.Helper()
	clock := adaptertest.NewClock(time.Now())
	suite := []adaptertest.Option{
		adaptertest.WithClock(clock),
		adaptertest.Length("Session", "ID", 0),
		adaptertest.Length("Session", "SessionToken", 0),
		adaptertest.Length("Session", "UserID", 0),
		adaptertest.Length("VerificationToken", "Identifier", 0),
		adaptertest.Length("VerificationToken", "Token", 0),
		adaptertest.Require("SessionStore", "VerificationTokenStore", "SessionLister", "SessionRevoker", "Sweeper", "VerificationTokenReader", "Validator", "Checker"),
		adaptertest.OnResult(func(_ string, ok bool) {
			if ok {
				passed++
			}
		}),
	}
	if len(opts) > 0 {
		suite = append(suite, adaptertest.HashedTokens())
	}
	kept := users(authdb.WithClock(clock.Now))
	layout := redisadapter.Layout{Base: "test:" + uuid.NewString() + ":"}
	adaptertest.Run(t, func(t testing.TB) authdb.Adapter {
		store := redisadapter.NewWithLayout(client, layout, append(opts, authdb.WithClock(clock.Now))...)
		adapter, err := authdb.Compose(authdb.Stores{Users: kept, Sessions: store, VerificationTokens: store},
			authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
		if err != nil {
			t.Fatal(err)
		}
		return adapter
	}, suite...)
	return passed
}
