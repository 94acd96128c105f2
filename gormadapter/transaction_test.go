package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// synchronised returns an adapter on tables that are there.
func synchronised(t *testing.T, db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	a := gormadapter.New(db, opts...)
	if err := a.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// has reports whether a user with this address is there.
func has(t *testing.T, a authdb.Adapter, email string) bool {
	t.Helper()
	_, err := a.GetUserByEmail(t.Context(), email)
	if err != nil && !errors.Is(err, authdb.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func add(ctx context.Context, a authdb.Adapter, email string) error {
	_, err := a.CreateUser(ctx, &authdb.User{Email: email})
	return err
}

var errUndo = errors.New("undo")

// TestInTx: all is stored or nothing is, the function's error comes back as it
// is, and after an error that the contract knows the transaction goes on.
func TestInTx(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		pool(t, db).SetMaxOpenConns(1) // nothing goes beside the transaction
		a, ctx := synchronised(t, db), t.Context()
		err := a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if err := add(ctx, tx, "ada"); err != nil {
				return err
			}
			for want, err := range refused(ctx, tx, "ada") {
				if !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			}
			return add(ctx, tx, "grace")
		})
		if err != nil || !has(t, a, "ada") || !has(t, a, "grace") {
			t.Errorf("committed: %v", err)
		}
		err = a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if err := add(ctx, tx, "undone"); err != nil {
				return err
			}
			return errUndo
		})
		if err != errUndo || has(t, a, "undone") { //nolint:errorlint // as it is
			t.Errorf("rolled back: %v", err)
		}
		err = a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			return add(ctx, tx, "ada")
		})
		if !errors.Is(err, authdb.ErrDuplicate) || !strings.Contains(err.Error(), "create user") {
			t.Errorf("a method's error: %v", err)
		}
		if err := a.InTx(ctx, nil); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("no function: %v", err)
		}
		if n := pool(t, db).Stats().InUse; n != 0 {
			t.Errorf("%d connections did not come back", n)
		}
	})
}

// refused has one call fail for each reason that the contract knows.
func refused(ctx context.Context, a authdb.Adapter, taken string) map[error]error {
	_, err := a.LinkAccount(ctx, accountOf("nobody", "a"))
	return map[error]error{
		authdb.ErrDuplicate: add(ctx, a, taken),
		authdb.ErrReference: err,
		authdb.ErrInvalid:   add(ctx, a, strings.Repeat("x", 400)),
	}
}

// TestInTxNested: what failed in it is undone, and no more.
func TestInTxNested(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			nested := func(email string, inside func(ctx context.Context, tx authdb.Adapter) error) error {
				return tx.(authdb.Transactor).InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
					return errors.Join(add(ctx, tx, email), inside(ctx, tx))
				})
			}
			undo := func(context.Context, authdb.Adapter) error { return errUndo }
			err := nested("1", func(ctx context.Context, tx authdb.Adapter) error {
				if err := nested("1.1", undo); !errors.Is(err, errUndo) {
					t.Error(err)
				}
				return nested("1.2", func(context.Context, authdb.Adapter) error { return nil })
			})
			if err != nil {
				return err
			}
			err = nested("2", func(context.Context, authdb.Adapter) error {
				return errors.Join(nested("2.1", func(context.Context, authdb.Adapter) error { return nil }), errUndo)
			})
			if !errors.Is(err, errUndo) {
				t.Error(err)
			}
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				_ = nested("3", func(context.Context, authdb.Adapter) error { panic("3") })
			}()
			return add(ctx, tx, "4")
		})
		if err != nil {
			t.Fatal(err)
		}
		for email, want := range map[string]bool{"1": true, "1.1": false, "1.2": true, "2": false, "2.1": false, "3": false, "4": true} {
			if has(t, a, email) != want {
				t.Errorf("%s: stored is %v", email, !want)
			}
		}
	})
}

// TestInTxEnds: a panic, a context that ends, and what is left of the
// transaction's adapter and sessions.
func TestInTxEnds(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		func() {
			defer func() {
				if recover() != "ouch" {
					t.Error("the panic did not go on")
				}
			}()
			_ = a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				if err := add(ctx, tx, "panic"); err != nil {
					t.Error(err)
				}
				panic("ouch")
			})
		}()
		var kept authdb.Adapter
		var session *gorm.DB
		ctx, cancel := context.WithCancel(t.Context())
		err := a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			kept, session = tx, tx.(*gormadapter.Adapter).DB(context.Background())
			err := add(ctx, tx, "canceled")
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) || has(t, a, "panic") || has(t, a, "canceled") {
			t.Errorf("canceled: %v", err)
		}
		if err := add(t.Context(), kept, "late"); err == nil || !strings.Contains(err.Error(), "the transaction has ended") {
			t.Errorf("after the end: %v", err)
		}
		if err := session.Exec("DELETE FROM users").Error; err == nil {
			t.Error("after the end: a session of it writes")
		}
		if err := kept.(*gormadapter.Adapter).DB(t.Context()).Exec("DELETE FROM users").Error; err == nil || !strings.Contains(err.Error(), "has ended") {
			t.Errorf("after the end: a new session: %v", err)
		}
		if err := add(t.Context(), a, "late"); err != nil {
			t.Error(err)
		}
		if n := pool(t, db).Stats().InUse; n != 0 {
			t.Errorf("%d connections did not come back", n)
		}
	})
}

// orphanage is a user whose hook writes to a table of the application's.
type orphanage struct{ models.User }

func (orphanage) TableName() string { return "users" }

func (o *orphanage) AfterCreate(tx *gorm.DB) error {
	return tx.Exec("INSERT INTO welcomes (user_id) VALUES (?)", o.ID).Error
}

// TestInTxHooks: what a hook and the application write belongs to the
// transaction.
func TestInTxHooks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.Exec("CREATE TABLE welcomes (user_id varchar(64))").Error; err != nil {
			t.Fatal(err)
		}
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: &orphanage{}}))
		sign := func(email, account string) error {
			return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				u, err := tx.CreateUser(ctx, &authdb.User{Email: email})
				if err != nil {
					return err
				}
				// With GORM's own transaction around each write, as it is by default.
				if err := tx.(*gormadapter.Adapter).DB(ctx).Create(&models.VerificationToken{Identifier: email, Token: "t", Expires: models.NewTime(time.Now())}).Error; err != nil {
					return err
				}
				prepared := tx.(*gormadapter.Adapter).DB(ctx).Session(&gorm.Session{PrepareStmt: true})
				if n := count(t, prepared, "SELECT count(*) FROM welcomes WHERE user_id = ?", u.ID); n != 1 {
					t.Errorf("%d welcomes in a session that prepares statements", n)
				}
				_, err = tx.LinkAccount(ctx, accountOf(u.ID, account))
				return err
			})
		}
		if err := sign("ada", "1"); err != nil {
			t.Fatal(err)
		}
		if err := sign("grace", "1"); !errors.Is(err, authdb.ErrDuplicate) {
			t.Errorf("an account that is linked already: %v", err)
		}
		for _, table := range []string{"users", "accounts", "welcomes", "verification_tokens"} {
			if n := count(t, db, "SELECT count(*) FROM "+table); n != 1 {
				t.Errorf("%d %s, want 1", n, table)
			}
		}
	})
}

// TestInTxReads: what is read after waiting for a lock is what the others have
// left, also if something was read before.
func TestInTxReads(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		if db.Name() == "sqlite" {
			t.Skip("nobody else writes while a transaction lasts")
		}
		u, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada"})
		if err != nil {
			t.Fatal(err)
		}
		reads := func(ctx context.Context, tx authdb.Adapter, others string) error {
			before, err := tx.(authdb.AccountLister).ListAccountsByUserID(ctx, u.ID)
			if err != nil {
				return err
			}
			if _, err := a.LinkAccount(t.Context(), accountOf(u.ID, others)); err != nil {
				return err
			}
			if _, err := tx.(authdb.UserLocker).LockUser(ctx, u.ID); err != nil {
				return err
			}
			found, err := tx.(authdb.AccountLister).ListAccountsByUserID(ctx, u.ID)
			if len(found) != len(before)+1 {
				t.Errorf("%s: %d accounts, there were %d, and another has linked one", others, len(found), len(before))
			}
			return err
		}
		if err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error { return reads(ctx, tx, "InTx") }); err != nil {
			t.Error(err)
		}
		if err := db.Transaction(func(tx *gorm.DB) error { return reads(t.Context(), a.WithTx(tx), "WithTx") }); err != nil {
			t.Error(err)
		}
	})
}

// TestInTxSynchronizes: with WithSynchronize, InTx does before it begins.
func TestInTxSynchronizes(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db, authdb.WithSynchronize())
		if err := db.Transaction(func(tx *gorm.DB) error { return add(t.Context(), a.WithTx(tx), "early") }); !errors.Is(err, authdb.ErrNotSynchronized) {
			t.Errorf("in a transaction: %v", err)
		}
		if err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error { return add(ctx, tx, "ada") }); err != nil {
			t.Error(err)
		}
		if err := db.Transaction(func(tx *gorm.DB) error { return add(t.Context(), a.WithTx(tx), "grace") }); err != nil {
			t.Error(err)
		}
	})
}

// TestInTxStatements holds the package doc's numbers against what is sent.
func TestInTxStatements(t *testing.T) {
	// What InTx sends besides its function's work, and what a savepoint adds to
	// a write of one statement, and to one of two.
	around := map[string][3]int{"sqlite": {3, 0, 2}, "postgres": {2, 2, 2}, "mysql": {2, 0, 2}}
	onEach(t, func(t *testing.T, db *gorm.DB) {
		u := furnish(t, synchronised(t, db), "ada")
		throughIt, w := throughWire(t, db)
		a := gormadapter.New(throughIt) // which knows of no foreign key
		for i, call := range []func(ctx context.Context, tx authdb.Adapter) error{
			func(context.Context, authdb.Adapter) error { return nil },
			func(ctx context.Context, tx authdb.Adapter) error { return add(ctx, tx, "new") },
			func(ctx context.Context, tx authdb.Adapter) error {
				_, err := tx.CreateSession(ctx, sessionOf(u, "new"))
				return err
			},
		} {
			want := around[db.Name()]
			sum := want[0] + i
			if i > 0 {
				sum += want[i]
			}
			disarm := w.arm(nothing, 0, nil)
			if err := a.InTx(t.Context(), call); err != nil {
				t.Error(err)
			}
			if disarm(); len(w.sent) != sum {
				t.Errorf("%d statements, want %d:\n%s", len(w.sent), sum, strings.Join(w.sent, "\n"))
			}
		}
	})
}
