package testdb_test

import (
	"errors"
	"testing"

	"github.com/authdb/authdb/internal/testdb"
)

// TestInstance: what is committed outlives kill -9, and a full disk is an error
// of a server that goes on.
func TestInstance(t *testing.T) {
	for server, driver := range map[string]string{testdb.Postgres: "pgx", testdb.MariaDB: "mysql", testdb.MySQL: "mysql"} {
		t.Run(server, func(t *testing.T) {
			instance, err := testdb.Launch(server)
			if errors.Is(err, testdb.ErrNotInstalled) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Stop()
			where, err := instance.DB()
			if err != nil {
				t.Fatal(err)
			}
			before := openSQL(t, driver, where.DSN)
			for _, statement := range []string{"CREATE TABLE t (n integer)", "INSERT INTO t VALUES (42)"} {
				if _, err := before.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(instance.Kill(), instance.Start(), instance.Start()); err != nil {
				t.Fatal(err)
			}
			if n := value(t, openSQL(t, driver, where.DSN), "SELECT n FROM t"); n != "42" {
				t.Errorf("%s is there after the kill", n)
			}
			if err := errors.Join(instance.Fill(), instance.Free()); err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Error(err)
			}
		})
	}
	if _, err := testdb.Launch("nothing"); err == nil {
		t.Error("a server that nobody knows was started")
	}
}
