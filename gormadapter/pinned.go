package gormadapter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"gorm.io/gorm"
)

// beginImmediate begins a transaction that has the right to write from the
// start, whatever the DSN says of BEGIN: SQLite refuses it at once to one that
// began by reading, if another has written since.
func (a *Adapter) beginImmediate(ctx context.Context, tx *gorm.DB, pool *sql.DB) (*gorm.DB, endTx, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := &pinnedTx{ConnPool: conn, conn: conn, pool: pool}
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
func (a *Adapter) beginLocked(ctx context.Context, c *claim) (*gorm.DB, endTx, error) {
	conn, tx, err := a.reserve(ctx)
	if err != nil {
		return nil, nil, err
	}
	t := &pinnedTx{ConnPool: conn, conn: conn}
	tx.Statement.ConnPool = t
	began, held := false, false
	defer func() {
		switch {
		case began:
		case held:
			_ = t.Rollback()
		default:
			discard(conn) // nobody knows whether the lock was taken
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
// of. To GORM it is a transaction, and nothing to begin one on.
type pinnedTx struct {
	gorm.ConnPool // conn
	conn          *sql.Conn
	pool          *sql.DB
	release       func() error // gives back what outlasts the transaction, unless nil
}

var (
	_ gorm.TxCommitter    = (*pinnedTx)(nil)
	_ gorm.GetDBConnector = (*pinnedTx)(nil)
)

// GetDBConn returns the pool that the connection is of.
func (t *pinnedTx) GetDBConn() (*sql.DB, error) { return t.pool, nil }

// end returns the function that commits or rolls back.
func (t *pinnedTx) end(ctx context.Context) endTx {
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
		discard(t.conn) // and some errors have rolled back already
		return nil
	}
	return t.leave()
}

// leave returns the connection to the pool.
func (t *pinnedTx) leave() error {
	if t.release != nil && t.release() != nil {
		discard(t.conn) // the server releases what an ended session held
		return nil
	}
	return t.conn.Close()
}

// discard makes the pool close the connection.
func discard(conn *sql.Conn) { _ = conn.Raw(func(any) error { return driver.ErrBadConn }) }
