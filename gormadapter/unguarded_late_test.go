package gormadapter_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
)

// TestUnguardedLate: no connection of the pool keeps the lock of a key of which
// it is not known whether it was taken, or which could not be given back.
func TestUnguardedLate(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			config, err := mysqldriver.ParseDSN(testdb.New(t, server).DSN + "?parseTime=true&interpolateParams=true")
			if err != nil {
				t.Fatal(err)
			}
			inner, err := mysqldriver.NewConnector(config)
			if err != nil {
				t.Fatal(err)
			}
			late := &lateLocks{Connector: inner}
			db := openGORM(t, mysql.New(mysql.Config{Conn: sql.OpenDB(late)}))
			makeLoose(t, db)
			a := newLoose(db)
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			late.taken = cancel
			if _, err := a.LinkAccount(ctx, accountOf(u.ID, "taken")); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			late.taken = nil
			unlocked(t, db, "taken")
			late.keep = true
			if _, err := a.LinkAccount(t.Context(), accountOf(u.ID, "kept")); err != nil {
				t.Error(err)
			}
			unlocked(t, db, "kept")
		})
	}
}

// lateLocks opens connections that notice the end of a context only when the
// lock was taken, or that can't give one back.
type lateLocks struct {
	driver.Connector
	taken context.CancelFunc
	keep  bool
}

func (l *lateLocks) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := l.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return lateLockConn{conn.(sqliteConn), l}, nil
}

type lateLockConn struct {
	sqliteConn // the interfaces that any driver's connection has
	late       *lateLocks
}

func (c lateLockConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.late.taken == nil || !strings.Contains(query, "GET_LOCK") {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := c.sqliteConn.QueryContext(context.WithoutCancel(ctx), query, args)
	if err != nil {
		return nil, err
	}
	c.late.taken()
	return nil, errors.Join(rows.Close(), ctx.Err())
}

func (c lateLockConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.late.keep && strings.Contains(query, "RELEASE_LOCK") {
		return nil, errors.New("not now")
	}
	return c.sqliteConn.ExecContext(ctx, query, args)
}
