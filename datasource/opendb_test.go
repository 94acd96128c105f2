package datasource_test

import (
	"database/sql"
	"path/filepath"
	"runtime"
	"testing"
	"time"

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

// No goroutine is left of a database that was closed, or could not be opened.
func TestNoGoroutineIsLeft(t *testing.T) {
	dir := t.TempDir()
	memory := datasource.Config{URL: ":memory:", Synchronize: true}
	for name, once := range map[string]func(t *testing.T){
		"Open": func(t *testing.T) {
			adapter, err := datasource.Open(t.Context(), memory)
			if err != nil {
				t.Fatal(err)
			}
			if err := adapter.Close(); err != nil {
				t.Error(err)
			}
		},
		"OpenDB": func(t *testing.T) {
			db, err := datasource.OpenDB(t.Context(), datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "x.db")})
			if err != nil {
				t.Fatal(err)
			}
			if err := poolOf(t, db).Close(); err != nil {
				t.Error(err)
			}
		},
		"no tables": func(t *testing.T) {
			if _, err := datasource.Open(t.Context(), datasource.Config{URL: ":memory:"}); err == nil {
				t.Error("no error")
			}
		},
		"no folder": func(t *testing.T) {
			if _, err := datasource.OpenDB(t.Context(), datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "no", "x.db")}); err == nil {
				t.Error("no error")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			once(t) // whatever is started once for the process
			before := runtime.NumGoroutine()
			for range 30 {
				once(t)
			}
			if left := goroutinesAbove(before); left > 0 {
				t.Errorf("%d goroutines are left of 30 times", left)
			}
		})
	}
}

// goroutinesAbove returns how many more there are, when those that are about to
// end have had the time to.
func goroutinesAbove(before int) (more int) {
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if more = runtime.NumGoroutine() - before; more <= 0 {
			break
		}
	}
	return more
}
