package datasource_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/internal/testdb"
)

// signIn stores a user with a session and reads both back.
func signIn(tb testing.TB, adapter authdb.Adapter) {
	tb.Helper()
	user, err := adapter.CreateUser(tb.Context(), &authdb.User{Name: "Ada"})
	if err != nil {
		tb.Fatal(err)
	}
	token := authdb.NewID()
	_, err = adapter.CreateSession(tb.Context(), &authdb.Session{SessionToken: token, UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	if err != nil {
		tb.Fatal(err)
	}
	if _, got, err := adapter.GetSessionAndUser(tb.Context(), token); err != nil || got.Name != "Ada" {
		tb.Fatal(got, err)
	}
}

// The three ways of NextAuth's page on its default adapter: a config object, a URL,
// an adapter built from either.
func TestOpen(t *testing.T) {
	parsed, err := datasource.Parse("sqlite://localhost/:memory:?synchronize=true")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []datasource.Config{
		{Type: "sqlite", Database: ":memory:", Synchronize: true},
		{URL: "sqlite://localhost/:memory:?synchronize=true"},
		{URL: ":memory:", Synchronize: true},
		parsed,
	} {
		c.Logger = logger.Discard
		adapter, err := datasource.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		signIn(t, adapter)
		if err := adapter.Close(); err != nil {
			t.Error(err)
		}
		if _, err := adapter.GetUser(t.Context(), "x"); err == nil || errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("the closed adapter says %v", err)
		}
	}
}

func TestOpenServers(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		_, err := datasource.Open(t.Context(), datasource.Config{URL: db.URL})
		if !errors.Is(err, authdb.ErrSchema) {
			t.Errorf("without tables: %v", err)
		}
		for _, c := range []datasource.Config{{URL: db.URL + "?synchronize=true"}, {URL: db.URL}, configOf(db)} {
			adapter, err := datasource.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			signIn(t, adapter)
			if err := adapter.Close(); err != nil {
				t.Error(err)
			}
		}
		admin := openDB(t, configOf(db))
		query := "SELECT count(*) FROM information_schema.processlist WHERE db = ?"
		if db.Server == testdb.Postgres {
			query = "SELECT count(*) FROM pg_stat_activity WHERE datname = ?"
		}
		// The server notices a little later.
		for n, deadline := 0, time.Now().Add(5*time.Second); ; time.Sleep(20 * time.Millisecond) {
			if n = ask[int](t, admin, query, db.Name); n == 1 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d connections are left", n)
			}
		}
	})
}

func TestOpenSynchronizes(t *testing.T) {
	c := datasource.Config{Type: "sqlite", Database: filepath.Join(t.TempDir(), "auth.db")}
	if adapter, err := datasource.Open(t.Context(), c); adapter != nil || !errors.Is(err, authdb.ErrSchema) {
		t.Errorf("without tables: %v", err)
	}
	// What is left of a file that is closed is the file.
	if files, _ := filepath.Glob(c.Database + "-*"); len(files) > 0 {
		t.Errorf("left open: %v", files)
	}
	adapter, err := datasource.Open(t.Context(), c, authdb.WithSynchronize())
	if err != nil {
		t.Fatal(err)
	}
	signIn(t, adapter)
	if err := adapter.Close(); err != nil {
		t.Error(err)
	}
	adapter, err = datasource.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	signIn(t, adapter)
	if err := adapter.Close(); err != nil {
		t.Error(err)
	}
}

// closer counts how often it is closed.
type closer struct {
	n   int
	err error
}

func (c *closer) Close() error {
	c.n++
	return c.err
}

func TestOpenCloser(t *testing.T) {
	own := &closer{err: errors.New("closed with an error")}
	c := datasource.Config{URL: ":memory:", Logger: logger.Discard}
	if _, err := datasource.Open(t.Context(), c, authdb.WithCloser(own)); err == nil || own.n != 0 {
		t.Errorf("closed %d times what Open did not open: %v", own.n, err)
	}
	c.Synchronize = true
	adapter, err := datasource.Open(t.Context(), c, authdb.WithCloser(own))
	if err != nil {
		t.Fatal(err)
	}
	if err := adapter.Close(); !errors.Is(err, own.err) || own.n != 1 {
		t.Errorf("closed %d times: %v", own.n, err)
	}
	if _, err := adapter.GetUser(t.Context(), "x"); err == nil {
		t.Error("the pool is open")
	}
}

func TestOpenErrors(t *testing.T) {
	type wrong struct{ Nothing int }
	file := datasource.Config{Type: "sqlite", Database: filepath.Join(t.TempDir(), "auth.db"), Synchronize: true}
	for name, open := range map[string]func(ctx context.Context) error{
		"row type": func(ctx context.Context) error {
			_, err := datasource.Open(ctx, file, authdb.WithModels(authdb.Models{User: &wrong{}}))
			return err
		},
		"nil option": func(ctx context.Context) error {
			_, err := datasource.Open(ctx, file, nil)
			return err
		},
		"no type": func(ctx context.Context) error {
			_, err := datasource.Open(ctx, datasource.Config{})
			return err
		},
		"canceled": func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := datasource.Open(ctx, file)
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			return err
		},
	} {
		err := open(t.Context())
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		t.Logf("%s: %v", name, err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(file.Database + suffix); err == nil {
			t.Errorf("%s was left open", suffix)
		}
	}
}
