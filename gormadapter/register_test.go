package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// registering calls CreateUserWithAccount.
func registering(ctx context.Context, a authdb.Adapter, email, account string) error {
	_, _, err := a.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{Email: email}, accountOf("", account))
	return err
}

// eachWay calls the test with an adapter that is on no transaction, on one of its
// own, on a savepoint in that, and on the application's.
func eachWay(ctx context.Context, a *gormadapter.Adapter, db *gorm.DB, f func(ctx context.Context, a authdb.Adapter) error) map[string]error {
	inside := func(ctx context.Context, tx authdb.Adapter) error { return f(ctx, tx) }
	return map[string]error{
		"alone": f(ctx, a),
		"InTx":  a.InTx(ctx, inside),
		"InTx, nested": a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			return tx.(authdb.Transactor).InTx(ctx, inside)
		}),
		"WithTx": db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return f(ctx, a.WithTx(tx)) }),
	}
}

// TestRegistrarInHook: a hook that goes on after an error of an adapter's of its own
// has savepoints for it, though the work that it belongs to needs none.
func TestRegistrarInHook(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: &guest{}}))
		owner, err := a.CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.WithValue(t.Context(), linking{}, a)
		for way, err := range eachWay(ctx, a, db, func(ctx context.Context, a authdb.Adapter) error {
			name := authdb.NewID() // which is linked, so that the hook takes another way
			if _, err := a.LinkAccount(ctx, accountOf(owner.ID, name)); err != nil {
				return err
			}
			return registering(ctx, a, name, name+"3")
		}) {
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM accounts WHERE provider_account_id LIKE '%2'"); n < 4 {
			t.Errorf("%d accounts of the hook's", n)
		}
	})
}

// closed is an account whose hook refuses it, or swallows what it is told.
type closed struct{ models.Account }

func (closed) TableName() string { return "accounts" }

type doing struct{}

func (c *closed) AfterCreate(tx *gorm.DB) error {
	if do, ok := tx.Statement.Context.Value(doing{}).(func(*gorm.DB, *closed) error); ok {
		return do(tx, c)
	}
	return nil
}

// TestRegistrarHookRefuses: an account that a hook refuses leaves no user, and the
// transaction goes on.
func TestRegistrarHookRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{Account: &closed{}}))
		refuse := context.WithValue(t.Context(), doing{}, func(*gorm.DB, *closed) error { return errHook })
		for way, err := range eachWay(t.Context(), a, db, func(ctx context.Context, a authdb.Adapter) error {
			if err := registering(refuse, a, "refused", "refused"); !errors.Is(err, errHook) {
				t.Error(err)
			}
			if _, err := a.GetUserByEmail(ctx, "refused"); !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("a user is left: %v", err)
			}
			name := authdb.NewID()
			return registering(ctx, a, name, name)
		}) {
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		panics := context.WithValue(t.Context(), doing{}, func(*gorm.DB, *closed) error { panic(errHook) })
		func() {
			defer func() { _ = recover() }()
			_ = registering(panics, a, "panics", "panics")
		}()
		if has(t, a, "panics") || count(t, db, "SELECT count(*) FROM users") != 4 || count(t, db, "SELECT count(*) FROM accounts") != 4 {
			t.Error("half of a registration is stored")
		}
	})
}

// TestRegistrarHookSwallows: if the database has rolled all back in a statement of a
// hook's, which does not say so, it is done again.
func TestRegistrarHookSwallows(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plain := synchronised(t, db, authdb.WithModels(authdb.Models{Account: &closed{}}))
		throughIt, w := throughWire(t, db)
		a := gormadapter.New(throughIt, authdb.WithModels(authdb.Models{Account: &closed{}}))
		if err := a.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		swallowing := func() context.Context {
			var once sync.Once
			return context.WithValue(t.Context(), doing{}, func(tx *gorm.DB, c *closed) error {
				once.Do(func() {
					defer w.arm(gaveWay, 1, nil)()
					if err := tx.Exec("UPDATE accounts SET scope = 'x' WHERE id = ?", c.ID).Error; err == nil {
						t.Error("no fault")
					}
				})
				return nil
			})
		}
		if err := registering(swallowing(), a, "ada", "1"); err != nil {
			t.Fatal(err)
		}
		u, err := plain.GetUserByEmail(t.Context(), "ada")
		if err != nil || count(t, db, "SELECT count(*) FROM accounts") != 1 {
			t.Fatalf("told that all is stored, and it is not: %v", err)
		}
		if _, err := a.LinkAccount(swallowing(), accountOf(u.ID, "2")); err != nil || count(t, db, "SELECT count(*) FROM accounts") != 2 {
			t.Errorf("LinkAccount: told that it is stored, and it is not, or %v", err)
		}
	})
}

// TestRegistrarHookLocks: what a hook decides under a lock, it decides by what others
// have left, also if it has read before.
func TestRegistrarHookLocks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			return // where nobody else writes meanwhile
		}
		a := synchronised(t, db, authdb.WithModels(authdb.Models{Account: &closed{}}))
		other, err := a.CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.WithValue(t.Context(), doing{}, func(tx *gorm.DB, _ *closed) error {
			b, ctx := a.WithTx(tx), t.Context()
			accounts, before := b.ListAccountsByUserID(ctx, other.ID)
			_, late := a.LinkAccount(ctx, accountOf(other.ID, "late"))
			_, locked := b.LockUser(ctx, other.ID)
			if err := errors.Join(before, late, locked); err != nil || len(accounts) != 0 {
				t.Errorf("%d accounts, %v", len(accounts), err)
			}
			if accounts, err := b.ListAccountsByUserID(ctx, other.ID); len(accounts) != 1 {
				t.Errorf("under the lock %d accounts, want the one that others have linked: %v", len(accounts), err)
			}
			return nil
		})
		if err := registering(ctx, a, "ada", "1"); err != nil {
			t.Error(err)
		}
	})
}

// pending is a user whom the application hides until somebody has had a look.
type pending struct {
	models.User
	DeletedAt gorm.DeletedAt
}

func (pending) TableName() string { return "users" }

func (p *pending) BeforeCreate(*gorm.DB) error {
	if p.Name != nil && *p.Name == "pending" {
		p.DeletedAt = gorm.DeletedAt{Time: time.Now(), Valid: true}
	}
	return nil
}

// TestRegistrarOfTheHidden: no account is linked to a user who is marked as deleted
// from the start, and who is marked later has the address still.
func TestRegistrarOfTheHidden(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: &pending{}}))
		_, _, err := a.CreateUserWithAccount(t.Context(), &authdb.User{Name: "pending", Email: "p"}, accountOf("", "p"))
		if !errors.Is(err, authdb.ErrReference) || count(t, db, "SELECT count(*) FROM users")+count(t, db, "SELECT count(*) FROM accounts") != 0 {
			t.Errorf("pending: %v", err)
		}
		if err := registering(t.Context(), a, "ada", "1"); err != nil {
			t.Fatal(err)
		}
		if err := db.Where("email = 'ada'").Delete(&pending{}).Error; err != nil {
			t.Fatal(err)
		}
		for way, err := range eachWay(t.Context(), a, db, func(ctx context.Context, a authdb.Adapter) error {
			for _, again := range [][2]string{{"ada", "2"}, {"bob", "1"}} {
				if err := registering(ctx, a, again[0], again[1]); !errors.Is(err, authdb.ErrDuplicate) {
					t.Errorf("%v: %v", again, err)
				}
			}
			return nil
		}) {
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		if n := count(t, db, "SELECT count(*) FROM users") + count(t, db, "SELECT count(*) FROM accounts"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

// TestRegistrarForeignKey is TestOtherForeignKey for somebody new.
func TestRegistrarForeignKey(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		addKinds(t, db)
		for way, err := range eachWay(t.Context(), a, db, func(ctx context.Context, a authdb.Adapter) error {
			account := accountOf("", "a")
			account.Type = "none"
			_, _, err := a.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{Email: "a"}, account)
			if !errors.Is(err, authdb.ErrInvalid) || errors.Is(err, authdb.ErrReference) {
				t.Errorf("no such kind: %v", err)
			}
			name := authdb.NewID()
			return registering(ctx, a, name, name)
		}) {
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		if has(t, a, "a") {
			t.Error("a user without an account is left")
		}
	})
}

// TestRegistrarUndone: who was undone is nobody's user any more, also where no
// foreign key says so.
func TestRegistrarUndone(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		makeLoose(t, db)
		a := newLoose(db)
		if err := registering(t.Context(), a, "ada", "1"); err != nil {
			t.Fatal(err)
		}
		err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			_, _, err := tx.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{ID: "bob"}, accountOf("", "1"))
			if !errors.Is(err, authdb.ErrDuplicate) {
				t.Error(err)
			}
			if _, err := tx.LinkAccount(ctx, accountOf("bob", "2")); !errors.Is(err, authdb.ErrReference) {
				t.Errorf("an account of nobody's: %v", err)
			}
			return nil
		})
		if err != nil || count(t, db, "SELECT count(*) FROM loose_accounts") != 1 || count(t, db, "SELECT count(*) FROM loose_users") != 1 {
			t.Error(err)
		}
	})
}

// TestRegistrarSecrets: what is returned is plain, and what is stored is not.
func TestRegistrarSecrets(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronized(t, db, encrypting("k"))
		for way, err := range eachWay(t.Context(), a, db, func(ctx context.Context, a authdb.Adapter) error {
			account := accountOf("", authdb.NewID())
			account.AccessToken, account.RefreshToken, account.IDToken = "access", "refresh", "id"
			_, linked, err := a.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{}, account)
			if err == nil && (linked.AccessToken != "access" || linked.RefreshToken != "refresh" || linked.IDToken != "id" || account.AccessToken != "access") {
				t.Errorf("returned: %+v", linked)
			}
			return err
		}) {
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		}
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			for _, value := range valuesOf(t, db, "accounts", name) {
				if value == "" || slices.Contains([]string{"access", "refresh", "id"}, value) {
					t.Errorf("%s: stored as %q", name, value)
				}
			}
		}
	})
}

// TestRegistrarAbsent: where there are no accounts, there is no Registrar.
func TestRegistrarAbsent(t *testing.T) {
	a := synchronised(t, onSQLite(t), authdb.WithModels(authdb.Models{Account: authdb.Absent}))
	if _, ok := authdb.As[authdb.Registrar](a); ok {
		t.Error("As finds a Registrar")
	}
	if err := registering(t.Context(), a, "ada", "1"); !errors.Is(err, errors.ErrUnsupported) || has(t, a, "ada") {
		t.Error(err)
	}
}

// TestRegistrarMessages: a transaction is asked for one savepoint, and not for one
// around each write.
func TestRegistrarMessages(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		synchronised(t, db)
		throughIt, w := throughWire(t, db)
		a := gormadapter.New(throughIt)
		if err := a.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		messages := func(f func() error) string {
			disarm := w.arm(nothing, 0, nil)
			err := f()
			_, sent := disarm()
			if err != nil {
				t.Error(err)
			}
			var verbs []string
			for _, statement := range strings.Split(sent, "; ") {
				verb, _, _ := strings.Cut(statement, " ")
				verbs = append(verbs, verb)
			}
			return strings.Join(verbs, " ")
		}
		if got := messages(func() error { return registering(t.Context(), a, "a", "a") }); got != "BEGIN INSERT INSERT COMMIT" {
			t.Error(got)
		}
		var got string
		if err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			got = messages(func() error { return registering(ctx, tx, "b", "b") })
			return nil
		}); err != nil || got != "SAVEPOINT INSERT INSERT RELEASE" {
			t.Errorf("%v: %s", err, got)
		}
	})
}

// TestRegistrarUnguarded: of many callers on several pools one registers, also where
// no unique key says so, and everybody signs in as that one.
func TestRegistrarUnguarded(t *testing.T) {
	const callers = 32
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		var adapters []*gormadapter.Adapter
		for range 4 {
			adapters = append(adapters, newLoose(anotherPool(t, db)))
		}
		for _, test := range []struct {
			name string
			call func(i int) (created bool, err error)
		}{
			{"one", func(i int) (bool, error) {
				err := registering(t.Context(), adapters[i%4], "one", "one")
				return err == nil, err
			}},
			{"account", func(i int) (bool, error) {
				err := registering(t.Context(), adapters[i%4], fmt.Sprint("account", i), "account")
				return err == nil, err
			}},
			{"sign-in", func(i int) (bool, error) {
				r, err := authdb.Register(t.Context(), adapters[i%4], &authdb.User{Email: "sign-in"}, accountOf("", "sign-in"), authdb.LinkPolicy{})
				return err == nil && r.Created, err
			}},
		} {
			var created atomic.Int64
			atOnce(callers, func(i int) {
				won, err := test.call(i)
				if won {
					created.Add(1)
				}
				if err != nil && (test.name == "sign-in" || !errors.Is(err, authdb.ErrDuplicate)) {
					t.Errorf("%s: %v", test.name, err)
				}
			})
			users := count(t, db, "SELECT count(*) FROM loose_users WHERE email LIKE ?", test.name+"%")
			accounts := count(t, db, "SELECT count(*) FROM loose_accounts WHERE provider_account_id = ?", test.name)
			if n := created.Load(); n != 1 || users != 1 || accounts != 1 {
				t.Errorf("%s: %d winners, %d users, %d accounts", test.name, n, users, accounts)
			}
		}
	})
}
