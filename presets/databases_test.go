package presets_test

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
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

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// The process is in a zone that no test means. It is set for all of them, since
// time.Local is the process's.
func TestMain(m *testing.M) {
	time.Local = zone("America/New_York")
	os.Exit(m.Run())
}

func zone(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

// A database is an empty one, with the connections of two kinds that tests use:
// one as an application might open it, and a plain one.
type database struct {
	*gorm.DB
	server string // as testdb calls it, or "sqlite"
	plain  *sql.DB
}

// conn returns a plain connection.
func (db database) conn(t testing.TB) *sql.Conn {
	t.Helper()
	conn, err := db.plain.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A connection is a way in which an application opens a database.
type connection struct {
	name   string
	server string
	open   func(t testing.TB) database
}

// connections are in other zones than the process, where they can be.
func connections() []connection {
	var all []connection
	add := func(name, server string, open func(t testing.TB) database) {
		all = append(all, connection{name, server, open})
	}
	add("sqlite-modernc", "sqlite", func(t testing.TB) database {
		dsn := "file:" + testdb.SQLiteFile(t) + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)&_time_format=sqlite"
		db := openGORM(t, sqlite.Dialector{DriverName: "sqlite", DSN: dsn})
		return database{db, "sqlite", pool(t, db)}
	})
	add("sqlite-mattn", "sqlite", func(t testing.TB) database {
		if !cgo {
			t.Skip("mattn/go-sqlite3 needs cgo")
		}
		dsn := "file:" + testdb.SQLiteFile(t) + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=OFF&_foreign_keys=1&_loc=Asia%2FKolkata"
		db := openGORM(t, sqlite.Open(dsn))
		return database{db, "sqlite", pool(t, db)}
	})
	add("postgres", testdb.Postgres, func(t testing.TB) database {
		s := testdb.New(t, testdb.Postgres)
		dsn := fmt.Sprintf("host=%s port=%d user=%s password='%s' dbname=%s sslmode=disable TimeZone=Asia/Kolkata", s.Host, s.Port, s.Username, s.Password, s.Name)
		return database{openGORM(t, postgres.Open(dsn)), s.Server, pool(t, openGORM(t, postgres.Open(s.DSN)))}
	})
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		for name, params := range map[string]string{
			server:                "",
			server + " elsewhere": inKolkata,
		} {
			add(name, server, func(t testing.TB) database {
				s := testdb.New(t, server)
				return database{openGORM(t, mysql.Open(s.DSN+params)), s.Server, pool(t, openGORM(t, mysql.Open(s.DSN)))}
			})
		}
	}
	slices.SortFunc(all, func(a, b connection) int { return strings.Compare(a.name, b.name) })
	return all
}

// inKolkata are parameters of a session in another zone than the process.
const inKolkata = "?parseTime=true&loc=Local&time_zone=%27%2B05%3A30%27"

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

// origins are the presets, by what the names of their dumps begin with.
func origins() map[string]authdb.Models {
	all := map[string]authdb.Models{"prisma-next-auth-4": presets.PrismaNextAuth4()}
	for _, m := range []authdb.Models{
		presets.TypeORM(), presets.Sequelize(), presets.Prisma(), presets.Drizzle(),
		presets.PG(), presets.Neon(), presets.Kysely(), presets.D1(), presets.MikroORM(),
		presets.Supabase(), presets.Hasura(), presets.NextAuth3(),
	} {
		all[m.Layout.Origin] = m
	}
	return all
}

// presetOf returns the preset of the dump.
func presetOf(t testing.TB, dump string) authdb.Models {
	t.Helper()
	for origin, models := range origins() {
		if isOf(dump, origin) {
			return models
		}
	}
	t.Fatalf("%s is of no origin that has a preset", dump)
	return authdb.Models{}
}

// isOf reports whether the dump's name begins with that, and not with the longer
// name of another preset.
func isOf(dump, name string) bool {
	for longer := range origins() {
		if len(longer) > len(name) && strings.HasPrefix(longer, name+"-") && strings.HasPrefix(dump, longer+"-") {
			return false
		}
	}
	return strings.HasPrefix(dump, name+"-")
}

// onEachDump runs the test for each dump that a database can restore, through
// each connection.
func onEachDump(t *testing.T, test func(t *testing.T, c connection, dump string)) {
	for _, c := range connections() {
		t.Run(c.name, func(t *testing.T) {
			for _, dump := range testdb.DumpsFor(c.server) {
				if strings.HasPrefix(dump, "authdb-") {
					continue
				}
				t.Run(dump, func(t *testing.T) {
					t.Parallel() // it waits for the server most of the time
					test(t, c, dump)
				})
			}
		})
	}
}

// checked returns an adapter whose Check has found nothing.
func checked(t testing.TB, db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	adapter := gormadapter.New(db, opts...)
	if err := adapter.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return adapter
}
