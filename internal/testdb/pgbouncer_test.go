package testdb

import (
	"database/sql"
	"strings"
	"testing"
)

// TestPgBouncer: through the pooler it is the same database, a session does not
// outlast a transaction, and passwords are checked.
func TestPgBouncer(t *testing.T) {
	direct := New(t, Postgres)
	pooled := PgBouncer(t, direct)
	if !strings.HasPrefix(pooled.Version, "PgBouncer 1.") || pooled.Port == direct.Port || pooled.Name != direct.Name {
		t.Errorf("%+v is no pooler in front of %+v", pooled, direct)
	}
	execute(t, open(t, direct), "CREATE TABLE t (n INT)")
	pooled.DSN += "&default_query_exec_mode=exec"
	pool := open(t, pooled)
	var held []*sql.Tx
	for range 2 { // at once: two sessions
		tx, err := pool.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		execute(t, tx, "SELECT 1")
		held = append(held, tx)
	}
	for _, tx := range held {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
	pool.SetMaxOpenConns(1) // of the client's
	execute(t, pool, "INSERT INTO t VALUES (1)", "SET my.setting = 'mine'")
	var mine sql.NullString
	if err := pool.QueryRowContext(t.Context(), "SELECT current_setting('my.setting', true)").Scan(&mine); err != nil || mine.String != "" {
		t.Errorf("the next transaction has the session of the one before: %q, %v", mine.String, err)
	}

	wrong, err := sql.Open("pgx", strings.Replace(pooled.DSN, pooled.Password, "wrong", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer wrong.Close()
	if err := wrong.PingContext(t.Context()); err == nil {
		t.Error("a wrong password is right")
	}
}

// TestPgBouncer_Missing: the test says what to install.
func TestPgBouncer_Missing(t *testing.T) {
	if how := new(pooler).missing(); !strings.Contains(how, "apt-get install pgbouncer") {
		t.Errorf("without the program it says %q", how)
	}
}
