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

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb/internal/testdb"
)

// A fault is what happens at one step of what is sent to a database.
type fault int

const (
	nothing      fault = iota
	cancelBefore       // the context ends, and then it is sent
	cancelAfter        // it is answered, and then the context ends
	cutBefore          // the connection is lost before it is sent
	cutAfter           // it is done, and the connection is lost before the answer
	gaveWay            // the database rolls all back, in favour of others
	full               // the database rolls all back, for want of space
	silent             // the database does not write, and says that it found nothing to write
)

func (f fault) String() string {
	return [...]string{"nothing", "canceled before", "canceled after", "cut before", "cut after", "gave way", "full", "silent"}[f]
}

// A wire is a driver over another one. It counts what is sent, and has a fault at
// one of the steps.
type wire struct {
	codes map[fault]error // as this database's driver has them

	mu     sync.Mutex
	fault  fault
	at     int // the step; the first is 1
	sent   []string
	cancel context.CancelFunc
	used   bool
}

// throughWire opens the database again, through a wire.
func throughWire(t testing.TB, db *gorm.DB) (*gorm.DB, *wire) {
	t.Helper()
	name, dsn := placeOf(db)
	if name == "mysql" {
		dsn += "&interpolateParams=true" // else statements are prepared, which is not counted
	}
	w := &wire{codes: map[string]map[fault]error{
		"postgres": {gaveWay: &pgconn.PgError{Code: "40001"}, full: &pgconn.PgError{Code: "53100"}},
		"mysql":    {gaveWay: &mysqldriver.MySQLError{Number: 1213}, full: &mysqldriver.MySQLError{Number: 1206}},
		"sqlite":   {gaveWay: sqliteCode(5), full: sqliteCode(13)},
	}[db.Name()]}
	t.Cleanup(func() {
		if !w.used {
			t.Error("nothing was sent through the wire")
		}
	})
	return openAround(t, name, dsn, func(c testdb.PassedOn) driver.Conn { return &wireConn{PassedOn: c, wire: w} }), w
}

// openAround opens a place, as placeOf returns it, with something around each
// connection.
func openAround(t testing.TB, name, dsn string, around func(testdb.PassedOn) driver.Conn) *gorm.DB {
	t.Helper()
	d := map[string]string{"postgres": "pgx", "": "sqlite3"}[name]
	if d == "" {
		d = name
	}
	conns := sql.OpenDB(testdb.NewConnector(t, d, dsn, around))
	t.Cleanup(func() { conns.Close() })
	var dialector gorm.Dialector = sqlite.Dialector{Conn: conns}
	switch name {
	case "postgres":
		dialector = postgres.New(postgres.Config{Conn: conns})
	case "mysql":
		dialector = mysql.New(mysql.Config{Conn: conns})
	}
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// sqliteCode has the shape of modernc's errors.
type sqliteCode int

func (c sqliteCode) Error() string { return "not a code" }
func (c sqliteCode) Code() int     { return int(c) }

// arm has the fault happen at a step from now on, and returns what to call when
// all is sent: it says whether the fault happened, and what was sent until then.
// After a context has ended, database/sql may still be rolling back.
func (w *wire) arm(f fault, at int, cancel context.CancelFunc) (disarm func() (happened bool, sent string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.at, w.cancel, w.sent = f, at, cancel, nil
	return func() (bool, string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.fault = nothing
		return len(w.sent) >= at, strings.Join(w.sent, "; ")
	}
}

// step returns the fault that is to happen with what is sent now, and what ends
// the context.
func (w *wire) step(what string) (fault, context.CancelFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = true
	if w.sent = append(w.sent, what); len(w.sent) == w.at {
		return w.fault, w.cancel
	}
	return nothing, nil
}

var errSilent = errors.New("not sent")

type wireConn struct {
	testdb.PassedOn
	wire *wire
	dead bool
}

// send sends what f sends, with the fault that is to happen. Undo gives back what
// f got, if nobody is to have it.
func (c *wireConn) send(what string, f func() error, undo func()) error {
	if c.dead {
		return driver.ErrBadConn
	}
	happens, cancel := c.wire.step(what)
	switch happens {
	case cancelBefore:
		cancel()
	case cancelAfter:
		defer cancel()
	case cutBefore:
		c.cut()
		return driver.ErrBadConn
	case cutAfter:
		err := f()
		if err == nil {
			undo()
			err = io.ErrUnexpectedEOF
		}
		c.cut()
		return err
	case silent:
		if verb, _, _ := strings.Cut(what, " "); verb == "UPDATE" || verb == "DELETE" {
			return errSilent
		}
	case gaveWay, full:
		if what != "BEGIN" && what != "BEGIN IMMEDIATE" {
			_, _ = c.PassedOn.ExecContext(context.Background(), "ROLLBACK", nil)
		}
		return c.wire.codes[happens]
	}
	return f()
}

func (c *wireConn) cut() {
	c.dead = true
	_ = c.PassedOn.Close()
}

func (c *wireConn) Close() error {
	if c.dead {
		return nil
	}
	return c.PassedOn.Close()
}

func (c *wireConn) IsValid() bool { return !c.dead && c.PassedOn.IsValid() }

func (c *wireConn) ResetSession(ctx context.Context) error {
	if c.dead {
		return driver.ErrBadConn
	}
	return c.PassedOn.ResetSession(ctx)
}

func (c *wireConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.send(query, func() (err error) { r, err = c.PassedOn.ExecContext(ctx, query, args); return err }, func() {})
	if errors.Is(err, errSilent) {
		return driver.RowsAffected(0), nil
	}
	return r, err
}

func (c *wireConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Rows, err error) {
	err = c.send(query, func() (err error) { r, err = c.PassedOn.QueryContext(ctx, query, args); return err }, func() { _ = r.Close() })
	if errors.Is(err, errSilent) {
		return noRows{}, nil
	}
	return r, err
}

// noRows is what a query finds that found nothing.
type noRows struct{}

func (noRows) Columns() []string         { return nil }
func (noRows) Close() error              { return nil }
func (noRows) Next([]driver.Value) error { return io.EOF }

func (c *wireConn) BeginTx(ctx context.Context, opts driver.TxOptions) (tx driver.Tx, err error) {
	err = c.send("BEGIN", func() (err error) { tx, err = c.PassedOn.BeginTx(ctx, opts); return err }, func() {})
	if err != nil {
		return nil, err
	}
	return wireTx{tx, c}, nil
}

type wireTx struct {
	driver.Tx
	conn *wireConn
}

func (t wireTx) Commit() error { return t.conn.send("COMMIT", t.Tx.Commit, func() {}) }

func (t wireTx) Rollback() error {
	if t.conn.dead {
		return errors.New("the connection is gone")
	}
	return t.conn.send("ROLLBACK", t.Tx.Rollback, func() {})
}
