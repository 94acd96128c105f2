package nextauth3_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // registers "sqlite"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/nextauth3"
	"github.com/authdb/authdb/presets"
)

const secret = "the secret of the application"

// A store is an adapter that the contract stands on.
type store struct {
	*testing.T
	adapter     authdb.Adapter
	ofNextAuth3 bool // the tables are
	clock       *adaptertest.Clock
	v3          *nextauth3.Instance // with the defaults of everything
}

// onEach runs a test on Memory, on our tables and on those of NextAuth 3.
func onEach(t *testing.T, test func(s store)) {
	const ofNextAuth3 = "tables of NextAuth 3"
	stores := map[string]func(t *testing.T, clock authdb.Option) authdb.Adapter{
		"Memory": func(_ *testing.T, clock authdb.Option) authdb.Adapter { return adaptertest.NewMemory(clock) },
		"default tables": func(t *testing.T, clock authdb.Option) authdb.Adapter {
			adapter := gormadapter.New(onSQLite(t), clock)
			ok(t, adapter.Synchronize(t.Context()))
			return adapter
		},
		ofNextAuth3: func(t *testing.T, clock authdb.Option) authdb.Adapter {
			db := onSQLite(t)
			pool, err := db.DB()
			ok(t, err)
			testdb.RestoreSchema(t, pool, "next-auth-v3-sqlite")
			adapter := gormadapter.New(db, clock, authdb.WithModels(presets.NextAuth3()))
			ok(t, adapter.Check(t.Context()))
			return adapter
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			clock := adaptertest.NewClock(time.Date(2026, 7, 8, 9, 10, 11, 123e6, time.UTC))
			s := store{T: t, adapter: open(t, authdb.WithClock(clock.Now)), clock: clock, ofNextAuth3: name == ofNextAuth3}
			s.v3 = s.with(nextauth3.Options{}, nextauth3.AppOptions{})
			test(s)
		})
	}
}

// with returns the methods under other options.
func (s store) with(options nextauth3.Options, app nextauth3.AppOptions) *nextauth3.Instance {
	s.Helper()
	options.Clock, app.Secret = s.clock.Now, secret
	in, err := nextauth3.New(s.adapter, options).GetAdapter(s.Context(), app)
	ok(s, err)
	return in
}

// ada creates a user.
func (s store) ada() *authdb.User {
	s.Helper()
	user, err := s.v3.CreateUser(s.Context(), &authdb.User{Name: "Ada", Email: "ada@example.com"})
	ok(s, err)
	return user
}

func onSQLite(t *testing.T) *gorm.DB {
	t.Helper()
	dsn := "file:" + testdb.SQLiteFile(t) + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_time_format=sqlite"
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: dsn}, &gorm.Config{Logger: logger.Discard})
	ok(t, err)
	pool, err := db.DB()
	ok(t, err)
	t.Cleanup(func() { pool.Close() })
	return db
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is checks an error, and whether it is one that version 3 throws under the name,
// or none if that is empty.
func is(t testing.TB, err, want error, name string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got the error %v, want %v", err, want)
	}
	var thrown *nextauth3.Error
	switch {
	case !errors.As(err, &thrown):
		thrown = new(nextauth3.Error)
	case thrown.Err == nil:
		t.Errorf("%v wraps nothing", err)
	}
	if thrown.Name != name {
		t.Errorf("the error %v has the name %q, want %q", err, thrown.Name, name)
	}
}

// canceled is a context that is done.
func canceled(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// plain is an adapter without any extension.
type plain struct{ authdb.Adapter }
