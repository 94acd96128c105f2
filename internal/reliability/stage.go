package reliability

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// A database is one that the faults are tried on. All that differs between them
// is here, and in the faults' own tables.
type database struct {
	name   string // as a user calls it
	server string // as testdb calls it; "" is SQLite

	second  string // SQL that shows sessions.expires to the second
	version string // SQL for it, where no server says it
	sound   string // SQL that answers "ok" if the database is in order
}

const sqlite = "sqlite"

func databases() []database {
	const mysqlSecond = "DATE_FORMAT(expires, '%Y-%m-%dT%H:%i:%s')"
	return []database{
		{name: "SQLite", second: "SUBSTR(expires, 1, 19)", version: "SELECT 'SQLite ' || sqlite_version()", sound: "PRAGMA integrity_check"},
		{name: "PostgreSQL", server: testdb.Postgres, second: `TO_CHAR(expires AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')`},
		{name: "MariaDB", server: testdb.MariaDB, second: mysqlSecond},
		{name: "MySQL", server: testdb.MySQL, second: mysqlSecond},
	}
}

// kind is how tables of differences call the database.
func (d database) kind() string { return cmp.Or(d.server, sqlite) }

// A schema is where the rows are: ours, or an origin's.
type schema struct {
	users, accounts, sessions, tokens string
	email, userID, account, session   string // columns
	name, second                      string // SQL of the values to compare
}

func (d database) schema() schema {
	return schema{
		users: "users", accounts: "accounts", sessions: "sessions", tokens: "verification_tokens",
		email: "email", userID: "user_id", account: "provider_account_id", session: "session_token",
		name: "name", second: d.second,
	}
}

// A stage is a database in which faults happen.
type stage struct {
	database
	schema   schema
	origin   string           // the adapter of Auth.js; "" is ours
	instance *testdb.Instance // nil is SQLite
	where    testdb.Database
	file     string
	versionS string
	view     *gorm.DB // what checks look through; it goes past all faults but the server's own
}

// raise makes an empty database with the tables.
func (d database) raise(ctx context.Context, dir string, prepare func(*stage) error) (_ *stage, err error) {
	s := &stage{database: d, schema: d.schema()}
	if d.server == "" {
		if dir, err = os.MkdirTemp(dir, "sqlite-"); err != nil {
			return nil, err
		}
		s.file = filepath.Join(dir, "test.sqlite")
	} else {
		if s.instance, err = testdb.Launch(d.server); err != nil {
			return nil, err
		}
		s.versionS = s.instance.Version()
		if s.where, err = s.instance.DB(); err != nil {
			s.instance.Stop()
			return nil, err
		}
	}
	if err = s.watch(ctx); err == nil {
		err = prepare(s)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// watch opens what checks look through.
func (s *stage) watch(ctx context.Context) (err error) {
	if s.view, err = datasource.OpenDB(ctx, s.config(0, nil)); err != nil {
		return err
	}
	if s.version == "" {
		return nil
	}
	return s.view.Raw(s.version).Scan(&s.versionS).Error
}

// synchronize makes our tables.
func (s *stage) synchronize(ctx context.Context) error {
	return gormadapter.New(s.view).Synchronize(ctx)
}

func (s *stage) close() {
	if s.view != nil {
		_ = closePool(s.view)
	}
	if s.instance != nil {
		s.instance.Stop()
	}
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// config says how to open the database: through another port, unless that is 0,
// and with further parameters.
func (s *stage) config(port int, params map[string]string) datasource.Config {
	c := datasource.Config{Type: s.kind(), Database: s.file, Params: params, Logger: logger.Discard}
	if s.server != "" {
		c.Host, c.Port = s.where.Host, cmp.Or(port, s.where.Port)
		c.Username, c.Password, c.Database = s.where.Username, s.where.Password, s.where.Name
	}
	if s.server == testdb.Postgres && params["sslmode"] == "" {
		c.Params = map[string]string{"sslmode": "disable"}
		for name, value := range params {
			c.Params[name] = value
		}
	}
	return c
}

// probe asks until it is answered, and says how long that took and how often it
// was not.
func (sc *scene) probe(ctx context.Context) (took time.Duration, failed int, err error) {
	began := time.Now()
	for {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := sc.ping(ctx)
		cancel()
		if err == nil {
			return time.Since(began), failed, nil
		}
		if failed++; time.Since(began) > time.Minute {
			return 0, failed, fmt.Errorf("%s answers no more: %w", sc.name, err)
		}
		time.Sleep(time.Millisecond)
	}
}

// empty removes all rows, so that the next rounds are not slower than the first.
func (s *stage) empty(ctx context.Context) error {
	for _, table := range []string{s.schema.tokens, s.schema.sessions, s.schema.accounts, s.schema.users} {
		if err := s.view.WithContext(ctx).Exec("DELETE FROM " + table).Error; err != nil {
			return err
		}
	}
	return nil
}

// rows returns what is there, by key.
func (s *stage) rows(ctx context.Context) (map[key]string, error) {
	all := map[key]string{}
	t := s.schema
	for _, from := range []string{
		fmt.Sprintf("SELECT 'user:', %s, %s FROM %s", t.email, t.name, t.users),
		fmt.Sprintf("SELECT 'account:', %s, 'there' FROM %s WHERE provider = 'provider'", t.account, t.accounts),
		fmt.Sprintf("SELECT 'session:', %s, %s FROM %s", t.session, t.second, t.sessions),
		fmt.Sprintf("SELECT 'token:', token, 'there' FROM %s", t.tokens),
	} {
		if err := s.each(ctx, from, func(kind, k, value string) { all[kind+k] = value }); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *stage) each(ctx context.Context, query string, row func(kind, k, value string)) error {
	// The connections of the pool may be those of a server that was killed.
	rows, err := s.view.WithContext(ctx).Raw(query).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, k, value string
		if err := rows.Scan(&kind, &k, &value); err != nil {
			return err
		}
		row(kind, k, value)
	}
	return rows.Err()
}

// orphans counts the users without an account, since all have been registered
// with one, and what belongs to nobody.
func (s *stage) orphans(ctx context.Context) (total int, err error) {
	t := s.schema
	const none = "SELECT COUNT(*) FROM %s x WHERE NOT EXISTS (SELECT 1 FROM %s y WHERE %s = %s)"
	for _, query := range []string{
		fmt.Sprintf(none, t.users, t.accounts, "y."+t.userID, "x.id"),
		fmt.Sprintf(none, t.accounts, t.users, "y.id", "x."+t.userID),
		fmt.Sprintf(none, t.sessions, t.users, "y.id", "x."+t.userID),
	} {
		var n int
		if err := s.view.WithContext(ctx).Raw(query).Scan(&n).Error; err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// check compares what is there with what the ledger was told.
func (s *stage) check(ctx context.Context, l *ledger, r *Row) error {
	for range 3 { // the view's own connections may have died with the server
		if _, err := s.rows(ctx); err == nil {
			break
		}
	}
	rows, err := s.rows(ctx)
	if err != nil {
		return fmt.Errorf("%s: look at the rows: %w", s.name, err)
	}
	r.Checked += l.compare(rows)
	orphans, err := s.orphans(ctx)
	if err != nil {
		return fmt.Errorf("%s: look for orphans: %w", s.name, err)
	}
	r.Orphans = max(r.Orphans, orphans)
	if s.sound != "" {
		var answer string
		if err := s.view.WithContext(ctx).Raw(s.sound).Scan(&answer).Error; err != nil || answer != "ok" {
			return fmt.Errorf("%s: %s: %s %w", s.name, s.sound, answer, err)
		}
	}
	return nil
}
