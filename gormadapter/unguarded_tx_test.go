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

// TestUnguardedInTx: of several transactions that give one value to a key that
// no unique key guards, one does; the others wait for its end, and see it.
func TestUnguardedInTx(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		adapters := []*gormadapter.Adapter{newLoose(anotherPool(t, db)), newLoose(anotherPool(t, db))}
		for round := range 10 {
			value := fmt.Sprint("v", round)
			var winners atomic.Int64
			atOnce(8, func(i int) {
				a := adapters[i%2]
				err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
					// What was read before does not hide what others store.
					if _, err := tx.GetAccount(ctx, "p", value); err != nil && !errors.Is(err, authdb.ErrNotFound) {
						return err
					}
					_, err := tx.LinkAccount(ctx, accountOf(user, value))
					if err == nil {
						time.Sleep(time.Millisecond)
					}
					return err
				})
				switch {
				case err == nil:
					winners.Add(1)
				case !errors.Is(err, authdb.ErrDuplicate):
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

// TestUnguardedInTxKeeps: the lock lasts to the end of the transaction, whatever
// comes between, and no longer; what was undone in it is free.
func TestUnguardedInTxKeeps(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a, others := newLoose(db), newLoose(anotherPool(t, db))
		for _, end := range []error{nil, errUndo} {
			value := fmt.Sprint("v", end)
			second := make(chan error, 1)
			err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				if _, err := tx.LinkAccount(ctx, accountOf(user, value)); err != nil {
					return err
				}
				if _, err := tx.LinkAccount(ctx, accountOf(user, value)); !errors.Is(err, authdb.ErrDuplicate) {
					t.Errorf("in the same transaction: %v", err)
				}
				if db.Name() == "mysql" && count(t, db, "SELECT IS_USED_LOCK(CONCAT('authdb ', LEFT(SHA2(CONCAT(LOWER(DATABASE()), ?), 256), 56))) IS NOT NULL",
					lockOf("loose_accounts", authdb.KeyAccount, "p", value)) != 1 {
					t.Error("the lock is not kept")
				}
				go func() {
					_, err := others.LinkAccount(t.Context(), accountOf(user, value))
					second <- err
				}()
				select {
				case err := <-second:
					t.Errorf("did not wait: %v", err)
					second <- err
				case <-time.After(200 * time.Millisecond):
				}
				undone := tx.(authdb.Transactor).InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
					_, err := tx.LinkAccount(ctx, accountOf(user, value+" undone"))
					return errors.Join(err, errUndo)
				})
				if _, err := tx.LinkAccount(ctx, accountOf(user, value+" undone")); err != nil {
					t.Errorf("after %v: %v", undone, err)
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Error(err)
			}
			if err := <-second; errors.Is(err, authdb.ErrDuplicate) != (end == nil) || err != nil && end != nil {
				t.Errorf("after %v: %v", end, err)
			}
			unlocked(t, db, value)
			unlocked(t, db, value+" undone")
		}
	})
}

// TestUnguardedInTxCrossed: transactions that lock two values in turns are done
// again until all are done.
func TestUnguardedInTxCrossed(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a := newLoose(db)
		atOnce(2, func(i int) {
			err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				for _, value := range []string{[]string{"x", "y"}[i], []string{"y", "x"}[i]} {
					if _, err := tx.LinkAccount(ctx, accountOf(user, value)); err != nil {
						return err
					}
					time.Sleep(50 * time.Millisecond)
				}
				return nil
			})
			if err != nil && !errors.Is(err, authdb.ErrDuplicate) {
				t.Error(err)
			}
		})
		for _, value := range []string{"x", "y"} {
			if rows := count(t, db, claimants()[1].rows, value); rows != 1 {
				t.Errorf("%s: %d rows", value, rows)
			}
			unlocked(t, db, value)
		}
	})
}

// TestUnguardedLock: whoever has locked a row, of all that have no index on their
// key, waits for nobody to change it, and holds up nobody who locks another.
// Refreshers depend on it: who has asked a provider must not have to give way.
func TestUnguardedLock(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		if db.Name() == "sqlite" {
			t.Skip("SQLite locks the database and not a row")
		}
		if err := db.Migrator().DropIndex(looseAccount{}, "loose_provider"); err != nil {
			t.Fatal(err)
		}
		a, others := newLoose(db), newLoose(anotherPool(t, db))
		for _, value := range []string{"first", "second", "third"} {
			if _, err := a.LinkAccount(t.Context(), accountOf(user, value)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		locking := func(a *gormadapter.Adapter, value string, f func(tx authdb.Adapter) error) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				if _, err := tx.(authdb.AccountLocker).LockAccount(ctx, "p", value); err != nil {
					return err
				}
				return f(tx)
			})
		}
		scope := authdb.AccountPatch{Scope: authdb.Set("changed")}
		// Each of them would read what the other has locked, in whatever order.
		for _, pair := range [][2]string{{"first", "third"}, {"third", "first"}} {
			err := locking(a, pair[0], func(tx authdb.Adapter) error {
				return locking(others, pair[1], func(authdb.Adapter) error {
					_, err := tx.(authdb.AccountUpdater).UpdateAccount(ctx, "p", pair[0], scope)
					return err
				})
			})
			if err != nil {
				t.Errorf("%v: %v", pair, err)
			}
		}
		if err := a.UnlinkAccount(ctx, "p", "second"); err != nil {
			t.Error(err)
		}
		if err := locking(a, "second", func(authdb.Adapter) error { return nil }); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("an account that is gone: %v", err)
		}
		for value, want := range map[string]string{"first": "changed", "third": "changed"} {
			if got, err := a.GetAccount(ctx, "p", value); err != nil || got.Scope != want {
				t.Errorf("%s: %+v, %v", value, got, err)
			}
		}
	})
}
