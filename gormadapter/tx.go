package gormadapter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"gorm.io/gorm"
)

// The bounds of doing again what the server has rolled back. The pauses between
// the attempts come to about two seconds; an attempt may itself have waited for
// a lock.
const (
	attempts = 24
	patience = 10 * time.Second
)

// retry calls f again, after a pause, while the server says that it has rolled
// f's work back or never began. Inside the caller's transaction f gets one
// attempt: what is rolled back there is not the adapter's to repeat.
func (a *Adapter) retry(ctx context.Context, f func() error) error {
	began := time.Now()
	for i := 1; ; i++ {
		err := f()
		if err == nil || a.joined || i == attempts || time.Since(began) > patience || ended(ctx) != nil {
			return err
		}
		if class, _ := a.dialect.classify(err); !class.retry && !errors.Is(err, errKeyBusy) {
			return err
		}
		pause := min(time.Millisecond<<i, 128*time.Millisecond)
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return err
		}
	}
}

// session returns a statement's beginning for one call.
func (a *Adapter) session(ctx context.Context) *gorm.DB {
	return a.base.WithContext(ctx)
}

// once runs f, which sends one statement, in no transaction of its own: the
// statement is all or nothing by itself.
func (a *Adapter) once(ctx context.Context, f func(tx *gorm.DB) error) error {
	return a.retry(ctx, func() error {
		err := f(a.session(ctx))
		if a.joined {
			return err
		}
		return a.statementError(ctx, err)
	})
}

// inTx runs f in a transaction: the one that New was given, or else one of its
// own, which is committed if f returns nil.
func (a *Adapter) inTx(ctx context.Context, f func(tx *gorm.DB) error) error {
	return a.claiming(ctx, nil, f)
}

// claiming is inTx, under the lock of what is claimed, unless that is nil.
func (a *Adapter) claiming(ctx context.Context, c *claim, f func(tx *gorm.DB) error) error {
	if a.joined {
		return a.joinedClaiming(ctx, c, f)
	}
	return a.retry(ctx, func() error {
		tx, end, err := a.begin(ctx, c)
		if err != nil {
			return err
		}
		committed := false
		defer func() {
			if !committed { // f failed, or panicked
				_ = end(false) // what f returned says more
			}
		}()
		if c.locks() && a.dialect.keyLock.take == "" {
			if err := a.settle(ctx, tx, c); err != nil {
				return err
			}
		}
		if err := f(tx); err != nil {
			return err
		}
		committed = true
		return a.commitError(ctx, end(true))
	})
}

// begin returns a transaction and the function that commits or rolls it back.
func (a *Adapter) begin(ctx context.Context, c *claim) (*gorm.DB, func(commit bool) error, error) {
	tx := a.session(ctx)
	if c.locks() && a.dialect.keyLock.take != "" {
		pool, err := tx.DB()
		if err != nil {
			return nil, nil, faultf(errors.ErrUnsupported, "the *gorm.DB has no *sql.DB, of which a connection is needed to lock a key that no unique key guards")
		}
		return a.beginLocked(ctx, tx, pool, c)
	}
	if a.dialect.beginImmediate != "" {
		if pool, err := tx.DB(); err == nil {
			return a.beginImmediate(ctx, tx, pool)
		}
	}
	if tx = tx.Begin(&sql.TxOptions{Isolation: a.dialect.isolation}); tx.Error != nil {
		return nil, nil, tx.Error
	}
	return tx, func(commit bool) error {
		if commit {
			return tx.Commit().Error
		}
		return tx.Rollback().Error
	}, nil
}

// beginImmediate begins a transaction that has the right to write from the
// start, whatever the DSN says of BEGIN: SQLite refuses it at once to one that
// began by reading, if another has written since.
func (a *Adapter) beginImmediate(ctx context.Context, tx *gorm.DB, pool *sql.DB) (*gorm.DB, func(bool) error, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := &pinnedTx{Conn: conn}
	if _, err := conn.ExecContext(ctx, a.dialect.beginImmediate); err != nil {
		if class, _ := a.dialect.classify(err); class.retry && ended(ctx) == nil {
			return nil, nil, errors.Join(conn.Close(), err) // busy: it did not begin
		}
		// A context that ended may have come too late to stop it.
		return nil, nil, errors.Join(t.Rollback(), err)
	}
	tx.Statement.ConnPool = t
	return tx, t.end(ctx), nil
}

// beginLocked begins a transaction on a connection that has locked what is
// claimed, and looked: a transaction that began first would not see what was
// committed while it waited.
func (a *Adapter) beginLocked(ctx context.Context, tx *gorm.DB, pool *sql.DB, c *claim) (*gorm.DB, func(bool) error, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := &pinnedTx{Conn: conn}
	tx.Statement.ConnPool = t
	began, held := false, false
	defer func() {
		switch {
		case began:
		case held:
			_ = t.Rollback()
		default:
			t.discard() // nobody knows whether the lock was taken
		}
	}()
	if err := a.takeLock(ctx, tx, c); err != nil {
		return nil, nil, err
	}
	held, t.release = true, func() error { return a.dropLock(ctx, tx, c) }
	if err := a.settle(ctx, tx, c); err != nil {
		return nil, nil, err
	}
	if _, err := conn.ExecContext(ctx, "START TRANSACTION"); err != nil {
		return nil, nil, err
	}
	began = true
	return tx, t.end(ctx), nil
}

// A pinnedTx is a connection in a transaction that database/sql does not know
// of. To GORM it is a transaction.
type pinnedTx struct {
	*sql.Conn
	release func() error // gives back what outlasts the transaction, unless nil
}

var _ gorm.TxCommitter = (*pinnedTx)(nil)

// end returns the function that commits or rolls back.
func (t *pinnedTx) end(ctx context.Context) func(commit bool) error {
	return func(commit bool) error {
		if !commit {
			return t.Rollback()
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, t.Rollback())
		}
		return t.Commit()
	}
}

// Commit commits and returns the connection to the pool.
func (t *pinnedTx) Commit() error {
	// A context that ends now must not leave the transaction open.
	_, err := t.ExecContext(context.Background(), "COMMIT")
	if err != nil {
		return errors.Join(t.Rollback(), err)
	}
	return t.leave()
}

// Rollback rolls back and returns the connection to the pool, or closes it if
// that fails.
func (t *pinnedTx) Rollback() error {
	_, err := t.ExecContext(context.Background(), "ROLLBACK")
	if err != nil {
		t.discard() // and some errors have rolled back already
		return nil
	}
	return t.leave()
}

// leave returns the connection to the pool.
func (t *pinnedTx) leave() error {
	if t.release != nil && t.release() != nil {
		t.discard() // the server releases what an ended session held
		return nil
	}
	return t.Close()
}

// discard makes the pool close the connection.
func (t *pinnedTx) discard() { _ = t.Raw(func(any) error { return driver.ErrBadConn }) }

// commitError marks an error of COMMIT that is not an answer of the server's:
// nobody knows whether the work was done.
func (a *Adapter) commitError(ctx context.Context, err error) error {
	class, _ := a.dialect.classify(err)
	if err == nil || ended(ctx) != nil || errors.Is(err, sql.ErrTxDone) || class.coded && !class.disconnect || rolledBack(err) {
		return err
	}
	return &unknownOutcome{err}
}

// statementError marks the error of a statement that commits itself, if the
// connection was lost after it may have been sent.
func (a *Adapter) statementError(ctx context.Context, err error) error {
	if err == nil || ended(ctx) != nil {
		return err
	}
	var (
		class, _ = a.dialect.classify(err)
		network  *net.OpError
		safe     interface{ SafeToRetry() bool }
	)
	switch {
	case class.disconnect:
	case class.coded, errors.As(err, &safe) && safe.SafeToRetry(), errors.As(err, &network) && network.Op == "dial":
		return err
	case network != nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isInvalidConn(err):
	default:
		return err
	}
	return &unknownOutcome{err}
}

// rolledBack reports whether err is what pgx makes of a COMMIT that PostgreSQL
// answered with ROLLBACK, because a hook had gone on after an error.
func rolledBack(err error) bool {
	return innermost(err).Error() == "commit unexpectedly resulted in rollback"
}

// isInvalidConn reports whether err is MySQL's ErrInvalidConn, which the driver
// returns where it can't say ErrBadConn because something had been written. It
// has no type to be known by.
func isInvalidConn(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == "invalid connection" {
			return true
		}
	}
	return false
}
