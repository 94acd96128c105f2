package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// TestLocks: what is locked nobody changes or removes before the transaction
// has ended, be it the adapter's or the application's; and it is read as the
// others have left it.
func TestLocks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		others := gormadapter.New(anotherPool(t, db))
		begun := map[string]func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error{
			"InTx": func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error {
				return a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error { return f(tx.(*gormadapter.Adapter)) })
			},
			"WithTx": func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error {
				return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return f(a.WithTx(tx)) })
			},
		}
		locks := map[string]func(ctx context.Context, tx *gormadapter.Adapter, u *authdb.User) error{
			"user": func(ctx context.Context, tx *gormadapter.Adapter, u *authdb.User) error {
				got, err := tx.LockUser(ctx, u.ID)
				if err == nil && (got.Email != u.Email || got.ID != u.ID) {
					t.Errorf("locked %v, want %v", got, u)
				}
				return err
			},
			"account": func(ctx context.Context, tx *gormadapter.Adapter, u *authdb.User) error {
				got, err := tx.LockAccount(ctx, "p", u.Email)
				if err == nil && got.UserID != u.ID {
					t.Errorf("locked %v", got)
				}
				return err
			},
		}
		writes := map[string]map[string]func(u *authdb.User) error{
			"user": {
				"UpdateUser": func(u *authdb.User) error {
					_, err := others.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("x")})
					return err
				},
				"DeleteUser": func(u *authdb.User) error { return others.DeleteUser(t.Context(), u.ID) },
			},
			"account": {
				"UpdateAccount": func(u *authdb.User) error {
					_, err := others.UpdateAccount(t.Context(), "p", u.Email, authdb.AccountPatch{Scope: authdb.Set("x")})
					return err
				},
				"UnlinkAccount": func(u *authdb.User) error { return others.UnlinkAccount(t.Context(), "p", u.Email) },
			},
		}
		n := 0
		for how, begin := range begun {
			for what, lock := range locks {
				if what == "account" && db.Name() == "sqlite" {
					continue
				}
				for name, write := range writes[what] {
					n++
					u := furnish(t, a, fmt.Sprint("u", n))
					written := make(chan error, 1)
					err := begin(t.Context(), func(tx *gormadapter.Adapter) error {
						if err := lock(t.Context(), tx, u); err != nil {
							return err
						}
						go func() { written <- write(u) }()
						select {
						case err := <-written:
							t.Errorf("%s, %s: %s did not wait: %v", how, what, name, err)
							written <- nil
						case <-time.After(150 * time.Millisecond):
						}
						return nil
					})
					if err := errors.Join(err, <-written); err != nil {
						t.Errorf("%s, %s, %s: %v", how, what, name, err)
					}
				}
				err := begin(t.Context(), func(tx *gormadapter.Adapter) error {
					return lock(t.Context(), tx, &authdb.User{ID: "nobody", Email: "nobody"})
				})
				if !errors.Is(err, authdb.ErrNotFound) {
					t.Errorf("%s, %s: nobody: %v", how, what, err)
				}
			}
		}
	})
}

// TestLocksOfNone: outside of a transaction nothing can be locked, and a
// database without the means says so.
func TestLocksOfNone(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		if _, err := a.LockUser(t.Context(), "x"); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("LockUser: %v", err)
		}
		want, sqlite := authdb.ErrInvalid, db.Name() == "sqlite"
		if sqlite {
			want = errors.ErrUnsupported
		}
		if _, err := a.LockAccount(t.Context(), "p", "x"); !errors.Is(err, want) {
			t.Errorf("LockAccount: %v", err)
		}
		if _, ok := authdb.As[authdb.AccountLocker](a); ok == sqlite {
			t.Errorf("As an AccountLocker: %v", ok)
		}
		_, users := authdb.As[authdb.UserLocker](a)
		if _, ok := authdb.As[authdb.Transactor](a); !ok || !users {
			t.Error("neither a Transactor nor a UserLocker")
		}
		absent := gormadapter.New(db, authdb.WithModels(authdb.Models{Account: authdb.Absent}))
		if _, ok := authdb.As[authdb.AccountLocker](absent); ok {
			t.Error("an AccountLocker without accounts")
		}
	})
}

// TestInTxGivesWay: transactions that lock each other's users are done again
// until all are done, and nothing of the lost attempts is left.
func TestInTxGivesWay(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		one, other := furnish(t, a, "one"), furnish(t, a, "other")
		var again atomic.Int64
		atOnce(4, func(i int) { // PostgreSQL takes a second to see each deadlock
			first, second := one, other
			if i%2 == 1 {
				first, second = other, one
			}
			tried := 0
			err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				if tried++; tried > 1 {
					again.Add(1)
				}
				for _, u := range []*authdb.User{first, second} {
					// The error is swallowed: InTx knows all the same.
					_, _ = tx.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set(fmt.Sprint("n", i, u.Email))})
					time.Sleep(20 * time.Millisecond)
				}
				_ = add(ctx, tx, fmt.Sprint("new", i))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		for i := range 4 {
			if !has(t, a, fmt.Sprint("new", i)) {
				t.Errorf("%d is lost", i)
			}
		}
		if db.Name() != "sqlite" && again.Load() == 0 {
			t.Error("nobody gave way: the test shows nothing")
		}
	})
}
