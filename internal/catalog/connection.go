package catalog

import (
	"context"
	"database/sql"
	"strings"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// pinned is one connection of the pool. It has the methods of a transaction
// so that a plugin which sends statements to replicas leaves it alone; nothing
// calls them.
type pinned struct{ *sql.Conn }

// Commit is there for gorm.TxCommitter alone.
func (pinned) Commit() error { return sql.ErrTxDone }

// Rollback is there for gorm.TxCommitter alone.
func (pinned) Rollback() error { return sql.ErrTxDone }

var _ gorm.TxCommitter = pinned{}

// session returns a *gorm.DB without the caller's clauses, on that pool.
func session(ctx context.Context, db *gorm.DB, pool gorm.ConnPool) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx, SkipHooks: true})
	tx.Statement.ConnPool = pool
	return tx
}

// inTransaction reports whether db's statements belong to a transaction that
// somebody else began.
func inTransaction(db *gorm.DB) bool {
	tx, ok := db.Statement.ConnPool.(gorm.TxCommitter)
	return ok && tx != nil
}

// refuseTransaction keeps DDL out of transactions: MySQL would commit them.
func refuseTransaction(db *gorm.DB) error {
	if !inTransaction(db) {
		return nil
	}
	return plainf("%w: not inside a transaction; call adapter.Synchronize(ctx) before it begins", authdb.ErrNotSynchronized)
}

// onConnection calls do with one connection of the pool, so that session
// settings and locks hold from statement to statement. Inside a transaction do
// gets that, and no connection; nor does it where GORM has no pool of
// database/sql.
func onConnection(ctx context.Context, db *gorm.DB, do func(tx *gorm.DB, conn pinned) error) error {
	if inTransaction(db) {
		return do(session(ctx, db, db.Statement.ConnPool), pinned{})
	}
	if conn, ok := db.Statement.ConnPool.(*sql.Conn); ok {
		return do(session(ctx, db, pinned{conn}), pinned{conn})
	}
	pool, err := db.DB()
	if err != nil { // a pool of the application's own kind
		return do(session(ctx, db, db.Statement.ConnPool), pinned{})
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return describe("connect", err)
	}
	defer func() { _ = conn.Close() }()
	return do(session(ctx, db, pinned{conn}), pinned{conn})
}

// each runs the query and calls row for every row of the result.
func each(tx *gorm.DB, row func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := tx.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one scans the only row of the result. GORM's Row won't do: what it returns
// panics where a statement could not be prepared.
func one(tx *gorm.DB, into []any, query string, args ...any) error {
	empty := true
	err := each(tx, func(scan func(...any) error) error {
		empty = false
		return scan(into...)
	}, query, args...)
	if err == nil && empty {
		return sql.ErrNoRows
	}
	return err
}

// run executes a statement without parameters.
func run(tx *gorm.DB, statement string) error { return tx.Exec(statement).Error }

// quote returns the name as the dialect quotes it, part by part.
func quote(db *gorm.DB, name string) string {
	return (&gorm.Statement{DB: db}).Quote(name)
}

// quoteName returns one name as the dialect quotes it, dots and all: indexes and
// constraints are called "User.email_unique" in tables that older versions of
// Prisma made.
func quoteName(db *gorm.DB, name string) string {
	mark := quote(db, "x")[:1]
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}
