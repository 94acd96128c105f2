package catalog_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/catalog"
)

// A change is what somebody has done to an origin's tables.
type change struct {
	name string
	sql  func(d database, users, accounts string) []string // nil: not on this database
	says func(users, accounts string) []string             // with "…" for what depends on the dump
	fits bool
}

func changes() []change {
	return []change{{
		"a column more",
		func(_ database, users, _ string) []string {
			return []string{"ALTER TABLE " + users + " ADD COLUMN role varchar(20)"}
		},
		func(users, _ string) []string { return []string{users + ".role is one column more"} },
		true,
	}, {
		"a column more that must be given",
		func(d database, users, _ string) []string {
			if d.golden == "sqlite" {
				return nil
			}
			return []string{"ALTER TABLE " + users + " ADD COLUMN role varchar(20) NOT NULL"}
		},
		func(users, _ string) []string {
			return []string{users + ".role is one column more, and NOT NULL without a default"}
		},
		false,
	}, {
		"a unique key more",
		func(_ database, users, _ string) []string {
			return []string{"CREATE UNIQUE INDEX other ON " + users + " (email, id)"}
		},
		func(users, _ string) []string { return []string{users + " has one unique key more (email, id)"} },
		true,
	}, {
		"an index more",
		func(_ database, users, _ string) []string {
			return []string{"CREATE INDEX other ON " + users + " (id)"}
		},
		func(_, _ string) []string { return nil },
		true,
	}, {
		"a column less",
		func(_ database, _, accounts string) []string {
			return []string{"ALTER TABLE " + accounts + " DROP COLUMN refresh_token"}
		},
		func(_, accounts string) []string { return []string{accounts + ".refresh_token is missing"} },
		false,
	}, {
		"another type",
		func(d database, users, _ string) []string {
			return []string{"ALTER TABLE " + users + " DROP COLUMN name", "ALTER TABLE " + users + " ADD COLUMN name smallint"}
		},
		func(users, _ string) []string { return []string{users + ".name is smallint instead of …"} },
		false,
	}, {
		"another column must be given",
		func(d database, users, _ string) []string {
			switch d.golden {
			case "sqlite":
				return nil
			case "postgres":
				return []string{"ALTER TABLE " + users + " ALTER COLUMN image SET NOT NULL"}
			}
			return []string{"ALTER TABLE " + users + " MODIFY image varchar(17) NOT NULL"}
		},
		nil,
		false,
	}, {
		"a table renamed",
		func(_ database, _, accounts string) []string {
			return []string{"ALTER TABLE " + accounts + " RENAME TO logins"}
		},
		func(_, accounts string) []string { return []string{"there is no table " + accounts} },
		false,
	}}
}

// bare returns the name of a table without quotes and schema.
func bare(table string) string {
	return strings.Trim(table[strings.LastIndex(table, ".")+1:], "`\"")
}

// TestChangedTablesAreStillRecognised changes every dump on every database. The
// origin stays the best match, and what was changed is what it says.
func TestChangedTablesAreStillRecognised(t *testing.T) {
	eachDump(t, func(t *testing.T, d database, db *gorm.DB, s source) {
		users, accounts := usersAndAccounts(t, db, s)
		for _, c := range changes() {
			sql := c.sql(d, users, accounts)
			if sql == nil {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				db := db
				if !transactional(db) {
					db = open(t, d.open(d.dsn(t)), nil)
					restore(t, db, s.dump)
				} else {
					db = db.Begin()
					defer db.Rollback()
				}
				execAll(t, db, sql...)
				m := best(t, db, s.schema)
				if m == nil || m.Origin != s.origin || m.Variant != s.variant {
					t.Fatalf("taken for %+v", m)
				}
				var says []string
				if c.says != nil {
					says = c.says(bare(users), bare(accounts))
				} else if len(m.Differences) == 0 {
					t.Error("there is no difference")
				}
				if c.says != nil && !slices.EqualFunc(m.Differences, says, sayAlike) {
					t.Errorf("%q instead of %q", m.Differences, says)
				}
				if m.Exact != (c.says != nil && len(says) == 0) || m.Fits != c.fits {
					t.Errorf("exact %v, fits %v: %q", m.Exact, m.Fits, m.Differences)
				}
			})
		}
	})
}

// transactional reports whether DDL can be rolled back.
func transactional(db *gorm.DB) bool { return db.Name() != "mysql" }

func sayAlike(got, want string) bool {
	before, after, open := strings.Cut(want, "…")
	return got == want || open && strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
}

func best(t testing.TB, db *gorm.DB, schema string) *catalog.Match {
	t.Helper()
	matches, err := catalog.Origins(t.Context(), db, schema)
	if err != nil {
		t.Fatal(err)
	}
	if len(matches) == 0 {
		return nil
	}
	return &matches[0]
}

// usersAndAccounts returns the names of the dump's tables, quoted.
func usersAndAccounts(t testing.TB, db *gorm.DB, s source) (users, accounts string) {
	t.Helper()
	text, err := catalog.Fingerprint(t.Context(), db, s.schema, s.origin, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	quote := func(name string) string {
		if s.schema != "" {
			name = s.schema + "." + name
		}
		return (&gorm.Statement{DB: db}).Quote(name)
	}
	for _, name := range strings.Split(text, "\n") {
		switch strings.ToLower(name) {
		case "user", "users":
			users = quote(name)
		case "account", "accounts":
			accounts = quote(name)
		}
	}
	return users, accounts
}

// mixed matches a name with upper case letters inside.
var mixed = regexp.MustCompile(`\b[a-z]+[A-Z][A-Za-z]*\b`)

func TestNothingIsNear(t *testing.T) {
	for name, sql := range map[string][]string{
		"empty": nil,
		"others": {
			"CREATE TABLE users (id integer PRIMARY KEY, name varchar(50) NOT NULL, email varchar(100), password_hash varchar(60))",
			"CREATE TABLE accounts (id integer PRIMARY KEY, owner integer NOT NULL, balance numeric(10,2), type varchar(3))",
			"CREATE TABLE sessions (id integer PRIMARY KEY, data varchar(100), expires integer)",
		},
		"another library's": { // the names are those of Drizzle's default tables
			"CREATE TABLE user (id varchar(36) PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE," +
				" emailVerified smallint NOT NULL, image varchar(255), createdAt timestamp NOT NULL, updatedAt timestamp NOT NULL)",
			"CREATE TABLE session (id varchar(36) PRIMARY KEY, expiresAt timestamp NOT NULL, token varchar(255) NOT NULL UNIQUE," +
				" createdAt timestamp NOT NULL, updatedAt timestamp NOT NULL, ipAddress varchar(255), userAgent varchar(255)," +
				" userId varchar(36) NOT NULL, FOREIGN KEY (userId) REFERENCES user (id) ON DELETE CASCADE)",
			"CREATE TABLE account (id varchar(36) PRIMARY KEY, accountId varchar(255) NOT NULL, providerId varchar(255) NOT NULL," +
				" userId varchar(36) NOT NULL, accessToken varchar(255), refreshToken varchar(255), idToken varchar(255)," +
				" scope varchar(255), password varchar(255), FOREIGN KEY (userId) REFERENCES user (id) ON DELETE CASCADE)",
		},
		"users alone": {
			"CREATE TABLE users (id varchar(36) PRIMARY KEY, name varchar(255), email varchar(255) UNIQUE, image varchar(255))",
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d database, db *gorm.DB) {
				for _, s := range sql {
					if d.golden == "postgres" { // user is a word of its own, and names are in lower case
						s = mixed.ReplaceAllString(strings.ReplaceAll(s, " user (", ` "user" (`), `"$0"`)
					}
					execAll(t, db, s)
				}
				if m, err := catalog.Origins(t.Context(), db, ""); err != nil || len(m) > 0 {
					t.Errorf("taken for %+v (%v)", m, err)
				}
			})
		})
	}
}

// TestWhatCountsOnSQLite changes Drizzle's tables in ways that matter to the
// database, and in ways that do not.
func TestWhatCountsOnSQLite(t *testing.T) {
	for name, c := range map[string]struct {
		sql  []string
		says []string
	}{
		"partial unique key": {
			[]string{"DROP INDEX user_email_unique", "CREATE UNIQUE INDEX e ON user (email) WHERE email <> ''"},
			[]string{"user has no unique key (email)"},
		},
		"view": {
			[]string{
				"ALTER TABLE verificationToken RENAME TO v",
				"CREATE VIEW verificationToken AS SELECT * FROM v",
			},
			[]string{
				"verificationToken has no primary key instead of primary key (identifier, token)", "verificationToken is a view",
				"verificationToken.expires can be NULL", "verificationToken.identifier can be NULL", "verificationToken.token can be NULL",
			},
		},
		"spelling": {
			[]string{
				"ALTER TABLE user RENAME COLUMN emailVerified TO EMAILVERIFIED",
				"ALTER TABLE verificationToken RENAME TO v", "ALTER TABLE v RENAME TO VERIFICATIONTOKEN",
			},
			nil,
		},
		"key of the same columns": {[]string{"CREATE UNIQUE INDEX same ON account (providerAccountId, provider)"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := databases()[0]
			db := open(t, d.open(d.dsn(t)), nil)
			restore(t, db, "drizzle-sqlite")
			execAll(t, db, c.sql...)
			m := best(t, db, "")
			if m == nil || m.Origin != "drizzle" || !slices.Equal(m.Differences, c.says) || m.Exact != (c.says == nil) {
				t.Errorf("%+v", m)
			}
		})
	}
}

// TestTwoOriginsSideBySide restores two dumps in one database whose tables have
// different names.
func TestTwoOriginsSideBySide(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db := open(t, d.open(d.dsn(t)), nil)
			kind := map[string]string{"sqlite": "sqlite", "postgres": "pg"}[d.golden]
			if kind == "" {
				kind = "mariadb"
			}
			restore(t, db, "drizzle-"+kind)
			restore(t, db, "sequelize-"+kind)
			matches, err := catalog.Origins(t.Context(), db, "", "elsewhere")
			if err != nil || len(matches) < 2 || !matches[0].Exact || !matches[1].Exact {
				t.Fatalf("%+v (%v)", matches, err)
			}
			if got := fmt.Sprint(matches[0].Origin, " ", matches[1].Origin); got != "drizzle sequelize" {
				t.Error(got)
			}
		})
	}
}

// TestWhoseReadTables gives tables that somebody has read already.
func TestWhoseReadTables(t *testing.T) {
	eachDump(t, func(t *testing.T, _ database, db *gorm.DB, s source) {
		var names []string
		for _, name := range []string{"users", "accounts", "sessions", "verification_tokens", "authenticators"} {
			if s.schema != "" {
				name = s.schema + "." + name
			}
			names = append(names, name)
		}
		found, err := catalog.Read(t.Context(), db, names...)
		if err != nil {
			t.Fatal(err)
		}
		matches, err := catalog.Whose(db.Name(), found)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) < 3 {
			return // it has other names
		}
		if len(matches) == 0 || matches[0].Origin != s.origin {
			t.Errorf("%+v", matches)
		}
	})
}
