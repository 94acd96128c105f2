package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/models"
)

// TestMisfit has a table in the way of which something is wrong: nothing at
// all is created, and the error says where and what.
func TestMisfit(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		// In the databases' common SQL, which they all take unquoted.
		good := "id VARCHAR(64) NOT NULL PRIMARY KEY, session_token VARCHAR(255) NOT NULL UNIQUE, user_id VARCHAR(64) NOT NULL, expires TIMESTAMP NOT NULL"
		if d.golden == "postgres" {
			good = strings.Replace(good, "TIMESTAMP", "TIMESTAMPTZ", 1)
		}
		for _, c := range []struct {
			name   string
			create string
			says   []string // after "table sessions"
			not    []string // databases on which it is no misfit
		}{
			{"view", "CREATE VIEW sessions AS SELECT 1 AS id, 'x' AS session_token", []string{"is a view"}, nil},
			{
				"missing column", "CREATE TABLE sessions (" + strings.Replace(good, ", user_id VARCHAR(64) NOT NULL", "", 1) + ")",
				[]string{"column user_id: missing", "ALTER TABLE"},
				nil,
			},
			{
				"other spelling", "CREATE TABLE sessions (" + strings.Replace(good, "session_token", "sessiontoken", 1) + ")",
				[]string{"column session_token: missing", "there is a column sessiontoken", `column:sessiontoken`},
				nil,
			},
			{
				"numeric id", "CREATE TABLE sessions (" + strings.Replace(good, "id VARCHAR(64)", "id INTEGER", 1) + ")",
				[]string{"column id: is ", "models.Session.ID wants"},
				nil,
			},
			{
				"expires is a number", "CREATE TABLE sessions (" + strings.Replace(good, "TIMESTAMP", "BIGINT", 1) + ")",
				[]string{"column expires: is ", "models.Session.Expires wants"},
				[]string{"postgres"},
			},
			{
				"NULL allowed", "CREATE TABLE sessions (" + strings.Replace(good, "user_id VARCHAR(64) NOT NULL", "user_id VARCHAR(64) NULL", 1) + ")",
				[]string{"column user_id: may be NULL"},
				nil,
			},
			{
				"no unique key", "CREATE TABLE sessions (" + strings.Replace(good, " UNIQUE", "", 1) + ")",
				[]string{"no unique key on session_token", "UNIQUE INDEX", "idx_sessions_session_token"},
				nil,
			},
			{
				"no primary key", "CREATE TABLE sessions (" + strings.Replace(good, " PRIMARY KEY", "", 1) + ")",
				[]string{"no unique key on id"},
				nil,
			},
			{
				"somebody else's column", "CREATE TABLE sessions (" + good + ", data VARCHAR(255) NOT NULL)",
				[]string{"column data: is NOT NULL without a default"},
				nil,
			},
			{
				"no transactions", "CREATE TABLE sessions (" + good + ") ENGINE=MEMORY",
				[]string{"MEMORY has no transactions", "ENGINE=InnoDB"},
				[]string{"sqlite", "postgres"},
			},
		} {
			t.Run(c.name, func(t *testing.T) {
				for _, not := range c.not {
					if not == d.golden {
						t.Skip("not on this database")
					}
				}
				execAll(t, db, c.create)
				drop := "DROP TABLE sessions"
				if strings.Contains(c.create, "VIEW") {
					drop = "DROP VIEW sessions"
				}
				defer execAll(t, db, drop)
				list := modelsOf(t, db, rows{})
				before := dump(t, db, tableNames(list)...)
				watched, log := watch(db)
				err := catalog.Synchronize(t.Context(), watched, request(list))
				if !errors.Is(err, authdb.ErrSchema) {
					t.Fatalf("Synchronize: %v, want ErrSchema", err)
				}
				for _, says := range append(c.says, "table sessions") {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("the error does not say %q: %v", says, err)
					}
				}
				if ddl := log.ddl(); len(ddl) > 0 {
					t.Errorf("ran %q", ddl)
				}
				if after := dump(t, db, tableNames(list)...); after != before {
					t.Errorf("the tables are\n%s, and were\n%s", after, before)
				}
				if _, err := catalog.Check(t.Context(), db, request(list)); !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "table users: does not exist") {
					t.Errorf("Check: %v", err)
				}
			})
		}
	})
}

// TestPartialKeys has unique keys that keep nothing unique.
func TestPartialKeys(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		list := modelsOf(t, db, rows{})
		synchronize(t, db, list)
		var keys []string
		switch d.golden {
		case "sqlite":
			keys = []string{"(email) WHERE name IS NOT NULL", "(lower(email))"}
			execAll(t, db, "DROP INDEX idx_users_email")
		case "postgres":
			keys = []string{"(email) WHERE name IS NOT NULL", "(lower(email))"}
			execAll(t, db, "DROP INDEX idx_users_email")
		case "mysql":
			keys = []string{"(email(20))", "((lower(email)))"}
			execAll(t, db, "DROP INDEX idx_users_email ON users")
		case "mariadb":
			keys = []string{"(email(20))"}
			execAll(t, db, "DROP INDEX idx_users_email ON users")
		}
		for i, key := range keys {
			execAll(t, db, "CREATE UNIQUE INDEX partial_"+string(rune('a'+i))+" ON users "+key)
		}
		_, err := catalog.Check(t.Context(), db, request(list))
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "no unique key on email") {
			t.Errorf("Check: %v", err)
		}
	})
}

// TestExact has text columns that fold or pad.
func TestExact(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		columns := map[string]map[string]bool{
			"sqlite": {
				"TEXT": true, "VARCHAR(9)": true, "BLOB": true, "TEXT COLLATE NOCASE": false, "TEXT COLLATE RTRIM": false,
				"uuid": false, "INTEGER": false, "TEXT UNIQUE COLLATE NOCASE": false,
			},
			"postgres": {
				"text": true, "varchar(9)": true, `text COLLATE "C"`: true, "char(9)": false, "uuid": false, "integer": false,
				"text COLLATE folds": false, "text_domain": true,
			},
			"mysql": {
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin": true, "varbinary(9)": true, "int": false,
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":        false,
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci": false,
			},
			"mariadb": {
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin": true, "varbinary(9)": true, "int": false, "uuid": false,
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":        false,
				"varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci": false,
			},
		}[d.golden]
		if d.golden == "postgres" {
			execAll(t, db, "CREATE COLLATION folds (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", "CREATE DOMAIN text_domain AS text")
		}
		n := 0
		for typ, want := range columns {
			n++
			table := "t" + string(rune('a'+n))
			execAll(t, db, "CREATE TABLE "+table+" (c "+typ+")")
			found, err := catalog.Read(t.Context(), db, table)
			if err != nil {
				t.Fatal(err)
			}
			if got := found[table].Column("c"); got.Exact != want {
				t.Errorf("%s: exact %t, want %t (%+v)", typ, got.Exact, want, got)
			}
		}
	})
}

// TestUniqueFolds has an exact column in a unique key that folds.
func TestUniqueFolds(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		switch d.golden {
		case "sqlite":
			execAll(t, db, "CREATE TABLE t (c TEXT)", "CREATE UNIQUE INDEX i ON t (c COLLATE NOCASE)")
		case "postgres":
			execAll(t, db, "CREATE COLLATION folds (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
				"CREATE TABLE t (c text)", "CREATE UNIQUE INDEX i ON t (c COLLATE folds)")
		default:
			t.Skip("an index has the collation of its column")
		}
		found, err := catalog.Read(t.Context(), db, "t")
		if err != nil {
			t.Fatal(err)
		}
		if found["t"].Column("c").Exact || !found["t"].UniqueOn("c") {
			t.Errorf("%+v", found["t"])
		}
	})
}

// TestUnlimitedKeys refuses what MySQL has no key for before it creates
// anything; others have no such limit.
func TestUnlimitedKeys(t *testing.T) {
	type LongMember struct {
		ID                 string `gorm:"size:64"`
		Name, Email, Image *string
		EmailVerified      *models.Time
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		list := modelsOf(t, db, rows{user: LongMember{}})
		err := catalog.Synchronize(t.Context(), db, request(list))
		if !strings.HasPrefix(d.golden, "m") {
			if err != nil {
				t.Error(err)
			}
			return
		}
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "tag the field Email of catalog_test.LongMember") {
			t.Errorf("Synchronize: %v", err)
		}
		if after := dump(t, db, tableNames(list)...); after != "" {
			t.Errorf("created\n%s", after)
		}
	})
}

// TestOtherUsers has tables whose foreign keys lead to the table that the users
// were in before their row type got another name.
func TestOtherUsers(t *testing.T) {
	type Member struct {
		models.User
		Nick string `gorm:"size:64"`
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		synchronize(t, db, modelsOf(t, db, rows{}))
		list := modelsOf(t, db, rows{user: Member{}})
		refusesOtherUsers(t, db, list)
		if d.golden == "sqlite" {
			// The next connection may enforce what this one does not.
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			pool.SetMaxOpenConns(1)
			execAll(t, db, "PRAGMA foreign_keys = 0")
			refusesOtherUsers(t, db, list)
		}
	})
}

func refusesOtherUsers(t *testing.T, db *gorm.DB, list []catalog.Model) {
	t.Helper()
	before := dump(t, db, tableNames(list)...)
	_, check := catalog.Check(t.Context(), db, request(list))
	for _, err := range []error{catalog.Synchronize(t.Context(), db, request(list)), check} {
		if !errors.Is(err, authdb.ErrSchema) {
			t.Fatalf("%v, want ErrSchema", err)
		}
		for _, table := range []string{"accounts", "sessions", "authenticators"} {
			says := "table " + table + ", column user_id: its foreign key leads to the table users, while the users are in members; " +
				`give the row type func (Member) TableName() string { return "users" }, or drop that foreign key`
			if !strings.Contains(err.Error(), says) {
				t.Errorf("the error does not say %q: %v", says, err)
			}
		}
	}
	if after := dump(t, db, tableNames(list)...); after != before {
		t.Errorf("the tables are\n%s, and were\n%s", after, before)
	}
}

// TestAddColumn runs the statements that the error gives for missing columns,
// on a table with a row.
func TestAddColumn(t *testing.T) {
	type Person struct {
		models.User
		Nick string `gorm:"size:64;not null"`
		Role string `gorm:"size:32;not null;default:reader"`
		Note string `gorm:"size:64"`
	}
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		users := modelsOf(t, db, rows{})[:1]
		synchronize(t, db, users)
		execAll(t, db, "INSERT INTO users (id) VALUES ('u')")
		list := modelsOf(t, db, rows{user: Person{}})[:1]
		list[0].Table = "users"
		_, err := catalog.Check(t.Context(), db, request(list))
		if err == nil {
			t.Fatal("Check: no error")
		}
		if !strings.Contains(err.Error(), "column note: missing; adapter.Synchronize(ctx) adds it") {
			t.Errorf("Check: %v", err)
		}
		execAll(t, db, "ALTER TABLE users ADD COLUMN note VARCHAR(64)")
		for column, then := range map[string]bool{"nick": true, "role": false} {
			_, statement, _ := strings.Cut(err.Error(), "column "+column+": missing; if the table is this application's: ")
			statement, _, _ = strings.Cut(statement, ". ")
			statement, found := strings.CutSuffix(statement, ", then fill it and make it NOT NULL")
			if found != then {
				t.Errorf("the words after the statement for %s: %t, want %t: %v", column, found, then, err)
			}
			execAll(t, db, statement)
		}
		if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
			t.Error(err)
		}
	})
}

// TestTags has tags of a row type that ask for more than can be added.
func TestTags(t *testing.T) {
	type Person struct {
		models.User
		Nick  *string    `gorm:"size:64;unique"`
		Badge *string    `gorm:"size:64;uniqueIndex"`
		Rank  *int       `gorm:"index"`
		Since *time.Time `gorm:"default:CURRENT_TIMESTAMP(3)"`
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		synchronize(t, db, modelsOf(t, db, rows{})[:1])
		execAll(t, db, "INSERT INTO users (id) VALUES ('u')")
		list := modelsOf(t, db, rows{user: Person{}})[:1]
		list[0].Table = "users"
		if d.golden == "sqlite" {
			err := catalog.Synchronize(t.Context(), db, request(list))
			if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "column since: missing; make the table anew") {
				t.Errorf("Synchronize: %v", err)
			}
			execAll(t, db, "ALTER TABLE users ADD COLUMN since DATETIME")
		}
		synchronize(t, db, list)
		p, err := catalog.Propose(t.Context(), db, request(list))
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, x := range p.Findings {
			found = append(found, string(x.Kind)+": "+x.Problem)
			execAll(t, db, x.SQL...)
		}
		want := []string{
			"missing unique key: no unique index on badge, which its row type asks for",
			"missing unique key: no unique index on nick, which its row type asks for",
		}
		if !slices.Equal(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
		if p, err := catalog.Propose(t.Context(), db, request(list)); err != nil || len(p.Findings)+len(p.Changes) > 0 {
			t.Errorf("%v, %v", p, err)
		}
		if made := dump(t, db, "users"); !strings.Contains(made, "(rank)") || strings.Count(made, " since ") != 1 {
			t.Errorf("the table is\n%s", made)
		}
	})
}
