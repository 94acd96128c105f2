package fromnextauth3_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// now is a day on which nothing in the dumps has expired.
var now = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

const sqlite = "sqlite"

// servers are those that a test runs on, SQLite among them.
var servers = []string{sqlite, testdb.Postgres, testdb.MariaDB, testdb.MySQL}

// urlOf returns the URL of an empty database.
func urlOf(t testing.TB, server string) string {
	t.Helper()
	if server == sqlite {
		return "sqlite:" + testdb.SQLiteFile(t)
	}
	return testdb.New(t, server).URL
}

func openDB(t testing.TB, url string) *gorm.DB {
	t.Helper()
	db, err := datasource.OpenDB(t.Context(), datasource.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool(t, db).Close() })
	return db
}

func pool(t testing.TB, db *gorm.DB) *sql.DB {
	t.Helper()
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// dumpsFor returns the dumps of NextAuth 3's databases that the server restores.
func dumpsFor(server string) (names []string) {
	for _, name := range testdb.DumpsFor(server) {
		if strings.HasPrefix(name, "next-auth-v3") {
			names = append(names, name)
		}
	}
	return names
}

// synchronized returns an adapter whose tables are there.
func synchronized(t testing.TB, db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	a := gormadapter.New(db, append([]authdb.Option{authdb.WithClock(clock)}, opts...)...)
	if err := a.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// beside are the default tables under other names.
func beside() []authdb.Option {
	return []authdb.Option{
		authdb.WithModels(authdb.Models{Layout: authdb.Layout{TablePrefix: "next_"}}),
		authdb.WithForeignChanges(),
	}
}

func mustRun(t testing.TB, from *gorm.DB, to authdb.Adapter, opts fromnextauth3.Options) fromnextauth3.Report {
	t.Helper()
	if opts.Now == nil {
		opts.Now = clock
	}
	report, err := fromnextauth3.Run(t.Context(), from, to, opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// contract hides what gormadapter does with many records at once.
type contract struct{ authdb.Adapter }

func (c contract) As(target any) bool {
	return c.Adapter.(*gormadapter.Adapter).As(target)
}

// oldSide returns an adapter on the old tables.
func oldSide(db *gorm.DB) *gormadapter.Adapter {
	return gormadapter.New(db, authdb.WithModels(presets.NextAuth3()), authdb.WithClock(clock))
}
