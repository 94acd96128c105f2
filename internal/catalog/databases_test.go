package catalog_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // for zones on machines that have none

	_ "github.com/mattn/go-sqlite3"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A database is one that a test runs on: empty, and gone after the test.
type database struct {
	name   string
	golden string // what it shares golden files with
	dsn    func(t testing.TB) string
	open   func(dsn string) gorm.Dialector
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

// databases are those that the package promises to work on, with connections in
// another zone than the process, where they can be.
func databases() []database {
	server := func(name, params string) func(testing.TB) string {
		return func(t testing.TB) string { return testdb.New(t, name).DSN + params }
	}
	file := func(params string) func(testing.TB) string {
		return func(t testing.TB) string { return "file:" + testdb.SQLiteFile(t) + params }
	}
	return []database{
		// Without _txlock, busy_timeout and WAL: what is safe must not hang on
		// how the application opens its database.
		{"sqlite-modernc", "sqlite", file("?_pragma=foreign_keys(1)"), func(dsn string) gorm.Dialector {
			return sqlite.Dialector{DriverName: "sqlite", DSN: dsn}
		}},
		{"sqlite-mattn", "sqlite", func(t testing.TB) string {
			if !cgo {
				t.Skip("mattn/go-sqlite3 needs cgo")
			}
			return file("?_foreign_keys=1&_busy_timeout=0&_loc=Asia%2FKolkata")(t)
		}, sqlite.Open},
		{"postgres", "postgres", server(testdb.Postgres, "&TimeZone=Asia/Kolkata"), postgres.Open},
		{"mariadb", "mariadb", server(testdb.MariaDB, inKolkata), mysql.Open},
		{"mysql", "mysql", server(testdb.MySQL, inKolkata), mysql.Open},
	}
}

// inKolkata are parameters of MySQL's driver. It reads instants in the process's
// zone, which is not the session's.
const inKolkata = "?parseTime=true&loc=Local&time_zone=%27%2B05%3A30%27"

// onEach runs the test on every database, empty.
func onEach(t *testing.T, test func(t *testing.T, d database, db *gorm.DB)) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			test(t, d, open(t, d.open(d.dsn(t)), nil))
		})
	}
}

func open(t testing.TB, dialector gorm.Dialector, config *gorm.Config) *gorm.DB {
	t.Helper()
	if config == nil {
		config = &gorm.Config{}
	}
	if config.Logger == nil {
		config.Logger = logger.Discard
	}
	db, err := gorm.Open(dialector, config)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return db
}

// sqls keeps the statements of a *gorm.DB.
type sqls struct {
	logger.Interface
	mu   sync.Mutex
	list []string
}

func (l *sqls) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *sqls) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	statement, _ := f()
	l.list = append(l.list, statement)
}

// ddl returns those that change the schema.
func (l *sqls) ddl() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.list), func(s string) bool {
		word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
		return !slices.Contains([]string{"CREATE", "ALTER", "DROP", "COMMENT", "INSERT", "UPDATE", "DELETE", "PRAGMA"}, strings.ToUpper(word)) ||
			s == "PRAGMA database_list"
	})
}

func watch(db *gorm.DB) (*gorm.DB, *sqls) {
	l := &sqls{Interface: logger.Discard}
	return db.Session(&gorm.Session{Logger: l}), l
}

// rows are the row types of a test; nil is the default row.
type rows struct{ user, account, session, token, authenticator any }

// modelsOf says what the contract needs of the rows' tables, as an adapter
// does. Fields are found by their Go name.
func modelsOf(t testing.TB, db *gorm.DB, r rows) []catalog.Model {
	if t != nil {
		t.Helper()
	}
	parse := func(row, other any) *schema.Schema {
		if row == nil {
			row = other
		}
		stmt := &gorm.Statement{DB: db}
		if err := stmt.Parse(row); err != nil {
			t.Fatal(err)
		}
		return stmt.Schema
	}
	column := func(s *schema.Schema, names ...string) []string {
		var list []string
		for _, n := range names {
			list = append(list, s.FieldsByName[n].DBName)
		}
		return list
	}
	users := parse(r.user, models.User{})
	list := []catalog.Model{{
		Record: "User", Schema: users, Fields: fields(users), Unique: [][]string{column(users, "ID"), column(users, "Email")},
		Needed: column(users, "ID", "Email"),
	}}
	for _, m := range []struct {
		record string
		schema *schema.Schema
		key    []string
		child  bool
	}{
		{"Account", parse(r.account, models.Account{}), []string{"Provider", "ProviderAccountID"}, true},
		{"Session", parse(r.session, models.Session{}), []string{"SessionToken"}, true},
		{"VerificationToken", parse(r.token, models.VerificationToken{}), []string{"Identifier", "Token"}, false},
		{"Authenticator", parse(r.authenticator, models.Authenticator{}), []string{"CredentialID"}, true},
	} {
		key := column(m.schema, m.key...)
		model := catalog.Model{
			Record: m.record, Schema: m.schema, Fields: fields(m.schema), Unique: [][]string{key}, Required: key,
		}
		if m.schema.FieldsByName["Expires"] != nil {
			model.Indexes = append(model.Indexes, column(m.schema, "Expires"))
			model.Required = append(model.Required, column(m.schema, "Expires")...)
		}
		if m.child {
			id := column(m.schema, "UserID")
			model.Indexes = append(model.Indexes, id)
			model.Required = append(model.Required, id...)
			model.User = &catalog.Reference{Column: id[0], Table: users.Table, TableColumn: column(users, "ID")[0]}
		}
		model.Needed = model.Required
		list = append(list, model)
	}
	for i := range list {
		list[i].Table = list[i].Schema.Table
	}
	return list
}

// fields returns the columns of a row's fields.
func fields(s *schema.Schema) map[string]string {
	columns := map[string]string{}
	for _, f := range s.Fields {
		if f.DBName != "" {
			columns[f.Name] = f.DBName
		}
	}
	return columns
}

// request is what the tables of the models are to be, if they are ours.
func request(list []catalog.Model) catalog.Request { return catalog.Request{Models: list} }

func tableNames(list []catalog.Model) []string {
	var names []string
	for _, m := range list {
		names = append(names, m.Table)
	}
	return names
}

func synchronize(t testing.TB, db *gorm.DB, list []catalog.Model) {
	t.Helper()
	if err := catalog.Synchronize(t.Context(), db, request(list)); err != nil {
		t.Fatal(err)
	}
}

// dump returns the tables as text.
func dump(t testing.TB, db *gorm.DB, tables ...string) string {
	t.Helper()
	found, err := catalog.Read(t.Context(), db, tables...)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range tables {
		table := found[name]
		if table == nil {
			continue
		}
		fmt.Fprintf(&b, "table %s", name)
		write(&b, " view", table.View)
		write(&b, " "+table.Engine, table.Engine != "")
		b.WriteString("\n")
		for _, c := range table.Columns {
			fmt.Fprintf(&b, "  %-24s %s", c.Name, c.Type)
			write(&b, " not null", !c.Nullable)
			write(&b, " default "+c.Default, c.HasDefault)
			write(&b, " numbered", c.Numbered)
			write(&b, " collate "+c.Collation, c.Collation != "")
			write(&b, " exact", c.Exact)
			b.WriteString("\n")
		}
		for _, k := range table.Keys {
			fmt.Fprintf(&b, "  key %s (%s)", k.Name, strings.Join(k.Columns, ", "))
			write(&b, " unique", k.Unique)
			write(&b, " primary", k.Primary)
			write(&b, " partial", k.Partial)
			b.WriteString("\n")
		}
		for _, f := range table.ForeignKeys {
			fmt.Fprintf(&b, "  foreign key %s (%s) -> %s (%s) on delete %s", f.Name, strings.Join(f.Columns, ", "), f.RefTable, strings.Join(f.RefColumns, ", "), f.OnDelete)
			write(&b, " enforced", f.Enforced)
			b.WriteString("\n")
		}
	}
	return b.String()
}

func write(b *strings.Builder, s string, is bool) {
	if is {
		b.WriteString(s)
	}
}

// golden compares the text with the file of that name, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as in %s (-update writes it anew):\n%s", t.Name(), path, got)
	}
}

// execAll runs statements and fails the test if one does.
func execAll(t testing.TB, db *gorm.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := db.Exec(s).Error; err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
