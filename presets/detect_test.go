package presets_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// detectOn opens an empty database on the named server, or on "sqlite". Sessions
// are in another zone than the process.
func detectOn(t testing.TB, server string) *gorm.DB {
	t.Helper()
	var d gorm.Dialector
	switch server {
	case "sqlite":
		d = sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + testdb.SQLiteFile(t)}
	case testdb.Postgres:
		d = postgres.Open(testdb.New(t, server).DSN + "&TimeZone=Asia/Kolkata")
	default:
		d = mysql.Open(testdb.New(t, server).DSN + inKolkata)
	}
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { poolOf(t, db).Close() })
	return db
}

func poolOf(t testing.TB, db *gorm.DB) *sql.DB {
	t.Helper()
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func detect(t testing.TB, db *gorm.DB, opts ...presets.Option) *presets.Detection {
	t.Helper()
	d, err := presets.Detect(t.Context(), db, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func exec(t testing.TB, db *gorm.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := db.Exec(s).Error; err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// originOf returns the origin whose tables are in the dump.
func originOf(dump string) string {
	for _, origin := range []string{"authdb", "next-auth-v3", "mikro-orm", "typeorm", "prisma"} {
		if strings.HasPrefix(dump, origin) {
			return origin
		}
	}
	if dump == "neon-pg" {
		return "pg"
	}
	return dump[:strings.LastIndex(dump, "-")]
}

// TestDetectEveryDump restores every dump wherever it can be.
func TestDetectEveryDump(t *testing.T) {
	for _, server := range append([]string{"sqlite"}, testdb.Names()...) {
		for _, dump := range testdb.DumpsFor(server) {
			t.Run(server+"/"+dump, func(t *testing.T) {
				db := detectOn(t, server)
				testdb.Restore(t, poolOf(t, db), dump)
				d := detect(t, db)
				want := originOf(dump)
				if d.Origin != want || !d.Exact || !d.Fits || len(d.Differences) > 0 {
					t.Fatalf("not %s:\n%s", want, d)
				}
				m, ok := d.Models()
				if origin := m.Layout.Origin; !ok || origin != want && (want != "authdb" || origin != "") {
					t.Errorf("a preset for %q (%v)", origin, ok)
				}
				if schema := map[bool]string{true: "next_auth"}[want == "supabase"]; d.Schema != schema || m.Layout.Schema != schema {
					t.Errorf("schema %q and %q", d.Schema, m.Layout.Schema)
				}
				if m.Account == authdb.Absent || m.Session == authdb.Absent || m.VerificationToken == authdb.Absent {
					t.Error("a table is absent")
				}
				if (d.Version != "") != (want == "authdb") {
					t.Errorf("version %q", d.Version)
				}
				if slices.Contains(d.Same, "neon") != (want == "pg") {
					t.Errorf("the same as %q", d.Same)
				}
				if !strings.Contains(d.String(), "these are its tables") {
					t.Error(d)
				}
			})
		}
	}
}

// names are what users and accounts are called in a dump, in lower case.
func tablesOf(t testing.TB, db *gorm.DB) (users, accounts string) {
	t.Helper()
	tables, err := db.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tables {
		switch strings.TrimSuffix(strings.ToLower(name), "s") {
		case "user":
			users = name
		case "account":
			accounts = name
		}
	}
	return users, accounts
}

// TestDetectChangedTables changes every dump on SQLite: the origin is still
// named, and so is what was changed.
func TestDetectChangedTables(t *testing.T) {
	for _, dump := range testdb.DumpsFor("sqlite") {
		for _, c := range []struct {
			name string
			sql  func(users, accounts string) []string
			says func(users, accounts string) string
			fits bool
		}{
			{
				"column more",
				func(u, _ string) []string { return []string{"ALTER TABLE " + u + " ADD COLUMN role text"} },
				func(u, _ string) string { return u + ".role is one column more" },
				true,
			},
			{
				"column less",
				func(_, a string) []string { return []string{"ALTER TABLE " + a + " DROP COLUMN refresh_token"} },
				func(_, a string) string { return a + ".refresh_token is missing" },
				false,
			},
			{
				"other type",
				func(u, _ string) []string {
					return []string{"ALTER TABLE " + u + " DROP COLUMN image", "ALTER TABLE " + u + " ADD COLUMN image integer"}
				},
				func(u, _ string) string { return u + ".image is integer instead of " },
				false,
			},
			{
				"table renamed",
				func(_, a string) []string { return []string{"ALTER TABLE " + a + " RENAME TO logins"} },
				func(_, a string) string { return "there is no table " + a },
				false,
			},
		} {
			t.Run(dump+"/"+c.name, func(t *testing.T) {
				db := detectOn(t, "sqlite")
				testdb.Restore(t, poolOf(t, db), dump)
				users, accounts := tablesOf(t, db)
				exec(t, db, c.sql(`"`+users+`"`, `"`+accounts+`"`)...)
				d := detect(t, db)
				if d.Origin != originOf(dump) || d.Exact || d.Fits != c.fits {
					t.Errorf("exact %v, fits %v: %s", d.Exact, d.Fits, d)
				}
				if len(d.Differences) != 1 || !strings.HasPrefix(d.Differences[0], c.says(users, accounts)) {
					t.Errorf("%q", d.Differences)
				}
				if says := d.String(); len(d.Differences) == 1 && !strings.Contains(says, "\n  - "+d.Differences[0]) {
					t.Error(says)
				}
				m, _ := d.Models()
				if (m.Account == authdb.Absent) != (c.name == "table renamed" && d.Origin != "authdb") || m.User == authdb.Absent {
					t.Errorf("%+v", m)
				}
			})
		}
	}
}

// TestDetectNothing has databases that nobody of the origins made.
func TestDetectNothing(t *testing.T) {
	for name, sql := range map[string][]string{
		"empty": nil,
		"others": {
			"CREATE TABLE users (id integer PRIMARY KEY, login text, password text)",
			"CREATE TABLE accounts (id integer PRIMARY KEY, owner integer, balance real)",
			"CREATE TABLE sessions (id text PRIMARY KEY, data blob, expires integer)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := detectOn(t, "sqlite")
			exec(t, db, sql...)
			d := detect(t, db)
			if _, ok := d.Models(); ok || d.Origin != "" || len(d.Others) > 0 || d.Exact || !strings.HasPrefix(d.String(), "No origin") {
				t.Errorf("%+v", d)
			}
		})
	}
}

// TestDetectInSchemas puts tables where the connection does not look, and two
// origins into one database.
func TestDetectInSchemas(t *testing.T) {
	db := detectOn(t, testdb.Postgres)
	testdb.Restore(t, poolOf(t, db), "supabase-pg")
	testdb.Restore(t, poolOf(t, db), "prisma-pg")
	exec(t, db, "CREATE SCHEMA elsewhere", "CREATE SCHEMA nothing")
	for _, table := range []string{"User", "Account", "Session", "VerificationToken"} {
		exec(t, db, `ALTER TABLE "`+table+`" SET SCHEMA elsewhere`)
	}
	testdb.Restore(t, poolOf(t, db), "typeorm-pg")
	d := detect(t, db)
	if d.Origin != "supabase" && d.Origin != "typeorm" || !d.Exact || len(d.Others) == 0 || !d.Others[0].Exact {
		t.Error(d)
	}
	d = detect(t, db, presets.Schema("elsewhere"))
	if d.Origin != "prisma" || d.Schema != "elsewhere" || fmt.Sprint(d.Differences) != "[there is no table Authenticator]" {
		t.Error(d)
	}
	m, _ := d.Models()
	if m.Layout.Schema != "elsewhere" || m.Authenticator != authdb.Absent || m.Account == authdb.Absent {
		t.Errorf("%+v", m)
	}
	for _, schema := range []string{"nothing", "no such schema"} {
		if d := detect(t, db, presets.Schema(schema)); d.Origin != "" {
			t.Error(schema, d)
		}
	}
}

// TestDetectSupabaseOnce looks in next_auth, where the connection looks anyway.
func TestDetectSupabaseOnce(t *testing.T) {
	db := detectOn(t, testdb.Postgres)
	testdb.Restore(t, poolOf(t, db), "supabase-pg")
	poolOf(t, db).SetMaxOpenConns(1)
	exec(t, db, "SET search_path = next_auth")
	if d := detect(t, db); d.Origin != "supabase" || d.Schema != "" || len(d.Others) > 0 {
		t.Error(d)
	}
}

// TestDetectSupabaseElsewhere has Supabase's tables where the connection looks.
func TestDetectSupabaseElsewhere(t *testing.T) {
	db := detectOn(t, testdb.Postgres)
	testdb.Restore(t, poolOf(t, db), "supabase-pg")
	exec(t, db, "DROP SCHEMA public CASCADE", "ALTER SCHEMA next_auth RENAME TO public")
	d := detect(t, db)
	if m, ok := d.Models(); !ok || d.Origin != "supabase" || d.Schema != "" || m.Layout.Schema != "" {
		t.Errorf("%s, %q", d, m.Layout.Schema)
	}
}

// TestDetectHomeMade has tables as people have them who followed an older
// document, a starter kit, or their own head: nearly an origin's.
func TestDetectHomeMade(t *testing.T) {
	for _, c := range []struct {
		name, server, origin, prefix string
		says                         string // one of the differences
		sql                          []string
	}{
		{
			"kysely", "sqlite", "kysely", "", "User.role is one column more, and NOT NULL without a default",
			[]string{
				`CREATE TABLE "User" (id text PRIMARY KEY, name text, email text UNIQUE NOT NULL, "emailVerified" text, image text, role text NOT NULL)`,
				`CREATE TABLE "Account" (id text, "userId" text NOT NULL REFERENCES "User" (id) ON DELETE CASCADE, type text NOT NULL,
					provider text NOT NULL, "providerAccountId" text NOT NULL, refresh_token text, access_token text, expires_at integer,
					token_type text, scope text, id_token text, session_state text)`,
				`CREATE TABLE "Session" (id text, "userId" text NOT NULL REFERENCES "User" (id) ON DELETE CASCADE,
					"sessionToken" text NOT NULL UNIQUE, expires text NOT NULL)`,
				`CREATE TABLE "VerificationToken" (identifier text NOT NULL, token text NOT NULL UNIQUE, expires text NOT NULL)`,
			},
		},
		{
			"prisma", testdb.Postgres, "prisma", "", "User.updatedAt is one column more, and NOT NULL without a default",
			[]string{
				`CREATE TABLE "User" (id text PRIMARY KEY, name text, email text UNIQUE, "emailVerified" timestamp(3), image text,
					"createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" timestamp(3) NOT NULL)`,
				`CREATE TABLE "Account" (id text PRIMARY KEY, "userId" text NOT NULL REFERENCES "User" (id) ON DELETE CASCADE, type text NOT NULL,
					provider text NOT NULL, "providerAccountId" text NOT NULL, refresh_token text, access_token text, expires_at integer,
					token_type text, scope text, id_token text, session_state text, UNIQUE (provider, "providerAccountId"))`,
				`CREATE TABLE "Session" (id text PRIMARY KEY, "userId" text NOT NULL REFERENCES "User" (id) ON DELETE CASCADE,
					"sessionToken" text NOT NULL UNIQUE, expires timestamp(3) NOT NULL)`,
				`CREATE TABLE "VerificationToken" (identifier text NOT NULL, token text NOT NULL UNIQUE, expires timestamp(3) NOT NULL,
					UNIQUE (identifier, token))`,
			},
		},
		{
			"drizzle", testdb.Postgres, "drizzle", "app_", "there is no table app_verificationToken",
			[]string{
				`CREATE TABLE app_user (id varchar(255) PRIMARY KEY, name varchar(255), email varchar(255) NOT NULL,
					"emailVerified" timestamptz DEFAULT CURRENT_TIMESTAMP, image varchar(255))`,
				`CREATE TABLE app_account ("userId" varchar(255) NOT NULL REFERENCES app_user (id), type varchar(255) NOT NULL,
					provider varchar(255) NOT NULL, "providerAccountId" varchar(255) NOT NULL, refresh_token text, access_token text,
					expires_at integer, token_type varchar(255), scope varchar(255), id_token text, session_state varchar(255),
					PRIMARY KEY (provider, "providerAccountId"))`,
				`CREATE TABLE app_session ("sessionToken" varchar(255) PRIMARY KEY, "userId" varchar(255) NOT NULL REFERENCES app_user (id),
					expires timestamptz NOT NULL)`,
				`CREATE TABLE app_verification_token (identifier varchar(255) NOT NULL, token varchar(255) NOT NULL, expires timestamptz NOT NULL,
					PRIMARY KEY (identifier, token))`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := detectOn(t, c.server)
			exec(t, db, c.sql...)
			d := detect(t, db)
			m, ok := d.Models()
			if d.Origin != c.origin || d.Prefix != c.prefix || d.Exact || d.Fits || !slices.Contains(d.Differences, c.says) {
				t.Error(d)
			}
			if !ok || m.Layout.Origin != c.origin || m.Layout.TablePrefix != c.prefix || (m.VerificationToken == authdb.Absent) != (c.prefix != "") {
				t.Errorf("%+v", m)
			}
		})
	}
}

// TestDetectPrefix has tables of ours and of Prisma's, each with a prefix.
func TestDetectPrefix(t *testing.T) {
	db := detectOn(t, "sqlite")
	for _, origin := range []struct{ dump, prefix string }{{"authdb-v0.1-sqlite", "ours_"}, {"prisma-sqlite", "their"}} {
		testdb.Restore(t, poolOf(t, db), origin.dump)
		tables, err := db.Migrator().GetTables()
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if !strings.HasPrefix(table, "ours_") {
				exec(t, db, "ALTER TABLE `"+table+"` RENAME TO `"+origin.prefix+table+"`")
			}
		}
	}
	d := detect(t, db)
	if len(d.Others) != 1 || !d.Exact || !d.Others[0].Exact {
		t.Fatal(d)
	}
	for _, c := range append(d.Others, d.Candidate) {
		want := map[string]string{"authdb": "ours_", "prisma": "their"}[c.Origin]
		if m, ok := c.Models(); !ok || c.Prefix != want || m.Layout.TablePrefix != want || !strings.Contains(c.String(), "with the prefix "+want) {
			t.Errorf("%s: %+v", c, m.Layout)
		}
	}
}

func TestDetectFails(t *testing.T) {
	if d, err := presets.Detect(t.Context(), nil); d != nil || err == nil {
		t.Error(d, err)
	}
	db := detectOn(t, "sqlite")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d, err := presets.Detect(ctx, db); d != nil || !errors.Is(err, context.Canceled) {
		t.Error(d, err)
	}
	poolOf(t, db).Close()
	if d, err := presets.Detect(t.Context(), db); d != nil || err == nil {
		t.Error(d, err)
	}
}
