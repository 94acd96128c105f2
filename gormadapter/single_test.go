package gormadapter_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestUpdateOfNothing: an update that finds nothing to write says why, also on MySQL,
// which counts the rows that changed, and in an application's transaction whose
// picture of the tables still has the row.
func TestUpdateOfNothing(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			t.Skip("nobody else writes while a transaction has looked and wants to write")
		}
		a := synchronised(t, db)
		ctx := t.Context()
		u, gone := furnish(t, a, "ada"), furnish(t, a, "grace")
		if _, err := a.CreateSession(ctx, sessionOf(u, "revoked")); err != nil {
			t.Fatal(err)
		}
		tx := db.Begin()
		defer tx.Rollback()
		inside := a.WithTx(tx)
		if _, err := inside.GetUser(ctx, u.ID); err != nil {
			t.Fatal(err)
		}
		name := authdb.UserPatch{Name: authdb.Set("theirs")}
		_, err := a.UpdateUser(ctx, u.ID, name)
		if err := errors.Join(err, a.DeleteSession(ctx, "revoked"), a.DeleteUser(ctx, gone.ID)); err != nil {
			t.Fatal(err)
		}
		if s, err := inside.UpdateSession(ctx, "revoked", authdb.SessionPatch{Expires: authdb.Set(time.Now().Add(2 * time.Hour))}); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("a revoked session was updated: %v, %v", s, err)
		}
		if v, err := inside.UpdateUser(ctx, gone.ID, name); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("a deleted user was updated: %v, %v", v, err)
		}
		if v, err := inside.UpdateUser(ctx, u.ID, name); err != nil || v.Name != "theirs" {
			t.Errorf("an update to what others have written: %v, %v", v, err)
		}
	})
}

// TestUpdateIntoThePast: a session may be updated so that it has expired. What the
// update wrote is returned.
func TestUpdateIntoThePast(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		if _, err := a.CreateSession(t.Context(), sessionOf(furnish(t, a, "ada"), "token")); err != nil {
			t.Fatal(err)
		}
		past := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
		s, err := a.UpdateSession(t.Context(), "token", authdb.SessionPatch{Expires: authdb.Set(past)})
		if err != nil || !s.Expires.Equal(past) {
			t.Errorf("%v, %v", s, err)
		}
		if _, err := a.UpdateSession(t.Context(), "token", authdb.SessionPatch{Expires: authdb.Set(past)}); !errors.Is(err, authdb.ErrExpired) {
			t.Errorf("of one that has expired: %v, want ErrExpired", err)
		}
	})
}

// aged is a row of which SQLite can hold what nothing can read.
type aged struct {
	models.User
	Age int
}

func (aged) TableName() string { return "users" }

// TestUpdateUnreadable: of a row that can't be read, nobody claims that nothing was
// done to it, and a transaction goes on without it.
func TestUpdateUnreadable(t *testing.T) {
	db := onSQLite(t)
	a := synchronised(t, db, authdb.WithModels(authdb.Models{User: aged{}}))
	ctx := t.Context()
	u, err := a.CreateUser(ctx, &authdb.User{Name: "before"})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Exec("UPDATE users SET age = 'secret'").Error; err != nil {
		t.Fatal(err)
	}
	rename := func(a authdb.Adapter, name string) error {
		_, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set(name)})
		return err
	}
	err = a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error {
		if err := rename(tx, "inside"); !errors.Is(err, authdb.ErrSchema) || strings.Contains(err.Error(), "secret") {
			t.Errorf("in a transaction: %v, want ErrSchema", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	named := func() (name string) {
		if err := db.Raw("SELECT name FROM users").Scan(&name).Error; err != nil {
			t.Error(err)
		}
		return name
	}
	if name := named(); name != "before" {
		t.Errorf("a failed update in a transaction has stored %q", name)
	}
	if err := rename(a, "outside"); !errors.Is(err, authdb.ErrSchema) || !errors.Is(err, authdb.ErrUnknownOutcome) {
		t.Errorf("%v, want ErrSchema and ErrUnknownOutcome", err)
	}
}

// scarce is a row that drops what it has no field for.
type scarce struct {
	ID    string  `gorm:"primaryKey;size:64"`
	Email *string `gorm:"size:255"`
}

func (scarce) TableName() string { return "users" }

// TestUpdateOfWhatIsDropped: a patch of fields that the row lacks is one of nothing.
func TestUpdateOfWhatIsDropped(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: scarce{}, Account: authdb.Absent, Session: authdb.Absent, Authenticator: authdb.Absent}))
		u, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Image: authdb.Set("x")})
		if err != nil || !reflect.DeepEqual(got, u) {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := a.UpdateUser(t.Context(), "nobody", authdb.UserPatch{Image: authdb.Set("x")}); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

// capital is a text that its type reads otherwise than it is stored.
type capital string

// Scan implements sql.Scanner.
func (c *capital) Scan(src any) error {
	switch src := src.(type) {
	case string:
		*c = capital(strings.ToUpper(src))
	case []byte:
		*c = capital(strings.ToUpper(string(src)))
	}
	return nil
}

// varied is a row with further fields whose drivers' values need converting.
type varied struct {
	models.User
	Banned *bool
	Age    *int
	Credit *float64
	Phone  *string `gorm:"size:255"`
	Motto  capital `gorm:"size:255"`
}

func (varied) TableName() string { return "users" }

// TestExtraAlike: a further field is read alike by every method, and through its
// type.
func TestExtraAlike(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: varied{}}))
		ctx := t.Context()
		yes, age, credit, phone := true, 7, 1.5, "49170"
		stored := map[string]any{"Banned": &yes, "Age": &age, "Credit": &credit, "Phone": &phone, "Motto": capital("x")}
		u, err := a.CreateUser(ctx, &authdb.User{Extra: stored})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"Banned": &yes, "Age": &age, "Credit": &credit, "Phone": &phone, "Motto": capital("X")}
		got, err := a.GetUser(ctx, u.ID)
		if err != nil || !reflect.DeepEqual(got.Extra, want) {
			t.Errorf("GetUser: %v, %v", got, err)
		}
		got, err = a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
		if err != nil || !reflect.DeepEqual(got.Extra, want) {
			t.Errorf("UpdateUser: %v, %v", got, err)
		}
	})
}

// TestRegainOthers: who waited for a lock in vain leaves it to its owner, at once and
// without a connection more.
func TestRegainOthers(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() != "mysql" {
			t.Skip("locks end with the transaction")
		}
		synchronised(t, db)
		a := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{Unguarded: []authdb.Key{authdb.KeyEmail}}}))
		held, release, ended := make(chan error), make(chan struct{}), make(chan error)
		go func() {
			ended <- a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				held <- add(ctx, tx, "ada")
				<-release
				return nil
			})
		}()
		if err := <-held; err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		tx := db.WithContext(ctx).Begin()
		if err := add(ctx, a.WithTx(tx), "ada"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the end of the context", err)
		}
		tx.Rollback()
		if n := pool(t, db).Stats().OpenConnections; n > 4 {
			t.Errorf("%d connections were opened", n)
		}
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := add(t.Context(), a, "ada"); !errors.Is(err, authdb.ErrDuplicate) {
			t.Errorf("afterwards: %v, want ErrDuplicate", err)
		}
	})
}

// looked is a row with a find hook, which may refuse.
type looked struct {
	models.User
	Seen string `gorm:"-"`
}

func (looked) TableName() string { return "users" }

var errLooked = errors.New("refused")

// AfterFind is GORM's hook.
func (l *looked) AfterFind(*gorm.DB) error {
	if l.Name != nil && *l.Name == "refused" {
		return errLooked
	}
	name := "seen"
	l.Image = &name
	return nil
}

// TestUpdateFindHook: what an update returns has gone through the find hook, and one
// that the hook refuses is not stored.
func TestUpdateFindHook(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: looked{}}))
		ctx := t.Context()
		u, err := a.CreateUser(ctx, &authdb.User{Name: "before"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("after")}); err != nil || got.Image != "seen" {
			t.Errorf("%v, %v", got, err)
		}
		if _, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("refused")}); !errors.Is(err, errLooked) {
			t.Errorf("%v, want the hook's error", err)
		}
		if got, err := a.GetUser(ctx, u.ID); err != nil || got.Name != "after" {
			t.Errorf("a refused update is stored: %v, %v", got, err)
		}
	})
}
