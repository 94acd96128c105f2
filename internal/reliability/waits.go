package reliability

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/testdb"
)

// databaseLocked has another process lock everything, for longer than a
// connection waits for a lock; every tenth time for longer than the adapter tries
// again.
func databaseLocked() fault {
	mysql := map[string]string{"lock_wait_timeout": "1", "innodb_lock_wait_timeout": "1"}
	held := 0
	return fault{
		name: "database locked by another process", rounds: 40, unit: "locks",
		params: map[string]map[string]string{
			sqlite:          {"busy_timeout": "50"},
			testdb.Postgres: {"lock_timeout": "50"},
			testdb.MariaDB:  mysql, testdb.MySQL: mysql,
		},
		strike: func(ctx context.Context, sc *scene) error {
			hold := 300 * time.Millisecond
			if sc.server == testdb.MariaDB || sc.server == testdb.MySQL {
				hold = 1200 * time.Millisecond
			}
			if held++; held%10 == 1 {
				hold = 12 * time.Second
			}
			return sc.lock(ctx, hold)
		},
	}
}

// lock locks all tables from another process or, on a server, session.
func (sc *scene) lock(ctx context.Context, hold time.Duration) error {
	if sc.server == "" {
		holder, err := sc.spawn(nil)
		if err != nil {
			return err
		}
		_, err = holder.ask(order{Do: "lock"})
		time.Sleep(hold)
		return errors.Join(err, holder.close())
	}
	t := sc.schema
	begin, lock, end := "BEGIN", fmt.Sprintf("LOCK TABLE %s, %s, %s, %s IN ACCESS EXCLUSIVE MODE", t.users, t.accounts, t.sessions, t.tokens), "ROLLBACK"
	if sc.server != testdb.Postgres {
		begin, lock, end = "SELECT 1", fmt.Sprintf("LOCK TABLES %s WRITE, %s WRITE, %s WRITE, %s WRITE", t.users, t.accounts, t.sessions, t.tokens), "UNLOCK TABLES"
	}
	return sc.view.WithContext(ctx).Connection(func(tx *gorm.DB) error {
		for _, statement := range []string{begin, lock} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		time.Sleep(hold)
		return tx.Exec(end).Error
	})
}

// poolExhausted takes all connections that the pool may open.
func poolExhausted() fault {
	return fault{
		name: "pool exhausted", rounds: 40, unit: "times", bound: 60 * time.Millisecond,
		strike: func(ctx context.Context, sc *scene) error {
			return sc.onAll(ctx, func([]*sql.Conn) error {
				time.Sleep(100 * time.Millisecond)
				return nil
			})
		},
	}
}

// onAll does something with all connections of the writers' pool.
func (sc *scene) onAll(ctx context.Context, do func([]*sql.Conn) error) error {
	pool, err := sc.pool.DB()
	if err != nil {
		return err
	}
	var conns []*sql.Conn
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for len(conns) < pool.Stats().MaxOpenConnections {
		c, err := pool.Conn(ctx)
		if errors.Is(err, driver.ErrBadConn) {
			continue // several that were given back had died with their contexts
		}
		if err != nil {
			return err
		}
		conns = append(conns, c)
	}
	return do(conns)
}

// statementTimeout has the server give up what takes longer than a moment.
func statementTimeout() fault {
	return fault{
		name: "statement timeout", rounds: 40, unit: "times 100 ms",
		on: map[string]string{sqlite: "SQLite has no such setting"},
		params: map[string]map[string]string{
			testdb.Postgres: {"statement_timeout": "4"},
			testdb.MariaDB:  {"max_statement_time": "0.004"},
			testdb.MySQL:    {"max_execution_time": "1", "innodb_lock_wait_timeout": "1"},
		},
		strike: pause,
	}
}

// contextCanceled ends the contexts of calls, at any moment of them.
func contextCanceled() fault {
	return fault{
		name: "contexts canceled at random moments", rounds: 100, unit: "times 100 ms",
		bound: 20 * time.Millisecond, strike: pause,
	}
}

func pause(context.Context, *scene) error {
	time.Sleep(100 * time.Millisecond)
	return nil
}
