// Package testdb gives a test an empty database on a real server.
//
//	db := testdb.New(t, testdb.Postgres)
//	pool, err := sql.Open("pgx", db.DSN)
//
// A server comes from the environment, if AUTHDB_TEST_POSTGRES,
// AUTHDB_TEST_MARIADB, AUTHDB_TEST_MYSQL or AUTHDB_TEST_REDIS names one that runs
// already: a URL as pgx or go-redis takes it, or a DSN of go-sql-driver without database and parameters, of a
// user who may create databases and users. Otherwise the first test that asks
// starts one from the programs installed on the machine, on a free port of
// 127.0.0.1 and in a temporary folder, and the tests of its process share it. It
// ends with the process, however that ends: by a panic, os.Exit or kill -9
// as well. Servers run on Unix alone.
//
// Where there is neither, the test says how to get a server and skips. It fails
// instead if AUTHDB_TEST_REQUIRE, a comma-separated list, names the server.
package testdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The servers, as New and AUTHDB_TEST_REQUIRE call them.
const (
	Postgres = "postgres"
	MariaDB  = "mariadb"
	MySQL    = "mysql" // Oracle's
)

// Names returns the servers in the order in which they are to be shown.
func Names() []string { return []string{Postgres, MariaDB, MySQL} }

// Database is an empty database made for one test, dropped by its Cleanup.
type Database struct {
	Server  string // Postgres, MariaDB or MySQL
	Version string // what the server calls itself: "PostgreSQL 15.18", "MariaDB 10.11.19", "MySQL 9.7.4"

	DSN string // what the driver takes: postgres://user:pass@127.0.0.1:port/db?sslmode=disable or user:pass@tcp(127.0.0.1:port)/db
	URL string // what datasource.Parse takes: postgres://, mariadb:// or mysql://user:pass@127.0.0.1:port/db

	Host     string
	Port     int
	Username string
	Password string
	Name     string
}

// timeout bounds each conversation with a server. It is far above what one takes
// so that a loaded machine fails no test.
const timeout = time.Minute

// shared holds the servers of this process, each started by the first test that
// asks for it. This is package state because what it stands for is the process's:
// one server serves all its tests, and ends when it ends.
var shared = map[string]func() (*server, error){
	Postgres: sync.OnceValues(func() (*server, error) { return find(Postgres) }),
	MariaDB:  sync.OnceValues(func() (*server, error) { return find(MariaDB) }),
	MySQL:    sync.OnceValues(func() (*server, error) { return find(MySQL) }),
}

// New returns an empty database on the named server. It skips the test if there
// is no such server, or fails it if AUTHDB_TEST_REQUIRE asks for one. A server
// that is there and doesn't work fails the test in either case.
func New(tb testing.TB, server string) Database {
	tb.Helper()
	get, ok := shared[server]
	if !ok {
		tb.Fatalf("testdb: no server is called %q", server)
	}
	s, err := get()
	must(tb, server, err)
	return s.newDatabase(tb)
}

// A Server is a test's own, to be killed and started again.
type Server struct {
	tb     testing.TB
	server *server
}

// Private starts a server for this test alone, and stops it when the test ends.
// It skips or fails as New does, but never uses a server of the environment: that
// one is other people's as well.
func Private(tb testing.TB, server string) *Server {
	tb.Helper()
	if !slices.Contains(Names(), server) {
		tb.Fatalf("testdb: no server is called %q", server)
	}
	s, err := start(server)
	must(tb, server, err)
	tb.Cleanup(s.stop)
	return &Server{tb: tb, server: s}
}

// Kill kills the server as kill -9 does: no connection is answered any more. Its
// port and data stay for Start, with all that was committed.
func (s *Server) Kill() {
	s.tb.Helper()
	if err := s.server.kill(); err != nil {
		s.tb.Fatalf("testdb: %s: kill: %v", s.server.version, err)
	}
}

// Start starts the killed server again, on the same port and data, and waits until
// it answers. The test fails if it doesn't.
func (s *Server) Start() {
	s.tb.Helper()
	if s.server.running() {
		return
	}
	if err := s.server.restart(); err != nil {
		s.tb.Fatalf("testdb: %s: %v", s.server.version, err)
	}
}

// DB returns an empty database on the server, as New does.
func (s *Server) DB(tb testing.TB) Database {
	tb.Helper()
	return s.server.newDatabase(tb)
}

// must ends the test unless err is nil.
func must(tb testing.TB, server string, err error) {
	tb.Helper()
	if wrong := required(); wrong != nil {
		tb.Fatal(wrong)
	}
	switch {
	case err == nil:
	case !errors.Is(err, errNotInstalled):
		tb.Fatal(err)
	case slices.Contains(requirement(), server):
		tb.Fatalf("%v (required by AUTHDB_TEST_REQUIRE)", err)
	default:
		tb.Skip(err)
	}
}

// requirement returns what AUTHDB_TEST_REQUIRE names.
func requirement() []string {
	return strings.FieldsFunc(os.Getenv("AUTHDB_TEST_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' })
}

// required reports a name in AUTHDB_TEST_REQUIRE that nothing has: a misspelt
// requirement must not be a fulfilled one.
func required() error {
	known := append(Names(), nodeJS, browser, pgBouncer, Redis)
	for _, name := range requirement() {
		if !slices.Contains(known, name) {
			return fmt.Errorf("testdb: AUTHDB_TEST_REQUIRE: %q is none of %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// newDatabase returns an empty database on s. It is dropped when the test ends,
// also if connections to it are still open.
func (s *server) newDatabase(tb testing.TB) Database {
	tb.Helper()
	db, err := s.createDatabase()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if !s.running() {
			return // the test has killed its server, whose folder goes as well
		}
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		if err := s.engine.drop(ctx, s, db.Name); err != nil {
			tb.Errorf("testdb: drop a database on %s: %v", s.version, err)
		}
	})
	return db
}

// createDatabase makes an empty database on s.
func (s *server) createDatabase() (Database, error) {
	// Several processes may share the server: a counter would not do.
	name := "authdb_" + strings.ToLower(rand.Text())
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := s.engine.create(ctx, s, name); err != nil {
		return Database{}, fmt.Errorf("testdb: create a database on %s: %w", s.version, err)
	}
	return s.locate(name), nil
}

// locate returns the database of that name on s.
func (s *server) locate(name string) Database {
	return Database{
		Server:   s.name,
		Version:  s.version,
		DSN:      s.engine.dsn(s, name),
		URL:      s.url(name),
		Host:     s.host,
		Port:     s.port,
		Username: s.username,
		Password: s.password,
		Name:     name,
	}
}

// SQLiteFile returns the path of a file that does not exist yet, in a folder that
// is gone after the test. Nothing in it ends the path of a URI: subtests of one
// name have a "#" in theirs.
func SQLiteFile(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "authdb-test-") //nolint:usetesting // TempDir is named after the test
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("testdb: %v", err)
		}
	})
	return filepath.Join(dir, "test.sqlite")
}

// memories numbers what SQLiteMemory has handed out. In-memory databases live in
// the process, so that is where their names have to differ.
var memories atomic.Int64

// SQLiteMemory returns a name that no other call in this process returned, for a
// database in memory: "file:/" + name + "?vfs=memdb".
func SQLiteMemory(tb testing.TB) string {
	tb.Helper()
	return fmt.Sprintf("authdb-test-%d", memories.Add(1))
}

// Report tells scripts/test how many rules of the conformance suite passed on
// which version of a database ("PostgreSQL 15.18") with which variant of the
// models. It writes a file of its own to the folder that AUTHDB_TEST_REPORT
// names, and does nothing without.
func Report(tb testing.TB, version, variant string, passed int) {
	tb.Helper()
	dir := os.Getenv("AUTHDB_TEST_REPORT")
	if dir == "" {
		return
	}
	f, err := os.CreateTemp(dir, "*.tsv")
	if err != nil {
		tb.Fatalf("testdb: report: %v", err)
	}
	_, err = fmt.Fprintf(f, "%s\t%s\t%d\n", version, variant, passed)
	if err := errors.Join(err, f.Close()); err != nil {
		tb.Fatalf("testdb: report: %v", err)
	}
}
