package catalog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"gorm.io/gorm"
)

// The lock is one for all tables of a database and not one for each set of
// tables: sets may overlap without being the same.
const lockName = "authdb: synchronize"

// cleanup bounds what is done after a context has ended.
const cleanup = 10 * time.Second

func exclusivelyPostgres(tx *gorm.DB, conn pinned, _ []string, work func(*gorm.DB) error) error {
	ctx := tx.Statement.Context
	// Whatever the database's default is: after the lock has been waited for,
	// the catalogue must be as it is then and not as it was before.
	dbtx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return describe("begin", err)
	}
	defer func() { _ = dbtx.Rollback() }()
	tx = session(ctx, tx, dbtx)
	// Advisory locks belong to one database. This one ends with the
	// transaction, also behind a pooler that gives every transaction another
	// connection.
	h := fnv.New64a()
	_, _ = h.Write([]byte(lockName))
	if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(h.Sum64())).Error; err != nil { //nolint:gosec // any 64 bits will do
		return describe("wait for other processes", err)
	}
	// Nobody waits for us longer than our patience lasts, and no longer than
	// the application's own setting says.
	if err := one(tx, []any{new(string)}, `SELECT set_config('lock_timeout', LEAST(NULLIF(setting::bigint, 0), ?)::text, true)
		FROM pg_catalog.pg_settings WHERE name = 'lock_timeout'`, patience.Milliseconds()); err != nil {
		return describe("begin", err)
	}
	if err := work(tx); err != nil {
		return err
	}
	return describe("commit", dbtx.Commit())
}

func exclusivelySQLite(tx *gorm.DB, conn pinned, _ []string, work func(*gorm.DB) error) error {
	ctx := tx.Statement.Context
	// Not by BeginTx: whether that is immediate, the DSN says.
	_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	if err != nil && busy(err) && ctx.Err() == nil {
		return describe("begin", err)
	}
	// Other errors, a context's above all, may come from a BEGIN that began.
	if err = describe("begin", err); err == nil {
		err = work(tx)
	}
	if err == nil {
		if _, err = conn.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
		err = describe("commit", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	if _, e := conn.ExecContext(ctx, "ROLLBACK"); e != nil {
		discard(conn)
	}
	return err
}

func exclusivelyMySQL(tx *gorm.DB, conn pinned, tables []string, work func(*gorm.DB) error) error {
	ctx := tx.Statement.Context
	locks, err := locksMySQL(tx, tables)
	if err != nil {
		return describe("read the catalogue", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
		defer cancel()
		for _, name := range locks {
			var released sql.NullInt64
			if conn.QueryRowContext(ctx, "SELECT RELEASE_LOCK(?)", name).Scan(&released) != nil {
				discard(conn) // the server releases what an ended session held
				return
			}
		}
	}()
	for _, name := range locks {
		if err := lockMySQL(tx, name); err != nil {
			return err
		}
	}
	return impatiently(tx, conn, func(tx *gorm.DB) error { return explicitly(tx, conn, work) })
}

// explicitly calls work in a session in which a TIMESTAMP is what its definition
// says. In others MariaDB may make one ON UPDATE CURRENT_TIMESTAMP when all that
// an ALTER TABLE adds is an index. Servers that don't let it be set have made
// such columns so from the beginning.
func explicitly(tx *gorm.DB, conn pinned, work func(*gorm.DB) error) error {
	var explicit bool
	if err := one(tx, []any{&explicit}, "SELECT @@explicit_defaults_for_timestamp"); err != nil || explicit {
		return work(tx)
	}
	if err := run(tx, "SET explicit_defaults_for_timestamp = 1"); err != nil {
		return work(tx)
	}
	err := work(tx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tx.Statement.Context), cleanup)
	defer cancel()
	if _, e := conn.ExecContext(ctx, "SET explicit_defaults_for_timestamp = 0"); e != nil {
		discard(conn)
	}
	return err
}

// impatiently calls work in a session that waits for a table no longer than
// our patience lasts: the server's default is a year, or a day.
func impatiently(tx *gorm.DB, conn pinned, work func(*gorm.DB) error) error {
	var usual int64
	if err := one(tx, []any{&usual}, "SELECT @@lock_wait_timeout"); err != nil {
		return describe("begin", err)
	}
	if err := run(tx, fmt.Sprintf("SET lock_wait_timeout = %d", min(usual, int64(patience.Seconds())))); err != nil {
		return describe("begin", err)
	}
	err := work(tx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tx.Statement.Context), cleanup)
	defer cancel()
	if _, e := conn.ExecContext(ctx, fmt.Sprintf("SET lock_wait_timeout = %d", usual)); e != nil {
		discard(conn)
	}
	return err
}

// locksMySQL returns a lock's name for every database that the tables are in,
// in the order in which everybody takes them. Locks belong to the server.
func locksMySQL(tx *gorm.DB, tables []string) ([]string, error) {
	var current sql.NullString
	if err := one(tx, []any{&current}, "SELECT DATABASE()"); err != nil {
		return nil, err
	}
	var list []string
	for _, table := range tables {
		in, _ := split(table)
		if in == "" {
			in = current.String
		}
		h := sha256.Sum256([]byte(in))
		list = append(list, lockName+" "+hex.EncodeToString(h[:16])) // 64 characters are allowed
	}
	list = unique(list)
	slices.Sort(list)
	return list, nil
}

// lockMySQL waits for the lock in short turns: some servers of MySQL's family
// answer at once instead of waiting.
func lockMySQL(tx *gorm.DB, name string) error {
	ctx := tx.Statement.Context
	give := time.Now().Add(patience)
	for {
		var got sql.NullInt64
		err := one(tx, []any{&got}, "SELECT GET_LOCK(?, 5)", name)
		switch {
		case err == nil && got.Int64 == 1:
			return nil
		case ctx.Err() != nil:
			return describe("wait for other processes", ctx.Err())
		case err != nil && code(err) == "": // the connection is gone
			return describe("wait for other processes", err)
		case time.Now().After(give) && err != nil:
			return describe("wait for other processes", err)
		case time.Now().After(give):
			return plainf("wait for other processes: one of them has been synchronising for too long")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// discard closes the connection instead of giving it back to the pool.
func discard(conn pinned) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}
