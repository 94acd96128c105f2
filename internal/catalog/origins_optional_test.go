package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
)

// TestWithoutAuthenticators drops the authenticators' table of every dump that
// has one, as it is with people who use no passkeys: the rest fits, unless
// something else is in the way.
func TestWithoutAuthenticators(t *testing.T) {
	eachDump(t, func(t *testing.T, d database, db *gorm.DB, s source) {
		tables, err := db.Migrator().GetTables()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(tables, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "authenticator") })
		if i < 0 {
			t.Skip("it has none")
		}
		users, accounts := usersAndAccounts(t, db, s)
		quote := func(name string) string { return (&gorm.Statement{DB: db}).Quote(name) }
		fits := s.origin != "authdb" // whose own rows want all tables, unless one is said to be absent
		for _, step := range []struct {
			sql         string
			differences int
			fits        bool
		}{
			{"DROP TABLE " + quote(tables[i]), 1, fits},
			{"ALTER TABLE " + users + " ADD COLUMN role varchar(20)", 2, fits},
			{"ALTER TABLE " + accounts + " DROP COLUMN refresh_token", 3, false},
		} {
			execAll(t, db, step.sql)
			m := best(t, db, s.schema)
			if m == nil || m.Origin != s.origin || m.Variant != s.variant || m.Exact || m.Fits != step.fits ||
				len(m.Differences) != step.differences || !slices.Equal(m.Missing, []string{tables[i]}) {
				t.Errorf("after %s: %+v", step.sql, m)
			}
		}
	})
}

// TestOtherTablesAreNeeded drops one that nobody can do without, beside the
// authenticators' table.
func TestOtherTablesAreNeeded(t *testing.T) {
	for _, table := range []string{"session", "verificationToken"} {
		t.Run(table, func(t *testing.T) {
			d := databases()[0]
			db := open(t, d.open(d.dsn(t)), nil)
			restore(t, db, "drizzle-sqlite")
			execAll(t, db, "DROP TABLE authenticator", "DROP TABLE "+table)
			if m := best(t, db, ""); m == nil || m.Origin != "drizzle" || m.Fits || len(m.Missing) != 2 {
				t.Errorf("%+v", m)
			}
		})
	}
}
