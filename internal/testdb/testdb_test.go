package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// driver returns the name of the database/sql driver for a server.
func driver(server string) string {
	if server == Postgres {
		return "pgx"
	}
	return "mysql"
}

// open opens db and fails the test if it does not answer.
func open(tb testing.TB, db Database) *sql.DB {
	tb.Helper()
	pool, err := sql.Open(driver(db.Server), db.DSN)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = pool.Close() })
	if err := pool.PingContext(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return pool
}

// execute executes statements and fails the test at the first that fails.
func execute(tb testing.TB, on interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statements ...string,
) {
	tb.Helper()
	for _, s := range statements {
		if _, err := on.ExecContext(tb.Context(), s); err != nil {
			tb.Fatalf("%s: %v", s, err)
		}
	}
}

// exists reports whether the server of admin has a database of that name.
func exists(tb testing.TB, admin *sql.DB, server, database string) bool {
	tb.Helper()
	query := "SELECT count(*) FROM information_schema.schemata WHERE schema_name = '" + database + "'"
	if server == Postgres {
		query = "SELECT count(*) FROM pg_database WHERE datname = '" + database + "'"
	}
	var n int
	if err := admin.QueryRowContext(tb.Context(), query).Scan(&n); err != nil {
		tb.Fatal(err)
	}
	return n > 0
}

func TestNew(t *testing.T) {
	for _, server := range Names() {
		t.Run(server, func(t *testing.T) {
			db := New(t, server)
			t.Log(db.Version)
			if db.Server != server || !strings.HasPrefix(strings.ToLower(db.Version), server[:5]) {
				t.Errorf("New(%q) = server %q, version %q", server, db.Server, db.Version)
			}
			if !strings.HasPrefix(db.URL, server+"://") {
				t.Errorf("URL is %q", db.URL)
			}
			if other := New(t, server); other.Name == db.Name {
				t.Errorf("two databases are called %q", db.Name)
			} else {
				execute(t, open(t, other), "CREATE TABLE t (n INT)")
			}
			pool := open(t, db)
			execute(t, pool, "CREATE TABLE t (n INT)") // fails if the database is not empty
			t.Run("may create databases and users", func(t *testing.T) {
				user := db.Name[:20]
				create, drop := "CREATE USER "+user+" IDENTIFIED BY 'a@:/?#b'", "DROP USER "+user
				if server == Postgres {
					create = "CREATE USER " + user + " PASSWORD 'a@:/?#b'"
				}
				execute(t, pool, "CREATE DATABASE "+db.Name+"_2", "DROP DATABASE "+db.Name+"_2", create, drop)
			})
			t.Run("checks passwords", func(t *testing.T) {
				wrong, err := sql.Open(driver(server), strings.Replace(db.DSN, db.Password, "wrong", 1))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = wrong.Close() }()
				if err := wrong.PingContext(t.Context()); err == nil {
					t.Error("a wrong password is right")
				}
			})
		})
	}
}

// TestNew_ManyConnections holds more connections than the tests of concurrency
// open.
func TestNew_ManyConnections(t *testing.T) {
	for _, server := range Names() {
		t.Run(server, func(t *testing.T) {
			pool := open(t, New(t, server))
			for range 200 {
				c, err := pool.Conn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = c.Close() }()
			}
		})
	}
}

// TestNew_Drops leaves a transaction open, which DROP DATABASE would wait for.
func TestNew_Drops(t *testing.T) {
	for _, server := range Names() {
		t.Run(server, func(t *testing.T) {
			admin := open(t, New(t, server))
			var name string
			t.Run("a test", func(t *testing.T) {
				db := New(t, server)
				name = db.Name
				pool, err := sql.Open(driver(server), db.DSN) // closed by nobody
				if err != nil {
					t.Fatal(err)
				}
				execute(t, pool, "CREATE TABLE t (n INT)")
				tx, err := pool.BeginTx(context.Background(), nil)
				if err != nil {
					t.Fatal(err)
				}
				execute(t, tx, "INSERT INTO t VALUES (1)")
				if !exists(t, admin, server, name) {
					t.Error("exists does not see the database")
				}
			})
			if exists(t, admin, server, name) {
				t.Errorf("%s is still there after its test", name)
			}
		})
	}
}

func TestPrivate(t *testing.T) {
	for _, server := range Names() {
		t.Run(server, func(t *testing.T) {
			var folder string
			t.Run("a test", func(t *testing.T) {
				s := Private(t, server)
				folder = s.server.guard.dir
				db := s.DB(t)
				pool := open(t, db)
				execute(t, pool, "CREATE TABLE t (n INT)", "INSERT INTO t VALUES (7)")

				s.Kill()
				if err := pool.PingContext(t.Context()); err == nil {
					t.Error("the killed server answers")
				}
				s.Start()
				var n int
				if err := pool.QueryRowContext(t.Context(), "SELECT n FROM t").Scan(&n); err != nil || n != 7 {
					t.Errorf("after the restart: %d, %v", n, err)
				}
				s.Kill() // and leaves it so
			})
			if folder == "" {
				t.SkipNow()
			}
			if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the server's folder after the test: %v", err)
			}
		})
	}
}

// A dry is a test that New ends, for the sake of how it ends.
type dry struct {
	testing.TB
	skipped, failed string
}

func (d *dry) Helper()        {}
func (d *dry) Skip(a ...any)  { d.skipped = fmt.Sprint(a...); panic(d) }
func (d *dry) Fatal(a ...any) { d.failed = fmt.Sprint(a...); panic(d) }
func (d *dry) Fatalf(f string, a ...any) {
	d.failed = fmt.Sprintf(f, a...)
	panic(d)
}

// try runs do with a dry test and returns that.
func try(t *testing.T, do func(tb testing.TB)) (d *dry) {
	t.Helper()
	d = &dry{TB: t}
	defer func() {
		if r := recover(); r != nil && r != any(d) {
			panic(r)
		}
	}()
	do(d)
	return d
}

func TestMust(t *testing.T) {
	_, missing := startWith(Postgres, &postgres{}) // as on a machine that has none
	broken := errors.New("no space left on device")
	for _, test := range []struct {
		name, require   string
		err             error
		skipped, failed string // what the message names
	}{
		{name: "there", require: "postgres"},
		{name: "not installed", err: missing, skipped: "apt-get install postgresql"},
		{name: "not installed, another is required", require: "mariadb", err: missing, skipped: "AUTHDB_TEST_POSTGRES"},
		{name: "not installed and required", require: "mariadb, postgres", err: missing, failed: "AUTHDB_TEST_REQUIRE"},
		{name: "broken", err: broken, failed: "no space left"},
		{name: "misspelt requirement", require: "postgress", failed: `"postgress"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AUTHDB_TEST_REQUIRE", test.require)
			d := try(t, func(tb testing.TB) { must(tb, Postgres, test.err) })
			if (d.skipped != "") != (test.skipped != "") || !strings.Contains(d.skipped, test.skipped) {
				t.Errorf("skipped with %q, want %q", d.skipped, test.skipped)
			}
			if (d.failed != "") != (test.failed != "") || !strings.Contains(d.failed, test.failed) {
				t.Errorf("failed with %q, want %q", d.failed, test.failed)
			}
		})
	}
}

func TestUnknownServer(t *testing.T) {
	if d := try(t, func(tb testing.TB) { New(tb, "oracle") }); !strings.Contains(d.failed, `"oracle"`) {
		t.Errorf("New failed with %q", d.failed)
	}
	if d := try(t, func(tb testing.TB) { Private(tb, "oracle") }); !strings.Contains(d.failed, `"oracle"`) {
		t.Errorf("Private failed with %q", d.failed)
	}
}

// TestFind takes the server of this process as that of another.
func TestFind(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			ours := New(t, name)
			s, err := shared[name]()
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv(variable(name), s.engine.dsn(s, ""))
			theirs, err := find(name)
			if err != nil {
				t.Fatal(err)
			}
			if theirs.guard != nil {
				t.Error("started a server although the environment names one")
			}
			db := theirs.newDatabase(t)
			if db.Port != ours.Port || db.Version != ours.Version || db.Password != ours.Password {
				t.Errorf("%+v is not on the server of %+v", db, ours)
			}
			open(t, db)
		})
	}
}

func TestFind_BadDSN(t *testing.T) {
	for _, test := range []struct{ server, dsn, want string }{
		{Postgres, "host=127.0.0.1 password=hush", "postgres://"},
		{Postgres, "mysql://u:hush@127.0.0.1/", "postgres://"},
		{Postgres, "postgres://u:hush@127.0.0.1:bad/", "postgres://"},
		{Postgres, "postgres:///db?host=/run", "socket"},
		{Postgres, "postgres://u:hush@127.0.0.1:1/", "AUTHDB_TEST_POSTGRES"},
		{MySQL, "mysql://u:hush@127.0.0.1/", "AUTHDB_TEST_MYSQL"},
		{MySQL, "u:hush@tcp(127.0.0.1:1)/db", "without database"},
		{MySQL, "u:hush@tcp(127.0.0.1:1)/?parseTime=true", "parameters"},
		{MariaDB, "u:hush@unix(/run/sock)/", "tcp"},
		{MariaDB, "u:hush@tcp(127.0.0.1:1)/", "AUTHDB_TEST_MARIADB"},
	} {
		t.Run(test.dsn, func(t *testing.T) {
			t.Setenv(variable(test.server), test.dsn)
			_, err := find(test.server)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("find says %v, want %q and no password", err, test.want)
			}
			if errors.Is(err, errNotInstalled) {
				t.Errorf("a broken DSN counts as a server that is not there")
			}
		})
	}
}

// TestFind_TheOther gives MariaDB to those who want MySQL.
func TestFind_TheOther(t *testing.T) {
	New(t, MariaDB)
	s, err := shared[MariaDB]()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(variable(MySQL), s.engine.dsn(s, ""))
	if _, err := find(MySQL); err == nil || !strings.Contains(err.Error(), "mysql wanted, and this is MariaDB") {
		t.Errorf("find says %v", err)
	}
}

func TestSQLite(t *testing.T) {
	file := SQLiteFile(t)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v, want a file that does not exist", file, err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Error(err)
	}
	if again := SQLiteFile(t); again == file {
		t.Errorf("the file %s twice", again)
	}
	name := SQLiteMemory(t)
	if again := SQLiteMemory(t); again == name {
		t.Errorf("the name %s twice", again)
	}
}

func TestReport(t *testing.T) {
	t.Setenv("AUTHDB_TEST_REPORT", "")
	Report(t, "PostgreSQL 15.18", "default", 1)

	dir := t.TempDir()
	t.Setenv("AUTHDB_TEST_REPORT", dir)
	Report(t, "PostgreSQL 15.18", "default", 203)
	Report(t, "PostgreSQL 15.18", "default", 4)
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%q, %v, want two files", files, err)
	}
	var all string
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all += string(content)
	}
	if !strings.Contains(all, "PostgreSQL 15.18\tdefault\t203\n") || !strings.Contains(all, "PostgreSQL 15.18\tdefault\t4\n") {
		t.Errorf("reported %q", all)
	}
}
