package gormadapter_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// permitted are the statements that may read a whole table or index.
func permitted() []permission {
	return []permission{
		{"ConvertSecrets", `^SELECT COUNT\(\*\)`, "it tells how many rows there are, and goes on to read them all"},
		{"ConvertSecrets", ` LIMIT 200$`, "a page of 200 rows, in the order of the primary key"},
		{"DeleteExpired", `CAST\(CASE WHEN .expires. (~|REGEXP) .* LIMIT \d+`, "TypeORM's instants are digits as text, of which no index knows the order"},
		{"InTx", ` WHERE 1 = 0$`, "the condition is looked at before the table is"},
		{"DeleteExpired", ` LIMIT 1 OFFSET \d+$`, "it reads as many rows as the number says, and not more"},
	}
}

// A permission is for the statements of an operation that match.
type permission struct{ operation, statement, why string }

// TestExplain has the database explain every statement that the adapter sends to
// a table with many rows, on the connection and with the arguments with which it
// is sent. There is an index for each, and the ways are those of the golden file:
//
//	go test ./gormadapter -run Explain -update
//
// An INSERT has no way to explain. What foreign keys look for is explained by
// SQLite alone: on DELETE FROM users it is the rows of a user in each table, for
// which the adapter has a DELETE of its own before.
func TestExplain(t *testing.T) {
	used, ran := map[permission]bool{}, 0
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			explainDefault(t, d, used)
			ran++
		})
		for dump, m := range explainedPresets() {
			if slices.Contains(testdb.DumpsFor(serverOf(d)), dump) {
				t.Run(d.name+"/"+dump, func(t *testing.T) { explainPreset(t, d, dump, m, used) })
			}
		}
	}
	for _, p := range permitted() {
		if ran == len(databases()) && !used[p] {
			t.Errorf("nothing needs the permission of %s: %s", p.operation, p.statement)
		}
	}
}

func explainDefault(t *testing.T, d database, used map[permission]bool) {
	db, version := d.open(t)
	db, tap := throughTap(t, db)
	m := authdb.Models{Session: &detailed{}}
	known := gormadapter.New(db, authdb.WithModels(m))
	must(t, known.Synchronize(t.Context()))
	c := gather(t, db, known, m)
	x := newExplanation(t, db, tap, used)
	x.seesScans()
	x.heading("On tables that were looked at")
	x.explain(known, c.operations())
	x.heading("Where nothing is known of the tables yet")
	x.explain(gormadapter.New(db, authdb.WithModels(m)), c.operations())
	x.heading("Where users are kept elsewhere")
	m.User = authdb.Absent
	apart := gormadapter.New(db, authdb.WithModels(m))
	must(t, apart.Check(t.Context()))
	x.explain(apart, c.apart())
	x.heading("ConvertSecrets")
	x.explain(known, c.conversions())
	x.compare("explain/"+serverOf(d), version)
}

func explainedPresets() map[string]authdb.Models {
	return map[string]authdb.Models{
		"prisma-pg": presets.Prisma(), "prisma-mariadb": presets.Prisma(),
		"typeorm-pg": presets.TypeORM(), "typeorm-mariadb": presets.TypeORM(),
	}
}

// explainPreset is for tables that something else made, with the indexes that
// Synchronize adds if it may, and the unique keys that Check reports as missing:
// without them a key of Layout.Unguarded has no index.
func explainPreset(t *testing.T, d database, dump string, m authdb.Models, used map[permission]bool) {
	db, version := d.open(t)
	testdb.RestoreSchema(t, pool(t, db), dump)
	db, tap := throughTap(t, db)
	a := gormadapter.New(db, authdb.WithModels(m), authdb.WithForeignChanges())
	must(t, a.Synchronize(t.Context()))
	guard(t, db, a)
	c := gather(t, db, a, m)
	x := newExplanation(t, db, tap, used)
	x.heading(dump)
	x.explain(a, c.operations())
	x.compare("explain/"+serverOf(d)+"."+dump, version)
}

// guard adds the unique keys that the tables lack.
func guard(t *testing.T, db *gorm.DB, a *gormadapter.Adapter) {
	t.Helper()
	proposed, err := a.Plan(t.Context())
	must(t, err)
	for _, f := range proposed.Findings {
		if f.Kind != gormadapter.MissingUnique {
			continue
		}
		for _, statement := range f.SQL {
			must(t, db.Exec(statement).Error)
		}
	}
	must(t, a.Check(t.Context()))
}

// serverOf is the database's name without that of a driver.
func serverOf(d database) string {
	server, _, _ := strings.Cut(d.name, "-")
	return server
}

// TestExplainAll: no method is left out that sends statements to the tables.
func TestExplainAll(t *testing.T) {
	var names []string
	for _, o := range slices.Concat(crowd{}.operations(), crowd{}.apart(), crowd{}.conversions()) {
		names = append(names, strings.FieldsFunc(o.name, func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	others := []string{"As", "Check", "CheckRecord", "Close", "DB", "Decode", "Encode", "Plan", "Synchronize", "Validate"} // none, or to the catalogue
	methods := reflect.TypeFor[*gormadapter.Adapter]()
	for i := range methods.NumMethod() {
		if name := methods.Method(i).Name; !slices.Contains(names, name) && !slices.Contains(others, name) {
			t.Errorf("the statements of %s are not explained", name)
		}
	}
}

// An explanation is what a database says of the statements of operations.
type explanation struct {
	t         *testing.T
	db        *gorm.DB
	tap       *tap
	explainer explainer
	next      int // number of a user whom no operation has had

	mu        sync.Mutex
	operation string
	text      strings.Builder
	known     map[string]bool // what is in the text
	found     map[string]bool // the statements, and whether they have been explained
	asked     map[string]int  // how often
	used      map[permission]bool
}

func newExplanation(t *testing.T, db *gorm.DB, tap *tap, used map[permission]bool) *explanation {
	return &explanation{
		t: t, db: db, tap: tap, explainer: explainers()[db.Name()], next: 2 * crowdExpired,
		known: map[string]bool{}, found: map[string]bool{}, asked: map[string]int{}, used: used,
	}
}

func (x *explanation) heading(title string) { fmt.Fprintf(&x.text, "\n== %s ==\n", title) }

// explain does the operations.
func (x *explanation) explain(a *gormadapter.Adapter, operations []operation) {
	x.t.Helper()
	for _, o := range operations {
		x.next++
		x.operation, x.asked = o.name, map[string]int{}
		x.tap.hear(x.hear)
		err := o.call(x.t.Context(), a, x.next)
		// Some tables have no authenticators, or let a user have one account.
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, authdb.ErrDuplicate) {
			x.t.Errorf("%s: %v", o.name, err)
		}
		x.tap.hear(nil)
	}
}

// seesScans asks for what needs no index, and what goes through one from end to
// end.
func (x *explanation) seesScans() {
	x.t.Helper()
	for _, statement := range []string{"SELECT id FROM users WHERE name = 'Ada'", "SELECT id FROM users ORDER BY id"} {
		x.tap.hear(func(ctx context.Context, on *tappedConn, statement string, _ []driver.NamedValue) {
			plans, err := x.explainer.plans(ctx, on, statement, nil)
			if err != nil || len(plans) != 1 || len(x.explainer.scans(plans[0])) == 0 {
				x.t.Errorf("no scan is seen in %q: %v", plans, err)
			}
		})
		must(x.t, x.db.Exec(statement).Error)
		x.tap.hear(nil)
	}
}

// hear explains a statement, unless it finds no rows.
func (x *explanation) hear(ctx context.Context, on *tappedConn, statement string, args []driver.NamedValue) {
	x.mu.Lock()
	defer x.mu.Unlock()
	verb, rest, _ := strings.Cut(strings.TrimSpace(statement), " ")
	switch verb {
	case "SELECT", "WITH":
		if !strings.Contains(rest, " FROM ") { // a function's value
			return
		}
	case "UPDATE", "DELETE":
	case "INSERT":
		if !strings.Contains(rest, "SELECT ") {
			return
		}
	case "BEGIN", "COMMIT", "DO", "RELEASE", "ROLLBACK", "SAVEPOINT", "SET", "START":
		return
	default:
		x.t.Errorf("%s: a statement of another kind: %s", x.operation, statement)
		return
	}
	if x.asked[statement]++; x.asked[statement] > 3 {
		return
	}
	plans, err := x.explainer.plans(ctx, on, statement, args)
	if err != nil {
		x.t.Errorf("%s: %v\n%s", x.operation, err, statement)
	}
	plain := plainStatement(statement)
	for _, plan := range plans {
		switch {
		case len(plan) == 0 || plan[0] == "":
			x.t.Errorf("%s: there is no plan\n%s", x.operation, statement)
		case strings.Contains(plan[0], "const table"): // a key that nobody has: it has looked already
			x.found[plain] = x.found[plain] || false
		default:
			x.found[plain] = true
			x.add(plain, unrepeated(plan))
		}
	}
}

// add writes what is new, and complains of scans.
func (x *explanation) add(statement string, plan []string) {
	lines := statement + "\n        " + strings.Join(plan, "\n        ") + "\n"
	if x.known[lines] {
		return
	}
	x.known[lines] = true
	fmt.Fprintf(&x.text, "\n%s\n    %s", x.operation, lines)
	scans := x.explainer.scans(plan)
	if len(scans) == 0 {
		return
	}
	for _, p := range permitted() {
		if strings.HasPrefix(x.operation, p.operation) && regexp.MustCompile(p.statement).MatchString(statement) {
			x.used[p] = true
			fmt.Fprintf(&x.text, "        (%s)\n", p.why)
			return
		}
	}
	x.t.Errorf("%s: no index is used in\n%s\n%s", x.operation, strings.Join(scans, "\n"), lines)
}

var (
	placeholder = regexp.MustCompile(`\$\d+|\b\d{13}\b`) // or milliseconds since 1970
	placeList   = regexp.MustCompile(`\(\?(?:, ?\?)+\)`)
)

// plainStatement has every argument as ?.
func plainStatement(statement string) string {
	return shortened(placeList.ReplaceAllString(placeholder.ReplaceAllString(statement, "?"), "(?, ...)"))
}

// shortened has the first two and the last of many alternatives that are alike.
func shortened(condition string) string {
	all := strings.Split(condition, " OR ")
	kept := all[:1]
	for i, one := range all[1:] {
		bare := func(s string) string { return strings.Trim(s, "()") }
		if i+2 == len(all) || bare(one) != bare(all[i+2]) {
			kept = append(kept, one)
		}
	}
	return strings.Join(kept, " OR ")
}

// unrepeated has one of several groups of lines that are alike.
func unrepeated(plan []string) []string {
	for size := 1; size <= 4; size++ {
		for i := 0; i+2*size <= len(plan); {
			if slices.Equal(plan[i:i+size], plan[i+size:i+2*size]) {
				plan = slices.Delete(plan, i, i+size)
				continue
			}
			i++
		}
	}
	return plan
}

var release = regexp.MustCompile(`^(?:SQLite|PostgreSQL) \d+|^MariaDB \d+\.\d+|^MySQL \d+`)

// compare compares all with the golden file, where that is of the same release of
// the database.
func (x *explanation) compare(name, version string) {
	x.t.Helper()
	for statement, found := range x.found {
		if !found {
			x.t.Errorf("never explained for a row that is there: %s", statement)
		}
	}
	release := release.FindString(version)
	if have := readGolden(x.t, name); !*update && !strings.HasPrefix(have, release+"\n") {
		x.t.Logf("the golden file is not of %s: only what reads a whole table was looked for", release)
		return
	}
	golden(x.t, name, release+"\n"+x.text.String())
}
