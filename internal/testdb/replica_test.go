package testdb

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"testing"
)

// TestReplicate: the replica shows what the primary has, but not while it is
// paused, and can't be written to.
func TestReplicate(t *testing.T) {
	var folders []string
	t.Run("a test", func(t *testing.T) {
		r := Replicate(t)
		folders = []string{r.primary.guard.dir, r.replica.guard.dir}
		here, there := r.DB(t)
		primary, replica := open(t, here), open(t, there)
		count := func(on *sql.DB, want int) {
			t.Helper()
			var n int
			if err := on.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil || n != want {
				t.Errorf("%d rows, %v, want %d", n, err, want)
			}
		}
		execute(t, primary, "CREATE TABLE t (n INT)", "INSERT INTO t VALUES (1)")
		r.CatchUp(t)
		count(replica, 1)
		if _, err := replica.ExecContext(t.Context(), "INSERT INTO t VALUES (2)"); err == nil {
			t.Error("the replica can be written to")
		}

		r.Pause(t)
		execute(t, primary, "INSERT INTO t VALUES (2)")
		count(primary, 2)
		count(replica, 1)
		r.Resume(t)
		count(replica, 2)

		waiting := here
		waiting.DSN += "&synchronous_commit=remote_apply"
		execute(t, open(t, waiting), "INSERT INTO t VALUES (3)")
		count(replica, 3)
	})
	for _, folder := range folders {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a server's folder after the test: %v", err)
		}
	}
}
