package readme_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
)

func composed(main, other *gorm.DB) (*authdb.Composition, error) {
	users := gormadapter.New(main, authdb.WithModels(authdb.Models{Session: authdb.Absent}))
	sessions := gormadapter.New(other, authdb.WithModels(authdb.Models{
		User: authdb.Absent, Account: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent,
	}))
	adapter, err := authdb.Compose(authdb.Stores{Users: users, Sessions: sessions},
		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
	return adapter, err
}

// TestCompose: sessions are in the other database, and in no other.
func TestCompose(t *testing.T) {
	ctx := t.Context()
	open := func() *gorm.DB {
		db, err := datasource.OpenDB(ctx, datasource.Config{Type: "sqlite", Database: ":memory:"})
		must(t, err)
		return db
	}
	main, other := open(), open()
	adapter, err := composed(main, other)
	must(t, err)
	must(t, adapter.Synchronize(ctx))
	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada"})
	must(t, err)
	_, err = adapter.CreateSession(ctx, &authdb.Session{SessionToken: "secret", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	must(t, err)
	_, found, err := adapter.GetSessionAndUser(ctx, "secret")
	must(t, err)
	if found.Name != "Ada" || main.Migrator().HasTable("sessions") || !other.Migrator().HasTable("sessions") || other.Migrator().HasTable("users") {
		t.Errorf("found %+v, or a table where it is not to be", found)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
