package testdb

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// postgres is PostgreSQL 13 or later.
type postgres struct {
	bin string // the folder of initdb and postgres, "" if there is none
}

func newPostgres() *postgres {
	// Debian and Ubuntu keep each version in a folder of its own, outside PATH.
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
	for _, path := range append(found, lookPath("postgres")) {
		if real, err := filepath.EvalSymlinks(path); err == nil && executable(filepath.Join(filepath.Dir(real), "initdb")) {
			return &postgres{bin: filepath.Dir(real)}
		}
	}
	return &postgres{}
}

// major returns the 15 of /usr/lib/postgresql/15/bin/postgres.
func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

func (p *postgres) missing() string {
	if p.bin != "" {
		return ""
	}
	return "install PostgreSQL 13 or later (Debian, Ubuntu: apt-get install postgresql)"
}

func (*postgres) account() string { return "postgres" }

func (p *postgres) prepare(s *server) error {
	s.database = "postgres"
	file, err := s.guard.write("password", s.password)
	if err != nil {
		return err
	}
	// "password" has the server check one, so that a test can give a wrong one, and
	// spares the client the hashing that scram would cost every connection.
	return run(s.guard.command([]string{
		filepath.Join(p.bin, "initdb"), "--pgdata", filepath.Join(s.guard.dir, "data"), "--no-sync",
		"--encoding", "UTF8", "--locale", locale(), "--auth", "password", "--username", s.username, "--pwfile", file,
	}))
}

func (p *postgres) command(s *server) []string {
	argv := []string{filepath.Join(p.bin, "postgres"), "-D", filepath.Join(s.guard.dir, "data")}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=", "max_connections=400",
		// What is committed survives the server, which a test may kill, and not the machine.
		"fsync=off", "full_page_writes=off", "shared_buffers=32MB", "wal_level=minimal", "max_wal_senders=0",
		// In the data folder rather than in /dev/shm, so that it goes with it.
		"dynamic_shared_memory_type=mmap",
	} {
		argv = append(argv, "-c", setting)
	}
	return argv
}

func (*postgres) parse(s *server, dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("not a URL of the form postgres://user:password@host:port/database") // and it may hold a password
	}
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return err
	}
	if strings.HasPrefix(c.Host, "/") {
		return errors.New("a socket; the tests need host and port")
	}
	s.host, s.port, s.username, s.password, s.database = c.Host, int(c.Port), c.User, c.Password, c.Database
	if s.database == "" {
		s.database = "postgres"
	}
	s.params = u.RawQuery
	return nil
}

func (*postgres) dsn(s *server, database string) string {
	if database == "" {
		database = s.database
	}
	params := s.params
	if params == "" {
		params = "sslmode=disable"
	}
	return s.url(database) + "?" + params
}

func (p *postgres) ask(ctx context.Context, s *server) (string, error) {
	var version string
	err := p.on(s, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SHOW server_version").Scan(&version)
	})
	version, _, _ = strings.Cut(version, " ") // "15.18 (Debian 15.18-0+deb12u1)"
	return "PostgreSQL " + version, err
}

func (p *postgres) create(ctx context.Context, s *server, database string) error {
	return p.on(s, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "CREATE DATABASE "+database+" TEMPLATE template0")
		return err
	})
}

func (p *postgres) drop(ctx context.Context, s *server, database string) error {
	return p.on(s, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)")
		return err
	})
}

// on runs do with a connection to the database in which databases are made.
func (p *postgres) on(s *server, do func(*sql.DB) error) error {
	db, err := sql.Open("pgx", p.dsn(s, ""))
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// locale is UTF-8 with no country's rules.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "C"
	}
	return "C.UTF-8"
}
