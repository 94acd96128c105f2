package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// pgBouncer is how AUTHDB_TEST_REQUIRE asks for PgBouncer.
const pgBouncer = "pgbouncer"

// PgBouncer starts a pooler for this test alone, in front of the PostgreSQL
// server of the database, and returns the database as it is reached through it.
// It gives each transaction another of its few connections to the server, so that
// what a client leaves behind in a session is not there for its next statement,
// and is for somebody else's. Version is the pooler's: "PgBouncer 1.18.0". Where it is not installed,
// the test skips or fails as with New.
func PgBouncer(tb testing.TB, behind Database) Database {
	tb.Helper()
	e := &pooler{newPostgres(), behind, lookPath(pgBouncer)}
	if how := e.missing(); how != "" {
		must(tb, pgBouncer, fmt.Errorf("testdb: PgBouncer is %w: %s", errNotInstalled, how))
	}
	s, err := startWith(Postgres, e)
	must(tb, pgBouncer, err)
	tb.Cleanup(s.stop)
	return s.locate(behind.Name)
}

// pooler is PgBouncer in front of a PostgreSQL server.
type pooler struct {
	*postgres
	behind  Database
	program string
}

func (p *pooler) missing() string {
	if p.program != "" {
		return ""
	}
	return "install it (Debian, Ubuntu: apt-get install pgbouncer)"
}

// prepare has the pooler's accounts be the server's.
func (p *pooler) prepare(s *server) error {
	s.username, s.password = p.behind.Username, p.behind.Password
	quote := func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
	_, err := s.guard.write("users", quote(s.username)+" "+quote(s.password)+"\n")
	return err
}

// command writes the configuration first, since there is no other way to give the
// pooler its port. Without one it says so.
func (p *pooler) command(s *server) []string {
	path, _ := s.guard.write("pgbouncer.ini", fmt.Sprintf(`[databases]
* = host=%s port=%d

[pgbouncer]
listen_addr = %s
listen_port = %d
unix_socket_dir =
auth_type = plain
auth_file = %s/users
admin_users = %s
pool_mode = transaction
default_pool_size = 8
server_round_robin = 1
max_client_conn = 400
`, p.behind.Host, p.behind.Port, s.host, s.port, s.guard.dir, s.username))
	return []string{p.program, path}
}

// ask talks to the pooler's console, which knows the simple protocol alone.
func (p *pooler) ask(ctx context.Context, s *server) (version string, err error) {
	db, err := sql.Open("pgx", s.url("pgbouncer")+"?sslmode=disable&default_query_exec_mode=simple_protocol")
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SHOW VERSION").Scan(&version)
	return version, err
}
