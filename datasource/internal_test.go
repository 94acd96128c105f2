package datasource

import (
	"database/sql"
	"errors"
	"reflect"
	"testing"
)

// A database in memory goes with its pool, and not before.
func TestMemoryConnector(t *testing.T) {
	made, err := sqliteConnector(Config{Database: memoryName})
	if err != nil {
		t.Fatal(err)
	}
	connector := made.(*memoryConnector)
	tables := func() (n int) {
		again := sql.OpenDB(connector.Connector)
		defer func() { _ = again.Close() }()
		if err := again.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxIdleConns(-1)
	if _, err := pool.ExecContext(t.Context(), "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	if n := tables(); n != 1 {
		t.Errorf("%d tables while the pool is open and has no connection", n)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if n := tables(); n != 0 {
		t.Errorf("%d tables after the pool was closed", n)
	}
	if _, err := connector.Connect(t.Context()); !errors.Is(err, sql.ErrConnDone) {
		t.Errorf("the closed connector says %v", err)
	}
	if err := connector.Close(); err != nil {
		t.Error(err)
	}
}

func TestNearest(t *testing.T) {
	known := append(postgresNames(), mysqlNames()...)
	for name, want := range map[string]string{
		"sslmod": "sslmode", "ssl-mode": "sslmode", "SSLMODE": "sslmode", "parsetime": "parseTime", "timezone": "timezone",
		"searchpath": "search_path", "statement_timout": "statement_timeout", "colation": "collation", "x": "", "zzzzzzzzzz": "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// A server that refuses a mistyped "synchronize" gets it suggested.
func TestRefusedByServer(t *testing.T) {
	for title, known := range map[string][]string{"PostgreSQL": postgresNames(), "MySQL": mysqlNames()} {
		for _, name := range []string{"sycnhronize", "sychronize", "synchronise"} {
			want := `"` + name + `" (did you mean "synchronize"?)`
			if got := refusedByServer(map[string]string{name: "true"}, known, `unknown "`+name+`"`); got != want {
				t.Errorf("%s: %s, want %s", title, got, want)
			}
		}
	}
}

// JSON knows every field but the Logger.
func TestJSONMembers(t *testing.T) {
	fields := reflect.VisibleFields(reflect.TypeFor[Config]())
	for _, field := range fields {
		if err := checkMember(field.Name); (err != nil) != (field.Name == "Logger") {
			t.Errorf("%s: %v", field.Name, err)
		}
	}
	if len(jsonMembers) != len(fields)-1 {
		t.Errorf("%d members, and %d fields", len(jsonMembers), len(fields))
	}
}
