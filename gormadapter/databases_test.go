package gormadapter_test

import (
	"database/sql"
	"testing"
	"time"
	_ "time/tzdata" // for zones on machines that have none

	_ "github.com/mattn/go-sqlite3"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb/internal/testdb"
)

// A database is one that the tests run on: empty, and gone after the test.
type database struct {
	name string
	open func(t testing.TB) (db *gorm.DB, version string)
}

// setZone puts the process into a zone that no test means. It is set for all of
// them, since time.Local is the process's.
func setZone() {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	time.Local = zone
}

// databases returns all that the adapter promises to work on, with connections in
// another zone than the process, where they can be. Servers that are not there
// skip the test, or fail it where they are required.
func databases() []database {
	return []database{
		{"sqlite-modernc", func(t testing.TB) (*gorm.DB, string) {
			dsn := "file:" + testdb.SQLiteFile(t) + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)&_time_format=sqlite"
			db := openGORM(t, sqlite.Dialector{DriverName: "sqlite", DSN: dsn})
			return db, sqliteVersion(t, db) + " (pure Go: modernc)"
		}},
		{"sqlite-mattn", func(t testing.TB) (*gorm.DB, string) {
			if !cgo {
				t.Skip("mattn/go-sqlite3 needs cgo")
			}
			dsn := "file:" + testdb.SQLiteFile(t) + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=OFF&_foreign_keys=1&_loc=Asia%2FKolkata"
			db := openGORM(t, sqlite.Open(dsn))
			return db, sqliteVersion(t, db) + " (cgo: mattn)"
		}},
		{"postgres", func(t testing.TB) (*gorm.DB, string) {
			s := testdb.New(t, testdb.Postgres)
			return openGORM(t, postgres.Open(s.DSN+"&TimeZone=Asia/Kolkata")), s.Version
		}},
		{"mariadb", func(t testing.TB) (*gorm.DB, string) {
			s := testdb.New(t, testdb.MariaDB)
			return openGORM(t, mysql.Open(s.DSN+inKolkata)), s.Version
		}},
		{"mysql", func(t testing.TB) (*gorm.DB, string) {
			s := testdb.New(t, testdb.MySQL)
			return openGORM(t, mysql.Open(s.DSN+inKolkata)), s.Version
		}},
	}
}

// inKolkata are parameters of MySQL's driver. It reads instants in the process's
// zone, which is not the session's.
const inKolkata = "?parseTime=true&loc=Local&time_zone=%27%2B05%3A30%27"

func sqliteVersion(t testing.TB, db *gorm.DB) string {
	t.Helper()
	var version string
	if err := db.Raw("SELECT sqlite_version()").Scan(&version).Error; err != nil {
		t.Fatal(err)
	}
	return "SQLite " + version
}

func openGORM(t testing.TB, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool(t, db).Close() })
	// Below what the servers allow to one test among several.
	pool(t, db).SetMaxOpenConns(32)
	pool(t, db).SetMaxIdleConns(32)
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

// onEach runs the test on every database.
func onEach(t *testing.T, test func(t *testing.T, db *gorm.DB)) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			test(t, db)
		})
	}
}

// onSQLite is for what does not depend on the database.
func onSQLite(t testing.TB) *gorm.DB {
	t.Helper()
	db, _ := databases()[0].open(t)
	return db
}
