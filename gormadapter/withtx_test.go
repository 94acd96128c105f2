package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestWithTx: after an error that the contract knows, the application's
// transaction goes on, however it was begun, and the application ends it.
func TestWithTx(t *testing.T) {
	begun := map[string]func(db *gorm.DB, f func(tx *gorm.DB) error) error{
		"Transaction": func(db *gorm.DB, f func(tx *gorm.DB) error) error { return db.Transaction(f) },
		"Begin": func(db *gorm.DB, f func(tx *gorm.DB) error) error {
			tx := db.Begin()
			if err := f(tx); err != nil {
				return errors.Join(err, tx.Rollback().Error)
			}
			return tx.Commit().Error
		},
		"nested": func(db *gorm.DB, f func(tx *gorm.DB) error) error {
			return db.Transaction(func(tx *gorm.DB) error { return tx.Transaction(f) })
		},
		"a session of it": func(db *gorm.DB, f func(tx *gorm.DB) error) error {
			return db.Transaction(func(tx *gorm.DB) error {
				return f(tx.Session(&gorm.Session{NewDB: true, SkipHooks: true, PrepareStmt: true}))
			})
		},
	}
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		for how, begin := range begun {
			for _, prepared := range []bool{false, true} {
				name, db := how, db
				if prepared {
					db, name = db.Session(&gorm.Session{PrepareStmt: true}), how+", prepared"
				}
				work := func(on func(tx *gorm.DB) *gormadapter.Adapter, end error) func(tx *gorm.DB) error {
					return func(tx *gorm.DB) error {
						b := on(tx)
						if err := add(t.Context(), b, name); err != nil {
							return err
						}
						for want, err := range refused(t.Context(), b, name) {
							if !errors.Is(err, want) {
								t.Errorf("%s: %v, want %v", name, err, want)
							}
						}
						err := b.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
							return errors.Join(add(ctx, tx, name+" undone"), errUndo)
						})
						if !errors.Is(err, errUndo) {
							t.Errorf("%s: %v", name, err)
						}
						return errors.Join(tx.Exec("UPDATE users SET name = 'theirs' WHERE email = ?", name).Error, end)
					}
				}
				for _, on := range []func(tx *gorm.DB) *gormadapter.Adapter{a.WithTx, func(tx *gorm.DB) *gormadapter.Adapter { return gormadapter.New(tx) }} {
					if err := begin(db, work(on, errUndo)); !errors.Is(err, errUndo) || has(t, a, name) {
						t.Errorf("%s: rolled back: %v", name, err)
					}
					if err := begin(db, work(on, nil)); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					u, err := a.GetUserByEmail(t.Context(), name)
					if err != nil || u.Name != "theirs" || has(t, a, name+" undone") {
						t.Errorf("%s: committed: %v, %v", name, u, err)
					}
					if err := a.DeleteUser(t.Context(), u.ID); err != nil {
						t.Error(err)
					}
				}
			}
		}
	})
}

// TestWithTxRefuses: what is no transaction, or another database's, is a mistake
// of the application's.
func TestWithTxRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		other := onSQLite(t)
		failed := db.Session(&gorm.Session{})
		_ = failed.AddError(errUndo)
		for why, tx := range map[string]*gorm.DB{
			"nil":                                nil,
			"no transaction":                     db,
			"holds an error":                     failed,
			"another database":                   anotherPool(t, db).Begin(),
			"conditions":                         db.Begin().Where("1 = 1"),
			"transaction of":                     other.Begin(),
			"DryRun":                             db.Begin().Session(&gorm.Session{DryRun: true}),
			"transaction of another database or": anotherPool(t, db).Begin().Session(&gorm.Session{PrepareStmt: true}),
		} {
			b := a.WithTx(tx)
			err := b.Validate()
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v", why, err)
			}
			if err := add(t.Context(), b, "x"); err == nil || b.DB(t.Context()).Exec("DELETE FROM users").Error == nil {
				t.Errorf("%s: is used all the same", why)
			}
			if tx != nil {
				tx.Rollback()
			}
		}
		if err := gormadapter.New(nil).WithTx(db).Validate(); err == nil || gormadapter.New(nil).DB(t.Context()) != nil {
			t.Errorf("an adapter without a database: %v", err)
		}
	})
}

// TestWithTxKnows: what a Check found counts in the transaction, and its end does
// not close the adapter.
func TestWithTxKnows(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		log, c := new(journal), new(closer)
		db = db.Session(&gorm.Session{Logger: log})
		a := synchronised(t, db, authdb.WithCloser(c))
		err := db.Transaction(func(tx *gorm.DB) error {
			log.take()
			b := a.WithTx(tx)
			_, err := b.GetUser(t.Context(), "x")
			got := log.take()
			if _, where, _ := strings.Cut(got[0], " FROM "); len(got) != 1 || strings.Contains(where, "CAST(") || !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("%v: %v", err, got)
			}
			return b.Close()
		})
		if err != nil || c.n != 0 {
			t.Errorf("%v, closed %d times", err, c.n)
		}
	})
}

// TestWithTxForeignKey is TestOtherForeignKey in an application's transaction.
func TestWithTxForeignKey(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		addKinds(t, db)
		err := db.Transaction(func(tx *gorm.DB) error {
			b := a.WithTx(tx)
			u, err := b.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				return err
			}
			account := accountOf(u.ID, "a")
			account.Type = "none"
			if _, err := b.LinkAccount(t.Context(), account); !errors.Is(err, authdb.ErrInvalid) || errors.Is(err, authdb.ErrReference) {
				t.Errorf("no such kind: %v", err)
			}
			if _, err := b.LinkAccount(t.Context(), accountOf("nobody", "a")); !errors.Is(err, authdb.ErrReference) {
				t.Errorf("nobody: %v", err)
			}
			_, err = b.LinkAccount(t.Context(), accountOf(u.ID, "a"))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// guest is a user for whom the application links an account in a hook.
type guest struct{ models.User }

func (guest) TableName() string { return "users" }

type linking struct{}

func (g *guest) AfterCreate(tx *gorm.DB) error {
	a, _ := tx.Statement.Context.Value(linking{}).(*gormadapter.Adapter)
	if a == nil {
		return nil
	}
	return a.WithTx(tx).InTx(tx.Statement.Context, func(ctx context.Context, tx authdb.Adapter) error {
		_, err := tx.LinkAccount(ctx, accountOf(g.ID, *g.Email))
		if errors.Is(err, authdb.ErrDuplicate) {
			_, err = tx.LinkAccount(ctx, accountOf(g.ID, *g.Email+"2"))
		}
		return err
	})
}

// TestWithTxInHook: an adapter on what a hook is given works in the hook's
// transaction, and takes none of its savepoints away.
func TestWithTxInHook(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: &guest{}}))
		ctx := context.WithValue(t.Context(), linking{}, a)
		if err := add(ctx, a, "ada"); err != nil {
			t.Fatal(err)
		}
		err := a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if _, err := tx.LinkAccount(ctx, accountOf("nobody", "x")); !errors.Is(err, authdb.ErrReference) {
				t.Error(err)
			}
			taken := tx.(authdb.Transactor).InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				if err := add(ctx, tx, "grace"); err != nil {
					return err
				}
				return add(ctx, tx, "ada") // fails after its hook did not run
			})
			if !errors.Is(taken, authdb.ErrDuplicate) {
				t.Error(taken)
			}
			return add(ctx, tx, "alan")
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, "SELECT count(*) FROM accounts WHERE provider_account_id IN ('ada', 'alan')"); n != 2 || has(t, a, "grace") {
			t.Errorf("%d accounts", n)
		}
		u, err := a.GetUserByEmail(ctx, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Email: authdb.Set("countess")}); err != nil {
			t.Fatal(err)
		}
		if err := add(ctx, a, "ada"); err != nil { // whose account is linked, so that the hook takes another way
			t.Error(err)
		}
		if n := count(t, db, "SELECT count(*) FROM accounts WHERE provider_account_id = 'ada2'"); n != 1 {
			t.Errorf("%d accounts of the second", n)
		}
	})
}
