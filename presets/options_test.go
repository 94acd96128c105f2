package presets_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// onServer runs the test through each connection to a server of that name, or
// to SQLite.
func onServer(t *testing.T, server string, test func(t *testing.T, c connection)) {
	for _, c := range connections() {
		if c.server == server {
			t.Run(c.name, func(t *testing.T) { test(t, c) })
		}
	}
}

// TestLocation has the wall clock of New York in the columns of Kysely and
// MikroORM on MySQL, as a Node process there writes and reads it.
func TestLocation(t *testing.T) {
	newYork := presets.Location(zone("America/New_York"))
	for _, x := range []struct {
		dump, table string
		models      authdb.Models
		fraction    string
		session     func(token, user string, at time.Time) any
	}{
		{"kysely-mariadb", "Session", presets.Kysely(newYork), ".765", func(token, user string, at time.Time) any {
			return &presets.KyselySession{SessionToken: token, UserID: user, Expires: presets.KyselyTime{Time: at}}
		}},
		{"mikro-orm-mariadb", "session", presets.MikroORM(newYork), "", func(token, user string, at time.Time) any {
			return &presets.MikroORMSession{ID: token, SessionToken: token, UserID: user, Expires: presets.MikroORMTime{Time: at}}
		}},
	} {
		for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
			onServer(t, server, func(t *testing.T, c connection) {
				db := c.open(t)
				restoreEmpty(t, db, x.dump)
				now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
				a := checked(t, db.DB, authdb.WithModels(x.models), authdb.WithClock(func() time.Time { return now }))
				user, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				ok(t, "CreateUser", err)
				for i, wall := range walls {
					at := wall.at.Add(765 * time.Millisecond)
					token := fmt.Sprintf("token-%d", i)
					_, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: user.ID, Expires: at})
					ok(t, "CreateSession", err)
					own := models.WithLayout(db.DB, x.models.Layout)
					ok(t, "Create", own.Create(x.session("own-"+token, user.ID, at)).Error)
					for _, token := range []string{token, "own-" + token} {
						if got, want := rawExpiry(t, db, x.table, token), wall.clock+x.fraction; got != want {
							t.Errorf("%v is stored as %q, want %q", at, got, want)
						}
						want := wall.read
						if x.fraction != "" {
							want = want.Add(765 * time.Millisecond)
						}
						session, _, err := a.GetSessionAndUser(t.Context(), token)
						ok(t, "GetSessionAndUser", err)
						if !session.Expires.Equal(want) {
							t.Errorf("%v is read as %v, want %v", at, session.Expires, want)
						}
					}
				}
				expiry(t, a, user.ID, &now)
			})
		}
	}
}

// walls are instants, what a clock in New York shows, and as what that is read.
var walls = []struct {
	at    time.Time
	clock string
	read  time.Time
}{
	{utc(12, 31, 23, 59), "2026-12-31 18:59:00", utc(12, 31, 23, 59)},
	{utc(7, 1, 2, 0), "2026-06-30 22:00:00", utc(7, 1, 2, 0)},
	{utc(3, 8, 6, 59), "2026-03-08 01:59:00", utc(3, 8, 6, 59)},
	{utc(3, 8, 7, 0), "2026-03-08 03:00:00", utc(3, 8, 7, 0)},
	{utc(11, 1, 4, 30), "2026-11-01 00:30:00", utc(11, 1, 4, 30)},
	{utc(11, 1, 5, 30), "2026-11-01 01:30:00", utc(11, 1, 5, 30)},
	{utc(11, 1, 6, 30), "2026-11-01 01:30:00", utc(11, 1, 5, 30)}, // it shows 01:30 for the second time
	{utc(11, 1, 7, 30), "2026-11-01 02:30:00", utc(11, 1, 7, 30)},
}

func utc(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
}

func rawExpiry(t *testing.T, db database, table, token string) string {
	t.Helper()
	column := "sessionToken"
	if table == "session" {
		column = "session_token"
	}
	var text string
	query := fmt.Sprintf("SELECT CAST(expires AS CHAR) FROM `%s` WHERE `%s` = ?", table, column)
	ok(t, query, db.plain.QueryRowContext(t.Context(), query, token).Scan(&text))
	return text
}

// expiry compares with the present, which is where a wrong zone would let a
// session live for hours.
func expiry(t *testing.T, a *gormadapter.Adapter, userID string, now *time.Time) {
	t.Helper()
	ctx := t.Context()
	_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: "short", UserID: userID, Expires: utc(8, 1, 12, 0)})
	ok(t, "CreateSession", err)
	*now = utc(8, 1, 12, 0)
	if _, _, err := a.GetSessionAndUser(ctx, "short"); err != nil {
		t.Errorf("at its expiry a session is gone: %v", err)
	}
	if _, err := a.DeleteExpired(ctx, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := a.UpdateSession(ctx, "short", authdb.SessionPatch{}); err != nil {
		t.Errorf("a sweep removed a session at its expiry: %v", err)
	}
	*now = utc(8, 1, 12, 1)
	if _, _, err := a.GetSessionAndUser(ctx, "short"); !errors.Is(err, authdb.ErrExpired) {
		t.Errorf("a minute later: %v, want ErrExpired", err)
	}
	if swept, err := a.DeleteExpired(ctx, 100); err != nil || swept.Sessions != 1 {
		t.Errorf("a sweep removed %d sessions, want 1: %v", swept.Sessions, err)
	}
}

// TestUnixMilli has numbers in the columns of Prisma on SQLite, and reads text
// beside them.
func TestUnixMilli(t *testing.T) {
	onServer(t, "sqlite", func(t *testing.T, c connection) {
		db := c.open(t)
		testdb.Restore(t, db.plain, "prisma-sqlite")
		now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		m := presets.Prisma(presets.UnixMilli())
		a := checked(t, db.DB, authdb.WithModels(m), authdb.WithClock(func() time.Time { return now }))
		at := time.UnixMilli(1798761598765).UTC()
		user, err := a.CreateUser(t.Context(), &authdb.User{Email: "eve@example.com", EmailVerified: &at})
		ok(t, "CreateUser", err)
		var raw []string
		for _, column := range []string{"emailVerified", "createdAt", "updatedAt"} {
			var text string
			query := fmt.Sprintf("SELECT typeof(%[1]s) || ' ' || %[1]s FROM User WHERE id = ?", column)
			ok(t, query, db.plain.QueryRowContext(t.Context(), query, user.ID).Scan(&text))
			raw = append(raw, text)
		}
		if want := fmt.Sprintf("integer %d", now.UnixMilli()); raw[0] != "integer 1798761598765" || raw[1] != want || raw[2] != want {
			t.Errorf("stored %q, want the adapter's clock, %s", raw, want)
		}
		own := models.WithLayout(db.DB, m.Layout)
		ok(t, "Create", own.Create(&presets.PrismaVerificationToken{Identifier: "a", Token: "b", Expires: presets.PrismaTime{Time: at}}).Error)
		var kind string
		ok(t, "SELECT", db.plain.QueryRowContext(t.Context(), "SELECT typeof(expires) FROM VerificationToken WHERE token = 'b'").Scan(&kind))
		if kind != "integer" {
			t.Errorf("GORM alone stored a %s", kind)
		}
		readAll(t, a, rowsOf(t, "prisma-sqlite"))
	})
}

// TestSchema has the tables where the connection does not look.
func TestSchema(t *testing.T) {
	onServer(t, testdb.Postgres, func(t *testing.T, c connection) {
		for dump, m := range map[string]authdb.Models{
			"typeorm-pg":      presets.TypeORM(presets.Schema("somewhere")),
			"prisma-pg":       presets.Prisma(presets.Schema("somewhere")),
			"kysely-pg":       presets.Kysely(presets.Schema("somewhere")),
			"next-auth-v3-pg": presets.NextAuth3(presets.Schema("somewhere")),
			"supabase-pg":     presets.Supabase(presets.Schema("somewhere")),
		} {
			t.Run(dump, func(t *testing.T) {
				db := c.open(t)
				testdb.Restore(t, db.plain, dump)
				schema := "public"
				if dump == "supabase-pg" {
					schema = "next_auth"
				}
				for _, statement := range []string{
					"ALTER SCHEMA " + schema + " RENAME TO somewhere",
					"CREATE SCHEMA IF NOT EXISTS public",
				} {
					_, err := db.plain.ExecContext(t.Context(), statement)
					ok(t, statement, err)
				}
				readElsewhere(t, db.DB, dump, m)
			})
		}
	})
	onServer(t, testdb.MariaDB, func(t *testing.T, c connection) {
		db := c.open(t)
		testdb.Restore(t, db.plain, "drizzle-mariadb")
		var name string
		ok(t, "SELECT DATABASE()", db.plain.QueryRowContext(t.Context(), "SELECT DATABASE()").Scan(&name))
		readElsewhere(t, c.open(t).DB, "drizzle-mariadb", presets.Drizzle(presets.Schema(name)))
	})
	onServer(t, "sqlite", func(t *testing.T, c connection) {
		db := c.open(t)
		testdb.Restore(t, db.plain, "d1-sqlite")
		readElsewhere(t, db.DB, "d1-sqlite", presets.D1(presets.Schema("main")))
	})
}

func readElsewhere(t *testing.T, db *gorm.DB, dump string, m authdb.Models) {
	t.Helper()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	a := checked(t, db, authdb.WithModels(m), authdb.WithClock(func() time.Time { return now }))
	readAll(t, a, rowsOf(t, dump))
}

// TestUnsupported has tables on databases on which the origin makes none.
func TestUnsupported(t *testing.T) {
	onServer(t, "sqlite", func(t *testing.T, c connection) {
		db := c.open(t)
		for name, m := range map[string]authdb.Models{
			"pg": presets.PG(), "neon": presets.Neon(), "supabase": presets.Supabase(), "hasura": presets.Hasura(),
		} {
			a := gormadapter.New(db.DB, authdb.WithModels(m))
			if err := a.Validate(); err == nil || !strings.Contains(err.Error(), "for postgres") {
				t.Errorf("%s on SQLite: %v", name, err)
			}
		}
	})
	onServer(t, testdb.Postgres, func(t *testing.T, c connection) {
		if err := gormadapter.New(c.open(t).DB, authdb.WithModels(presets.D1())).Validate(); err == nil {
			t.Error("D1 on PostgreSQL: no error")
		}
	})
}

// TestOrigins has what the layouts say that no other test depends on.
func TestOrigins(t *testing.T) {
	for origin, m := range origins() {
		layout := m.Layout
		if (layout.Schema == "next_auth") != (origin == "supabase") {
			t.Errorf("%s is in the schema %q", origin, layout.Schema)
		}
		if (layout.NewID != nil) != strings.HasPrefix(origin, "prisma") {
			t.Errorf("%s makes ids of its own, or Prisma none", origin)
		}
	}
}

// TestTruncated has columns of whole seconds, to which databases would round,
// and an adapter that has not looked at them.
func TestTruncated(t *testing.T) {
	for dump, column := range map[string]string{
		"sequelize-mariadb": "sessions.expires", "drizzle-mariadb": "session.expires",
		"mikro-orm-mariadb": "session.expires", "mikro-orm-pg": "session.expires",
	} {
		for _, c := range connections() {
			if !slices.Contains(testdb.DumpsFor(c.server), dump) {
				continue
			}
			t.Run(c.name+"/"+dump, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				m := presetOf(t, dump)
				a := gormadapter.New(db.DB, authdb.WithModels(m))
				at := time.Date(2026, 12, 31, 23, 59, 58, 999e6, time.UTC)
				writeAll(t, a, rows{
					User:    []authdb.User{{ID: "1", Email: "ada@example.com"}},
					Session: []authdb.Session{{UserID: "1", SessionToken: "a", Expires: at}, {UserID: "1", SessionToken: "b", Expires: at}},
				})
				_, err := a.UpdateSession(t.Context(), "b", authdb.SessionPatch{Expires: authdb.Set(at)})
				ok(t, "UpdateSession", err)
				for _, got := range rawRows(t, db)[column] {
					if !strings.HasPrefix(got, "2026-12-31 23:59:58") {
						t.Errorf("stored %q, want it cut to :58", got)
					}
				}
			})
		}
	}
}
