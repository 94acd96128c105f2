package gormadapter_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"gorm.io/driver/mysql"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
)

// TestUnguardedLate: no connection of the pool keeps the lock of a key of which
// it is not known whether it was taken, or which could not be given back.
func TestUnguardedLate(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			late := new(lateLocks)
			db := openGORM(t, mysql.New(mysql.Config{Conn: sql.OpenDB(testdb.NewConnector(t,
				"mysql", testdb.New(t, server).DSN+"?parseTime=true&interpolateParams=true",
				func(c testdb.PassedOn) driver.Conn { return lateLockConn{c, late} }))}))
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

// A lateLockConn notices the end of a context only when the lock was taken, or can't
// give one back.
type lateLockConn struct {
	testdb.PassedOn
	late *lateLocks
}

type lateLocks struct {
	taken context.CancelFunc
	keep  bool
}

func (c lateLockConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.late.taken == nil || !strings.Contains(query, "GET_LOCK") {
		return c.PassedOn.QueryContext(ctx, query, args)
	}
	rows, err := c.PassedOn.QueryContext(context.WithoutCancel(ctx), query, args)
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
	return c.PassedOn.ExecContext(ctx, query, args)
}
