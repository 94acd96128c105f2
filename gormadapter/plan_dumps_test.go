package gormadapter_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

var update = flag.Bool("update", false, "write the golden files anew")

// detected returns the rows for the tables of a dump.
func detected(t *testing.T, db *gorm.DB, dump string) authdb.Models {
	t.Helper()
	if dump == "neon-pg" {
		return presets.Neon() // whose tables are pg's
	}
	d, err := presets.Detect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := d.Models()
	if !ok || !d.Exact {
		t.Fatal(d)
	}
	return m
}

// onDumps runs the test on every dump, restored on every database that can.
func onDumps(t *testing.T, test func(t *testing.T, server, dump string, restored func(t *testing.T) *gorm.DB)) {
	for _, d := range databases() {
		server, _, _ := strings.Cut(d.name, "-")
		for _, dump := range testdb.DumpsFor(server) {
			t.Run(d.name+"/"+dump, func(t *testing.T) {
				test(t, server, dump, func(t *testing.T) *gorm.DB {
					db, _ := d.open(t)
					testdb.Restore(t, pool(t, db), dump)
					return db
				})
			})
		}
	}
}

// TestPlanOfDumps has the tables that every origin's own adapter made: nothing
// is proposed, what is found is as in the golden file, and nothing is changed.
func TestPlanOfDumps(t *testing.T) {
	onDumps(t, func(t *testing.T, server, dump string, restored func(*testing.T) *gorm.DB) {
		db := restored(t)
		adapter := gormadapter.New(db, authdb.WithModels(detected(t, db, dump)))
		before := catalogue(t, db)
		plan, err := adapter.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Statements) > 0 {
			t.Errorf("proposed %q", plan.Statements)
		}
		golden(t, "plans/"+dump+"."+server, plan.String())
		if err := adapter.Synchronize(t.Context()); err != nil {
			t.Errorf("Synchronize: %v", err)
		}
		if err := adapter.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
		if after := catalogue(t, db); after != before {
			t.Errorf("the catalogue is\n%s\nand was\n%s", after, before)
		}
	})
}

// TestWhoseTables has the default rows on the tables of others: nothing is
// created, and the error says whose they look like.
func TestWhoseTables(t *testing.T) {
	onDumps(t, func(t *testing.T, _, dump string, restored func(*testing.T) *gorm.DB) {
		db := restored(t)
		if strings.HasPrefix(dump, "authdb-") {
			t.Skip("they are ours")
		}
		origin := dump[:strings.LastIndex(dump, "-")]
		for _, more := range []string{"-type-mysql", "-type-mariadb"} {
			origin = strings.TrimSuffix(origin, more)
		}
		if origin == "neon" {
			origin = "pg" // whose tables are the same
		}
		want := ". The tables look like those of " + origin + ": see package presets"
		if origin != "supabase" && !db.Migrator().HasTable("sessions") { // and is in the way
			want = "none of the tables is there, and those of " + strings.TrimSuffix(origin, "-next-auth-4") + " are"
		}
		var schema string
		if origin == "supabase" {
			schema = "next_auth"
		}
		rows := authdb.WithModels(authdb.Models{Layout: authdb.Layout{Schema: schema}})
		before := catalogue(t, db)
		err := gormadapter.New(db, rows).Synchronize(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), want) {
			t.Errorf("Synchronize: %v", err)
		}
		if after := catalogue(t, db); after != before {
			t.Errorf("the catalogue is\n%s\nand was\n%s", after, before)
		}
		if db.Migrator().HasTable("sessions") || schema != "" {
			return
		}
		if err := gormadapter.New(db, rows, authdb.WithForeignChanges()).Synchronize(t.Context()); err != nil {
			t.Errorf("beside them: %v", err)
		}
		if err := gormadapter.New(db, rows).Synchronize(t.Context()); err != nil {
			t.Errorf("beside them, for the second time: %v", err)
		}
	})
}

// TestFindingsSQL runs the SQL of each finding on a database of its own: it
// runs, and the finding is gone.
func TestFindingsSQL(t *testing.T) {
	if testing.Short() {
		t.Skip("restores a dump for every finding")
	}
	ran := 0
	onDumps(t, func(t *testing.T, server, dump string, restored func(*testing.T) *gorm.DB) {
		if strings.HasPrefix(t.Name(), "TestFindingsSQL/sqlite-mattn") {
			t.Skip("as with the other driver")
		}
		first := restored(t)
		models := detected(t, first, dump)
		plan, err := gormadapter.New(first, authdb.WithModels(models)).Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range plan.Findings {
			if len(f.SQL) == 0 {
				continue
			}
			ran++
			db := restored(t)
			for _, s := range f.SQL {
				if err := db.Exec(s).Error; err != nil {
					t.Errorf("%v: %s: %v", f, s, err)
				}
			}
			after, err := gormadapter.New(db, authdb.WithModels(models)).Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(after.Findings, func(g gormadapter.Finding) bool { return g.String() == f.String() }) {
				t.Errorf("%v: still there after %q", f, f.SQL)
			}
			if len(after.Findings) > len(plan.Findings) {
				t.Errorf("%v: after %q there are %v", f, f.SQL, after.Findings)
			}
		}
	})
	if ran < 50 {
		t.Errorf("%d findings had SQL", ran)
	}
}

// golden compares the text with the file of that name, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != readGolden(t, name) {
		t.Errorf("%s is not as in %s (-update writes it anew):\n%s", t.Name(), path, got)
	}
}

func readGolden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

// catalogue returns all that the database says of the tables in it, in its own
// words.
func catalogue(t *testing.T, db *gorm.DB) string {
	t.Helper()
	switch db.Name() {
	case "sqlite":
		return text(t, db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
	case "postgres":
		return text(t, db, `SELECT c.oid::regclass, c.relkind, c.relpersistence, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation,
				a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
			LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
			ORDER BY c.oid::regclass::text, a.attnum`) +
			text(t, db, `SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace <> 'information_schema'::regnamespace AND connamespace <> 'pg_catalog'::regnamespace ORDER BY 1, 2`) +
			text(t, db, `SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3`) +
			text(t, db, `SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2`)
	}
	var tables []string
	if err := db.Raw("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME").Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range tables {
		b.WriteString(text(t, db, "SHOW CREATE TABLE `"+table+"`"))
	}
	return b.String()
}

// text returns the rows of a query.
func text(t *testing.T, db *gorm.DB, query string) string {
	t.Helper()
	rows, err := pool(t, db).Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if s, ok := v.([]byte); ok {
				v = string(s)
			}
			fmt.Fprintf(&b, "%v|", v)
		}
		b.WriteString("\n")
	}
	if err := rows.Err(); err != nil || b.Len() == 0 && !strings.Contains(query, "pg_sequences") {
		t.Fatalf("%d bytes, %v", b.Len(), err)
	}
	return b.String()
}
