package gormadapter_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/testdb"
)

// A tap is a driver over another one, so that no statement gets past it, by
// whatever way it is sent. It lets somebody listen, who may ask the database on
// the same connection before the statement is sent.
type tap struct {
	dsn string

	mu     sync.Mutex
	listen func(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue)
}

// throughTap opens the database again, through a tap.
func throughTap(t testing.TB, db *gorm.DB) (*gorm.DB, *tap) {
	t.Helper()
	name, dsn := placeOf(db)
	p := &tap{dsn: dsn}
	return openAround(t, name, dsn, func(c testdb.PassedOn) driver.Conn { return &tappedConn{c, p} }), p
}

// hear has f called with all statements from now on; nil ends that.
func (p *tap) hear(f func(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listen = f
}

type tappedConn struct {
	testdb.PassedOn
	tap *tap
}

func (c *tappedConn) tell(ctx context.Context, statement string, args []driver.NamedValue) {
	c.tap.mu.Lock()
	listen := c.tap.listen
	c.tap.mu.Unlock()
	if listen != nil {
		listen(ctx, c, statement, args)
	}
}

// ask returns the rows of a query of the listener's own, and the names of their
// columns.
func (c *tappedConn) ask(ctx context.Context, query string, args ...driver.NamedValue) (columns []string, all [][]string, err error) {
	rows, err := c.PassedOn.QueryContext(ctx, query, args)
	if errors.Is(err, driver.ErrSkip) {
		var stmt driver.Stmt
		if stmt, err = c.PassedOn.PrepareContext(ctx, query); err != nil {
			return nil, nil, err
		}
		defer stmt.Close()
		rows, err = stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	}
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns = rows.Columns()
	values := make([]driver.Value, len(columns))
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return columns, all, nil
		} else if err != nil {
			return nil, nil, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			if v != nil {
				row[i] = asString(v)
			}
		}
		all = append(all, row)
	}
}

func asString(v driver.Value) string {
	var s sql.NullString
	_ = s.Scan(v)
	return s.String
}

func (c *tappedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !c.skips(args) {
		c.tell(ctx, query, args)
	}
	return c.PassedOn.ExecContext(ctx, query, args)
}

func (c *tappedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !c.skips(args) {
		c.tell(ctx, query, args)
	}
	return c.PassedOn.QueryContext(ctx, query, args)
}

// skips reports whether the driver will want a statement with arguments to be
// prepared, which is when it is told.
func (c *tappedConn) skips(args []driver.NamedValue) bool {
	return len(args) > 0 && strings.Contains(c.tap.dsn, "@tcp(") && !strings.Contains(c.tap.dsn, "interpolateParams")
}

func (c *tappedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.PassedOn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &tappedStmt{stmt.(preparedStmt), c, query}, nil
}

// preparedStmt are the interfaces that any driver's statement has.
type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type tappedStmt struct {
	preparedStmt
	conn  *tappedConn
	query string
}

func (s *tappedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.tell(ctx, s.query, args)
	return s.preparedStmt.ExecContext(ctx, args)
}

func (s *tappedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.conn.tell(ctx, s.query, args)
	return s.preparedStmt.QueryContext(ctx, args)
}

func (s *tappedStmt) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := s.preparedStmt.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return s.conn.CheckNamedValue(v)
}
