package gormadapter_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestUnguardedJoined: inside the application's transaction the key is kept
// until the end of that, against calls in another transaction and in none.
func TestUnguardedJoined(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		other := anotherPool(t, db)
		for i := range 4 {
			end := []string{"commit", "rollback"}[i%2]
			// SQLite lets nobody write who has read before.
			value, inside := fmt.Sprint(end, i), i >= 2 && db.Name() != "sqlite"
			tx := db.Begin()
			a := newLoose(tx)
			if _, err := a.LinkAccount(t.Context(), accountOf(user, value)); err != nil {
				t.Fatal(err)
			}
			if _, err := a.LinkAccount(t.Context(), accountOf(user, value)); !errors.Is(err, authdb.ErrDuplicate) {
				t.Errorf("in the same transaction: %v", err)
			}
			second := make(chan error, 1)
			go func() { second <- linkLater(t, other, inside, user, value) }()
			select {
			case err := <-second:
				t.Fatalf("did not wait: %v", err)
			case <-time.After(200 * time.Millisecond):
			}
			ended := tx.Commit
			if end == "rollback" {
				ended = tx.Rollback
			}
			if err := ended().Error; err != nil {
				t.Error(err)
			}
			if err := <-second; errors.Is(err, authdb.ErrDuplicate) != (end == "commit") || err != nil && end == "rollback" {
				t.Errorf("after the %s: %v", end, err)
			}
			unlocked(t, db, value)
		}
	})
}

// linkLater links an account that another transaction has linked: in none, or
// inside one that has read before.
func linkLater(t *testing.T, db *gorm.DB, inside bool, user, value string) error {
	link := func(db *gorm.DB) error {
		_, err := newLoose(db).LinkAccount(t.Context(), accountOf(user, value))
		return err
	}
	if !inside {
		return link(db)
	}
	return db.Transaction(func(tx *gorm.DB) error {
		count(t, tx, claimants()[1].rows, value)
		return link(tx)
	})
}

// TestUnguardedJoinedRace: some inside the application's transaction and some
// not. A database may end one of two transactions that wait for each other.
func TestUnguardedJoinedRace(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a := newLoose(anotherPool(t, db))
		for round := range 20 {
			value := fmt.Sprint("v", round)
			var winners atomic.Int64
			atOnce(8, func(i int) {
				var err error
				if i%2 == 0 {
					err = db.Transaction(func(tx *gorm.DB) error {
						_, err := newLoose(tx).LinkAccount(t.Context(), accountOf(user, value))
						return err
					})
				} else {
					_, err = a.LinkAccount(t.Context(), accountOf(user, value))
				}
				if err == nil {
					winners.Add(1)
				} else if i%2 == 1 && !errors.Is(err, authdb.ErrDuplicate) {
					t.Error(err)
				}
			})
			if n, rows := winners.Load(), count(t, db, claimants()[1].rows, value); n != 1 || rows != 1 {
				t.Errorf("%s: %d winners, %d rows", value, n, rows)
			}
			unlocked(t, db, value)
		}
	})
}

// TestUnguardedDuplicates: of rows that others stored twice, one is meant, and
// all of them are changed.
func TestUnguardedDuplicates(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		email, at := "ada@example.com", models.NewTime(time.Now().Add(time.Hour))
		for _, id := range []string{"3", "1", "2"} { // in another order than that of the ids
			for _, row := range []any{
				&looseUser{ID: id, Email: &email},
				&looseAccount{ID: id, UserID: id, Type: "oauth", Provider: "p", ProviderAccountID: "a"},
				&looseSession{ID: id, SessionToken: "s", UserID: id, Expires: at},
				&looseToken{Identifier: "i", Token: "t", Expires: at},
				&looseKey{CredentialID: "c", UserID: id, ProviderAccountID: id, CredentialPublicKey: id, CredentialDeviceType: "singleDevice"},
			} {
				if err := db.Create(row).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		a := newLoose(db)
		meant := func(what string, id string, err error) {
			t.Helper()
			if id != "1" || err != nil {
				t.Errorf("%s: that of %q (%v)", what, id, err)
			}
		}
		idOf := func(u *authdb.User) string {
			if u == nil {
				return ""
			}
			return u.ID
		}
		for range 2 {
			u, err := a.GetUserByEmail(t.Context(), email)
			meant("email", idOf(u), err)
			u, err = a.GetUserByAccount(t.Context(), "p", "a")
			meant("user by account", idOf(u), err)
			account, err := a.GetAccount(t.Context(), "p", "a")
			meant("account", account.UserID, err)
			session, u, err := a.GetSessionAndUser(t.Context(), "s")
			meant("session", session.UserID, err)
			meant("its user", idOf(u), err)
			session, err = a.UpdateSession(t.Context(), "s", authdb.SessionPatch{Expires: authdb.Set(time.Now().Add(2 * time.Hour))})
			meant("updated session", session.UserID, err)
			key, err := a.GetAuthenticator(t.Context(), "c")
			meant("authenticator", key.UserID, err)
			key, err = a.UpdateAuthenticatorCounter(t.Context(), "c", 7)
			meant("updated authenticator", key.UserID, err)
		}
		if n := count(t, db, "SELECT count(*) FROM loose_keys WHERE counter = 7"); n != 3 {
			t.Errorf("%d of 3 authenticators were updated", n)
		}
		if _, err := a.GetUserByEmail(t.Context(), "ADA@example.com"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("an address that differs in case, which others can have: %v", err)
		}
		if _, err := a.UpdateUser(t.Context(), "2", authdb.UserPatch{Email: authdb.Set(email), Name: authdb.Set("n")}); err != nil {
			t.Errorf("an address that stays as it is: %v", err)
		}
		if _, err := a.UseVerificationToken(t.Context(), "i", "t"); err != nil {
			t.Error(err)
		}
		if _, err := a.UseVerificationToken(t.Context(), "i", "t"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("used twice: %v", err)
		}
		if err := errors.Join(a.DeleteSession(t.Context(), "s"), a.UnlinkAccount(t.Context(), "p", "a")); err != nil {
			t.Error(err)
		}
		for _, table := range []string{"loose_sessions", "loose_accounts", "loose_tokens"} {
			if n := count(t, db, "SELECT count(*) FROM "+table); n != 0 {
				t.Errorf("%s: %d rows are left", table, n)
			}
		}
	})
}

// hookedUser changes its address while it is saved, if it has capitals or is told
// to.
type hookedUser looseUser

func (hookedUser) TableName() string { return "loose_users" }

func (u *hookedUser) BeforeSave(*gorm.DB) error {
	if u.Name != nil && *u.Name == "change" {
		u.Email = ptr("changed@example.com")
	} else if u.Email != nil {
		u.Email = ptr(strings.ToLower(*u.Email))
	}
	return nil
}

// TestUnguardedHooks: what a hook makes of a key is not locked, and refused.
func TestUnguardedHooks(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		m := looseModels()
		m.User = hookedUser{}
		a := gormadapter.New(db, authdb.WithModels(m))
		u, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("Ada")}); err != nil {
			t.Error(err)
		}
		users := count(t, db, "SELECT count(*) FROM loose_users")
		for name, call := range map[string]func() error{
			"create": func() error {
				_, err := a.CreateUser(t.Context(), &authdb.User{Email: "Bob@example.com"})
				return err
			},
			"create without": func() error { _, err := a.CreateUser(t.Context(), &authdb.User{Name: "change"}); return err },
			"update": func() error {
				_, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Email: authdb.Set("Ada@example.com")})
				return err
			},
			"update of something else": func() error {
				_, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("change")})
				return err
			},
		} {
			if err := call(); !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "hook") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM loose_users"); n != users {
			t.Errorf("%d users of %d", n, users)
		}
		if _, err := a.GetUserByEmail(t.Context(), "ada@example.com"); err != nil {
			t.Error(err)
		}
	})
}

// TestUnguardedStatements: what a key without a unique key costs, until there is
// one.
func TestUnguardedStatements(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		log := new(journal)
		a := newLoose(db.Session(&gorm.Session{Logger: log}))
		more := map[string]int{"sqlite": 1, "postgres": 2, "mysql": 3}[db.Name()]
		create := func(value string, want int) {
			t.Helper()
			log.take()
			if _, err := a.CreateUser(t.Context(), &authdb.User{Email: value}); err != nil {
				t.Error(err)
			}
			if got := log.take(); len(got) != want || value != "" && strings.Contains(strings.Join(got, ""), value) {
				t.Errorf("%d statements, want %d:\n%s", len(got), want, strings.Join(got, "\n"))
			}
		}
		create("a@example.com", 1+more)
		create("", 1)
		for checked, want := range []int{1 + more, 1} {
			if checked == 1 {
				if err := db.Exec("CREATE UNIQUE INDEX loose_email ON loose_users (email)").Error; err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Check(t.Context()); err != nil {
				t.Error(err)
			}
			create(fmt.Sprint(checked, "@example.com"), want)
		}
	})
}

// TestUnguardedSchema: the layout's way to name the place of the tables does not
// change what is locked.
func TestUnguardedSchema(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		here := map[string]string{"sqlite": "SELECT 'main'", "postgres": "SELECT current_schema()", "mysql": "SELECT DATABASE()"}[db.Name()]
		m := looseModels()
		if err := db.Raw(here).Scan(&m.Layout.Schema).Error; err != nil {
			t.Fatal(err)
		}
		a := gormadapter.New(db, authdb.WithModels(m))
		letGo := lockAccount(t, anotherPool(t, db), "v")
		linked := make(chan error, 1)
		go func() {
			_, err := a.LinkAccount(t.Context(), accountOf(user, "v"))
			linked <- err
		}()
		select {
		case err := <-linked:
			t.Errorf("did not wait: %v", err)
			linked <- err
		case <-time.After(200 * time.Millisecond):
		}
		letGo()
		if err := <-linked; err != nil {
			t.Error(err)
		}
	})
}

// TestUnknownKey: a key that the contract has not is refused.
func TestUnknownKey(t *testing.T) {
	a := gormadapter.New(onSQLite(t), authdb.WithModels(authdb.Models{Layout: authdb.Layout{Unguarded: []authdb.Key{"User.Name"}}}))
	if err := a.Validate(); err == nil || !strings.Contains(err.Error(), "User.Name") {
		t.Error(err)
	}
}
