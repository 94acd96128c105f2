package adaptertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

func TestMemoryInItsOwnTransaction(t *testing.T) {
	m := new(Memory)
	err := m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		if _, err := m.GetUser(ctx, "x"); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("of the Memory inside its own transaction: got %v, want ErrInvalid", err)
		}
		return tx.(*Memory).InTx(ctx, func(ctx context.Context, _ authdb.Adapter) error {
			if _, err := tx.GetUser(ctx, "x"); !errors.Is(err, authdb.ErrInvalid) {
				t.Errorf("of the transaction inside its savepoint: got %v, want ErrInvalid", err)
			}
			return nil
		})
	})
	if err != nil {
		t.Errorf("InTx: %v", err)
	}
}

func TestMemoryWaitsForATransactionUntilTheContextEnds(t *testing.T) {
	m := new(Memory)
	err := m.InTx(t.Context(), func(context.Context, authdb.Adapter) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := m.GetUser(ctx, "x")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestMemoryRecordsOfARolledBackTransactionAreNotTheCallers(t *testing.T) {
	m := new(Memory)
	expires := time.Now().Add(time.Hour)
	if _, err := m.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: "a", Token: "b", Expires: expires}); err != nil {
		t.Fatal(err)
	}
	undo := errors.New("undo")
	err := m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		token, err := tx.UseVerificationToken(ctx, "a", "b")
		if err != nil {
			return err
		}
		token.Expires = time.Time{}
		return undo
	})
	if err != undo { //nolint:errorlint // as it is
		t.Errorf("got %v, want f's error as it is", err)
	}
	if _, err := m.UseVerificationToken(t.Context(), "a", "b"); err != nil {
		t.Errorf("after the rollback: %v", err)
	}
}
