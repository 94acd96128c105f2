package datasource

import (
	"context"
	"database/sql"
	"log"
	"os"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// The prepared statements that GORM keeps. Servers bound them as well, for all
// connections of all clients. An adapter needs fewer than a hundred. None
// expires: for any other time to live than this one, which is GORM's own for
// "never", GORM starts a goroutine that ends with the process, and closes a
// statement under whoever is about to use it. (Zero is a day to GORM.)
const (
	maxStatements = 256
	statementTTL  = 10 * 365 * 24 * time.Hour
)

// OpenDB opens the database, connects once, and returns it as GORM sees it,
// with the settings that the adapter needs. It knows no tables. Closing what
// its method DB returns closes the pool, and removes a database in memory.
//
// The context bounds the opening alone. The errors are those of Open.
func OpenDB(ctx context.Context, cfg Config) (*gorm.DB, error) {
	cfg, kind, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	return kind.open(ctx, cfg)
}

func (db *database) open(ctx context.Context, c Config) (*gorm.DB, error) {
	if db.server() {
		c = withDefaults(c, db.port)
	}
	connector, err := db.connector(c)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	db.configure(pool, c)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close() // there is nothing in it
		return nil, connectError(ctx, db, c, err)
	}
	opened, err := gorm.Open(db.dialector(pool), &gorm.Config{
		PrepareStmt:        db.prepare,
		PrepareStmtMaxSize: maxStatements,
		PrepareStmtTTL:     statementTTL,
		// Where a column has no zone, a local time would lose its own.
		NowFunc: func() time.Time { return time.Now().UTC() },
		// It has been done, and under the caller's context.
		DisableAutomaticPing: true,
		// What goes wrong in here is returned, and not to be logged in the
		// driver's words.
		Logger: logger.Discard,
	})
	if err != nil {
		_ = pool.Close()
		return nil, connectError(ctx, db, c, err)
	}
	opened.Logger = c.Logger
	if c.Logger == nil {
		opened.Logger = defaultLogger()
	}
	return opened, nil
}

// configure bounds the pool.
func (db *database) configure(pool *sql.DB, c Config) {
	open := or(c.MaxOpenConns, defaultMaxConns)
	pool.SetMaxOpenConns(open)
	idle := defaultMaxConns
	if open > 0 {
		idle = open
	}
	pool.SetMaxIdleConns(or(c.MaxIdleConns, idle))
	var lifetime, idleTime time.Duration
	if db.server() {
		lifetime, idleTime = defaultLifetime, defaultIdleTime
	}
	pool.SetConnMaxLifetime(or(c.ConnMaxLifetime, lifetime))
	pool.SetConnMaxIdleTime(or(c.ConnMaxIdleTime, idleTime))
}

// or returns the value, or the fallback for zero. To database/sql negative
// numbers mean what they mean in Config.
func or[T int | time.Duration](value, fallback T) T {
	if value == 0 {
		return fallback
	}
	return value
}

// defaultLogger is GORM's default, but it does not write between what the
// program prints, no value of a statement is in it, and that a record is not
// there is no event.
func defaultLogger() logger.Interface {
	return logger.New(log.New(os.Stderr, "", log.LstdFlags), logger.Config{
		SlowThreshold:             200 * time.Millisecond,
		LogLevel:                  logger.Warn,
		IgnoreRecordNotFoundError: true,
		ParameterizedQueries:      true,
	})
}
