package gormadapter_test

import (
	"context"
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
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

// TestInTx: all is stored or nothing is, and after an error that the contract
// knows the transaction goes on.
func TestInTx(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a, ctx := synchronised(t, db), t.Context()
		err := a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if err := add(ctx, tx, "ada"); err != nil {
				return err
			}
			if err := add(ctx, tx, "ada"); !errors.Is(err, authdb.ErrDuplicate) {
				t.Errorf("a duplicate: %v", err)
			}
			return add(ctx, tx, "grace")
		})
		if err != nil || !has(t, a, "ada") || !has(t, a, "grace") {
			t.Errorf("committed: %v", err)
		}
		err = a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			return errors.Join(add(ctx, tx, "undone"), errUndo)
		})
		if !errors.Is(err, errUndo) || has(t, a, "undone") {
			t.Errorf("rolled back: %v", err)
		}
	})
}
