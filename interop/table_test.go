package interop_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// A table gathers what passed, for docs/interop.md.
type table struct {
	mu     sync.Mutex
	passed map[string]int      // by pairing and direction
	guards map[string][]string // the SQL that would guard an origin's keys, by pairing
}

func newTable() *table {
	return &table{passed: map[string]int{}, guards: map[string][]string{}}
}

func (r *table) pass(p pairing, direction string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passed[p.name()+"/"+direction]++
}

// plan keeps the SQL that would guard the keys of an origin.
func (r *table) plan(t *testing.T, p pairing, adapter *gormadapter.Adapter) {
	t.Helper()
	plan, err := adapter.Plan(t.Context())
	if err != nil {
		t.Fatalf("Plan: %v", err)
	}
	guards := []string{}
	for _, f := range plan.Findings {
		if f.Kind == gormadapter.MissingUnique {
			guards = append(guards, f.SQL...)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guards[p.name()] = guards
}

// report tells scripts/test what passed.
func (r *table) report(t *testing.T, node string) {
	t.Helper()
	version, err := exec.Command(node, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairings() {
		if n := r.passed[p.name()+"/"+jsGo] + r.passed[p.name()+"/"+goJS]; n > 0 {
			testdb.Report(t, "Auth.js's adapters on Node.js "+strings.TrimSpace(string(version)), p.name(), n)
		}
	}
}

const document = "../docs/interop.md"

// check compares the parts of the document that are ours with what passed. What
// is about a database that was not there stays as it is.
func (r *table) check(t *testing.T, write bool) {
	t.Helper()
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	text := part(t, string(content), "results", func(old string) string { return r.results(t, old) })
	text = part(t, text, "exceptions", func(string) string { return exceptions() })
	text = part(t, text, "keys", r.keys)
	switch {
	case text == string(content):
	case !write:
		t.Fatalf("%s is not what has passed: run go test ./interop -update, and read the diff", document)
	default:
		if err := os.WriteFile(document, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// part rewrites what stands between the marks of that name.
func part(t *testing.T, text, name string, rewrite func(old string) string) string {
	t.Helper()
	begin := "<!-- " + name + ": written by go test ./interop -update -->\n"
	end := "<!-- end of " + name + " -->\n"
	head, rest, begins := strings.Cut(text, begin)
	old, foot, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no %q and %q", document, begin, end)
	}
	return head + begin + rewrite(old) + end + foot
}

// packages are those of npm that an origin consists of.
var packages = map[string][2]string{
	"typeorm":            {"@auth/typeorm-adapter", "typeorm"},
	"sequelize":          {"@auth/sequelize-adapter", "sequelize"},
	"prisma":             {"@auth/prisma-adapter", "@prisma/client"},
	"prisma-next-auth-4": {"@auth/prisma-adapter", "@prisma/client"},
	"drizzle":            {"@auth/drizzle-adapter", "drizzle-orm"},
	"pg":                 {"@auth/pg-adapter", "pg"},
	"neon":               {"@auth/neon-adapter", "pg"},
	"kysely":             {"@auth/kysely-adapter", "kysely"},
	"d1":                 {"@auth/d1-adapter", "better-sqlite3"},
	"mikro-orm":          {"@auth/mikro-orm-adapter", "@mikro-orm/core"},
	"next-auth-v3":       {"@next-auth/typeorm-legacy-adapter", "@next-auth/typeorm-legacy-adapter/node_modules/typeorm"},
}

// notRun are the origins that need more than a database to run.
var notRun = [][4]string{
	{"@auth/supabase-adapter 1.11.3", "Supabase", "PostgreSQL", "*not run: its only way to the tables is Supabase's HTTP API. A dump of the documented tables is restored, read and written*"},
	{"@auth/hasura-adapter 1.11.1", "Hasura", "PostgreSQL", "*not run: its only way to the tables is Hasura's GraphQL API. A dump of the documented tables is restored, read and written*"},
}

func (r *table) results(t *testing.T, old string) string {
	var b strings.Builder
	b.WriteString("| adapter | with | database | JavaScript to Go | Go to JavaScript |\n|---|---|---|---|---|\n")
	for _, p := range pairings() {
		names := packages[p.origin]
		label := fmt.Sprintf("| %s | %s | %s |", versioned(t, names[0]), versioned(t, names[1]), p.label())
		there, back := r.passed[p.name()+"/"+jsGo], r.passed[p.name()+"/"+goJS]
		if there == 0 {
			b.WriteString(kept(old, label))
			continue
		}
		fmt.Fprintf(&b, "%s %d passed | %d passed |\n", label, there, back)
	}
	for _, n := range notRun {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | |\n", n[0], n[1], n[2], n[3])
	}
	return b.String()
}

var products = map[string]string{file: "SQLite", testdb.Postgres: "PostgreSQL", testdb.MariaDB: "MariaDB", testdb.MySQL: "MySQL"}

func (p pairing) label() string {
	if p.variant != "" {
		return products[p.database] + ", " + p.variant
	}
	return products[p.database]
}

// kept returns the line that begins with the label.
func kept(old, label string) string {
	for line := range strings.Lines(old) {
		if strings.HasPrefix(line, label) {
			return line
		}
	}
	return label + " *not run* | |\n"
}

// versioned returns an installed package of npm with its version.
func versioned(t *testing.T, name string) string {
	content, err := os.ReadFile(filepath.Join("node_modules", name, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var about struct{ Name, Version string }
	if err := json.Unmarshal(content, &about); err != nil {
		t.Fatal(err)
	}
	return about.Name + " " + about.Version
}

// exceptions are the rules that are not run somewhere, by the reason.
func exceptions() string {
	var reasons []string
	names, where := map[string][]string{}, map[string][]pairing{}
	for _, r := range slices.Concat(jsToGo, goToJS) {
		for _, p := range pairings() {
			if r.unless == nil || r.unless(p.facts) == "" {
				continue
			}
			why := r.unless(p.facts)
			if where[why] == nil {
				reasons = append(reasons, why)
			}
			names[why] = append(names[why], "“"+r.name+"”")
			where[why] = append(where[why], p)
		}
	}
	var b strings.Builder
	for _, why := range reasons {
		rules := names[why]
		slices.Sort(rules)
		fmt.Fprintf(&b, "- %s (%s): %s\n", why, places(where[why]), strings.Join(slices.Compact(rules), ", "))
	}
	return b.String()
}

// places names the origins, and their databases where it is not all of them.
func places(some []pairing) string {
	var names []string
	for _, p := range some {
		elsewhere := func(q pairing) bool {
			return q.origin == p.origin && !slices.ContainsFunc(some, func(r pairing) bool { return r.name() == q.name() })
		}
		name := p.origin
		if slices.ContainsFunc(pairings(), elsewhere) {
			name += " on " + products[p.database]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// keys shows the SQL that would guard the keys of each origin: PostgreSQL's, or
// SQLite's where the origin has nothing else.
func (r *table) keys(old string) string {
	var b strings.Builder
	for _, p := range pairings() {
		if p.database != testdb.Postgres && p.origin != "d1" {
			continue
		}
		guards, ran := r.guards[p.name()]
		if !ran {
			return old
		}
		if len(guards) > 0 {
			fmt.Fprintf(&b, "-- %s\n%s;\n", packages[p.origin][0], strings.Join(guards, ";\n"))
		}
	}
	return "```sql\n" + b.String() + "```\n"
}
