package testdb_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb/internal/testdb"
)

// places are where dumps are restored, with the names that testdb.DumpsFor takes.
func places() []struct {
	name, server string
	open         func(t *testing.T) *sql.DB
} {
	server := func(driver, server string) func(*testing.T) *sql.DB {
		return func(t *testing.T) *sql.DB { return openSQL(t, driver, testdb.New(t, server).DSN) }
	}
	return []struct {
		name, server string
		open         func(t *testing.T) *sql.DB
	}{
		{"sqlite-modernc", "sqlite", func(t *testing.T) *sql.DB {
			return openSQL(t, "sqlite", "file:"+testdb.SQLiteFile(t)+"?_pragma=foreign_keys(1)")
		}},
		{"sqlite-mattn", "sqlite", func(t *testing.T) *sql.DB {
			return openSQL(t, "sqlite3", "file:"+testdb.SQLiteFile(t)+"?_foreign_keys=1")
		}},
		{"postgres", testdb.Postgres, server("pgx", testdb.Postgres)},
		{"mariadb", testdb.MariaDB, server("mysql", testdb.MariaDB)},
		{"mysql", testdb.MySQL, server("mysql", testdb.MySQL)},
	}
}

func openSQL(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // so that what Restore leaves behind is seen
	return db
}

// usersOf returns the users' table of a dump, quoted.
func usersOf(name, server string) string {
	quote := func(s string) string { return `"` + s + `"` }
	if server == testdb.MariaDB || server == testdb.MySQL {
		quote = func(s string) string { return "`" + s + "`" }
	}
	origin, _, _ := strings.Cut(name, "-")
	switch origin {
	case "prisma", "kysely":
		return quote("User")
	case "drizzle", "mikro":
		return quote("user")
	case "supabase":
		return "next_auth.users"
	}
	return quote("users")
}

func TestEveryDumpIsRestored(t *testing.T) {
	for _, p := range places() {
		for _, name := range testdb.DumpsFor(p.server) {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				if p.name == "sqlite-mattn" && !cgo {
					t.Skip("mattn/go-sqlite3 needs cgo")
				}
				t.Run("rows", func(t *testing.T) { restoreAndCount(t, p.open(t), name, p.server, true) })
				t.Run("schema", func(t *testing.T) { restoreAndCount(t, p.open(t), name, p.server, false) })
			})
		}
	}
}

func restoreAndCount(t *testing.T, db *sql.DB, name, server string, rows bool) {
	settings := map[string]string{
		"sqlite": "PRAGMA foreign_keys", testdb.Postgres: "SHOW search_path",
		testdb.MariaDB: "SELECT CONCAT(@@time_zone, @@foreign_key_checks)", testdb.MySQL: "SELECT CONCAT(@@time_zone, @@foreign_key_checks)",
	}[server]
	before := value(t, db, settings)
	if rows {
		testdb.Restore(t, db, name)
	} else {
		testdb.RestoreSchema(t, db, name)
	}
	if after := value(t, db, settings); after != before {
		t.Errorf("the connection was left changed: %s, was %s", after, before)
	}
	users := value(t, db, "SELECT COUNT(*) FROM "+usersOf(name, server))
	if hasRows := users != "0"; hasRows != (rows && !strings.HasPrefix(name, "authdb-")) {
		t.Errorf("%s users", users)
	}
}

func value(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	var s string
	if err := db.QueryRow(query).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDumpsOfAnotherDatabase(t *testing.T) {
	for _, c := range []struct {
		name, server string
		can          bool
	}{
		{"prisma-mariadb", testdb.MySQL, true},
		{"prisma-mariadb", testdb.MariaDB, true},
		{"typeorm-mariadb", testdb.MariaDB, true},
		{"typeorm-mariadb", testdb.MySQL, false}, // MariaDB's uuid
		{"typeorm-type-mysql-mariadb", testdb.MySQL, true},
		{"prisma-pg", testdb.Postgres, true},
		{"prisma-pg", testdb.MariaDB, false},
		{"prisma-sqlite", testdb.Postgres, false},
	} {
		if can := slices.Contains(testdb.DumpsFor(c.server), c.name); can != c.can {
			t.Errorf("%s on %s: %t", c.name, c.server, can)
		}
	}
}
