package datasource_test

import (
	"database/sql"
	"testing"

	"github.com/authdb/authdb/datasource"
)

// The pool that Config describes is the one that is opened.
func TestPool(t *testing.T) {
	for _, test := range []struct{ given, want int }{{0, 20}, {3, 3}, {-1, 0}} {
		db := openDB(t, datasource.Config{URL: ":memory:", MaxOpenConns: test.given})
		if got := poolOf(t, db).Stats().MaxOpenConnections; got != test.want {
			t.Errorf("MaxOpenConns %d: %d, want %d", test.given, got, test.want)
		}
	}
	pool := poolOf(t, openDB(t, datasource.Config{URL: ":memory:", MaxIdleConns: 2}))
	var conns []*sql.Conn
	for range 5 {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	if idle := pool.Stats().Idle; idle != 2 {
		t.Errorf("%d idle", idle)
	}
}
