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

// TestDetectNextAuth4 tells Prisma's two sets of models apart.
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

// TestTheOtherOfPrismasModels opens tables with the preset for the other models:
// Check says what is not there, or would not be filled.
func TestTheOtherOfPrismasModels(t *testing.T) {
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-next-auth-4-"+kind)
		err := gormadapter.New(db, authdb.WithModels(presets.Prisma())).Check(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "createdAt") {
			t.Errorf("Check: %v", err)
		}
		t.Log(err)
	})
	onServers(t, func(t *testing.T, db *gorm.DB, kind string) {
		testdb.Restore(t, poolOf(t, db), "prisma-"+kind)
		err := gormadapter.New(db, authdb.WithModels(presets.PrismaNextAuth4())).Check(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "updatedAt") {
			t.Errorf("Check: %v", err)
		}
		t.Log(err)
	})
}
