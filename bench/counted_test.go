package bench_test

import (
	"context"
	"database/sql/driver"
	"sync/atomic"
	"testing"

	"github.com/authdb/authdb/internal/testdb"
)

// A counted is a driver that counts what is sent through it: statements, and what
// begins and ends transactions.
type counted struct {
	*testdb.Connector
	sent atomic.Int64
}

func newCounted(b testing.TB, name, dsn string) *counted {
	b.Helper()
	c := new(counted)
	c.Connector = testdb.NewConnector(b, name, dsn, func(conn testdb.PassedOn) driver.Conn { return &countedConn{conn, c} })
	return c
}

type countedConn struct {
	testdb.PassedOn
	counted *counted
}

func (c *countedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.counted.sent.Add(1)
	return c.PassedOn.ExecContext(ctx, query, args)
}

func (c *countedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.counted.sent.Add(1)
	return c.PassedOn.QueryContext(ctx, query, args)
}

func (c *countedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.counted.sent.Add(1)
	tx, err := c.PassedOn.BeginTx(ctx, opts)
	return countedTx{tx, c.counted}, err
}

type countedTx struct {
	driver.Tx
	counted *counted
}

func (t countedTx) Commit() error {
	t.counted.sent.Add(1)
	return t.Tx.Commit()
}

func (t countedTx) Rollback() error {
	t.counted.sent.Add(1)
	return t.Tx.Rollback()
}
