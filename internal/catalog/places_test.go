package catalog_test

import (
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// inside puts the models' tables into a schema, or gives them a prefix.
func inside(list []catalog.Model, prefix string) []catalog.Model {
	for i := range list {
		list[i].Table = prefix + list[i].Table
		if u := list[i].User; u != nil {
			list[i].User = &catalog.Reference{Column: u.Column, Table: prefix + u.Table, TableColumn: u.TableColumn}
		}
	}
	return list
}

// TestSchema has the tables in a schema, a database or an attached database
// that is not where the connection looks, and again where it does.
func TestSchema(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		other := "other"
		switch d.golden {
		case "sqlite":
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			pool.SetMaxOpenConns(1) // ATTACH belongs to a connection
			execAll(t, db, "ATTACH '"+testdb.SQLiteFile(t)+"' AS other")
		case "postgres":
			execAll(t, db, "CREATE SCHEMA other")
		default:
			other = testdb.New(t, d.golden).Name
		}
		list := inside(modelsOf(t, db, rows{}), other+".")
		synchronize(t, db, list)
		made := dump(t, db, tableNames(list)...)
		if n := strings.Count(made, "foreign key"); n != 3 || !strings.Contains(made, "-> "+other+".users (id)") {
			t.Errorf("%d foreign keys:\n%s", n, made)
		}
		if here := dump(t, db, "users", "accounts"); here != "" && d.golden != "sqlite" {
			t.Errorf("also made\n%s", here)
		}
		watched, log := watch(db)
		synchronize(t, watched, list)
		if ddl := log.ddl(); len(ddl) > 0 {
			t.Errorf("a second run changed the schema: %q", ddl)
		}
		if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
			t.Error(err)
		}
		if d.golden == "sqlite" {
			return // an unqualified name is looked up in attached databases too
		}
		synchronize(t, db, modelsOf(t, db, rows{}))
		golden(t, "default."+d.golden, dump(t, db, tableNames(modelsOf(t, db, rows{}))...))
	})
}

// TestSearchPath finds a table where the statements will, and no other.
func TestSearchPath(t *testing.T) {
	s := testdb.New(t, testdb.Postgres)
	db := open(t, postgres.Open(s.DSN), nil)
	execAll(t, db, "CREATE SCHEMA first", "CREATE SCHEMA second", "CREATE SCHEMA hidden",
		"CREATE TABLE second.a (id text PRIMARY KEY)", "CREATE TABLE hidden.b (id text PRIMARY KEY)")
	join := "?"
	if strings.Contains(s.DSN, "?") {
		join = "&"
	}
	db = open(t, postgres.Open(s.DSN+join+"search_path=first,second"), nil)
	found, err := catalog.Read(t.Context(), db, "a", "b", "hidden.b", "first.a")
	if err != nil {
		t.Fatal(err)
	}
	if found["a"] == nil || found["b"] != nil || found["hidden.b"] == nil || found["first.a"] != nil {
		t.Errorf("found %v", found)
	}
	synchronize(t, db, modelsOf(t, db, rows{}))
	if dump(t, db, "first.users") == "" {
		t.Error("the tables are not in the first schema of the search_path")
	}
}

// TestNaming has naming strategies and a session that prepares statements.
func TestNaming(t *testing.T) {
	for _, d := range databases() {
		for name, naming := range map[string]schema.Namer{
			"prefix":   schema.NamingStrategy{TablePrefix: "auth_", SingularTable: true},
			"as in Go": schema.NamingStrategy{NoLowerCase: true, SingularTable: true},
			"long":     schema.NamingStrategy{TablePrefix: strings.Repeat("long_", 9), IdentifierMaxLength: 63},
		} {
			t.Run(d.name+"/"+name, func(t *testing.T) {
				db := open(t, d.open(d.dsn(t)), &gorm.Config{NamingStrategy: naming, PrepareStmt: true})
				list := modelsOf(t, db, rows{})
				synchronize(t, db, list)
				made := dump(t, db, tableNames(list)...)
				if n := strings.Count(made, "table "); n != 5 {
					t.Errorf("%d tables:\n%s", n, made)
				}
				if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
					t.Error(err)
				}
				watched, log := watch(db)
				if err := watched.AutoMigrate(models.All()...); err != nil {
					t.Fatal(err)
				}
				synchronize(t, watched, list)
				if ddl := log.ddl(); len(ddl) > 0 {
					t.Errorf("the schema was changed: %q", ddl)
				}
			})
		}
	}
}

// TestOneRowTwice has one row in two tables of a database: index names of
// SQLite and PostgreSQL belong to the schema.
func TestOneRowTwice(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		synchronize(t, db, modelsOf(t, db, rows{}))
		list := inside(modelsOf(t, db, rows{}), "second_")
		synchronize(t, db, list)
		made := dump(t, db, tableNames(list)...)
		first := dump(t, db, tableNames(modelsOf(t, db, rows{}))...)
		golden(t, "default."+d.golden, first)
		if strings.Count(made, "  key ") != strings.Count(first, "  key ") {
			t.Errorf("keys are missing:\n%s", made)
		}
		if strings.Contains(made, " idx_users") || strings.Contains(made, "-> users") {
			t.Errorf("mixed up with the first:\n%s", made)
		}
	})
}

// TestAutoMigrateFirst has GORM make the tables, where the application likes
// it so. The contract rests on them as well.
func TestAutoMigrateFirst(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		if strings.HasPrefix(d.golden, "m") {
			execAll(t, db, "ALTER DATABASE COLLATE utf8mb4_general_ci") // servers differ in their default
		}
		if err := db.AutoMigrate(models.All()...); err != nil {
			t.Fatal(err)
		}
		list := modelsOf(t, db, rows{})
		made := dump(t, db, tableNames(list)...)
		golden(t, "automigrate."+d.golden, made)
		if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
			t.Error(err)
		}
		synchronize(t, db, list)
		if after := dump(t, db, tableNames(list)...); after != made {
			t.Errorf("Synchronize changed the tables to\n%s", after)
		}
	})
}

// TestTableOptions has GORM make the tables with keys that compare exactly, as
// the documentation of package models says.
func TestTableOptions(t *testing.T) {
	for server, collation := range map[string]string{testdb.MariaDB: "utf8mb4_nopad_bin", testdb.MySQL: "utf8mb4_0900_bin"} {
		t.Run(server, func(t *testing.T) {
			db := open(t, mysql.Open(testdb.New(t, server).DSN), nil)
			err := db.Set("gorm:table_options", " DEFAULT CHARSET=utf8mb4 COLLATE="+collation).AutoMigrate(models.All()...)
			if err != nil {
				t.Fatal(err)
			}
			found, err := catalog.Check(t.Context(), db, request(modelsOf(t, db, rows{})))
			if err != nil || !found["sessions"].Column("session_token").Exact {
				t.Errorf("%v: %+v", err, found["sessions"])
			}
		})
	}
}

// TestOlderUsers has a table of users that fits, made by something else, and
// creates the others so that they can refer to it.
func TestOlderUsers(t *testing.T) {
	type NumberedMember struct {
		ID                 int32
		Name, Email, Image *string `gorm:"size:200"`
		EmailVerified      *models.Time
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		ids := map[string][]string{
			"sqlite":   {"TEXT", "VARCHAR(36)"},
			"postgres": {"text", "varchar(36)", "char(36)"},
			"mysql":    {"varchar(36) CHARACTER SET latin1", "char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"},
			"mariadb":  {"varchar(36) CHARACTER SET latin1", "char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
		}[d.golden]
		for i, id := range ids {
			prefix := "t" + string(rune('a'+i)) + "_"
			execAll(t, db, "CREATE TABLE "+prefix+"users (id "+id+" NOT NULL PRIMARY KEY, name VARCHAR(200), email VARCHAR(200) UNIQUE, email_verified TIMESTAMP NULL, image VARCHAR(200))")
			list := inside(modelsOf(t, db, rows{}), prefix)
			synchronize(t, db, list)
			if made := dump(t, db, tableNames(list)...); strings.Count(made, "on delete CASCADE enforced") != 3 {
				t.Errorf("%s: foreign keys are missing:\n%s", id, made)
			}
		}
		numbers := map[string]string{
			"sqlite": "INTEGER PRIMARY KEY", "postgres": "int PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
			"mysql": "int unsigned PRIMARY KEY AUTO_INCREMENT", "mariadb": "int(11) PRIMARY KEY AUTO_INCREMENT",
		}[d.golden]
		execAll(t, db, "CREATE TABLE numbered_members (id "+numbers+", name VARCHAR(200), email VARCHAR(200) UNIQUE, email_verified TIMESTAMP NULL, image VARCHAR(200))")
		list := modelsOf(t, db, rows{user: NumberedMember{}})
		synchronize(t, db, list)
		if made := dump(t, db, tableNames(list)...); strings.Count(made, "on delete CASCADE enforced") != 3 || !strings.Contains(made, " numbered") {
			t.Errorf("foreign keys are missing:\n%s", made)
		}
		if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
			t.Error(err)
		}
	})
}

// TestWithoutForeignKeys does as the application's GORM is told.
func TestWithoutForeignKeys(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db := open(t, d.open(d.dsn(t)), &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
			list := modelsOf(t, db, rows{})
			synchronize(t, db, list)
			if made := dump(t, db, tableNames(list)...); strings.Contains(made, "foreign key") {
				t.Error(made)
			}
		})
	}
}

// TestDefaultStringSize leaves unlimited text unlimited.
func TestDefaultStringSize(t *testing.T) {
	for _, name := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(name, func(t *testing.T) {
			db := open(t, mysql.New(mysql.Config{DSN: testdb.New(t, name).DSN, DefaultStringSize: 191}), nil)
			list := modelsOf(t, db, rows{})
			synchronize(t, db, list)
			golden(t, "default."+name, dump(t, db, tableNames(list)...))
		})
	}
}

// TestSettings has servers and sessions that are set up in unusual ways.
func TestSettings(t *testing.T) {
	for _, c := range []struct{ server, params string }{
		{testdb.Postgres, "default_transaction_isolation=serializable"},
		{testdb.Postgres, "default_query_exec_mode=simple_protocol"},
		{testdb.Postgres, "TimeZone=America/New_York"},
		{testdb.MariaDB, "autocommit=0&interpolateParams=true"},
		{testdb.MariaDB, "sql_mode=%27ANSI%27"},
		{testdb.MySQL, "tx_isolation=SERIALIZABLE&interpolateParams=true"},
		{testdb.MySQL, "collation=utf8mb4_general_ci&sql_mode=%27%27"},
	} {
		t.Run(c.server+" "+c.params, func(t *testing.T) {
			s := testdb.New(t, c.server)
			join := "?"
			if strings.Contains(s.DSN, "?") {
				join = "&"
			}
			dsn := s.DSN + join + strings.Replace(c.params, "tx_isolation", "transaction_isolation", 1)
			if c.server == testdb.MySQL {
				dsn = strings.Replace(dsn, "SERIALIZABLE", "%27SERIALIZABLE%27", 1)
			}
			dialector := mysql.Open(dsn)
			if c.server == testdb.Postgres {
				dialector = postgres.Open(dsn)
			}
			db := open(t, dialector, nil)
			list := modelsOf(t, db, rows{})
			synchronize(t, db, list)
			golden(t, "default."+c.server, dump(t, db, tableNames(list)...))
		})
	}
}

// TestNotEnforced has foreign keys that the connection does not mind.
func TestNotEnforced(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			dsn := d.dsn(t)
			db := open(t, d.open(dsn), nil)
			list := modelsOf(t, db, rows{})
			synchronize(t, db, list)
			switch d.golden {
			case "sqlite":
				dsn = strings.NewReplacer("foreign_keys(1)", "foreign_keys(0)", "_foreign_keys=1", "_foreign_keys=0").Replace(dsn)
			case "postgres":
				t.Skip("a session can't switch them off one by one")
			default:
				dsn += "&foreign_key_checks=0"
			}
			found, err := catalog.Check(t.Context(), open(t, d.open(dsn), nil), request(list))
			if err != nil {
				t.Fatal(err)
			}
			if found["sessions"].References("user_id", "users", "id") {
				t.Error("a foreign key that is not enforced counts")
			}
			if found, err = catalog.Check(t.Context(), db, request(list)); err != nil || !found["sessions"].References("user_id", "users", "id") {
				t.Errorf("an enforced one does not: %v", err)
			}
		})
	}
}
