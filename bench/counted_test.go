package bench_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync/atomic"
	"testing"
)

// A counted is a driver that counts what is sent through it: statements, and what
// begins and ends transactions.
type counted struct {
	driver driver.Driver
	dsn    string
	sent   atomic.Int64
}

func newCounted(b testing.TB, name, dsn string) *counted {
	b.Helper()
	probe := must[*sql.DB](b)(sql.Open(name, dsn))
	defer probe.Close()
	return &counted{driver: probe.Driver(), dsn: dsn}
}

func (c *counted) Driver() driver.Driver { return c.driver }

func (c *counted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	return &countedConn{conn.(anyConn), c}, nil
}

func (c *counted) open(ctx context.Context) (driver.Conn, error) {
	if d, ok := c.driver.(driver.DriverContext); ok {
		connector, err := d.OpenConnector(c.dsn)
		if err != nil {
			return nil, err
		}
		return connector.Connect(ctx)
	}
	return c.driver.Open(c.dsn)
}

// anyConn is what every driver's connection can do.
type anyConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type countedConn struct {
	anyConn
	counted *counted
}

func (c *countedConn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.anyConn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *countedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.counted.sent.Add(1)
	return c.anyConn.ExecContext(ctx, query, args)
}

func (c *countedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.counted.sent.Add(1)
	return c.anyConn.QueryContext(ctx, query, args)
}

func (c *countedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.counted.sent.Add(1)
	tx, err := c.anyConn.BeginTx(ctx, opts)
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
