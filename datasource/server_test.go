package datasource_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/internal/testdb"
)

// onServers runs a test on an empty database of each server.
func onServers(t *testing.T, test func(t *testing.T, db testdb.Database)) {
	for _, server := range testdb.Names() {
		t.Run(server, func(t *testing.T) { test(t, testdb.New(t, server)) })
	}
}

// configOf returns the fields for a test's database.
func configOf(db testdb.Database) datasource.Config {
	return datasource.Config{
		Type: db.Server, Host: db.Host, Port: db.Port, Username: db.Username, Password: db.Password, Database: db.Name,
	}
}

func TestServerByFieldsAndURL(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		for _, c := range []datasource.Config{configOf(db), {URL: db.URL}, {Type: db.Server, URL: db.URL}} {
			opened := openDB(t, c)
			exec(t, opened, "CREATE TABLE IF NOT EXISTS t (x INTEGER)")
			exec(t, opened, "INSERT INTO t VALUES (1)")
		}
		if n := ask[int](t, openDB(t, datasource.Config{URL: db.URL}), "SELECT count(*) FROM t"); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMySQLSocket(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			db := testdb.New(t, server)
			c := configOf(db)
			c.Host, c.Port = ask[string](t, openDB(t, c), "SELECT @@socket"), 0
			if _, err := os.Stat(c.Host); err != nil {
				t.Skip("the server's socket is on another machine: ", err)
			}
			openDB(t, c)
			openDB(t, datasource.Config{URL: fmt.Sprintf("mysql://%s:%s@/%s?host=%s", c.Username, c.Password, c.Database, c.Host)})
		})
	}
}

func TestServerSettings(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		c := configOf(db)
		if db.Server == testdb.Postgres {
			opened := openDB(t, c)
			checkAnswers(t, opened, map[string]string{"SHOW timezone": "UTC", "SHOW application_name": "authdb"})
			c.Params = map[string]string{"TimeZone": "America/New_York", "application_name": "app", "statement_timeout": "7000"}
			checkAnswers(t, openDB(t, c), map[string]string{
				"SHOW timezone": "America/New_York", "SHOW application_name": "app", "SHOW statement_timeout": "7s",
			})
			return
		}
		opened := openDB(t, c)
		checkAnswers(t, opened, map[string]string{
			"SELECT @@time_zone": "+00:00", "SELECT @@character_set_connection": "utf8mb4", "SELECT @@collation_connection": "utf8mb4_bin",
		})
		global, session := ask[string](t, opened, "SELECT @@global.sql_mode"), ask[string](t, opened, "SELECT @@sql_mode")
		for mode := range strings.SplitSeq(global+",STRICT_TRANS_TABLES", ",") {
			if !strings.Contains(session, mode) {
				t.Errorf("sql_mode %s lacks %s", session, mode)
			}
		}
		exec(t, opened, "CREATE TABLE t (x VARCHAR(3), n INTEGER)")
		if err := opened.Exec("INSERT INTO t VALUES ('abcd', 1)").Error; err == nil {
			t.Error("a text was cut")
		}
		exec(t, opened, "INSERT INTO t VALUES ('😀', 1)")
		if n := opened.Exec("UPDATE t SET n = 1").RowsAffected; n != 1 {
			t.Errorf("an update without a change found %d rows", n)
		}
		c.Params = map[string]string{"time_zone": "'-05:00'", "charset": "latin1", "sql_mode": "''", "lock_wait_timeout": "7"}
		checkAnswers(t, openDB(t, c), map[string]string{
			"SELECT @@time_zone": "-05:00", "SELECT @@character_set_connection": "latin1", "SELECT @@sql_mode": "", "SELECT @@lock_wait_timeout": "7",
		})
	})
}

func checkAnswers(tb testing.TB, db *gorm.DB, answers map[string]string) {
	tb.Helper()
	for query, want := range answers {
		if got := ask[string](tb, db, query); got != want {
			tb.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// An instant is read as it was written, in UTC, whatever the zone of the server and
// of the process.
func TestServerTime(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("local", -5*60*60)
	defer func() { time.Local = local }()
	types := map[string]string{testdb.Postgres: "timestamptz(3), b timestamp(3)", testdb.MySQL: "datetime(3), b timestamp(3)", testdb.MariaDB: "datetime(3), b timestamp(3)"}
	onServers(t, func(t *testing.T, db testdb.Database) {
		opened := openDB(t, configOf(db))
		exec(t, opened, "CREATE TABLE t (a "+types[db.Server]+")")
		want := time.Date(2026, 12, 31, 23, 59, 58, 765e6, time.UTC)
		exec(t, opened, "INSERT INTO t VALUES (?, ?)", want, want)
		var a, b time.Time
		if err := opened.Raw("SELECT a, b FROM t").Row().Scan(&a, &b); err != nil {
			t.Fatal(err)
		}
		if a != want || b != want {
			t.Errorf("got %v and %v, want %v", a, b, want)
		}
		if now := opened.NowFunc(); now.Location() != time.UTC {
			t.Errorf("GORM's time is in %v", now.Location())
		}
	})
}

// awkward is a password of characters that mean something in a URL and in SQL.
const awkward = "p@:/?#%&w+ '\\=[" + secret

func TestServerPassword(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		admin := openDB(t, configOf(db))
		user := createUser(t, admin, db, awkward)
		c := configOf(db)
		c.Username, c.Password = user, awkward
		openDB(t, c)
		openDB(t, datasource.Config{URL: urlOf(c)})

		c.Password = "wrong" + awkward
		for _, wrong := range []datasource.Config{c, {URL: urlOf(c)}} {
			opened, err := datasource.OpenDB(t.Context(), wrong)
			checkError(t, "Username and Password", opened, err)
			checkText(t, `user "`+user+`"`, err)
			if !hasDriverError(err) {
				t.Errorf("the driver's error is not there: %v", err)
			}
		}
		c.Username, c.Password = user+"x", awkward
		opened, err := datasource.OpenDB(t.Context(), c)
		checkError(t, "correct Username", opened, err)
	})
}

func createUser(tb testing.TB, admin *gorm.DB, db testdb.Database, password string) string {
	tb.Helper()
	user := "authdb_awkward"
	quoted := "'" + strings.ReplaceAll(password, "'", "''") + "'"
	drop := "DROP USER IF EXISTS " + user
	if db.Server == testdb.Postgres {
		drop = "DROP ROLE IF EXISTS " + user
		exec(tb, admin, drop)
		exec(tb, admin, "CREATE ROLE "+user+" LOGIN PASSWORD "+quoted)
	} else {
		quoted = strings.ReplaceAll(quoted, `\`, `\\`)
		exec(tb, admin, drop)
		exec(tb, admin, "CREATE USER "+user+" IDENTIFIED BY "+quoted)
		exec(tb, admin, "GRANT ALL ON `"+db.Name+"`.* TO "+user)
	}
	tb.Cleanup(func() { exec(tb, admin, drop) })
	return user
}

// urlOf percent-encodes every byte, as a cautious user may.
func urlOf(c datasource.Config) string {
	encode := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
		return b.String()
	}
	scheme := c.Type
	return fmt.Sprintf("%s://%s:%s@%s:%d/%s", scheme, encode(c.Username), encode(c.Password), c.Host, c.Port, c.Database)
}

func hasDriverError(err error) bool {
	var pg *pgconn.PgError
	var my *mysql.MySQLError
	return errors.As(err, &pg) || errors.As(err, &my)
}

func TestServerUnknownDatabase(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		c := configOf(db)
		c.Database = "nowhere"
		opened, err := datasource.OpenDB(t.Context(), c)
		checkError(t, `"nowhere"`, opened, err)
		checkText(t, "create it, or correct Database", err)
		if !hasDriverError(err) {
			t.Errorf("the driver's error is not there: %v", err)
		}
	})
}

func TestServerParams(t *testing.T) {
	for server, wrong := range map[string]map[string][2]string{ // name: value, message
		testdb.Postgres: {
			"sslmod":             {"disable", `does not know "sslmod" (did you mean "sslmode"?)`},
			"sycnhronize":        {"true", `does not know "sycnhronize" (did you mean "synchronize"?)`},
			"application_nam":    {secret, `does not know "application_nam" (did you mean "application_name"?)`},
			"quite_another_name": {secret, `does not know "quite_another_name" (SQLSTATE`},
			"statement_timeout":  {secret, `does not accept the value of "statement_timeout"`},
			"sslmode":            {"require", `"sslmode"`},
		},
		testdb.MariaDB: mysqlWrongParams,
		testdb.MySQL:   mysqlWrongParams,
	} {
		t.Run(server, func(t *testing.T) {
			db := testdb.New(t, server)
			for name, expect := range wrong {
				c := configOf(db)
				c.Params = map[string]string{name: expect[0], "connect_timeout": "10"}
				if server != testdb.Postgres {
					delete(c.Params, "connect_timeout")
					c.Params["timeout"] = "10s"
				}
				opened, err := datasource.OpenDB(t.Context(), c)
				if name == "sslmode" && err == nil {
					continue // this server speaks TLS
				}
				checkError(t, expect[1], opened, err)
			}
		})
	}
}

var mysqlWrongParams = map[string][2]string{
	"parsetime":          {"1", `does not know "parsetime" (did you mean "parseTime"?)`},
	"timezone":           {"1", `does not know "timezone" (did you mean "time_zone"?)`},
	"clientFoundRow":     {"1", `does not know "clientFoundRow" (did you mean "clientFoundRows"?)`},
	"sycnhronize":        {"1", `does not know "sycnhronize" (did you mean "synchronize"?)`},
	"quite_another_name": {"1", `does not know "quite_another_name" (error 1193)`},
	"lock_wait_timeout":  {"'" + secret + "'", `does not accept the value of "lock_wait_timeout"`},
	"sql_mode":           {"'" + secret + "'", `does not accept the value of "sql_mode"`},
	"time_zone":          {"+00:00 " + secret, `single quotes`},
	"collation":          {"utf8mb4_" + secret, `"collation"`},
}

// The environment of libpq adds what the Config leaves out, and does not move the
// database.
func TestPostgresEnvironment(t *testing.T) {
	db := testdb.New(t, testdb.Postgres)
	c := configOf(db)
	for name, value := range map[string]string{
		"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGDATABASE": "nowhere", "PGUSER": "nobody", "PGTZ": "Asia/Tokyo",
		"PGAPPNAME": "app", "PGPASSWORD": "wrong" + secret,
	} {
		t.Setenv(name, value)
	}
	checkAnswers(t, openDB(t, c), map[string]string{
		"SHOW timezone": "UTC", "SHOW application_name": "app", "SELECT current_database()": db.Name, "SELECT current_user": db.Username,
	})
	t.Setenv("PGSSLMODE", secret)
	opened, err := datasource.OpenDB(t.Context(), c)
	if opened != nil || err == nil {
		t.Fatal("PGSSLMODE was not read")
	}
	checkText(t, "the variables that begin with PG", err)
}

// The MySQL driver prints what it thinks of a lost connection on standard error,
// unless it is told not to.
func TestLostConnectionIsNotPrinted(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			db := testdb.New(t, server)
			var printed bytes.Buffer
			if err := mysql.SetLogger(log.New(&printed, "", 0)); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = mysql.SetLogger(log.New(os.Stderr, "[mysql] ", log.LstdFlags)) }()
			opened, admin := openDB(t, configOf(db)), openDB(t, configOf(db))
			pool := poolOf(t, opened)
			var id int
			if err := pool.QueryRowContext(t.Context(), "SELECT connection_id()").Scan(&id); err != nil {
				t.Fatal(err)
			}
			exec(t, admin, fmt.Sprintf("KILL %d", id))
			time.Sleep(50 * time.Millisecond)
			if _, err := pool.ExecContext(t.Context(), "DO 1"); err != nil {
				t.Errorf("the pool does not recover: %v", err)
			}
			if printed.Len() > 0 {
				t.Errorf("printed: %s", printed.String())
			}
		})
	}
}

// TLS is what Params say. The test's servers have a certificate that nobody vouches for, or
// none.
func TestServerTLS(t *testing.T) {
	onServers(t, func(t *testing.T, db testdb.Database) {
		param, off, on, strict := "tls", "false", "skip-verify", "true"
		if db.Server == testdb.Postgres {
			param, off, on, strict = "sslmode", "disable", "require", "verify-full"
		}
		c := configOf(db)
		c.Params = map[string]string{param: off}
		openDB(t, c)
		c.Params = map[string]string{param: on}
		opened, err := datasource.OpenDB(t.Context(), c)
		if err != nil {
			checkError(t, `the server speaks no TLS, which Params ask for with "`+param+`"`, opened, err)
			return
		}
		_ = poolOf(t, opened).Close()
		c.Params = map[string]string{param: strict}
		_, err = datasource.OpenDB(t.Context(), c)
		if err == nil {
			t.Fatal("a certificate that nobody vouches for was accepted")
		}
		checkText(t, "the server's TLS certificate was not accepted", err)
	})
}
