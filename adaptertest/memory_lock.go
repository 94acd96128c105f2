package adaptertest

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

// LockUser implements [authdb.UserLocker]. A transaction that runs has locked
// everything.
func (m *Memory) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	return do(ctx, m, "lock user", func() (*authdb.User, error) {
		if m.state.outer == nil {
			return nil, outside()
		}
		u, err := m.user(id)
		return cloneUser(u), err
	})
}

// LockAccount implements [authdb.AccountLocker].
func (m *Memory) LockAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	const operation = "lock account"
	if m.locksAlone() {
		a, err := m.lockAlone(ctx, accountKey{provider, providerAccountID})
		if err != nil {
			return nil, fmt.Errorf("adaptertest: %s: %w", operation, err)
		}
		return a, nil
	}
	return do(ctx, m, operation, func() (*authdb.Account, error) {
		if m.state.outer == nil {
			return nil, outside()
		}
		if err := m.free(accountKey{provider, providerAccountID}); err != nil {
			return nil, err
		}
		a, err := m.account(provider, providerAccountID)
		return cloneAccount(a), err
	})
}

// locksAlone reports whether this is a transaction in which nothing was done.
func (m *Memory) locksAlone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.state.outer
	return o != nil && o.state.outer == nil && !m.state.begun && !m.state.alone && !m.state.ended
}

// lockAlone locks the account and nothing else. Who holds nothing may wait.
func (m *Memory) lockAlone(ctx context.Context, key accountKey) (*authdb.Account, error) {
	o := m.state.outer
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := o.wait(ctx); err != nil {
			return nil, err
		}
		holder := o.state.locks[key]
		if holder == nil {
			defer o.mu.Unlock()
			a, err := o.account(key.provider, key.id)
			if err == nil {
				o.lock(key, m)
			}
			return cloneAccount(a), err
		}
		o.mu.Unlock()
		if err := (&heldError{holder}).wait(ctx); err != nil {
			return nil, err
		}
	}
}

func (m *Memory) lock(key accountKey, tx *Memory) {
	if m.state.locks == nil {
		m.state.locks = make(map[accountKey]*Memory)
	}
	m.state.locks[key], tx.state.alone = tx, true
}

// free returns an error if a transaction has locked the account that is not
// this one. This one then gives way, since the other may wait for it.
func (m *Memory) free(key accountKey) error {
	tx := m.outermost()
	root := tx.state.outer
	if root == nil {
		root, tx = m, nil // no transaction, and m is locked
	} else {
		root.mu.Lock()
		defer root.mu.Unlock()
	}
	holder := root.state.locks[key]
	if holder == nil || holder == tx {
		return nil
	}
	if tx != nil {
		tx.state.lost = holder
	}
	return &heldError{holder}
}

// A heldError says that a transaction has locked an account.
type heldError struct{ by *Memory }

func (e *heldError) Error() string { return authdb.ErrConflict.Error() }
func (e *heldError) Unwrap() error { return authdb.ErrConflict }

// wait waits until it has ended.
func (e *heldError) wait(ctx context.Context) error {
	select {
	case <-e.by.state.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func outside() error {
	return fmt.Errorf("%w: a lock outside of a transaction: call it in InTx", authdb.ErrInvalid)
}
