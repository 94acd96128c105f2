package plugins

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// modes are the ways to send statements that hold in transaction mode.
func modes() map[string]string {
	return map[string]string{
		"exec":            "&default_query_exec_mode=exec",
		"cache_describe":  "&default_query_exec_mode=cache_describe",
		"simple_protocol": "&default_query_exec_mode=simple_protocol",
	}
}

// TestPgBouncer_Suite: the contract is kept in every mode that holds.
func TestPgBouncer_Suite(t *testing.T) {
	for mode, params := range modes() {
		t.Run(mode, func(t *testing.T) {
			where := testdb.PgBouncer(t, testdb.New(t, testdb.Postgres))
			clock := adaptertest.NewClock(time.Now())
			adapter := gormadapter.New(reach(t, where, params).open(t), authdb.WithClock(clock.Now))
			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return adapter }, adaptertest.WithClock(clock))
		})
	}
}

// TestPgBouncer_Unguarded: so are keys that only advisory locks guard.
func TestPgBouncer_Unguarded(t *testing.T) {
	direct := testdb.New(t, testdb.Postgres)
	db := reach(t, testdb.PgBouncer(t, direct), modes()["exec"]).open(t)
	if err := gormadapter.New(db).Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Exec("DROP INDEX idx_users_email").Error; err != nil {
		t.Fatal(err)
	}
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{Unguarded: []authdb.Key{authdb.KeyEmail}}}))
	if err := adapter.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	made := atOnce(16, func(int) error {
		_, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		return err
	})
	if made[nil] != 1 || made[authdb.ErrDuplicate] != 15 {
		t.Errorf("of 16 who create the user of one address: %v", made)
	}
	idle(t, direct)
}

// TestPgBouncer_Synchronize: of any number of processes one makes the tables, and
// leaves no lock behind in a session that goes on to others.
func TestPgBouncer_Synchronize(t *testing.T) {
	direct := testdb.New(t, testdb.Postgres)
	where := testdb.PgBouncer(t, direct)
	var adapters []*gormadapter.Adapter
	for range 8 {
		adapters = append(adapters, gormadapter.New(reach(t, where, modes()["exec"]).open(t)))
	}
	if plan, err := adapters[0].Plan(t.Context()); err != nil || len(plan.Statements) == 0 {
		t.Errorf("Plan of an empty database: %v, %v", plan, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if done := atOnce(len(adapters), func(i int) error { return adapters[i].Synchronize(ctx) }); done[nil] != len(adapters) {
		t.Errorf("%d synchronise at once: %v", len(adapters), done)
	}
	if err := adapters[0].Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	if plan, err := adapters[0].Plan(t.Context()); err != nil || len(plan.Statements) > 0 {
		t.Errorf("Plan of what was synchronised: %v, %v", plan, err)
	}
	idle(t, direct)
	pool := reach(t, where, modes()["exec"]).pool
	for range 8 { // at once: all sessions that the pooler has
		tx, err := pool.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		var timeout string
		if err := tx.QueryRowContext(t.Context(), "SHOW lock_timeout").Scan(&timeout); err != nil || timeout != "0" {
			t.Errorf("lock_timeout is %q in a session that synchronised, %v", timeout, err)
		}
	}
}

// TestPgBouncer_Concurrency: of 16 callers one gets the token, and 16 sign-ins of
// one person leave one user.
func TestPgBouncer_Concurrency(t *testing.T) {
	for mode, params := range modes() {
		t.Run(mode, func(t *testing.T) {
			adapter := gormadapter.New(reach(t, testdb.PgBouncer(t, testdb.New(t, testdb.Postgres)), params).open(t))
			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			for round := range 10 {
				token := &authdb.VerificationToken{Identifier: "ada@example.com", Token: fmt.Sprint(round), Expires: time.Now().Add(time.Hour)}
				if _, err := adapter.CreateVerificationToken(t.Context(), token); err != nil {
					t.Fatal(err)
				}
				used := atOnce(16, func(int) error {
					_, err := adapter.UseVerificationToken(t.Context(), token.Identifier, token.Token)
					return err
				})
				if used[nil] != 1 || used[authdb.ErrNotFound] != 15 {
					t.Errorf("of 16 who use a token: %v", used)
				}
				account := &authdb.Account{Type: authdb.AccountOAuth, Provider: "p", ProviderAccountID: token.Token}
				var mu sync.Mutex
				users := map[string]bool{}
				signed := atOnce(16, func(int) error {
					r, err := authdb.Register(t.Context(), adapter, &authdb.User{Email: token.Token}, account, authdb.LinkPolicy{})
					if err != nil {
						return err
					}
					mu.Lock()
					defer mu.Unlock()
					users[r.User.ID] = true
					return nil
				})
				if signed[nil] != 16 || len(users) != 1 {
					t.Errorf("16 sign-ins of one person: %v, and %d users", signed, len(users))
				}
			}
		})
	}
}

// TestPgBouncer_Modes: docs/plugins.md says which ways of sending statements hold.
// Statements that stay prepared in a session of the server's meet those of
// others.
func TestPgBouncer_Modes(t *testing.T) {
	for _, mode := range []struct {
		name, params string
		prepare      bool // gorm.Config.PrepareStmt
		simple       bool // postgres.Config.PreferSimpleProtocol
		holds        bool
	}{
		{name: "cache_statement, pgx's default"},
		{name: "describe_exec", params: "&default_query_exec_mode=describe_exec"},
		{name: "cache_describe", params: "&default_query_exec_mode=cache_describe", holds: true},
		{name: "exec", params: "&default_query_exec_mode=exec", holds: true},
		{name: "simple_protocol", params: "&default_query_exec_mode=simple_protocol", holds: true},
		{name: "PreferSimpleProtocol", simple: true, holds: true},
		{name: "exec and PrepareStmt", params: "&default_query_exec_mode=exec", prepare: true},
		{name: "cache_describe and PrepareStmt", params: "&default_query_exec_mode=cache_describe", prepare: true},
		{name: "simple_protocol and PrepareStmt", params: "&default_query_exec_mode=simple_protocol", prepare: true},
	} {
		t.Run(mode.name, func(t *testing.T) {
			direct := testdb.New(t, testdb.Postgres)
			if err := gormadapter.New(reach(t, direct, "").open(t)).Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			where := testdb.PgBouncer(t, direct)
			db, err := gorm.Open(postgres.New(postgres.Config{DSN: where.DSN + mode.params, PreferSimpleProtocol: mode.simple}),
				&gorm.Config{Logger: logger.Discard, PrepareStmt: mode.prepare})
			if err != nil {
				t.Fatal(err)
			}
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			pool.SetMaxOpenConns(16)
			pool.SetMaxIdleConns(16)
			adapter := gormadapter.New(db)
			var mu sync.Mutex
			var failure error
			atOnce(16, func(i int) error {
				for n := range 50 {
					name := fmt.Sprint(i, " ", n)
					_, err := adapter.CreateUser(t.Context(), &authdb.User{Email: name})
					if err == nil {
						_, err = adapter.GetUserByEmail(t.Context(), name)
					}
					if err != nil {
						mu.Lock()
						defer mu.Unlock()
						failure = err
						return err
					}
				}
				return nil
			})
			if said := (*pgconn.PgError)(nil); mode.holds && failure != nil || !mode.holds && !errors.As(failure, &said) {
				t.Errorf("holds: %t, and it came to %v", mode.holds, failure)
			}
		})
	}
}

// atOnce calls f that many times at once, and returns how often it returned
// which of the contract's errors, or another.
func atOnce(n int, f func(i int) error) map[error]int {
	var (
		mu       sync.Mutex
		all      sync.WaitGroup
		answers  = map[error]int{}
		start    = make(chan struct{})
		expected = []error{nil, authdb.ErrDuplicate, authdb.ErrNotFound}
	)
	for i := range n {
		all.Go(func() {
			<-start
			err := f(i)
			for _, e := range expected {
				if errors.Is(err, e) {
					err = e
				}
			}
			mu.Lock()
			defer mu.Unlock()
			answers[err]++
		})
	}
	close(start)
	all.Wait()
	return answers
}

// idle checks that no session of the database is in a transaction or holds an
// advisory lock.
func idle(t *testing.T, where testdb.Database) {
	t.Helper()
	if held := ask(t, where, `SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); held != "0" {
		t.Errorf("%s advisory locks are left", held)
	}
	if open := ask(t, where, `SELECT coalesce(string_agg(query, '; '), '') FROM pg_stat_activity
		WHERE datname = current_database() AND state LIKE 'idle in transaction%'`); open != "" {
		t.Errorf("transactions are left open: %s", open)
	}
}

func ask(t *testing.T, where testdb.Database, query string) (answer string) {
	t.Helper()
	if err := reach(t, where, "").pool.QueryRowContext(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}
