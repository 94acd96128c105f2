package adaptertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/authdb/authdb"
)

type work = func(context.Context, authdb.Adapter) error

// inTxOf breaks InTx, but not that of what it hands out.
func inTxOf(rule string, broken func(ctx context.Context, f *faulty, do work) error) bite {
	return breaks(rule, func(f *faulty, _ *Memory) {
		if f.isOutermost() {
			f.inTx = func(ctx context.Context, do work) error { return broken(ctx, f, do) }
		}
	})
}

// direct is a transaction that is none: it works on the adapter itself.
func direct(ctx context.Context, f *faulty, do work) error { return do(ctx, f) }

// undoing is a transaction that everybody sees, and that is undone afterwards.
func undoing(ctx context.Context, f *faulty, do work) (err error) {
	m, before := f.Memory, data{}
	locked(m, func() { before = m.copied() })
	done := false
	defer func() {
		if !done || err != nil || ctx.Err() != nil {
			locked(m, func() { m.data = before })
		}
	}()
	err = do(ctx, f)
	done = true
	return errors.Join(err, ctx.Err())
}

var transactorBites = []bite{
	inTxOf("InTx commits what its function did if that returns nil", func(ctx context.Context, f *faulty, do work) error {
		err := f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error { return errors.Join(do(ctx, tx), errUndo) })
		if errors.Is(err, errUndo) {
			return nil
		}
		return err
	}),
	inTxOf("InTx undoes all that its function did if that returns an error", direct),
	breaks("InTx undoes all that its function did if that returns an error", func(f *faulty, m *Memory) { // tokens are elsewhere
		if !f.isOutermost() {
			root := m.state.outer
			f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
				t, err := m.UseVerificationToken(ctx, identifier, token)
				root.mu.Lock()
				delete(root.tokens, tokenKey{identifier, token})
				root.mu.Unlock()
				return t, err
			}
		}
	}),
	inTxOf("InTx returns the error of its function as it is", func(ctx context.Context, f *faulty, do work) error {
		if err := f.transaction(ctx, do); err != nil {
			return fmt.Errorf("faulty: in transaction: %w", err)
		}
		return nil
	}),
	inTxOf("InTx undoes all that its function did if that panics, and goes on panicking", func(ctx context.Context, f *faulty, do work) error {
		var p any
		err := f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) (err error) { // commits what was done until then
			p = panicOf(func() { err = do(ctx, tx) })
			return err
		})
		if p != nil {
			panic(p)
		}
		return err
	}),
	inTxOf("InTx undoes all that its function did if that panics, and goes on panicking", func(ctx context.Context, f *faulty, do work) (err error) {
		if p := panicOf(func() { err = f.transaction(ctx, do) }); p != nil {
			return fmt.Errorf("faulty: panic: %v", p)
		}
		return err
	}),
	inTxOf("Nobody else sees what a transaction did before it is committed", undoing),
	breaks("A transaction reads what it has written", func(f *faulty, m *Memory) { // from a replica
		if !f.isOutermost() {
			root := m.state.outer
			f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
				root.mu.Lock()
				defer root.mu.Unlock()
				if id, ok := root.emailOwner(email); ok {
					return cloneUser(root.users[id]), ctx.Err()
				}
				return nil, authdb.ErrNotFound
			}
		}
	}),
	breaks("An error of a method leaves the transaction usable, and has done nothing", func(f *faulty, m *Memory) { // poisoned, as on PostgreSQL
		if f.isOutermost() {
			return
		}
		poisoned := false
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if poisoned {
				return nil, errors.New("faulty: current transaction is aborted")
			}
			stored, err := m.CreateUser(ctx, u)
			poisoned = errors.Is(err, authdb.ErrDuplicate)
			return stored, err
		}
	}),
	breaks("An error of a method leaves the transaction usable, and has done nothing", func(f *faulty, m *Memory) { // half of an update is left
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if errors.Is(err, authdb.ErrDuplicate) {
				patch.Email = authdb.Field[string]{}
				_, _ = m.UpdateUser(ctx, id, patch)
			}
			return u, err
		}
	}),
	inTxOf("An error of a method leaves the transaction usable, and has done nothing", func(ctx context.Context, f *faulty, do work) error { // and the commit fails
		failed := false
		return f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			g := tx.(*faulty)
			next := g.linkAccount
			g.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
				stored, err := next(ctx, a)
				failed = failed || err != nil
				return stored, err
			}
			err := do(ctx, g)
			if err == nil && failed {
				return errors.New("faulty: commit unexpectedly resulted in rollback")
			}
			return err
		})
	}),
	inTxOf("A context that ends in a transaction leaves nothing of it", func(ctx context.Context, f *faulty, do work) error {
		err := f.transaction(context.WithoutCancel(ctx), do)
		return errors.Join(err, ctx.Err())
	}),
	inTxOf("A context that ends in a transaction leaves nothing of it", func(ctx context.Context, f *faulty, do work) error {
		var result error
		err := f.transaction(context.WithoutCancel(ctx), func(ctx context.Context, tx authdb.Adapter) error {
			if result = do(ctx, tx); errors.Is(result, context.Canceled) { // not worth a rollback
				return nil
			}
			return result
		})
		return cmp.Or(err, result)
	}),
	inTxOf("What a transaction's function got is of no use after its end", func(ctx context.Context, f *faulty, do work) error {
		var g *faulty
		err := f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			g = tx.(*faulty)
			return do(ctx, g)
		})
		g.createUser = f.createUser // the pool's
		return err
	}),
	inTxOf("InTx without a function is ErrInvalid", func(ctx context.Context, f *faulty, do work) error {
		if do == nil {
			return nil
		}
		return f.transaction(ctx, do)
	}),
	breaks("Concurrent transactions on the same all succeed, one after the other", func(f *faulty, m *Memory) { // a lock that is none
		f.inTx = func(ctx context.Context, do work) error { return undoing(ctx, f, do) }
		f.lockUser = func(ctx context.Context, id string) (*authdb.User, error) {
			u, err := m.GetUser(ctx, id)
			yield()
			return u, err
		}
	}),
	givesUp("Concurrent transactions on the same all succeed, one after the other"),
	givesUp("Concurrent transactions that lock the same in another order all succeed"),
	inTxOf("Concurrent transactions that lock the same in another order all succeed", func(ctx context.Context, f *faulty, do work) error { // does it again, after the commit
		err := f.transaction(ctx, do)
		return errors.Join(err, f.transaction(ctx, do))
	}),
}

// givesUp is a bite by an InTx that does not repeat what the database has
// rolled back.
func givesUp(rule string) bite {
	return breaks(rule, func(f *faulty, _ *Memory) {
		if !f.isOutermost() {
			return
		}
		var deadlock sync.Once
		f.inTx = func(ctx context.Context, do work) error {
			err := error(nil)
			deadlock.Do(func() { err = authdb.ErrConflict })
			if err != nil {
				return err
			}
			return f.transaction(ctx, do)
		}
	})
}

// savepointOf breaks the InTx of a transaction.
func savepointOf(rule string, broken func(ctx context.Context, f *faulty, do work) error) bite {
	return breaks(rule, func(f *faulty, _ *Memory) {
		if !f.isOutermost() {
			f.inTx = func(ctx context.Context, do work) error { return broken(ctx, f, do) }
		}
	})
}

var savepointBites = []bite{
	savepointOf("InTx in a transaction undoes what its function did if that fails, and the transaction goes on", direct),
	inTxOf("InTx in a transaction undoes what its function did if that fails, and the transaction goes on", func(ctx context.Context, f *faulty, do work) error {
		var failed error // fails with its savepoint
		return f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			g := tx.(*faulty)
			g.inTx = func(ctx context.Context, do work) error {
				failed = g.transaction(ctx, do)
				return failed
			}
			return errors.Join(do(ctx, g), failed)
		})
	}),
	savepointOf("InTx in a transaction undoes what its function did if that panics, and the transaction can go on", func(ctx context.Context, f *faulty, do work) error {
		var p any
		err := f.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) (err error) {
			p = panicOf(func() { err = do(ctx, tx) })
			return err
		})
		if p != nil {
			panic(p)
		}
		return err
	}),
	savepointOf("What InTx did in a transaction is undone with that", committing),
}

// committing is a transaction in a transaction that is committed by itself.
func committing(ctx context.Context, f *faulty, do work) error {
	if err := f.transaction(ctx, do); err != nil {
		return err
	}
	root := f.outermost().state.outer
	root.mu.Lock()
	defer root.mu.Unlock()
	root.data = f.copied()
	return nil
}
