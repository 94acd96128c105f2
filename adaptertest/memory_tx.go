package adaptertest

import (
	"context"
	"fmt"
	"maps"

	"github.com/authdb/authdb"
)

var (
	_ authdb.Transactor = (*Memory)(nil)
	_ authdb.UserLocker = (*Memory)(nil)
)

// txState says how a Memory stands to transactions.
type txState struct {
	running chan struct{} // closed when the transaction that runs has ended; nil if none does
	inside  bool          // the Memory is what a transaction's function got
	ended   bool          // and the function has returned
}

// within is the key of a context that was made for a transaction of a Memory.
type within struct{ *Memory }

// InTx implements [authdb.Transactor]. From the beginning to the end of f all
// other callers wait, so that f never runs twice. A call of m itself in f, with
// the context of f, is an error; with another context it waits for f, which
// waits for it.
func (m *Memory) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	const operation = "in transaction"
	tx, err := do(ctx, m, operation, func() (*Memory, error) {
		if f == nil {
			return nil, invalid("f", "nil")
		}
		m.state.running = make(chan struct{})
		return &Memory{Columns: m.Columns, options: m.options, data: m.data.clone(), state: txState{inside: true}}, nil
	})
	if err != nil {
		return err
	}
	commit := false
	defer func() { m.end(tx, commit) }() // also if f panics
	if err := f(context.WithValue(ctx, within{m}, true), tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("adaptertest: %s: %w", operation, err)
	}
	commit = true
	return nil
}

// end ends the transaction, and takes what it holds if it is to be committed.
func (m *Memory) end(tx *Memory, commit bool) {
	tx.mu.Lock()
	tx.state.ended = true
	held := tx.data
	tx.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if commit {
		m.data = held
	}
	close(m.state.running)
	m.state.running = nil
}

// enter locks the Memory when no transaction runs.
func (m *Memory) enter(ctx context.Context) error {
	for {
		m.mu.Lock()
		running := m.state.running
		if running == nil {
			if m.state.ended {
				m.mu.Unlock()
				return fmt.Errorf("%w: the transaction has ended", authdb.ErrInvalid)
			}
			return nil
		}
		m.mu.Unlock()
		if ctx.Value(within{m}) != nil {
			return fmt.Errorf("%w: used inside its own transaction: use the adapter that the transaction's function gets", authdb.ErrInvalid)
		}
		select {
		case <-running:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// LockUser implements [authdb.UserLocker]. A transaction has locked everything.
func (m *Memory) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	return do(ctx, m, "lock user", func() (*authdb.User, error) {
		if !m.state.inside {
			return nil, outside()
		}
		u, err := m.user(id)
		return cloneUser(u), err
	})
}

func outside() error {
	return fmt.Errorf("%w: a lock outside of a transaction: call it in InTx", authdb.ErrInvalid)
}

// clone copies the maps, and shares the records.
func (d data) clone() data {
	return data{
		users:          maps.Clone(d.users),
		softDeleted:    maps.Clone(d.softDeleted),
		accounts:       maps.Clone(d.accounts),
		sessions:       maps.Clone(d.sessions),
		tokens:         maps.Clone(d.tokens),
		authenticators: maps.Clone(d.authenticators),
	}
}
