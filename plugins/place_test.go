package plugins

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb/internal/testdb"
)

// A place is a pool of connections to a database, and what was sent on them.
type place struct {
	pool *sql.DB

	mu   sync.Mutex
	sent []string
}

// reach opens a pool. params are those of the DSN, each behind an "&".
func reach(t testing.TB, where testdb.Database, params string) *place {
	t.Helper()
	config, err := pgx.ParseConfig(where.DSN + params)
	if err != nil {
		t.Fatal(err)
	}
	p := &place{}
	config.Tracer = p
	p.pool = stdlib.OpenDB(*config)
	p.pool.SetMaxOpenConns(32)
	p.pool.SetMaxIdleConns(32)
	t.Cleanup(func() { _ = p.pool.Close() })
	return p
}

// TraceQueryStart implements pgx.QueryTracer.
func (p *place) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(data.SQL, "--") { // pgx's ping
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sent = append(p.sent, data.SQL)
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (p *place) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// take returns what was sent since the last take.
func (p *place) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	return sent
}

// dialector returns GORM's, on the pool.
func (p *place) dialector() gorm.Dialector { return postgres.New(postgres.Config{Conn: p.pool}) }

// open opens the pool with GORM, and the plugins.
func (p *place) open(t testing.TB, plugins ...gorm.Plugin) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(p.dialector(), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	for _, plugin := range plugins {
		if err := db.Use(plugin); err != nil {
			t.Fatal(err)
		}
	}
	return db
}
