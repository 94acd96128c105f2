package fromnextauth3_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// rename is what docs/from-nextauth3.md says, for one transaction. MySQL has one
// statement for all, since it can't take a rename back.
var rename = map[string][]string{
	sqlite:          renames,
	testdb.Postgres: renames,
	testdb.MariaDB:  {renameTable},
	testdb.MySQL:    {renameTable},
}

var renames = []string{
	"ALTER TABLE users RENAME TO v3_users",
	"ALTER TABLE accounts RENAME TO v3_accounts",
	"ALTER TABLE sessions RENAME TO v3_sessions",
	"ALTER TABLE verification_requests RENAME TO v3_verification_requests",
	"ALTER TABLE next_users RENAME TO users",
	"ALTER TABLE next_accounts RENAME TO accounts",
	"ALTER TABLE next_sessions RENAME TO sessions",
	"ALTER TABLE next_verification_tokens RENAME TO verification_tokens",
	"ALTER TABLE next_authenticators RENAME TO authenticators",
}

const renameTable = `RENAME TABLE users TO v3_users, accounts TO v3_accounts, sessions TO v3_sessions,
	verification_requests TO v3_verification_requests,
	next_users TO users, next_accounts TO accounts, next_sessions TO sessions,
	next_verification_tokens TO verification_tokens, next_authenticators TO authenticators`

// TestCutOver moves in place, and gives the new tables the old names.
func TestCutOver(t *testing.T) {
	for _, server := range servers {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			url := urlOf(t, server)
			db := openDB(t, url)
			testdb.Restore(t, pool(t, db), schemaOf[server])
			session, link := oldTokens(t, db)
			complete(t, mustRun(t, db, synchronized(t, db, beside()...), fromnextauth3.Options{}))
			err := db.Transaction(func(tx *gorm.DB) error {
				for _, statement := range rename[server] {
					if err := tx.Exec(statement).Error; err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}

			db = openDB(t, url) // with no statement prepared for the old tables
			a := gormadapter.New(db, authdb.WithClock(clock))
			if err := a.Check(ctx); err != nil {
				t.Fatal(err)
			}
			plan, err := a.Plan(ctx)
			if err != nil || len(plan.Statements) > 0 {
				t.Fatalf("Synchronize would do something: %v, %v", plan, err)
			}
			if _, user, err := a.GetSessionAndUser(ctx, session); err != nil || user.ID != "1" {
				t.Errorf("%v, %v", user, err)
			}
			must(a.UseVerificationToken(ctx, "bob@example.com", link))(t)
			if err := a.DeleteUser(ctx, "1"); err != nil {
				t.Error(err)
			}
			if _, err := a.GetAccount(ctx, "github", "424242"); !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("the foreign keys are not those of the new tables: %v", err)
			}

			// Nobody moves it all again by mistake, and who means to can.
			if _, err := fromnextauth3.Run(ctx, db, a, fromnextauth3.Options{Now: clock}); !errors.Is(err, authdb.ErrSchema) {
				t.Errorf("a run after the end: %v", err)
			}
			report := mustRun(t, db, a, fromnextauth3.Options{TablePrefix: "v3_"})
			same(t, "from the renamed tables", report.Users, fromnextauth3.Counts{Rows: 3, Created: 1, Present: 2})
		})
	}
}

// TestSchema has the old tables in a schema of their own, on PostgreSQL.
func TestSchema(t *testing.T) {
	db := openDB(t, urlOf(t, testdb.Postgres))
	testdb.Restore(t, pool(t, db), "next-auth-v3-pg")
	for _, statement := range []string{
		"CREATE SCHEMA old", "ALTER TABLE users SET SCHEMA old", "ALTER TABLE accounts SET SCHEMA old",
		"ALTER TABLE sessions SET SCHEMA old", "ALTER TABLE verification_requests SET SCHEMA old",
	} {
		if err := db.Exec(statement).Error; err != nil {
			t.Fatal(err)
		}
	}
	complete(t, mustRun(t, db, synchronized(t, db), fromnextauth3.Options{Schema: "old"}))
}
