package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Replication is two PostgreSQL servers of a test's own: a primary, and a
// replica that follows it by streaming and can be read.
type Replication struct {
	primary, replica *server
}

// Replicate starts a primary and a replica for this test alone, and stops them
// when it ends. It skips or fails as Private does.
//
// The replica lags, as replicas do. A connection to the primary that is opened
// with the parameter synchronous_commit=remote_apply waits at each COMMIT until
// the replica shows what was committed.
func Replicate(tb testing.TB) *Replication {
	tb.Helper()
	primary, err := startWith(Postgres, &leader{newPostgres()})
	must(tb, Postgres, err)
	tb.Cleanup(primary.stop)
	replica, err := startWith(Postgres, &follower{newPostgres(), primary})
	must(tb, Postgres, err)
	tb.Cleanup(replica.stop)
	return &Replication{primary, replica}
}

// DB returns an empty database on the primary, as New does, and the same on the
// replica.
func (r *Replication) DB(tb testing.TB) (primary, replica Database) {
	tb.Helper()
	primary = r.primary.newDatabase(tb)
	r.CatchUp(tb)
	return primary, r.replica.locate(primary.Name)
}

// Pause keeps the replica as it is from now on, until Resume.
func (r *Replication) Pause(tb testing.TB) {
	tb.Helper()
	r.tell(tb, "SELECT pg_wal_replay_pause()")
	if strings.HasPrefix(r.replica.version, "PostgreSQL 13.") { // which does not say when the pause has begun
		return
	}
	r.await(tb, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
}

// Resume has the replica follow again, and returns when it shows what is
// committed on the primary.
func (r *Replication) Resume(tb testing.TB) {
	tb.Helper()
	r.tell(tb, "SELECT pg_wal_replay_resume()")
	r.CatchUp(tb)
}

// CatchUp returns when the replica shows what is committed on the primary. It
// never does while the replica is paused.
func (r *Replication) CatchUp(tb testing.TB) {
	tb.Helper()
	var written string
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := new(postgres).on(r.primary, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT pg_current_wal_lsn()").Scan(&written)
	}); err != nil {
		tb.Fatalf("testdb: the primary: %v", err)
	}
	r.await(tb, "SELECT pg_last_wal_replay_lsn() >= '"+written+"'")
}

// tell executes a command on the replica.
func (r *Replication) tell(tb testing.TB, command string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := new(postgres).on(r.replica, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, command)
		return err
	}); err != nil {
		tb.Fatalf("testdb: the replica: %s: %v", command, err)
	}
}

// await returns when the condition holds on the replica.
func (r *Replication) await(tb testing.TB, condition string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := new(postgres).on(r.replica, func(db *sql.DB) error {
		for holds := false; ; time.Sleep(time.Millisecond) {
			if err := db.QueryRowContext(ctx, condition).Scan(&holds); err != nil || holds {
				return err
			}
		}
	}); err != nil {
		tb.Fatalf("testdb: the replica: %s: %v", condition, err)
	}
}

// leader is PostgreSQL as a replica can follow it.
type leader struct{ *postgres }

func (p *leader) command(s *server) []string {
	return append(p.postgres.command(s),
		"-c", "wal_level=replica", "-c", "max_wal_senders=4",
		// For connections that ask for it; the others wait for no replica.
		"-c", "synchronous_standby_names=*", "-c", "synchronous_commit=local")
}

// follower is PostgreSQL as it follows a leader.
type follower struct {
	*postgres
	leader *server
}

// prepare copies the leader, with its accounts.
func (p *follower) prepare(s *server) error {
	s.username, s.password, s.database = p.leader.username, p.leader.password, p.leader.database
	return run(s.guard.command([]string{
		filepath.Join(p.bin, "pg_basebackup"), "--dbname", p.leader.engine.dsn(p.leader, ""), "--pgdata", filepath.Join(s.guard.dir, "data"),
		"--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast", "--no-sync",
	}))
}

// command has the leader's settings: a server refuses to follow with less of some.
func (p *follower) command(s *server) []string { return p.leader.engine.command(s) }

// ask gives no answer until the server follows.
func (p *follower) ask(ctx context.Context, s *server) (string, error) {
	var follows bool
	err := p.on(s, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')").Scan(&follows)
	})
	if err == nil && !follows {
		err = fmt.Errorf("it does not follow %s", p.leader.address())
	}
	if err != nil {
		return "", err
	}
	return p.postgres.ask(ctx, s)
}
