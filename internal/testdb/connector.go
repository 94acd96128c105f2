package testdb

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"testing"
)

// A Conn has the interfaces that any driver's connection has.
type Conn interface {
	sqldriver.Conn
	sqldriver.ConnPrepareContext
	sqldriver.ConnBeginTx
	sqldriver.ExecerContext
	sqldriver.QueryerContext
}

// A Connector opens connections of a driver with something of a test's around
// each, past which nothing is sent, by whatever way it is sent. It is for
// sql.OpenDB.
type Connector struct {
	driver sqldriver.Driver
	dsn    string
	around func(PassedOn) sqldriver.Conn
}

// NewConnector returns one for the driver that is registered under the name.
// Around makes what a connection is used by; it embeds what it is given, and has
// methods in the place of those that it listens to.
func NewConnector(t testing.TB, name, dsn string, around func(PassedOn) sqldriver.Conn) *Connector {
	t.Helper()
	probe, err := sql.Open(name, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	return &Connector{driver: probe.Driver(), dsn: dsn, around: around}
}

// Driver implements driver.Connector.
func (c *Connector) Driver() sqldriver.Driver { return c.driver }

// Connect implements driver.Connector.
func (c *Connector) Connect(ctx context.Context) (sqldriver.Conn, error) {
	conn, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	return c.around(PassedOn{conn.(Conn)}), nil
}

func (c *Connector) open(ctx context.Context) (sqldriver.Conn, error) {
	if d, ok := c.driver.(sqldriver.DriverContext); ok {
		connector, err := d.OpenConnector(c.dsn)
		if err != nil {
			return nil, err
		}
		return connector.Connect(ctx)
	}
	return c.driver.Open(c.dsn)
}

// PassedOn is a connection whose other interfaces are not lost to who embeds it.
type PassedOn struct{ Conn }

// CheckNamedValue implements driver.NamedValueChecker.
func (c PassedOn) CheckNamedValue(v *sqldriver.NamedValue) error {
	if n, ok := c.Conn.(sqldriver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return sqldriver.ErrSkip
}

// ResetSession implements driver.SessionResetter.
func (c PassedOn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(sqldriver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid implements driver.Validator.
func (c PassedOn) IsValid() bool {
	v, ok := c.Conn.(sqldriver.Validator)
	return !ok || v.IsValid()
}
