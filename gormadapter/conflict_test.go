package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// impatient returns another pool whose connections wait for a lock no longer
// than they must.
func impatient(t *testing.T, db *gorm.DB) *gorm.DB {
	t.Helper()
	name, dsn := placeOf(db)
	switch name {
	case "postgres":
		dsn += "&lock_timeout=50"
	case "mysql":
		dsn += "&innodb_lock_wait_timeout=1"
	default:
		dsn = strings.NewReplacer("busy_timeout(5000)", "busy_timeout(50)", "_busy_timeout=5000", "_busy_timeout=50").Replace(dsn)
	}
	again, err := openPlace(name, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool(t, again).Close() })
	return again
}

// holding keeps a user's row, and on SQLite the database, from others until it
// is let go.
func holding(t *testing.T, db *gorm.DB, id string) (letGo func()) {
	t.Helper()
	held := anotherPool(t, db).Begin()
	if err := held.Exec("UPDATE users SET name = 'held' WHERE id = ?", id).Error; err != nil {
		t.Fatal(err)
	}
	return func() { held.Rollback() }
}

// TestConflict: a lock that others keep for longer than the connection waits is
// ErrConflict, when all attempts are used up and at once in the application's
// transaction; nothing was done, and afterwards it works.
func TestConflict(t *testing.T) {
	if testing.Short() {
		t.Skip("waits")
	}
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			db, _ := d.open(t)
			plain := synchronised(t, db)
			theirs := impatient(t, db)
			a, u := gormadapter.New(theirs), furnish(t, plain, "ada")
			letGo := holding(t, db, u.ID)
			before := stored(t, db, "ada")
			rename := func(ctx context.Context, a authdb.Adapter) error {
				_, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
				return err
			}
			calls := map[string]func() error{
				"alone": func() error { return rename(t.Context(), a) },
				"InTx": func() error {
					return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
						return errors.Join(add(ctx, tx, "ada2"), rename(ctx, tx))
					})
				},
				"InTx, swallowed": func() error {
					return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
						_ = errors.Join(add(ctx, tx, "ada2"), rename(ctx, tx))
						return nil
					})
				},
				"InTx, of a statement of the application's": func() error {
					return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
						return tx.(*gormadapter.Adapter).DB(ctx).Exec("UPDATE users SET name = 'x' WHERE id = ?", u.ID).Error
					})
				},
				"InTx, of a swallowed one": func() error {
					return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
						_ = tx.(*gormadapter.Adapter).DB(ctx).Exec("UPDATE users SET name = 'x' WHERE id = ?", u.ID)
						return add(ctx, tx, "ada2")
					})
				},
				"WithTx": func() error {
					began := time.Now()
					err := theirs.Transaction(func(tx *gorm.DB) error {
						b := a.WithTx(tx)
						err := rename(t.Context(), b)
						if err := add(t.Context(), b, "ada2"); err == nil {
							t.Error("a call after the conflict did something")
						}
						return err
					})
					if time.Since(began) > 4*time.Second {
						t.Error("repeated in the application's transaction")
					}
					return err
				},
			}
			var all sync.WaitGroup
			for name, call := range calls {
				all.Go(func() {
					if err := call(); !errors.Is(err, authdb.ErrConflict) {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if got := stored(t, db, "ada"); got != before {
				t.Errorf("stored: %s", got)
			}
			letGo()
			if err := errors.Join(calls["InTx"](), calls["alone"]()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}
