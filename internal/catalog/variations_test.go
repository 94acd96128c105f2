package catalog_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
)

// handmade are tables that somebody made by hand and that fit the default rows,
// with names of keys and indexes that Synchronize would not give.
var handmade = []string{
	`CREATE TABLE users (id VARCHAR(64) NOT NULL PRIMARY KEY, name VARCHAR(100) NULL, email VARCHAR(320) NULL, email_verified {time} NULL, image {text} NULL, CONSTRAINT one_address UNIQUE (email)){options}`,
	`CREATE TABLE accounts (id VARCHAR(64) NOT NULL PRIMARY KEY, user_id VARCHAR(64) NOT NULL, type VARCHAR(32) NOT NULL, provider VARCHAR(64) NOT NULL, provider_account_id VARCHAR(255) NOT NULL,
		refresh_token {text} NULL, access_token {text} NULL, expires_at BIGINT NULL, token_type VARCHAR(64) NULL, scope {text} NULL, id_token {text} NULL, session_state {text} NULL,
		CONSTRAINT one_link UNIQUE (provider, provider_account_id), CONSTRAINT account_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}`,
	`CREATE TABLE sessions (id VARCHAR(64) NOT NULL PRIMARY KEY, session_token VARCHAR(255) NOT NULL, user_id VARCHAR(64) NOT NULL, expires {time} NOT NULL,
		CONSTRAINT one_token UNIQUE (session_token), CONSTRAINT session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}`,
	`CREATE INDEX accounts_by_user ON accounts (user_id)`,
	`CREATE INDEX sessions_by_user ON sessions (user_id)`,
	`CREATE INDEX sessions_by_end ON sessions (expires)`,
}

var handmadeRows = []string{
	`INSERT INTO users (id, name, email) VALUES ('u', 'Ada', 'ada@example.com')`,
	`INSERT INTO accounts (id, user_id, type, provider, provider_account_id) VALUES ('a', 'u', 'oidc', 'google', '1')`,
	`INSERT INTO sessions (id, session_token, user_id, expires) VALUES ('s', 't', 'u', '2030-01-02 03:04:05')`,
}

// A variation is one of the handmade tables.
type variation struct {
	name string
	edit []string // pairs: what stands in a statement, and what does instead
	then []string // statements after those
	on   string   // the databases, "" for all; names by their first letters: "spmy"

	adds     []string // what is added to tables that are there: parts of statements
	findings []string // what is reported: kind, table and column
	refused  []string // what the error says
}

var variations = []variation{
	{name: "as it is"},
	{name: "a nullable column is missing", edit: []string{", image {text} NULL", ""}, adds: []string{"ALTER TABLE users ADD COLUMN image"}},
	{
		name: "several nullable columns are missing in two tables",
		edit: []string{", image {text} NULL", "", "id_token {text} NULL, session_state {text} NULL,", ""},
		adds: []string{"ALTER TABLE users ADD COLUMN image", "ADD COLUMN id_token", "ADD COLUMN session_state"},
	},
	{
		name: "a needed column is missing", edit: []string{", expires {time} NOT NULL", "", `CREATE INDEX sessions_by_end ON sessions (expires)`, "", ", expires) VALUES ('s', 't', 'u', '2030-01-02 03:04:05')", ") VALUES ('s', 't', 'u')"},
		refused: []string{"table sessions, column expires: missing"},
	},
	{
		name: "a NOT NULL column is missing, and a nullable one", edit: []string{"type VARCHAR(32) NOT NULL,", "", "(id, user_id, type, ", "(id, user_id, ", "'oidc', ", "", ", image {text} NULL", ""},
		refused: []string{"table accounts, column type: missing", "ADD COLUMN"},
	},
	{
		name: "two rows that double, and no unique key", edit: []string{", CONSTRAINT one_address UNIQUE (email)", ""},
		then:    []string{"INSERT INTO users (id, email) VALUES ('v', 'ada@example.com')"},
		refused: []string{"table users: no unique key on email"},
	},
	{
		name: "another type", edit: []string{"name VARCHAR(100)", "name INTEGER", "'Ada'", "7"},
		refused: []string{"table users, column name: is "},
	},
	{name: "no constraint but a unique index", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""}, then: []string{"CREATE UNIQUE INDEX mine ON sessions (session_token)"}},
	{name: "a foreign unique index on another column", then: []string{"CREATE UNIQUE INDEX theirs ON users (name)"}},
	{
		name: "a unique key with a column too many", edit: []string{"UNIQUE (session_token)", "UNIQUE (session_token, id)"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{name: "a unique key with a column less", edit: []string{"UNIQUE (provider, provider_account_id)", "UNIQUE (provider_account_id)"}},
	{
		name: "a partial unique key", on: "sp", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""},
		then:    []string{"CREATE UNIQUE INDEX mine ON sessions (session_token) WHERE user_id <> 'u'"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{
		name: "a unique key on the beginning", on: "my", edit: []string{"UNIQUE (session_token)", "UNIQUE (session_token(20))"},
		refused: []string{"table sessions: no unique key on session_token"},
	},
	{name: "an index is missing", edit: []string{"CREATE INDEX sessions_by_user ON sessions (user_id)", ""}, on: "sp", adds: []string{"CREATE INDEX idx_sessions_user_id ON sessions (user_id)"}},
	{name: "the index of a time is missing", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", ""}, adds: []string{"INDEX idx_sessions_expires"}},
	{name: "an index with more columns", edit: []string{"ON sessions (expires)", "ON sessions (expires, id)"}},
	{
		name: "the index's name is taken", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "CREATE INDEX idx_sessions_expires ON sessions (id)"},
		findings: []string{"missing index sessions"},
	},
	{
		name: "the index's name is taken by another table", on: "sp", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "CREATE INDEX idx_sessions_expires ON users (name)"},
		findings: []string{"missing index sessions"},
	},
	{
		name: "an index and a column of two tables are missing", edit: []string{"CREATE INDEX sessions_by_end ON sessions (expires)", "", ", image {text} NULL", ""},
		adds: []string{"ALTER TABLE users ADD COLUMN image", "INDEX idx_sessions_expires"},
	},
	{
		name: "no foreign key", edit: []string{", CONSTRAINT session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE", ""},
		findings: []string{"missing foreign key sessions user_id"},
	},
	{
		name: "a foreign key that refuses", edit: []string{"session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE", "session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT"},
		findings: []string{"no cascade sessions user_id"},
	},
	{name: "a nullable column more", edit: []string{"image {text} NULL", "image {text} NULL, nick {text} NULL"}},
	{name: "a column more with a default", edit: []string{"image {text} NULL", "image {text} NULL, rank INTEGER DEFAULT 3 NOT NULL", "rank", "rank_"}},
	{
		name: "a column more that nobody fills", edit: []string{"image {text} NULL", "image {text} NULL, nick VARCHAR(9) NOT NULL", "(id, name, email)", "(id, nick, email)"},
		refused: []string{"table users, column nick: is NOT NULL without a default"},
	},
	{
		name: "a view", edit: []string{"CREATE TABLE sessions", "CREATE TABLE sessions_", "ON sessions", "ON sessions_", "INTO sessions", "INTO sessions_"},
		then:    []string{"CREATE VIEW sessions AS SELECT * FROM sessions_"},
		refused: []string{"table sessions: is a view"},
	},
	{name: "another engine", on: "my", edit: []string{"session_of FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE){options}", "session_of FOREIGN KEY (user_id) REFERENCES users (id)) ENGINE=MEMORY"}, refused: []string{"its engine MEMORY has no transactions"}},
	{
		name: "another collation", on: "my", edit: []string{"{options}", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"},
		findings: []string{
			"inexact key users email", "inexact key accounts provider", "inexact key accounts provider_account_id", "inexact key sessions session_token",
		},
	},
	{name: "a column that folds", on: "s", edit: []string{"session_token VARCHAR(255) NOT NULL", "session_token VARCHAR(255) NOT NULL COLLATE NOCASE"}, findings: []string{"inexact key sessions session_token"}},
	{
		name: "an index that folds", on: "s", edit: []string{"CONSTRAINT one_token UNIQUE (session_token), ", ""},
		then: []string{"CREATE UNIQUE INDEX mine ON sessions (session_token COLLATE NOCASE)"}, findings: []string{"inexact key sessions session_token"},
	},
	{
		name: "a key of blanks", on: "p", edit: []string{"session_token VARCHAR(255) NOT NULL", "session_token CHAR(255) NOT NULL"},
		findings: []string{"inexact key sessions session_token"},
	},
	{
		name: "a column with another spelling", edit: []string{"session_token", "sessiontoken"},
		refused: []string{"column session_token: missing, while there is a column sessiontoken"},
	},
	{name: "wider types", edit: []string{"VARCHAR(64)", "VARCHAR(128)", "name VARCHAR(100)", "name VARCHAR(1000)"}},
	{name: "narrower types", on: "pmy", edit: []string{"image {text}", "image VARCHAR(50)", "expires_at BIGINT", "expires_at INTEGER"}, findings: []string{"narrow column users image", "narrow column accounts expires_at"}},
	{name: "an INTEGER, which is wide on SQLite", on: "s", edit: []string{"image {text}", "image VARCHAR(50)", "expires_at BIGINT", "expires_at INTEGER"}},
	{name: "whole seconds", on: "p", edit: []string{"expires {time}", "expires TIMESTAMPTZ(0)"}, findings: []string{"coarse column sessions expires"}},
	{name: "whole seconds", on: "my", edit: []string{"expires {time}", "expires DATETIME"}, findings: []string{"coarse column sessions expires"}},
	{name: "a TIMESTAMP", on: "my", edit: []string{"expires {time}", "expires TIMESTAMP(3)"}, findings: []string{"narrow column sessions expires"}},
	{
		name: "a TIMESTAMP that moves", on: "my", edit: []string{"expires {time} NOT NULL", "expires TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"},
		refused: []string{"table sessions, column expires: is ON UPDATE CURRENT_TIMESTAMP"},
	},
	{name: "a generated column", edit: []string{"image {text} NULL", "image {text} NULL, twice INTEGER GENERATED ALWAYS AS (2 * 3) STORED"}},
	{
		name: "a generated column in the place of ours", edit: []string{"name VARCHAR(100) NULL", "name VARCHAR(100) GENERATED ALWAYS AS ('x') STORED", "(id, name, email) VALUES ('u', 'Ada', ", "(id, email) VALUES ('u', "},
		refused: []string{"table users, column name: is computed by the database"},
	},
	{name: "NULLS NOT DISTINCT", on: "p", edit: []string{"UNIQUE (email)", "UNIQUE NULLS NOT DISTINCT (email)"}, findings: []string{"refusing key users email"}},
	{name: "one account for each user", edit: []string{"CONSTRAINT one_link", "CONSTRAINT one_each UNIQUE (user_id), CONSTRAINT one_link"}, findings: []string{"refusing key accounts user_id"}},
	{name: "one account for each user and provider", edit: []string{"CONSTRAINT one_link", "CONSTRAINT one_each UNIQUE (provider, user_id), CONSTRAINT one_link"}, findings: []string{"refusing key accounts user_id"}},
	{name: "an address is needed", edit: []string{"email VARCHAR(320) NULL", "email VARCHAR(320) NOT NULL"}, findings: []string{"required column users email"}},
	{
		name: "a user is not needed", edit: []string{"type VARCHAR(32) NOT NULL", "type VARCHAR(32) NOT NULL", "user_id VARCHAR(64) NOT NULL, expires", "user_id VARCHAR(64) NULL, expires"},
		refused: []string{"table sessions, column user_id: may be NULL"},
	},
	{name: "no primary key", edit: []string{"sessions (id VARCHAR(64) NOT NULL PRIMARY KEY", "sessions (id VARCHAR(64) NOT NULL UNIQUE"}, findings: []string{"missing primary key sessions"}},
}

// statements returns the tables of the variation on the database.
func (v variation) statements(d database) (tables, rows []string) {
	words := map[string][]string{
		"sqlite":   {"{time}", "DATETIME", "{text}", "TEXT", "{options}", ""},
		"postgres": {"{time}", "TIMESTAMPTZ(3)", "{text}", "TEXT", "{options}", ""},
		"mariadb":  {"{time}", "DATETIME(3)", "{text}", "LONGTEXT", "{options}", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"},
		"mysql":    {"{time}", "DATETIME(3)", "{text}", "LONGTEXT", "{options}", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin"},
	}[d.golden]
	make := func(list []string) (made []string) {
		for _, s := range list {
			for i := 0; i < len(v.edit); i += 2 {
				s = strings.ReplaceAll(s, v.edit[i], v.edit[i+1])
			}
			if s = strings.NewReplacer(words...).Replace(s); s != "" {
				made = append(made, s)
			}
		}
		return made
	}
	return make(handmade), append(make(handmadeRows), v.then...)
}

func (v variation) skips(d database) bool {
	letter := map[string]string{"sqlite": "s", "postgres": "p", "mariadb": "m", "mysql": "y"}[d.golden]
	return v.on != "" && !strings.Contains(v.on, letter)
}

// TestVariations has hand-made tables with rows in them: where they fit, what
// is missing is added and nothing else happens; where one does not, nothing
// happens at all.
func TestVariations(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			n := 0
			for _, v := range variations {
				if v.skips(d) {
					continue
				}
				n++
				t.Run(v.name, func(t *testing.T) { v.test(t, d) })
			}
			if n < 20 {
				t.Errorf("%d variations", n)
			}
		})
	}
}

func (v variation) test(t *testing.T, d database) {
	dsn := d.dsn(t)
	db := open(t, d.open(dsn), nil)
	tables, inserts := v.statements(d)
	execAll(t, db, tables...)
	execAll(t, db, inserts...)
	list := modelsOf(t, db, rows{})
	before, data := dump(t, db, tableNames(list)...), contents(t, open(t, d.open(dsn), nil))

	watched, log := watch(db)
	plan, err := catalog.Propose(t.Context(), watched, request(list))
	if err != nil {
		t.Fatal(err)
	}
	if ddl := log.ddl(); len(ddl) > 0 {
		t.Errorf("Propose ran %q", ddl)
	}
	err = catalog.Synchronize(t.Context(), watched, request(list))
	after := dump(t, db, tableNames(list)...)
	if now := contents(t, open(t, d.open(dsn), nil)); !reflect.DeepEqual(now, data) {
		t.Errorf("the rows are\n%v, and were\n%v", now, data)
	}
	if len(v.refused) > 0 {
		v.testRefused(t, plan, err, log)
		if after != before {
			t.Errorf("the tables are\n%s, and were\n%s", after, before)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if ran := log.ddl(); !slices.Equal(ran, plan.Statements()) {
		t.Errorf("ran %q, and the plan was %q", ran, plan.Statements())
	}
	v.testPlan(t, plan)
	compareDumps(t, before, after, len(v.adds))
	if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
		t.Errorf("Check: %v", err)
	}
	watched, log = watch(db)
	synchronize(t, watched, list)
	if ddl := log.ddl(); len(ddl) > 0 {
		t.Errorf("a second run changed the schema: %q", ddl)
	}
	fix(t, db, list)
	if now := contents(t, open(t, d.open(dsn), nil)); len(now["sessions"]) != 1 || now["sessions"][0]["session_token"] == nil {
		t.Errorf("after the SQL of the findings the rows are\n%v", now)
	}
}

// fix runs the SQL of all findings: they are gone then, and nothing else is
// found.
func fix(t *testing.T, db *gorm.DB, list []catalog.Model) {
	t.Helper()
	p, err := catalog.Propose(t.Context(), db, request(list))
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, x := range p.Findings {
		if execAll(t, db, x.SQL...); len(x.SQL) == 0 {
			left++
		}
	}
	after, err := catalog.Propose(t.Context(), db, request(list))
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Findings) != left || len(after.Changes) > 0 {
		t.Errorf("after the SQL of %v there are %v and %v", p.Findings, after.Findings, after.Changes)
	}
}

// TestSelfUpdating runs the SQL for instants that move by themselves, which
// keep Synchronize from anything until then.
func TestSelfUpdating(t *testing.T) {
	for _, d := range databases() {
		if !strings.HasPrefix(d.golden, "m") {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			db := open(t, d.open(d.dsn(t)), nil)
			list := modelsOf(t, db, rows{})
			synchronize(t, db, list)
			execAll(
				t, db, "ALTER TABLE users MODIFY email_verified TIMESTAMP(3) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(3)",
				"ALTER TABLE sessions MODIFY expires DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) COMMENT 'it''s'",
			)
			p, err := catalog.Propose(t.Context(), db, request(list))
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range p.Findings {
				if x.Kind == catalog.SelfUpdating {
					execAll(t, db, x.SQL...)
				}
			}
			synchronize(t, db, list)
			var n int64
			err = db.Raw("SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'expires' AND COLUMN_COMMENT = 'it''s' AND LOWER(COLUMN_DEFAULT) = 'current_timestamp(3)' AND EXTRA NOT LIKE '%on update%'").Scan(&n).Error
			if err != nil || n != 1 {
				t.Errorf("%d columns are as they were otherwise, %v", n, err)
			}
		})
	}
}

func (v variation) testRefused(t *testing.T, plan *catalog.Plan, err error, log *sqls) {
	t.Helper()
	if !errors.Is(err, authdb.ErrSchema) {
		t.Fatalf("Synchronize: %v, want ErrSchema", err)
	}
	for _, says := range v.refused {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("the error does not say %q: %v", says, err)
		}
	}
	if ddl := append(log.ddl(), plan.Statements()...); len(ddl) > 0 {
		t.Errorf("ran or planned %q", ddl)
	}
	if !slices.ContainsFunc(plan.Findings, func(x catalog.Finding) bool { return x.Fatal && strings.Contains(err.Error(), x.String()) }) {
		t.Errorf("the plan does not say what the error does: %v", plan.Findings)
	}
}

// testPlan compares the plan with what the variation says. The two tables that
// are missing in every variation are created after all else.
func (v variation) testPlan(t *testing.T, plan *catalog.Plan) {
	t.Helper()
	if n := len(plan.Changes); n < 2 || !plan.Changes[n-1].Creates || !plan.Changes[n-2].Creates || n > 2 && plan.Changes[n-3].Creates {
		t.Errorf("the changes are %+v", plan.Changes)
	}
	plain := strings.NewReplacer("`", "", `"`, "").Replace(strings.Join(plan.Statements(), "\n"))
	for _, add := range v.adds {
		if !strings.Contains(plain, add) {
			t.Errorf("no statement has %q: %s", add, plain)
		}
	}
	var found []string
	for _, x := range plan.Findings {
		found = append(found, strings.TrimSpace(fmt.Sprintf("%s %s %s", x.Kind, x.Table, x.Column)))
	}
	if !slices.Equal(found, v.findings) {
		t.Errorf("found %q, want %q", found, v.findings)
	}
}

// compareDumps finds what is gone, and counts what is new in the tables that
// were there.
func compareDumps(t *testing.T, before, after string, added int) {
	t.Helper()
	was, is := tableLines(before), tableLines(after)
	news := 0
	for table, lines := range was {
		for _, line := range lines {
			if !slices.Contains(is[table], line) {
				t.Errorf("table %s: gone or changed: %s", table, line)
			}
		}
		news += len(is[table]) - len(lines)
	}
	if news != added {
		t.Errorf("%d things are new, want %d:\n%s", news, added, after)
	}
	names := slices.Sorted(maps.Keys(is))
	if want := []string{"accounts", "authenticators", "sessions", "users", "verification_tokens"}; !slices.Equal(names, want) {
		t.Errorf("the tables are %q", names)
	}
}

func tableLines(dump string) map[string][]string {
	tables := map[string][]string{}
	name := ""
	for line := range strings.Lines(dump) {
		if rest, ok := strings.CutPrefix(line, "table "); ok {
			name = strings.Fields(rest)[0]
			tables[name] = nil
			continue
		}
		tables[name] = append(tables[name], line)
	}
	return tables
}

// contents returns the values of the columns that are not NULL, read by a
// connection that has not prepared the statement before.
func contents(t *testing.T, db *gorm.DB) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for _, table := range []string{"users", "accounts", "sessions"} {
		var list []map[string]any
		if err := db.Raw("SELECT * FROM " + table).Find(&list).Error; err != nil {
			t.Fatal(err)
		}
		for _, row := range list {
			maps.DeleteFunc(row, func(_ string, v any) bool { return v == nil })
		}
		all[table] = list
	}
	return all
}
