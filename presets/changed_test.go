package presets_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/mysql"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// TestOtherTimestamps: whether PostgreSQL's column has a zone, which people
// choose for themselves, makes no difference to what is read.
func TestOtherTimestamps(t *testing.T) {
	for _, x := range []struct{ dump, table, typ string }{
		{"drizzle-pg", "session", "timestamptz"},
		{"prisma-pg", `"Session"`, "timestamptz(3)"},
		{"sequelize-pg", "sessions", "timestamp"},
		{"supabase-pg", "next_auth.sessions", "timestamp"},
	} {
		for _, c := range connections() {
			if c.server != testdb.Postgres {
				continue
			}
			t.Run(x.dump, func(t *testing.T) {
				db := c.open(t)
				testdb.Restore(t, db.plain, x.dump)
				if _, err := db.plain.Exec("ALTER TABLE " + x.table + " ALTER COLUMN expires TYPE " + x.typ + " USING expires AT TIME ZONE 'UTC'"); err != nil {
					t.Fatal(err)
				}
				for _, a := range []*gormadapter.Adapter{
					gormadapter.New(db.DB, authdb.WithModels(presetOf(t, x.dump))),
					checked(t, db.DB, authdb.WithModels(presetOf(t, x.dump))),
				} {
					want := rowsOf(t, x.dump).Session[0]
					for _, at := range []time.Time{want.Expires, time.Date(2100, 1, 2, 3, 4, 5, 6e6, time.UTC), want.Expires} {
						if at.Year() == 2100 || want.Expires.Year() == 2100 {
							if _, err := a.UpdateSession(t.Context(), want.SessionToken, authdb.SessionPatch{Expires: authdb.Set(at)}); err != nil {
								t.Error(err)
							}
						}
						want.Expires = at
						if got, _, err := a.GetSessionAndUser(t.Context(), want.SessionToken); err != nil || !got.Expires.Equal(at) {
							t.Errorf("%v: got %v, %v", at, got, err)
						}
					}
				}
			})
		}
	}
}

// TestImplicitTimestamps: where the session makes of a TIMESTAMP more than it
// says, an ALTER TABLE would make sessions move their expiry.
func TestImplicitTimestamps(t *testing.T) {
	type member struct {
		presets.DrizzleUser
		LastSeen *presets.DrizzleTime `gorm:"column:lastSeen"`
	}
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			s := testdb.New(t, server)
			plain := pool(t, openGORM(t, mysql.Open(s.DSN)))
			testdb.Restore(t, plain, "drizzle-mariadb")
			db := openGORM(t, mysql.Open(s.DSN+"?explicit_defaults_for_timestamp=0"))
			pool(t, db).SetMaxOpenConns(1)
			m := presets.Drizzle()
			m.User = &member{}
			adapter := gormadapter.New(db, authdb.WithModels(m), authdb.WithForeignChanges())
			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p, err := adapter.Plan(t.Context()); err != nil || len(p.Statements) > 0 {
				t.Errorf("Plan: %v, %v", p, err)
			}
			var moving, missing int
			if err := plain.QueryRow("SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND EXTRA LIKE '%on update%'").Scan(&moving); err != nil || moving > 0 {
				t.Errorf("%d columns are ON UPDATE CURRENT_TIMESTAMP (%v)", moving, err)
			}
			if err := plain.QueryRow("SELECT COUNT(*) FROM `user` WHERE lastSeen IS NULL").Scan(&missing); err != nil || missing != 2 {
				t.Errorf("the new column is NULL in %d rows of 2 (%v)", missing, err)
			}
			var explicit bool
			if err := db.Raw("SELECT @@explicit_defaults_for_timestamp").Scan(&explicit).Error; err != nil || explicit {
				t.Errorf("the session is not as it was (%v)", err)
			}
		})
	}
}

// TestNamesWithDots: indexes of older versions of Prisma are called
// "User.email_unique". The SQL of findings about such names runs.
func TestNamesWithDots(t *testing.T) {
	statements := map[string][]string{
		"sqlite": {`CREATE UNIQUE INDEX "Account.userId_unique" ON "Account" ("userId")`, `CREATE UNIQUE INDEX "e.m""ail" ON "User" ("email" COLLATE NOCASE)`},
		"pg": {
			`CREATE UNIQUE INDEX "Account.userId_unique" ON "Account" ("userId")`, `CREATE UNIQUE INDEX "a.""b" ON "Session" ("userId")`,
			`ALTER TABLE "Session" DROP CONSTRAINT "Session_userId_fkey", ADD CONSTRAINT "Session.userId" FOREIGN KEY ("userId") REFERENCES "User" (id) ON DELETE RESTRICT`,
		},
		"mariadb": {
			"ALTER TABLE `Session` ADD UNIQUE KEY `Session.userId_unique` (`userId`)",
			"ALTER TABLE `Session` DROP FOREIGN KEY `Session_userId_fkey`",
			"ALTER TABLE `Session` ADD CONSTRAINT `Session.userId` FOREIGN KEY (`userId`) REFERENCES `User` (id) ON DELETE RESTRICT",
			`ALTER TABLE Account MODIFY access_token varchar(255) NULL COMMENT '\\''; DROP TABLE x; -- \\'`,
		},
	}
	for _, c := range connections() {
		kind := c.server
		switch kind {
		case testdb.Postgres:
			kind = "pg"
		case testdb.MySQL:
			kind = "mariadb"
		}
		t.Run(c.name, func(t *testing.T) {
			db := c.open(t)
			testdb.Restore(t, db.plain, "prisma-"+kind)
			conn := db.conn(t)
			for _, s := range statements[kind] {
				if _, err := conn.ExecContext(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			adapter := gormadapter.New(db.DB, authdb.WithModels(presets.Prisma()))
			before, err := adapter.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range before.Findings {
				for _, s := range f.SQL {
					if _, err := conn.ExecContext(t.Context(), s); err != nil {
						t.Errorf("%v: %s: %v", f, s, err)
					}
				}
			}
			after, err := adapter.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range after.Findings {
				if slices.ContainsFunc(before.Findings, func(b gormadapter.Finding) bool { return b.String() == f.String() }) && len(f.SQL) > 0 {
					t.Errorf("still there: %v", f)
				}
			}
			if kind == "mariadb" {
				var comment string
				if err := conn.QueryRowContext(t.Context(), "SELECT COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'access_token'").Scan(&comment); err != nil || comment != `\'; DROP TABLE x; -- \` {
					t.Errorf("the comment is %s (%v)", comment, err)
				}
			}
		})
	}
}

// TestBefore1970: instants that are negative numbers are swept like others.
func TestBefore1970(t *testing.T) {
	for _, c := range connections() {
		for _, dump := range testdb.DumpsFor(c.server) {
			if !strings.HasPrefix(dump, "typeorm-") && dump != "drizzle-sqlite" && dump != "mikro-orm-sqlite" {
				continue
			}
			t.Run(c.name+"/"+dump, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				adapter := checked(t, db.DB, authdb.WithModels(presetOf(t, dump)))
				user, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				if err != nil {
					t.Fatal(err)
				}
				for i, at := range []time.Time{time.Unix(-1, 0), time.Unix(0, 0), time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)} {
					if _, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: fmt.Sprint("s", i), UserID: user.ID, Expires: at}); err != nil {
						t.Fatal(err)
					}
				}
				if n, err := adapter.DeleteExpired(t.Context(), 10); err != nil || n.Sessions != 3 {
					t.Errorf("%d of 3 sessions were swept (%v)", n.Sessions, err)
				}
			})
		}
	}
}

// TestNextAuth3ExpiryOutOfRange: what could be stored and not be read again, or
// as something else, is refused.
func TestNextAuth3ExpiryOutOfRange(t *testing.T) {
	for _, c := range connections() {
		for _, dump := range testdb.DumpsFor(c.server) {
			if dump != "next-auth-v3-sqlite" && dump != "next-auth-v3-pg" {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				adapter := checked(t, db.DB, authdb.WithModels(presets.NextAuth3()))
				user, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				if err != nil {
					t.Fatal(err)
				}
				for _, at := range []int64{1798761598765, 1 << 53, 1 << 62, -1 << 40} {
					_, err := adapter.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oauth", Provider: "p", ProviderAccountID: fmt.Sprint(at), ExpiresAt: at})
					if !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "Account.ExpiresAt") {
						t.Errorf("%d: %v", at, err)
					}
				}
			})
		}
	}
}

// TestExtraInstants: an instant in Extra comes back from a write as it is read.
func TestExtraInstants(t *testing.T) {
	type member struct {
		presets.MikroORMUser
		LastSeen *presets.MikroORMTime `gorm:"column:last_seen"`
	}
	for _, c := range connections() {
		for _, dump := range testdb.DumpsFor(c.server) {
			if !strings.HasPrefix(dump, "mikro-orm-") {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				m := presets.MikroORM()
				m.User = &member{}
				adapter := gormadapter.New(db.DB, authdb.WithModels(m), authdb.WithForeignChanges())
				if err := adapter.Synchronize(t.Context()); err != nil {
					t.Fatal(err)
				}
				extra := map[string]any{"LastSeen": &presets.MikroORMTime{Time: time.Date(2026, 12, 31, 23, 59, 59, 999999999, zone("Asia/Kolkata"))}}
				made, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com", Extra: extra})
				if err != nil {
					t.Fatal(err)
				}
				read, err := adapter.GetUser(t.Context(), made.ID)
				if err != nil || fmt.Sprint(read.Extra) != fmt.Sprint(made.Extra) {
					t.Errorf("CreateUser returned %v, and GetUser %v (%v)", made.Extra, read.Extra, err)
				}
				changed, err := adapter.UpdateUser(t.Context(), made.ID, authdb.UserPatch{Extra: extra})
				if err != nil || fmt.Sprint(changed.Extra) != fmt.Sprint(read.Extra) {
					t.Errorf("UpdateUser returned %v (%v)", changed, err)
				}
			})
		}
	}
}

// TestEndsOfTimestamp: what a TIMESTAMP of MySQL can't hold in every zone is
// refused, and not stored as another instant by a session in another zone.
func TestEndsOfTimestamp(t *testing.T) {
	for _, c := range connections() {
		for _, dump := range testdb.DumpsFor(c.server) {
			if dump != "drizzle-mariadb" && dump != "next-auth-v3-mariadb" {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				adapter := checked(t, db.DB, authdb.WithModels(presetOf(t, dump)))
				user, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				if err != nil {
					t.Fatal(err)
				}
				for _, at := range []time.Time{time.Unix(0, 0), time.Unix(14*60*60, 0), time.Date(2038, 1, 19, 5, 0, 0, 0, time.UTC)} {
					_, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: fmt.Sprint(at.Unix()), UserID: user.ID, Expires: at})
					if !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "Session.Expires") {
						t.Errorf("a session until %v: %v", at, err)
					}
				}
				if dump == "next-auth-v3-mariadb" {
					_, err := adapter.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oauth", Provider: "p", ProviderAccountID: "1", ExpiresAt: -1})
					if !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "Account.ExpiresAt") {
						t.Errorf("an expiry before 1970: %v", err)
					}
				}
			})
		}
	}
}
