package presets_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// kindOf is what the names of the dumps for a server end with.
func kindOf(server string) string {
	switch server {
	case testdb.Postgres:
		return "pg"
	case testdb.MySQL:
		return testdb.MariaDB
	}
	return server
}

// onServers runs the test on an empty database of every server.
func onServers(t *testing.T, test func(t *testing.T, db *gorm.DB, kind string)) {
	for _, server := range append([]string{"sqlite"}, testdb.Names()...) {
		t.Run(server, func(t *testing.T) { test(t, detectOn(t, server), kindOf(server)) })
	}
}

// TestDetectNextAuth4 has the models of NextAuth 4.
func TestDetectNextAuth4(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-next-auth-4-"+kind)
		d := detect(t, db)
		m, ok := d.Models()
		if d.Variant != "next-auth 4" || !ok || !strings.Contains(d.String(), "presets.PrismaNextAuth4 opens them") {
			t.Error(d)
		}
		want := presets.PrismaNextAuth4()
		for _, entry := range [][2]any{{m.User, want.User}, {m.Account, want.Account}, {m.Session, want.Session}, {m.VerificationToken, want.VerificationToken}, {m.Authenticator, want.Authenticator}} {
			if reflect.TypeOf(entry[0]) != reflect.TypeOf(entry[1]) {
				t.Errorf("%T instead of %T", entry[0], entry[1])
			}
		}
		opens(t, db, m)
	})
}

// TestDetectNotNextAuth4 has the models of today.
func TestDetectNotNextAuth4(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-"+kind)
		d := detect(t, db)
		m, _ := d.Models()
		if d.Variant != "" || reflect.TypeOf(m.Account) != reflect.TypeOf(presets.Prisma().Account) {
			t.Error(d)
		}
	})
}

// opens signs somebody in and out.
func opens(t *testing.T, db *gorm.DB, m authdb.Models) {
	t.Helper()
	a := checked(t, db, authdb.WithModels(m))
	ctx := t.Context()
	u, err := a.CreateUser(ctx, &authdb.User{Email: "eve@example.com"})
	ok(t, "CreateUser", err)
	_, err = a.LinkAccount(ctx, &authdb.Account{UserID: u.ID, Type: authdb.AccountOAuth, Provider: "github", ProviderAccountID: "1"})
	ok(t, "LinkAccount", err)
	_, err = a.CreateSession(ctx, &authdb.Session{UserID: u.ID, SessionToken: "s", Expires: time.Now().Add(time.Hour)})
	ok(t, "CreateSession", err)
	_, err = a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "eve@example.com", Token: "t", Expires: time.Now().Add(time.Hour)})
	ok(t, "CreateVerificationToken", err)
	_, found, err := a.GetSessionAndUser(ctx, "s")
	ok(t, "GetSessionAndUser", err)
	if found.ID != u.ID {
		t.Errorf("the session is %s's, and not %s's", found.ID, u.ID)
	}
	ok(t, "DeleteUser", a.DeleteUser(ctx, u.ID))
}

// TestDetectWithoutAuthenticators drops a table that many do without: what
// Models returns opens the rest.
func TestDetectWithoutAuthenticators(t *testing.T) {
	for origin, table := range map[string]string{"drizzle": "authenticator", "prisma": "Authenticator"} {
		t.Run(origin, func(t *testing.T) { withoutAuthenticators(t, origin, table) })
	}
}

func withoutAuthenticators(t *testing.T, origin, table string) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), origin+"-"+kind)
		ok(t, "DropTable", db.Migrator().DropTable(table))
		d := detect(t, db)
		if d.Origin != origin || d.Variant != "" || d.Exact || !d.Fits || fmt.Sprint(d.Differences) != "[there is no table "+table+"]" {
			t.Error(d)
		}
		if says := "these are its tables without " + table + ", presets."; !strings.Contains(d.String(), says) || !strings.Contains(d.String(), "Authenticator: authdb.Absent") {
			t.Errorf("%q, without %q", d, says)
		}
		m, _ := d.Models()
		opens(t, db, m)
	})
}

// TestDetectOwnTablesWithoutAuthenticators: the default rows want that table,
// and Synchronize makes it.
func TestDetectOwnTablesWithoutAuthenticators(t *testing.T) {
	db := detectOn(t, "sqlite")
	ok(t, "Synchronize", gormadapter.New(db).Synchronize(t.Context()))
	ok(t, "DropTable", db.Migrator().DropTable("authenticators"))
	if d := detect(t, db); d.Origin != "authdb" || d.Fits {
		t.Error(d)
	}
}

// TestPrismaOnNextAuth4 opens tables with the preset for the other models: Check
// says what is not there, and who knows better.
func TestPrismaOnNextAuth4(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-next-auth-4-"+kind)
		err := gormadapter.New(db, authdb.WithModels(presets.Prisma())).Check(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "createdAt") ||
			!strings.HasSuffix(err.Error(), ". The tables are those of prisma (next-auth 4): presets.Detect says which rows open them") {
			t.Errorf("Check: %v", err)
		}
	})
}

// TestNextAuth4OnPrisma is the opposite: Check says what nothing would fill.
func TestNextAuth4OnPrisma(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-"+kind)
		err := gormadapter.New(db, authdb.WithModels(presets.PrismaNextAuth4())).Check(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "updatedAt: is NOT NULL without a default, and no field of presets.PrismaNextAuth4User fills it") {
			t.Errorf("Check: %v", err)
		}
	})
}

// Rows as the document of Prisma has them: NextAuth 4's with createdAt and
// updatedAt.
type (
	changedUser struct {
		presets.PrismaNextAuth4User
		presets.PrismaChanged
	}
	changedAccount struct {
		presets.PrismaNextAuth4Account
		presets.PrismaChanged
	}
	changedSession struct {
		presets.PrismaNextAuth4Session
		presets.PrismaChanged
	}
)

// TestNeitherOfPrismasModels has tables as many have them: NextAuth 4's, and
// createdAt and updatedAt besides, which Prisma's client fills.
func TestNeitherOfPrismasModels(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.RestoreSchema(t, poolOf(t, db), "prisma-next-auth-4-"+kind)
		column := map[string]string{"pg": "timestamp(3) NOT NULL", "mariadb": "datetime(3) NOT NULL", "sqlite": "datetime NOT NULL DEFAULT ''"}[kind]
		quoted := (&gorm.Statement{DB: db}).Quote
		for _, table := range []string{"User", "Account", "Session"} {
			for _, name := range []string{"createdAt", "updatedAt"} {
				exec(t, db, "ALTER TABLE "+quoted(table)+" ADD COLUMN "+quoted(name)+" "+column)
			}
		}
		d := detect(t, db)
		if d.Origin != "prisma" || d.Exact || kind != "sqlite" && d.Fits {
			t.Error(d)
		}
		m := presets.PrismaNextAuth4()
		m.User, m.Account, m.Session = &changedUser{}, &changedAccount{}, &changedSession{}
		opens(t, db, m)
		now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		a := checked(t, db, authdb.WithModels(m), authdb.WithClock(func() time.Time { return now }))
		u, err := a.CreateUser(t.Context(), &authdb.User{Name: "Eve"})
		ok(t, "CreateUser", err)
		if at, isTime := u.Extra["UpdatedAt"].(presets.PrismaTime); !isTime || !at.Equal(now) {
			t.Errorf("updated at %v", u.Extra["UpdatedAt"])
		}
	})
}

// TestNextAuth4UnixMilli has SQLite's instants as Prisma's older engine stores them.
func TestNextAuth4UnixMilli(t *testing.T) {
	db := detectOn(t, "sqlite")
	testdb.Restore(t, poolOf(t, db), "prisma-next-auth-4-sqlite")
	a := checked(t, db, authdb.WithModels(presets.PrismaNextAuth4(presets.UnixMilli())))
	at := time.UnixMilli(1798761598765)
	_, err := a.CreateUser(t.Context(), &authdb.User{Name: "Eve", EmailVerified: &at})
	ok(t, "CreateUser", err)
	var stored string
	ok(t, "SELECT", db.Raw(`SELECT "emailVerified" || ' ' || typeof("emailVerified") FROM "User" WHERE name = 'Eve'`).Scan(&stored).Error)
	if stored != "1798761598765 integer" {
		t.Errorf("stored %s", stored)
	}
}
