package testdb

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dumps holds what the real packages made: the tables, and rows that their own
// adapters wrote. The first line of each says of which package and version.
//
//go:embed testdata/origins/*.sql
var dumps embed.FS

const folder = "testdata/origins/"

// dumpsOf returns the names of the dumps of one kind: "sqlite", "pg", "mariadb"
// or "mysql".
func dumpsOf(kind string) []string {
	files, err := fs.Glob(dumps, folder+"*-"+kind+".sql")
	if err != nil || !slices.Contains([]string{"sqlite", "pg", "mariadb", "mysql"}, kind) {
		panic(fmt.Sprintf("testdb: there are no dumps of kind %q", kind))
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(path.Base(file), ".sql"))
	}
	return names
}

// DumpsFor returns the names of the dumps that a server of that name, or
// "sqlite", can restore. A name is its file's without ".sql": "prisma-pg".
func DumpsFor(server string) []string {
	kinds := []string{server}
	switch server {
	case Postgres:
		kinds = []string{"pg"}
	case MySQL:
		kinds = []string{"mariadb", "mysql"}
	}
	var names []string
	for _, kind := range kinds {
		names = append(names, dumpsOf(kind)...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return server == MySQL && isMariaDB(name) })
}

// uuidType is MariaDB's type of that name as a column's.
var uuidType = regexp.MustCompile("(?m)^ *`[^`]+` uuid\\b")

// isMariaDB reports whether the dump has types or collations that MySQL does not
// know.
func isMariaDB(name string) bool {
	text := readDump(name)
	return uuidType.MatchString(text) || strings.Contains(text, "_nopad_bin")
}

// Restore executes the dump on an empty database.
func Restore(tb testing.TB, db *sql.DB, name string) {
	tb.Helper()
	restore(tb, db, name, func(string) bool { return true })
}

// RestoreSchema executes the dump on an empty database without its rows.
func RestoreSchema(tb testing.TB, db *sql.DB, name string) {
	tb.Helper()
	restore(tb, db, name, func(statement string) bool { return !strings.HasPrefix(statement, "INSERT ") })
}

func restore(tb testing.TB, db *sql.DB, name string, wanted func(statement string) bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := db.Conn(ctx)
	if err != nil {
		tb.Fatalf("testdb: restore %s: %v", name, err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range statements(tb, conn, name) {
		if !wanted(statement) {
			continue
		}
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			tb.Fatalf("testdb: restore %s: %v\n%s", name, err, statement)
		}
	}
}

// statements returns the dump's statements as the server takes them, between
// those that make the connection ready and leave it as it was.
func statements(tb testing.TB, conn *sql.Conn, name string) []string {
	tb.Helper()
	text := readDump(name)
	list := splitStatements(text)
	switch name[strings.LastIndex(name, "-")+1:] {
	case "sqlite":
		return around("PRAGMA foreign_keys = OFF", list, fmt.Sprintf("PRAGMA foreign_keys = %s", ask(tb, conn, "PRAGMA foreign_keys")))
	case "pg":
		for i, s := range list {
			list[i] = strings.Replace(s, "CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS ", 1)
		}
		if strings.Contains(text, "public.uuid_generate_v4()") {
			list = append([]string{`CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA public`}, list...)
		}
		return list
	default:
		if !strings.Contains(ask(tb, conn, "SELECT VERSION()"), "MariaDB") {
			if isMariaDB(name) {
				tb.Fatalf("testdb: %s has types or collations that only MariaDB knows", name)
			}
			for i, s := range list { // a default that is an expression stands in parentheses there
				list[i] = strings.ReplaceAll(s, "DEFAULT uuid()", "DEFAULT (uuid())")
			}
		}
		return around("SET @zone = @@time_zone, @checks = @@foreign_key_checks, time_zone = '+00:00', foreign_key_checks = 0",
			list, "SET time_zone = @zone, foreign_key_checks = @checks")
	}
}

func around(first string, list []string, last string) []string {
	return append(append([]string{first}, list...), last)
}

func ask(tb testing.TB, conn *sql.Conn, query string) string {
	tb.Helper()
	var answer string
	if err := conn.QueryRowContext(context.Background(), query).Scan(&answer); err != nil {
		tb.Fatalf("testdb: %s: %v", query, err)
	}
	return answer
}

func readDump(name string) string {
	text, err := dumps.ReadFile(folder + name + ".sql")
	if err != nil {
		panic(fmt.Sprintf("testdb: no dump is called %q", name))
	}
	return string(text)
}

// token is a piece of SQL that may hold a semicolon which ends nothing: a
// comment, a text or a quoted name. Quotes are doubled inside, and the dumps hold
// no backslash before one.
var token = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'[^']*'|"[^"]*"|` + "`[^`]*`" + `|\$\$.*?\$\$|;|[^-/'"` + "`" + `$;]+|.`)

// splitStatements returns the statements of a dump, without comments and without
// those that pg_dump, SQLite or mariadb-dump write for their own clients.
func splitStatements(text string) []string {
	var (
		list []string
		b    strings.Builder
	)
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" && !ownClient.MatchString(s) {
			list = append(list, s)
		}
		b.Reset()
	}
	for _, t := range token.FindAllString(text, -1) {
		switch {
		case t == ";":
			end()
		case strings.HasPrefix(t, "--"), strings.HasPrefix(t, "/*"):
		default:
			b.WriteString(t)
		}
	}
	end()
	return list
}

// ownClient is what sets up a session for the rest of a dump, or wraps it: the
// connection is as it has to be, and goes back into a pool.
var ownClient = regexp.MustCompile(`(?i)^(\\|SET |SELECT pg_catalog\.set_config|PRAGMA |BEGIN\b|COMMIT\b|LOCK TABLES|UNLOCK TABLES)`)
