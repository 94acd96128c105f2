// Package interop_test has this module and Auth.js's own adapters work on the same
// tables: what one side writes the other reads.
//
// The JavaScript side is the project of this folder, which scripts/interop
// installs. docs/interop.md has the results. After a change:
//
//	go test ./interop -update
package interop_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for zones on machines that have none

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

var update = flag.Bool("update", false, "write docs/interop.md anew")

// The whole process is in a zone that is nobody else's.
func TestMain(m *testing.M) {
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		panic(err)
	}
	time.Local = zone
	os.Exit(m.Run())
}

// TestInterop runs every rule on every origin and database, in UTC and where no
// two zones agree.
func TestInterop(t *testing.T) {
	node := testdb.Node(t, ".")
	results := newTable()
	t.Run("pairings", func(t *testing.T) {
		for _, p := range pairings() {
			t.Run(p.name(), func(t *testing.T) {
				t.Parallel()
				for _, z := range allZones {
					t.Run(z.name, func(t *testing.T) { p.run(t, node, z, results) })
				}
			})
		}
	})
	results.report(t, node)
	if !t.Failed() && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		results.check(t, *update)
	}
}

func (p pairing) name() string {
	name := p.origin + " on " + p.database
	if p.variant != "" {
		name += ", " + p.variant
	}
	return name
}

// run has the peer make its tables, and both sides use them.
func (p pairing) run(t *testing.T, node string, z zones, results *table) {
	there, dialect := where(t, p.database, z)
	called := p.peer
	if called == "" {
		called = p.database
	}
	js := start(t, node, p.origin, called, there, z.node)
	if _, err := js.call("migrate"); err != nil {
		t.Fatalf("the origin makes its tables: %v", err)
	}
	zone, err := time.LoadLocation(z.node)
	if err != nil {
		t.Fatal(err)
	}
	db, models := open(t, dialect), p.models(zone)
	results.plan(t, p, gormadapter.New(db, authdb.WithModels(models)))
	for _, direction := range []string{jsGo, goJS} {
		// One adapter learns from Check what the columns are, which is a rule
		// of this direction. The other has to do without, where it can.
		adapter := gormadapter.New(db, authdb.WithModels(models))
		if p.learns {
			if err := adapter.Check(t.Context()); err != nil {
				t.Fatalf("Check: %v", err)
			}
		}
		t.Run(direction, func(t *testing.T) {
			for _, r := range rules(direction) {
				if r.unless != nil && r.unless(p.facts) != "" {
					continue
				}
				t.Run(r.name, func(t *testing.T) {
					r.check(&talk{T: t, facts: p.facts, js: js, goSide: adapter, db: db, models: models})
					if !t.Failed() {
						results.pass(p, direction)
					}
				})
			}
		})
	}
	if _, err := js.call("close"); err != nil {
		t.Errorf("close: %v", err)
	}
}

// The directions, as the names of tests.
const (
	jsGo = "JavaScript to Go"
	goJS = "Go to JavaScript"
)

func rules(direction string) []rule {
	if direction == jsGo {
		return jsToGo
	}
	return goToJS
}
