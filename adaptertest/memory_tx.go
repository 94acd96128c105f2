package adaptertest

import (
	"context"
	"fmt"
	"maps"

	"github.com/authdb/authdb"
)

var (
	_ authdb.Transactor    = (*Memory)(nil)
	_ authdb.UserLocker    = (*Memory)(nil)
	_ authdb.AccountLocker = (*Memory)(nil)
)

// memoryAttempts bounds how often a transaction gives way to others.
const memoryAttempts = 10

// txState says how a Memory stands to transactions.
type txState struct {
	running chan struct{}          // closed when the transaction that runs in it has ended; nil if none does
	locks   map[accountKey]*Memory // the transactions that have locked accounts, and run not yet

	// The rest is of a Memory that a transaction's function got.
	outer *Memory       // where the transaction is; nil if this is none
	begun bool          // it runs: it has its copy of the data, and all others wait
	alone bool          // it has locked an account before it ran
	lost  *Memory       // the transaction that it gives way to
	done  chan struct{} // closed when it has ended
	ended bool
}

// within is the key of a context that was made for a transaction of a Memory.
type within struct{ *Memory }

// InTx implements [authdb.Transactor]. From the first call of tx in f to the
// end of f all other callers wait. But if the first is LockAccount, only who
// wants that account waits, until the second. A transaction that wants it gives
// way: its f is called again when the account is free.
//
// A call of m itself in f, with the context of f, is an error; with another
// context it waits for f, which waits for it.
func (m *Memory) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	const operation = "in transaction"
	if err := exec(ctx, m, operation, func() error {
		if f == nil {
			return invalid("f", "nil")
		}
		return nil
	}); err != nil {
		return err
	}
	for i := 1; ; i++ {
		rival, err := m.try(ctx, f)
		if rival == nil {
			return err
		}
		if i == memoryAttempts || m.state.outer != nil {
			return fmt.Errorf("adaptertest: %s: %w", operation, authdb.ErrConflict)
		}
		select {
		case <-rival.state.done:
		case <-ctx.Done():
			return fmt.Errorf("adaptertest: %s: %w", operation, ctx.Err())
		}
	}
}

// try calls f once. It returns the transaction that f's has to give way to.
func (m *Memory) try(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) (rival *Memory, err error) {
	tx := &Memory{Columns: m.Columns, options: m.options, detached: m.detached}
	tx.state.outer, tx.state.done = m, make(chan struct{})
	commit := false
	defer func() { tx.end(commit) }() // also if f panics
	err = f(context.WithValue(ctx, within{m}, tx), tx)
	if rival := tx.gaveWay(); rival != nil {
		return rival, nil
	}
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("adaptertest: in transaction: %w", err)
	}
	commit = true
	return nil, nil
}

// end ends the transaction, and its data become those of where it is if it is
// to be committed.
func (m *Memory) end(commit bool) {
	m.mu.Lock()
	m.state.ended = true
	held, begun := m.data, m.state.begun
	m.mu.Unlock()
	o := m.state.outer
	o.mu.Lock()
	defer o.mu.Unlock()
	if begun {
		if commit {
			o.data = held
		}
		o.state.running = nil
	}
	maps.DeleteFunc(o.state.locks, func(_ accountKey, by *Memory) bool { return by == m })
	close(m.state.done)
}

// enter locks the Memory when no transaction runs in it.
func (m *Memory) enter(ctx context.Context) error {
	if tx, _ := ctx.Value(within{m}).(*Memory); tx != nil {
		select {
		case <-tx.state.done:
		default:
			return fmt.Errorf("%w: used inside its own transaction: use the adapter that the transaction's function gets", authdb.ErrInvalid)
		}
	}
	return m.wait(ctx)
}

// wait is enter for the Memory's own transaction too.
func (m *Memory) wait(ctx context.Context) error {
	for {
		m.mu.Lock()
		running := m.state.running
		if running == nil {
			err := m.start(ctx)
			if err != nil {
				m.mu.Unlock()
			}
			return err
		}
		m.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start makes ready what is locked: of a transaction, its copy of the data.
func (m *Memory) start(ctx context.Context) error {
	o := m.state.outer
	switch {
	case o == nil:
		m.begin()
		return nil
	case m.state.ended:
		return fmt.Errorf("%w: the transaction has ended", authdb.ErrInvalid)
	case m.gaveWay() != nil:
		return authdb.ErrConflict
	case m.state.begun:
		return nil
	}
	if err := o.wait(ctx); err != nil {
		return err
	}
	defer o.mu.Unlock()
	m.data, m.state.begun = o.copied(), true
	o.state.running = m.state.done
	return nil
}

// gaveWay returns the transaction that this one has to give way to, if any.
func (m *Memory) gaveWay() *Memory {
	if m.state.outer == nil {
		return nil
	}
	return m.outermost().state.lost
}

// outermost returns the transaction of which this is a savepoint, or itself.
func (m *Memory) outermost() *Memory {
	for m.state.outer != nil && m.state.outer.state.outer != nil {
		m = m.state.outer
	}
	return m
}

// copied copies the maps, and shares the records.
func (d data) copied() data {
	return data{
		users:          maps.Clone(d.users),
		softDeleted:    maps.Clone(d.softDeleted),
		accounts:       maps.Clone(d.accounts),
		sessions:       maps.Clone(d.sessions),
		tokens:         maps.Clone(d.tokens),
		authenticators: maps.Clone(d.authenticators),
	}
}
