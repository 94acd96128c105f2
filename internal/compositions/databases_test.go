package compositions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// apartFrom are the row types of a database that keeps these records, of users who
// are kept elsewhere.
func apartFrom(records ...string) authdb.Models {
	m := authdb.Models{User: authdb.Absent, Account: authdb.Absent, Session: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent}
	for _, record := range records {
		switch record {
		case "accounts":
			m.Account = nil
		case "sessions":
			m.Session = nil
		case "tokens":
			m.VerificationToken = nil
		case "authenticators":
			m.Authenticator = nil
		}
	}
	return m
}

// member is numbered and soft-deleted.
type member struct {
	gorm.Model
	Name          string
	Email         *string    `gorm:"size:320;uniqueIndex"`
	EmailVerified *time.Time `gorm:"precision:3"`
	Image         *string
}

// linked is a member's.
type linked struct {
	ID                uint
	UserID            uint
	Type              string `gorm:"size:64"`
	Provider          string `gorm:"size:64"`
	ProviderAccountID string `gorm:"size:255"`
	RefreshToken      string
	AccessToken       string
	ExpiresAt         int64
	TokenType         string
	Scope             string
	IDToken           string
	SessionState      string
}

// databaseOf opens an empty database.
func databaseOf(t testing.TB, server string, models authdb.Models, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	config := datasource.Config{Type: "sqlite", Database: testdb.SQLiteFile(t), Synchronize: true}
	if server != "sqlite" {
		config = datasource.Config{URL: testdb.New(t, server).URL, Synchronize: true}
	}
	a, err := datasource.Open(t.Context(), config, append(opts, authdb.WithModels(models))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// open opens databases of the models on the servers of those names.
type open func(server string, models authdb.Models) *gormadapter.Adapter

// spreads are ways to spread the records over databases.
var spreads = []struct {
	name    string
	stores  func(open open) authdb.Stores
	require []string
	options func(users *gormadapter.Adapter) []adaptertest.Option
}{
	{"SQLite, sessions in PostgreSQL, tokens in MariaDB", func(open open) authdb.Stores {
		return authdb.Stores{
			Users:              open("sqlite", authdb.Models{Session: authdb.Absent, VerificationToken: authdb.Absent}),
			Sessions:           open(testdb.Postgres, apartFrom("sessions")),
			VerificationTokens: open(testdb.MariaDB, apartFrom("tokens")),
		}
	}, []string{"UserTransactor", "UserLocker", "Registrar"}, nil},
	{"PostgreSQL with numbers, sessions in SQLite", func(open open) authdb.Stores {
		return authdb.Stores{
			Users:    open(testdb.Postgres, authdb.Models{User: &member{}, Account: &linked{}, Session: authdb.Absent, Authenticator: authdb.Absent}),
			Sessions: open("sqlite", apartFrom("sessions")),
		}
	}, []string{"UserTransactor", "UserLocker", "AccountLocker", "Registrar"}, func(users *gormadapter.Adapter) []adaptertest.Option {
		return []adaptertest.Option{
			adaptertest.NumberedIDs(),
			adaptertest.SoftDelete(func(ctx context.Context, _ authdb.Adapter, id string) error {
				return users.DB(ctx).Delete(&member{}, "id = ?", id).Error
			}),
		}
	}},
	{"MariaDB, accounts in PostgreSQL, all else in SQLite", func(open open) authdb.Stores {
		third := open("sqlite", apartFrom("sessions", "tokens", "authenticators"))
		return authdb.Stores{
			Users:              open(testdb.MariaDB, authdb.Models{Account: authdb.Absent, Session: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent}),
			Accounts:           open(testdb.Postgres, apartFrom("accounts")),
			Sessions:           third,
			VerificationTokens: third,
			Authenticators:     third,
		}
	}, []string{"AuthenticatorStore", "AuthenticatorRemover"}, nil},
}

// TestComposeDatabases runs the suite on compositions of GORM adapters.
func TestComposeDatabases(t *testing.T) {
	for _, s := range spreads {
		t.Run(s.name, func(t *testing.T) {
			clock := adaptertest.NewClock(time.Now())
			stores := s.stores(func(server string, models authdb.Models) *gormadapter.Adapter {
				return databaseOf(t, server, models, authdb.WithClock(clock.Now))
			})
			a := composed(t, stores)
			users := stores.Users.(*gormadapter.Adapter)
			if err := a.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			passed := 0
			var options []adaptertest.Option
			if s.options != nil {
				options = s.options(users)
			}
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, append(options,
				adaptertest.WithClock(clock),
				adaptertest.Require(append(s.require, "AccountStore", "SessionStore", "VerificationTokenStore", "Sweeper", "SessionLister", "SessionRevoker",
					"AccountLister", "AccountUpdater", "VerificationTokenReader", "Validator", "Checker")...),
				adaptertest.Referenced(func(ctx context.Context, _ authdb.Adapter, id string) error {
					return pointAt(users.DB(ctx), id)
				}),
				adaptertest.OnResult(func(_ string, ok bool) {
					if ok {
						passed++
					}
				}))...)
			t.Logf("%d rules passed", passed)
		})
	}
}

// pointAt makes a row of a table of the application's that points at the user.
func pointAt(db *gorm.DB, userID string) error {
	kind, table := "VARCHAR(64)", "users"
	if db.Migrator().HasTable(&member{}) {
		kind, table = "BIGINT", "members"
	}
	if db.Name() == "mysql" {
		kind += " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
	}
	err := db.Exec(fmt.Sprintf("CREATE TABLE IF NOT EXISTS notes (user_id %s REFERENCES %s(id))", kind, table)).Error
	return errors.Join(err, db.Exec("INSERT INTO notes (user_id) VALUES (?)", userID).Error)
}
