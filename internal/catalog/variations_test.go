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
	if left := fix(t, db, list); (left > 0) != (v.stuck && d.golden == "sqlite") {
		t.Errorf("%d findings have no SQL", left)
	}
	if now := contents(t, open(t, d.open(dsn), nil)); len(now["sessions"]) != 1 || now["sessions"][0]["session_token"] == nil {
		t.Errorf("after the SQL of the findings the rows are\n%v", now)
	}
}

// fix runs the SQL of all findings: they are gone then, and nothing else is
// found. It returns how many have none.
func fix(t *testing.T, db *gorm.DB, list []catalog.Model) (left int) {
	t.Helper()
	p, err := catalog.Propose(t.Context(), db, request(list))
	if err != nil {
		t.Fatal(err)
	}
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
	return left
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
