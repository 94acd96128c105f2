package cacheadapter_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/rediscache"
)

// caches are all there are. Each function makes an empty one, and returns another
// that returns it as each of several processes has it.
var caches = map[string]func(t testing.TB) func() cacheadapter.Cache{
	"memory": func(testing.TB) func() cacheadapter.Cache {
		cache := cacheadapter.NewMemory(0)
		return func() cacheadapter.Cache { return cache }
	},
	"redis": func(t testing.TB) func() cacheadapter.Cache {
		server, name := testdb.SharedRedis(t), rand.Text()
		return func() cacheadapter.Cache { return inRedis(t, server, name) }
	},
}

// inRedis returns a cache of that name.
func inRedis(t testing.TB, server *testdb.RedisServer, name string) *rediscache.Cache {
	t.Helper()
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	// What a loaded machine takes is not what the tests are about.
	cache, err := rediscache.New(client, rediscache.Options{Secret: bytes.Repeat([]byte("s"), 32), Name: name, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return cache
}

// The longest times are the hardest: nothing is right because it was not cached.
func longest(cache cacheadapter.Cache, clock *adaptertest.Clock) cacheadapter.Options {
	return cacheadapter.Options{MaxAge: cacheadapter.Longest, NegativeMaxAge: cacheadapter.Longest, Cache: cache, Clock: clock.Now}
}

func cached(t testing.TB, adapter authdb.Adapter, options cacheadapter.Options) *cacheadapter.Adapter {
	t.Helper()
	a, err := cacheadapter.New(adapter, options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// warm has every session in the cache before the suite goes on, and before that the
// answer that there is none, so that what is not forgotten shows.
type warm struct{ *cacheadapter.Adapter }

func (w warm) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	token := ""
	if session != nil {
		token = session.SessionToken
	}
	_, _, _ = w.GetSessionAndUser(ctx, token)
	created, err := w.Adapter.CreateSession(ctx, session)
	_, _, _ = w.GetSessionAndUser(ctx, token)
	return created, err
}

// report says whether the suite asked the cache at all.
func report(t *testing.T, a *cacheadapter.Adapter) {
	s := a.Stats()
	t.Logf("%+v", s)
	if s.Hits < 50 || s.NegativeHits < 5 || s.ReadsFailed+s.ForgetsFailed > 0 {
		t.Errorf("the cache was not used, or failed: %+v", s)
	}
}

func TestOverMemory(t *testing.T) {
	for name, open := range caches {
		t.Run(name, func(t *testing.T) {
			clock := adaptertest.NewClock(time.Date(2024, time.May, 6, 7, 8, 9, 123_456_789, time.UTC))
			memory := adaptertest.NewMemory(authdb.WithClock(clock.Now))
			memory.Columns = map[string]map[string]any{"User": {"Role": "", "Visits": 0}, "Session": {"IP": ""}}
			adapter := cached(t, memory, longest(open(t)(), clock))
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return warm{adapter} },
				adaptertest.WithClock(clock),
				adaptertest.Extra("User", "Role", "admin", "member", nil),
				adaptertest.Extra("User", "Visits", 1, 2, nil),
				adaptertest.Extra("Session", "IP", "192.0.2.1", "192.0.2.2", nil),
				adaptertest.Require("AuthenticatorStore", "AuthenticatorRemover", "Sweeper", "SessionLister", "SessionRevoker",
					"AccountLister", "AccountUpdater", "Transactor", "UserLocker", "AccountLocker", "VerificationTokenReader", "Validator"),
				adaptertest.SoftDelete(func(ctx context.Context, _ authdb.Adapter, id string) error {
					memory.SoftDeleteUser(id)
					return adapter.ForgetUser(ctx, id)
				}),
				adaptertest.Misconfigured(func(t testing.TB) authdb.Adapter {
					return cached(t, adaptertest.NewMemory(authdb.WithSynchronize()), longest(cacheadapter.NewMemory(1), clock))
				}))
			report(t, adapter)
		})
	}
}

// member and browser are rows with further columns, of types that JSON knows and of
// some that it does not.
type (
	member struct {
		models.User
		Role      string `gorm:"size:32;default:member"`
		Nickname  *string
		Tags      []string `gorm:"serializer:json"`
		CreatedAt models.Time
		DeletedAt gorm.DeletedAt
	}
	browser struct {
		models.Session
		models.SessionDetails
		Seen models.Time
	}
)

func TestOverGORM(t *testing.T) {
	for _, server := range []string{"sqlite", testdb.Postgres, testdb.MariaDB, testdb.MySQL} {
		for name, open := range caches {
			t.Run(server+"/"+name, func(t *testing.T) {
				config, err := datasource.Parse("sqlite:" + testdb.SQLiteFile(t))
				if server != "sqlite" {
					config, err = datasource.Parse(testdb.New(t, server).URL)
				}
				if err != nil {
					t.Fatal(err)
				}
				db, err := datasource.OpenDB(t.Context(), config)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { closeDB(t, db) })
				db.Logger = logger.Discard
				runOverGORM(t, db, open(t)())
			})
		}
	}
}

func closeDB(t testing.TB, db *gorm.DB) {
	pool, err := db.DB()
	if err == nil {
		err = pool.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

func runOverGORM(t *testing.T, db *gorm.DB, cache cacheadapter.Cache) {
	clock := adaptertest.NewClock(time.Now())
	options := []authdb.Option{
		authdb.WithModels(authdb.Models{User: &member{}, Session: &browser{}}), authdb.WithClock(clock.Now), authdb.WithForeignKeys(),
		authdb.WithHashedTokens(authdb.HashedTokens{Plain: true}),
	}
	inside := gormadapter.New(db, options...)
	if err := inside.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	adapter := cached(t, inside, longest(cache, clock))
	nickname, other := "Ada", "Countess"
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return warm{adapter} },
		adaptertest.WithClock(clock), adaptertest.HashedTokens(),
		adaptertest.Extra("User", "Role", "admin", "editor"),
		adaptertest.Extra("User", "Nickname", &nickname, &other, nil),
		adaptertest.Extra("User", "Tags", []string{"a"}, []string{"b", "c"}),
		adaptertest.Extra("Session", "UserAgent", &nickname, &other, nil),
		adaptertest.Extra("Session", "Seen", models.NewTime(time.UnixMilli(1e12)), models.NewTime(time.UnixMilli(2e12))),
		adaptertest.Require("AuthenticatorStore", "AuthenticatorRemover", "Sweeper", "SessionLister", "SessionRevoker", "SessionToucher",
			"AccountLister", "AccountUpdater", "Registrar", "Transactor", "UserLocker", "SecretConverter", "VerificationTokenReader", "Validator", "Checker"),
		adaptertest.SoftDelete(func(ctx context.Context, _ authdb.Adapter, id string) error {
			if err := db.WithContext(ctx).Delete(&member{}, "id = ?", id).Error; err != nil {
				return err
			}
			return adapter.ForgetUser(ctx, id)
		}),
		adaptertest.Misconfigured(func(t testing.TB) authdb.Adapter {
			return cached(t, gormadapter.New(nil, options...), longest(cacheadapter.NewMemory(1), clock))
		}))
	report(t, adapter)
}
