package adaptertest

import (
	"context"
	"errors"
	"sync"
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
	err := m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		if _, err := tx.CreateUser(ctx, &authdb.User{ID: "x"}); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := m.GetUser(ctx, "x") // not the context of the transaction
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

// Two transactions that would wait for each other: one has locked the account
// and begins to run, the other runs and wants the account.
func TestMemoryTransactionGivesWay(t *testing.T) {
	m := new(Memory)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	user, err := m.CreateUser(t.Context(), &authdb.User{})
	must(err)
	_, err = m.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oidc", Provider: "p", ProviderAccountID: "1"})
	must(err)
	locked, runs, tries := make(chan struct{}), make(chan struct{}), 0
	var both sync.WaitGroup
	both.Go(func() {
		must(m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			_, err := tx.(*Memory).LockAccount(ctx, "p", "1")
			must(err)
			close(locked)
			<-runs
			_, err = tx.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set("first")})
			return err
		}))
	})
	both.Go(func() {
		<-locked
		must(m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			stored, err := tx.GetUser(ctx, user.ID)
			must(err)
			if tries++; tries == 1 {
				close(runs)
			}
			_, err = tx.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set(stored.Name + " and second")})
			must(err)
			err = tx.UnlinkAccount(ctx, "p", "1")
			if tries == 1 && !errors.Is(err, authdb.ErrConflict) {
				t.Errorf("UnlinkAccount of an account that another has locked: got %v, want ErrConflict", err)
			}
			if _, again := tx.GetUser(ctx, user.ID); err != nil && !errors.Is(again, authdb.ErrConflict) {
				t.Errorf("after ErrConflict: got %v, want ErrConflict", again)
			}
			return nil // whatever f makes of it
		}))
	})
	both.Wait()
	stored, err := m.GetUser(t.Context(), user.ID)
	must(err)
	if tries != 2 || stored.Name != "first and second" {
		t.Errorf("after %d tries: %q", tries, stored.Name)
	}
	if _, err := m.GetAccount(t.Context(), "p", "1"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("GetAccount of what the second unlinked: %v", err)
	}
}
