package datasource_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	stdlog "log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

// openDB opens a database and closes it when the test ends.
func openDB(tb testing.TB, c datasource.Config) *gorm.DB {
	tb.Helper()
	c.Logger = logger.Discard
	db, err := datasource.OpenDB(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	pool := poolOf(tb, db)
	tb.Cleanup(func() {
		if err := pool.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func poolOf(tb testing.TB, db *gorm.DB) *sql.DB {
	tb.Helper()
	pool, err := db.DB()
	if err != nil {
		tb.Fatal(err)
	}
	return pool
}

func exec(tb testing.TB, db *gorm.DB, statement string, args ...any) {
	tb.Helper()
	if err := db.Exec(statement, args...).Error; err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

func ask[T any](tb testing.TB, db *gorm.DB, query string, args ...any) T {
	tb.Helper()
	var answer T
	if err := db.Raw(query, args...).Row().Scan(&answer); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return answer
}

// sqliteConfigs are a database of each kind.
func sqliteConfigs(tb testing.TB) map[string]datasource.Config {
	tb.Helper()
	return map[string]datasource.Config{
		"memory": {Type: "sqlite", Database: ":memory:"},
		"file":   {Type: "sqlite", Database: filepath.Join(tb.TempDir(), "auth.db")},
	}
}

func TestSQLiteSettings(t *testing.T) {
	for name, c := range sqliteConfigs(t) {
		t.Run(name, func(t *testing.T) {
			db := openDB(t, c)
			want := map[string]string{"foreign_keys": "1", "busy_timeout": "5000"}
			if name == "file" {
				want["journal_mode"], want["synchronous"] = "wal", "1"
			}
			for pragma, value := range want {
				if got := ask[string](t, db, "PRAGMA "+pragma); got != value {
					t.Errorf("%s is %s, want %s", pragma, got, value)
				}
			}
			c.Params = map[string]string{"busy_timeout": "17", "_fk": "off", "synchronous": "FULL", "cache_size": "-4000"}
			db = openDB(t, c)
			for pragma, value := range map[string]string{"foreign_keys": "0", "busy_timeout": "17", "synchronous": "2", "cache_size": "-4000"} {
				if got := ask[string](t, db, "PRAGMA "+pragma); got != value {
					t.Errorf("%s is %s, want %s as Params say", pragma, got, value)
				}
			}
		})
	}
}

// Every combination of characters that mean something in a URI is a file's name.
func TestSQLitePaths(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a ?#%25&=+ü;'\"@:")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "b ?#%41&=+ü.db")
	exec(t, openDB(t, datasource.Config{Type: "sqlite", Database: path}), "CREATE TABLE t (x)")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	exec(t, openDB(t, datasource.Config{Type: "sqlite", Database: path}), "INSERT INTO t VALUES (1)")
}

// A relative path counts from where the process is when it opens the database,
// for all connections of the pool.
func TestSQLiteRelativePath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	db := openDB(t, datasource.Config{URL: "sqlite:auth.db"})
	exec(t, db, "CREATE TABLE t (x)")
	t.Chdir(t.TempDir())
	tx := db.Begin()
	defer tx.Rollback()
	if n := ask[int](t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Error(n)
	}
	if _, err := os.Stat(filepath.Join(dir, "auth.db")); err != nil {
		t.Error(err)
	}
}

func TestSQLiteMemory(t *testing.T) {
	c := datasource.Config{Type: "sqlite", Database: ":memory:", MaxIdleConns: -1}
	db, other := openDB(t, c), openDB(t, c)
	exec(t, db, "CREATE TABLE t (x)")
	if n := ask[int](t, other, "SELECT count(*) FROM sqlite_master"); n != 0 {
		t.Error("two databases in memory share a table")
	}
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		tx := db.WithContext(ctx).Begin()
		if err := tx.Exec("INSERT INTO t VALUES (1)").Error; err != nil {
			t.Fatal(err)
		}
		cancel()
		tx.Rollback()
	}
	if n := ask[int](t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows after cancelled transactions", n)
	}
	pool := poolOf(t, db)
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if err := pool.PingContext(t.Context()); err == nil {
		t.Error("the closed pool answers")
	}
}

// Transactions that read and then write are where SQLite answers "database is
// locked", unless they begin by asking for their turn.
func TestSQLiteConcurrency(t *testing.T) {
	for name, c := range sqliteConfigs(t) {
		t.Run(name, func(t *testing.T) {
			for _, open := range []int{0, -1} {
				c.MaxOpenConns = open
				if name == "file" {
					c.Database += "x"
				}
				db := openDB(t, c)
				exec(t, db, "CREATE TABLE t (n INTEGER)")
				exec(t, db, "INSERT INTO t VALUES (0)")
				const goroutines, rounds = 64, 5
				errs := make(chan error, goroutines*rounds)
				var wait sync.WaitGroup
				for range goroutines {
					wait.Go(func() {
						for range rounds {
							errs <- db.Transaction(func(tx *gorm.DB) error {
								var n int
								if err := tx.Raw("SELECT n FROM t").Row().Scan(&n); err != nil {
									return err
								}
								return tx.Exec("UPDATE t SET n = ?", n+1).Error
							})
						}
					})
				}
				wait.Wait()
				close(errs)
				for err := range errs {
					if err != nil {
						t.Fatal(err)
					}
				}
				if n := ask[int](t, db, "SELECT n FROM t"); n != goroutines*rounds {
					t.Errorf("%d of %d transactions counted", n, goroutines*rounds)
				}
			}
		})
	}
}

// Opening a new file switches it to WAL, for which each wants the file alone.
func TestSQLiteOpenedAtOnce(t *testing.T) {
	for round := range 5 {
		c := datasource.Config{Type: "sqlite", Database: filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", round))}
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				db, err := datasource.OpenDB(t.Context(), c)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Exec("CREATE TABLE IF NOT EXISTS t (x)").Error; err != nil {
					t.Error(err)
				}
				if err := poolOf(t, db).Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
}

// A plain time.Time sorts as text and is read back as it was, in UTC.
func TestSQLiteTime(t *testing.T) {
	type row struct {
		ID int
		At time.Time
	}
	for name, c := range sqliteConfigs(t) {
		t.Run(name, func(t *testing.T) {
			db := openDB(t, c)
			exec(t, db, "CREATE TABLE `rows` (id INTEGER PRIMARY KEY, at datetime)")
			newYork := time.FixedZone("America/New_York", -5*60*60)
			base := time.Date(2026, 12, 31, 23, 59, 58, 0, time.UTC)
			instants := []time.Time{
				base,
				base.Add(7 * time.Millisecond).In(newYork),
				base.Add(70 * time.Millisecond),
				base.Add(700 * time.Millisecond).In(newYork),
				base.Add(765432100 * time.Nanosecond),
				base.Add(time.Second).In(time.FixedZone("", 3600)),
				time.Now().AddDate(5, 0, 0), // with a monotonic reading
			}
			for i, at := range instants {
				if err := db.Create(&row{i + 1, at}).Error; err != nil {
					t.Fatal(err)
				}
			}
			var got []row
			if err := db.Table("rows").Order("at").Find(&got).Error; err != nil {
				t.Fatal(err)
			}
			for i, at := range instants {
				if !got[i].At.Equal(at) || got[i].At.Location() != time.UTC {
					t.Errorf("row %d: got %v, want %v", i, got[i].At, at.UTC())
				}
			}
			if n := ask[int](t, db, "SELECT count(*) FROM `rows` WHERE at < ?", instants[3]); n != 3 {
				t.Errorf("%d rows before the fourth", n)
			}
		})
	}
}

func TestSQLiteErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("this is not a database, but long enough to be asked whether it is one: "+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	marked := filepath.Join(dir, "u:"+secret+"@h")
	if err := os.Mkdir(marked, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		config datasource.Config
		want   string
	}{
		{datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "no", "x.db")}, "does not exist: create it"},
		{datasource.Config{Type: "sqlite", Database: filepath.Join(text, "x.db")}, "folder"},
		{datasource.Config{Type: "sqlite", Database: dir}, "is a folder"},
		{datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "no", "x.db")}, dir},
		{datasource.Config{Type: "sqlite", Database: "u:" + secret + "@h/d"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{Type: "sqlite", Database: "u:" + secret + "/x@h/d"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{Type: "sqlite", Database: "u:" + secret + "/x@h"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{Type: "sqlite", Database: filepath.Join(text, "u:"+secret+"@h")}, `"xxxxx"`},
		{datasource.Config{Type: "sqlite", Database: marked}, `"xxxxx" is a folder`},
		{datasource.Config{URL: "sqlite:u:" + secret + "@h/d"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{URL: "file:u:" + secret + "%40h/d"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{URL: "sqlite:///u:" + secret + "@h/d"}, `the folder "xxxxx" does not exist`},
		{datasource.Config{Type: "sqlite", Database: text}, "not an SQLite database"},
		{datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "y.db"), Params: map[string]string{"mode": "rw"}}, "does not exist, and Params say mode=rw"},
	} {
		db, err := datasource.OpenDB(t.Context(), test.config)
		checkError(t, test.want, db, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "y.db")); err == nil {
		t.Error("mode=rw made a file")
	}
}

// A lock that somebody holds is waited for, and no longer than the context.
func TestSQLiteLocked(t *testing.T) {
	c := datasource.Config{Type: "sqlite", Database: filepath.Join(t.TempDir(), "x.db"), Params: map[string]string{"journal_mode": "delete", "txlock": "exclusive"}}
	tx := openDB(t, c).Begin()
	unlock := sync.OnceFunc(func() { tx.Rollback() })
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	c.Params = nil
	start := time.Now()
	db, err := datasource.OpenDB(ctx, c)
	if db != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 3*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	time.AfterFunc(200*time.Millisecond, unlock)
	openDB(t, c)
}

// checkError fails unless err says want, is about the configuration and holds no
// secret.
func checkError(tb testing.TB, want string, db *gorm.DB, err error) {
	tb.Helper()
	switch {
	case err == nil:
		tb.Errorf("no error, want %q", want)
	case db != nil:
		tb.Errorf("a database with the error %v", err)
	default:
		checkText(tb, want, err)
		if !errors.Is(err, authdb.ErrInvalid) {
			tb.Errorf("not ErrInvalid: %v", err)
		}
	}
}

// A session of nobody is refused whether or not the connections enforce foreign
// keys; where they do, the adapter need not look for the user itself.
func TestSQLiteForeignKeys(t *testing.T) {
	for fk, statements := range map[string]int{"on": 1, "OFF": 2} {
		var log strings.Builder
		config := datasource.Config{
			Type: "sqlite", Database: ":memory:", Synchronize: true, Params: map[string]string{"foreign_keys": fk},
			Logger: logger.New(stdlog.New(&log, "", 0), logger.Config{LogLevel: logger.Info}),
		}
		adapter, err := datasource.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer adapter.Close()
		user, err := adapter.CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		log.Reset()
		session := &authdb.Session{SessionToken: "token", UserID: user.ID, Expires: time.Now().Add(time.Hour)}
		if _, err := adapter.CreateSession(t.Context(), session); err != nil {
			t.Error(err)
		}
		if got := strings.Count(log.String(), "SELECT ") + strings.Count(log.String(), "INSERT "); got != statements {
			t.Errorf("foreign_keys=%s: %d statements, want %d:\n%s", fk, got, statements, log.String())
		}
		session.SessionToken, session.UserID = "another", "nobody"
		if _, err := adapter.CreateSession(t.Context(), session); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("foreign_keys=%s: a session of nobody: %v", fk, err)
		}
	}
}
