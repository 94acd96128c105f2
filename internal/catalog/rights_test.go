package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/internal/testdb"
)

// TestNoRight has a user who may not change tables: where nothing is missing
// no right is needed, and else the error has the statements for somebody who
// has it.
func TestNoRight(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db, plain, drop := restricted(t, d)
			defer drop()
			list := modelsOf(t, plain, rows{})
			help(t, db, plain, list, "create table users: ")

			execAll(t, db, "ALTER TABLE users DROP COLUMN image", dropIndex(d, "idx_sessions_expires", "sessions"), "DROP TABLE authenticators")
			execAll(t, db, "INSERT INTO users (id, email) VALUES ('u', 'ada@example.com')")
			help(t, db, plain, list, "add to table users: ")
		})
	}
}

func dropIndex(d database, index, table string) string {
	if strings.HasPrefix(d.golden, "m") {
		return "DROP INDEX " + index + " ON " + table
	}
	return "DROP INDEX " + index
}

// help has the restricted user fail, and one who is not run what the error says.
func help(t *testing.T, db, plain *gorm.DB, list []catalog.Model, says string) {
	t.Helper()
	before := dump(t, db, tableNames(list)...)
	p, err := catalog.Propose(t.Context(), plain, request(list))
	if err != nil {
		t.Fatalf("Propose: %v", err)
	}
	err = catalog.Synchronize(t.Context(), plain, request(list))
	if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), says) && !strings.Contains(err.Error(), "read-only") {
		t.Fatalf("Synchronize: %v", err)
	}
	for _, word := range []string{"denied", "permission", "must be owner", "plain_", "readonly"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error quotes the driver: %v", err)
		}
	}
	if after := dump(t, db, tableNames(list)...); after != before {
		t.Errorf("the tables are\n%s, and were\n%s", after, before)
	}
	for _, s := range p.Statements() {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("the error does not say %q: %v", s, err)
		}
		execAll(t, db, s)
	}
	watched, log := watch(plain)
	synchronize(t, watched, list)
	if ddl := log.ddl(); len(ddl) > 0 {
		t.Errorf("ran %q", ddl)
	}
}

// restricted returns an empty database as one may change it, and as one may
// not.
func restricted(t *testing.T, d database) (db, plain *gorm.DB, drop func()) {
	switch d.golden {
	case "postgres":
		s := testdb.New(t, testdb.Postgres)
		db = open(t, postgres.Open(s.DSN), nil)
		name := "plain_" + s.Name
		execAll(t, db, "CREATE ROLE "+name+" LOGIN PASSWORD 'secret'", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
		plain = open(t, postgres.Open(fmt.Sprintf("host=%s port=%d dbname=%s user=%s password=secret sslmode=disable", s.Host, s.Port, s.Name, name)), nil)
		return db, plain, func() { execAll(t, db, "DROP ROLE "+name) }
	case "mysql", "mariadb":
		s := testdb.New(t, d.golden)
		db = open(t, mysql.Open(s.DSN), nil)
		name := "plain_" + s.Name[len(s.Name)-8:]
		execAll(t, db, "CREATE USER "+name+" IDENTIFIED BY 'secret'", "GRANT SELECT, INSERT ON "+s.Name+".* TO "+name)
		plain = open(t, mysql.Open(fmt.Sprintf("%s:secret@tcp(%s:%d)/%s", name, s.Host, s.Port, s.Name)), nil)
		return db, plain, func() { execAll(t, db, "DROP USER "+name) }
	}
	dsn := d.dsn(t)
	db = open(t, d.open(dsn), nil)
	execAll(t, db, "CREATE TABLE something (n INTEGER)") // so that there is a file
	return db, open(t, d.open(dsn+"&mode=ro"), nil), func() {}
}

// TestQueryOnly has SQLite's setting by which a connection only reads.
func TestQueryOnly(t *testing.T) {
	for _, d := range databases() {
		if d.golden != "sqlite" {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			dsn := d.dsn(t)
			plain := open(t, d.open(dsn), nil)
			pool, err := plain.DB()
			if err != nil {
				t.Fatal(err)
			}
			pool.SetMaxOpenConns(1)
			execAll(t, plain, "PRAGMA query_only = 1")
			help(t, open(t, d.open(dsn), nil), plain, modelsOf(t, plain, rows{}), "create table users: ")
		})
	}
}

// TestAdditionsTakenBack has a table fail after something was added to another:
// where DDL can't be taken back the addition stays, and the error says so.
func TestAdditionsTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		good := modelsOf(t, db, rows{})
		synchronize(t, db, good)
		execAll(t, db, "ALTER TABLE users DROP COLUMN image", "DROP TABLE authenticators", "DROP TABLE verification_tokens")
		list := modelsOf(t, db, rows{authenticator: Broken{}})
		before := dump(t, db, tableNames(list)...)
		err = catalog.Synchronize(t.Context(), db, request(list))
		if err == nil {
			t.Skip("this database does not mind a function that it has not")
		}
		after := dump(t, db, tableNames(list)...)
		if mysql := strings.HasPrefix(d.golden, "m"); mysql != (after != before) || mysql != strings.HasSuffix(err.Error(), "; added before, and left: ALTER TABLE `users` ADD COLUMN `image` longtext") {
			t.Errorf("%v, and the tables are\n%s", err, after)
		}
		if strings.Count(after, "table ") != strings.Count(before, "table ") {
			t.Errorf("the tables are\n%s", after)
		}
		synchronize(t, db, good)
		if d.golden == "mysql" {
			var usual, now int
			if err := db.Raw("SELECT @@global.lock_wait_timeout, @@lock_wait_timeout").Row().Scan(&usual, &now); err != nil || usual != now {
				t.Errorf("the connection waits %d s for a table, and did %d s: %v", now, usual, err)
			}
		}
	})
}
