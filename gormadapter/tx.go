package gormadapter

import (
	"context"
	"database/sql"
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
// f's work back or never began. Inside a transaction that had begun before f
// gets one attempt: what is rolled back there is more than f's.
func (a *Adapter) retry(ctx context.Context, f func() error) error {
	if a.tx != nil {
		return a.judge(f())
	}
	began := time.Now()
	for i := 1; ; i++ {
		err := f()
		if !a.conflict(err) || i == attempts || time.Since(began) > patience || ended(ctx) != nil {
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

// session returns a statement's beginning for one call, on the primary.
func (a *Adapter) session(ctx context.Context) *gorm.DB {
	return a.primary(a.base).WithContext(ctx)
}

// statement returns what one statement is written on, and no other: it costs less
// than a session.
func (a *Adapter) statement(ctx context.Context) *gorm.DB {
	tx := a.base.Omit() // nothing
	tx.Statement.Context = ctx
	return tx
}

// once runs f, which sends one statement, in no transaction of its own: the
// statement is all or nothing by itself.
func (a *Adapter) once(ctx context.Context, f func(tx *gorm.DB) error) error {
	if a.tx != nil && a.dialect.poisons {
		return a.inSavepoint(ctx, func(*gorm.DB) error { return f(a.statement(ctx)) })
	}
	return a.retry(ctx, func() error {
		err := f(a.statement(ctx))
		if a.tx != nil {
			return err
		}
		return a.statementError(ctx, err)
	})
}

// inTx runs f in a transaction, all or nothing: in the one that the adapter is
// on, or else in one of its own, which is committed if f returns nil.
func (a *Adapter) inTx(ctx context.Context, f func(tx *gorm.DB) error) error {
	return a.claiming(ctx, nil, f)
}

// claiming is inTx, under the lock of what is claimed, unless that is nil.
func (a *Adapter) claiming(ctx context.Context, c *claim, f func(tx *gorm.DB) error) error {
	if a.tx != nil {
		return a.claimingInside(ctx, c, f)
	}
	begin := func() (*gorm.DB, endTx, error) { return a.begin(ctx, a.dialect.isolation) }
	if c.locks() && a.dialect.keyLock.take != "" {
		begin = func() (*gorm.DB, endTx, error) { return a.beginLocked(ctx, c) }
	}
	return a.transact(ctx, begin, func(tx *gorm.DB) error {
		t := a.begunByUs()
		defer func() { t.ended = true }()
		a.tell(tx, t)
		if c.locks() && a.dialect.keyLock.take == "" {
			if err := a.settle(ctx, tx, c); err != nil {
				return err
			}
		}
		if err := f(tx); err != nil {
			return err
		}
		return t.usable() // a hook may not have passed it on
	})
}

// begunByUs returns what is known of a transaction that begin or beginLocked has
// begun.
func (a *Adapter) begunByUs() *transaction {
	return &transaction{own: a.dialect.isolation == a.dialect.isolationInTx}
}

// tell has the session's logger know of the transaction that it is in, so that it
// is lost by what a hook of the row type does in it.
func (a *Adapter) tell(tx *gorm.DB, t *transaction) {
	if q, ok := tx.Logger.(quiet); ok {
		b := *a
		b.tx = t
		tx.Logger = quiet{q.Interface, &b}
	}
}

// endTx commits a transaction or rolls it back.
type endTx func(commit bool) error

// transact runs f in a transaction of the adapter's own, which is committed if f
// returns nil, and all again if the server has rolled it back.
func (a *Adapter) transact(ctx context.Context, begin func() (*gorm.DB, endTx, error), f func(tx *gorm.DB) error) error {
	return a.retry(ctx, func() error {
		tx, end, err := begin()
		if err != nil {
			return err
		}
		committed := false
		defer func() {
			if !committed { // f failed, or panicked
				_ = end(false) // what f returned says more
			}
		}()
		if err := f(tx); err != nil {
			return err
		}
		committed = true
		return a.commitError(ctx, end(true))
	})
}

// begin returns a transaction and the function that ends it.
func (a *Adapter) begin(ctx context.Context, isolation sql.IsolationLevel) (*gorm.DB, endTx, error) {
	tx := a.session(ctx)
	if a.dialect.beginImmediate != "" {
		if pool, err := tx.DB(); err == nil {
			return a.beginImmediate(ctx, tx, pool)
		}
	}
	return a.beginPlain(ctx, isolation)
}

// beginPlain returns a transaction of database/sql's.
func (a *Adapter) beginPlain(ctx context.Context, isolation sql.IsolationLevel) (*gorm.DB, endTx, error) {
	tx := a.session(ctx).Begin(&sql.TxOptions{Isolation: isolation})
	if tx.Error != nil {
		return nil, nil, tx.Error
	}
	end, ended := ending(tx.Statement.ConnPool.(gorm.TxCommitter)), preparing(ctx, tx)
	return tx, func(commit bool) error {
		defer ended()
		return end(commit)
	}, nil
}

// ending returns the function that ends a transaction of database/sql's.
func ending(tx gorm.TxCommitter) endTx {
	return func(commit bool) error {
		if !commit {
			return tx.Rollback()
		}
		err := tx.Commit()
		if err != nil {
			_ = tx.Rollback() // a context that ended kept COMMIT from being sent
		}
		return err
	}
}

// beginShared returns a transaction for InTx: one that GORM knows, since the
// application has sessions on it. If keys may have to be locked for the session,
// it is on a connection that is ours until it has given them back.
func (a *Adapter) beginShared(ctx context.Context, t *transaction) (*gorm.DB, endTx, error) {
	if a.dialect.keyLock.take == "" || len(a.queries().taken) == 0 {
		tx, end, err := a.beginPlain(ctx, a.dialect.isolationInTx)
		if err == nil && a.dialect.beginImmediate != "" {
			if err = a.lockDatabase(tx); err != nil {
				_ = end(false)
			}
		}
		return tx, end, err
	}
	conn, tx, err := a.reserve(ctx)
	if err != nil {
		return nil, nil, err
	}
	begun, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: a.dialect.isolationInTx})
	if err != nil {
		return nil, nil, errors.Join(conn.Close(), err)
	}
	inside := a.session(ctx)
	inside.Statement.ConnPool, t.keeps = begun, true
	return inside, func(commit bool) error {
		err := ending(begun)(commit)
		for _, c := range t.held {
			if a.dropLock(ctx, tx, c) != nil {
				discard(conn) // the server releases what an ended session held
				return err
			}
		}
		_ = conn.Close()
		return err
	}, nil
}

// reserve returns a connection of the pool and a session on it.
func (a *Adapter) reserve(ctx context.Context) (*sql.Conn, *gorm.DB, error) {
	tx := a.session(ctx)
	pool, err := tx.DB()
	if err != nil {
		return nil, nil, faultf(errors.ErrUnsupported, "the *gorm.DB has no *sql.DB, of which a connection is needed to lock a key that no unique key guards")
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	tx.Statement.ConnPool = &pinnedTx{ConnPool: conn, conn: conn, pool: pool} // which a resolver leaves alone
	return conn, tx, nil
}

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
