package bench_test

import (
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// A database is one to measure on, and what differs on it for those who write
// SQL by hand.
type database struct {
	name     string
	server   string // of testdb, if it is one
	cgo      bool   // its driver is C
	database string // by GORM's name

	// The SQL that differs: a table of the numbers n up to one, a random text,
	// and an instant in the past.
	numbers, hash, ago string

	updates, deletes bool // UPDATE and DELETE can return the row
	layout           string
}

const sqliteInstant = "2006-01-02T15:04:05.000-07:00"

func databases() []database {
	pure := database{
		name: "sqlite", database: "sqlite", updates: true, deletes: true, layout: sqliteInstant,
		numbers: "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n FROM c) x",
		hash:    "lower(hex(randomblob(16)))", ago: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', (-n * 2) || ' seconds')",
	}
	mattn := pure
	mattn.name, mattn.cgo = "sqlite-cgo", true
	oracle := database{
		name: "mysql", server: testdb.MySQL, database: "mysql", layout: "2006-01-02 15:04:05.000",
		numbers: "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT /*+ SET_VAR(cte_max_recursion_depth = 20000000) */ n FROM c) x",
		hash:    "left(sha2(concat(rand(), n), 256), 32)", ago: "utc_timestamp(3) - interval n * 2 second",
	}
	mariadb := oracle
	mariadb.name, mariadb.server, mariadb.deletes = "mariadb", testdb.MariaDB, true
	mariadb.numbers = "(SELECT seq AS n FROM seq_0_to_%d) x"
	return []database{
		pure, mattn,
		{
			name: "postgres", server: testdb.Postgres, database: "postgres", updates: true, deletes: true,
			numbers: "generate_series(0, %d) x(n)",
			hash:    "md5(random()::text || n)", ago: "now() - n * interval '2 seconds'",
		},
		mariadb, oracle,
	}
}

// bind writes the placeholders as the driver wants them.
func (d database) bind(text string) string {
	if d.database != "postgres" {
		return text
	}
	parts := strings.Split(text, "?")
	for i := 1; i < len(parts); i++ {
		parts[i] = "$" + strconv.Itoa(i) + parts[i]
	}
	return strings.Join(parts, "")
}

// instant is how a time is bound by hand.
func (d database) instant(at time.Time) any {
	at = at.UTC().Truncate(time.Millisecond)
	if d.layout == "" {
		return at
	}
	return at.Format(d.layout)
}

// open returns a database as an application opens one.
func (d database) open(b testing.TB) *gorm.DB {
	b.Helper()
	name, dsn := d.source(b)
	return d.over(b, must[*sql.DB](b)(sql.Open(name, dsn)), &gorm.Config{Logger: logger.Discard, PrepareStmt: d.database != "postgres"})
}

// source returns the driver, and what it opens a new database by.
func (d database) source(b testing.TB) (driver, dsn string) {
	b.Helper()
	switch {
	case d.cgo && !cgo:
		b.Skip("the driver needs cgo")
	case d.cgo:
		return "sqlite3", "file:" + testdb.SQLiteFile(b) + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=NORMAL&_foreign_keys=1&_txlock=immediate"
	case d.database == "sqlite":
		return "sqlite", "file:" + testdb.SQLiteFile(b) + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate"
	case d.database == "mysql":
		return "mysql", testdb.New(b, d.server).DSN + "?parseTime=true&clientFoundRows=true"
	}
	return "pgx", testdb.New(b, d.server).DSN
}

// over returns a pool as GORM sees it.
func (d database) over(b testing.TB, pool *sql.DB, config *gorm.Config) *gorm.DB {
	b.Helper()
	pool.SetMaxOpenConns(20)
	pool.SetMaxIdleConns(20)
	b.Cleanup(func() { _ = pool.Close() })
	var dialector gorm.Dialector
	switch d.database {
	case "sqlite":
		dialector = sqlite.Dialector{Conn: pool}
	case "mysql":
		dialector = mysql.New(mysql.Config{Conn: pool})
	default:
		dialector = postgres.New(postgres.Config{Conn: pool})
	}
	return must[*gorm.DB](b)(gorm.Open(dialector, config))
}

// adapter returns an adapter that datasource has opened or, on a driver that it
// does not have, one that is opened alike.
func (d database) adapter(b testing.TB, opts ...authdb.Option) *gormadapter.Adapter {
	b.Helper()
	if d.cgo {
		a := gormadapter.New(d.open(b), append(opts, authdb.WithForeignKeys())...)
		if err := a.Synchronize(b.Context()); err != nil {
			b.Fatal(err)
		}
		return a
	}
	config := datasource.Config{Type: "sqlite", Synchronize: true}
	if d.server == "" {
		config.Database = testdb.SQLiteFile(b)
	} else {
		config = datasource.Config{URL: testdb.New(b, d.server).URL, Synchronize: true}
	}
	a := must[*gormadapter.Adapter](b)(datasource.Open(b.Context(), config, opts...))
	b.Cleanup(func() { _ = a.Close() })
	return a
}
