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

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// A tap is a driver over another one, so that no statement gets past it, by
// whatever way it is sent. It lets somebody listen, who may ask the database on
// the same connection before the statement is sent.
type tap struct {
	driver driver.Driver
	dsn    string

	mu     sync.Mutex
	listen func(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue)
}

// throughTap opens the database again, through a tap.
func throughTap(t testing.TB, db *gorm.DB) (*gorm.DB, *tap) {
	t.Helper()
	name, dsn := placeOf(db)
	d := map[string]string{"postgres": "pgx", "": "sqlite3"}[name]
	if d == "" {
		d = name
	}
	probe, err := sql.Open(d, dsn)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{driver: probe.Driver(), dsn: dsn}
	probe.Close()
	conns := sql.OpenDB(p)
	t.Cleanup(func() { conns.Close() })
	var dialector gorm.Dialector = sqlite.Dialector{Conn: conns}
	switch name {
	case "postgres":
		dialector = postgres.New(postgres.Config{Conn: conns})
	case "mysql":
		dialector = mysql.New(mysql.Config{Conn: conns})
	}
	again, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return again, p
}

// hear has f called with all statements from now on; nil ends that.
func (p *tap) hear(f func(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listen = f
}

func (p *tap) Driver() driver.Driver { return p.driver }

func (p *tap) Connect(ctx context.Context) (driver.Conn, error) {
	var conn driver.Conn
	var err error
	if d, ok := p.driver.(driver.DriverContext); ok {
		var c driver.Connector
		if c, err = d.OpenConnector(p.dsn); err == nil {
			conn, err = c.Connect(ctx)
		}
	} else {
		conn, err = p.driver.Open(p.dsn)
	}
	if err != nil {
		return nil, err
	}
	return &tappedConn{conn.(sqliteConn), p}, nil
}

type tappedConn struct {
	sqliteConn // the interfaces that any driver's connection has
	tap        *tap
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
	rows, err := c.sqliteConn.QueryContext(ctx, query, args)
	if errors.Is(err, driver.ErrSkip) {
		var stmt driver.Stmt
		if stmt, err = c.sqliteConn.PrepareContext(ctx, query); err != nil {
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
	return c.sqliteConn.ExecContext(ctx, query, args)
}

func (c *tappedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !c.skips(args) {
		c.tell(ctx, query, args)
	}
	return c.sqliteConn.QueryContext(ctx, query, args)
}

// skips reports whether the driver will want a statement with arguments to be
// prepared, which is when it is told.
func (c *tappedConn) skips(args []driver.NamedValue) bool {
	return len(args) > 0 && strings.Contains(c.tap.dsn, "@tcp(") && !strings.Contains(c.tap.dsn, "interpolateParams")
}

func (c *tappedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &tappedStmt{stmt.(preparedStmt), c, query}, nil
}

func (c *tappedConn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.sqliteConn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *tappedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.sqliteConn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *tappedConn) IsValid() bool {
	v, ok := c.sqliteConn.(driver.Validator)
	return !ok || v.IsValid()
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
