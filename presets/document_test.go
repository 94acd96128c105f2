package presets_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/authdb/authdb/internal/testdb"
)

var update = flag.Bool("update", false, "write docs/interop.md anew")

const document = "../docs/interop.md"

// TestDocument compares the document's table of the rules that schemas make
// impossible with those that the suite leaves out.
func TestDocument(t *testing.T) {
	const begin, end = "<!-- impossible: written by go test ./presets -update -->\n", "<!-- end of impossible -->\n"
	content, err := os.ReadFile(document)
	ok(t, "ReadFile", err)
	head, rest, begins := strings.Cut(string(content), begin)
	_, foot, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no %q and %q", document, begin, end)
	}
	text := head + begin + impossible() + end + foot
	switch {
	case text == string(content):
	case !*update:
		t.Errorf("%s is not what the suite leaves out: run go test ./presets -run TestDocument -update, and read the diff", document)
	default:
		ok(t, "WriteFile", os.WriteFile(document, []byte(text), 0o644))
	}
}

// impossible is the table of what the schemas make impossible.
func impossible() string {
	var b strings.Builder
	b.WriteString("| what the tables are like | where | rules that can't be kept |\n|---|---|---|\n")
	for _, x := range append(slices.Clone(traits), twice) {
		if len(x.without) > 0 {
			fmt.Fprintf(&b, "| %s | %s | “%s” |\n", x.reason, x.where(), strings.Join(x.without, "”, “"))
		}
	}
	return b.String()
}

// places are the servers, as the document calls them.
var places = []struct{ server, name string }{
	{"sqlite", "SQLite"}, {testdb.Postgres, "PostgreSQL"}, {testdb.MariaDB, "MariaDB"}, {testdb.MySQL, "MySQL"},
}

// where names the origins that have the trait, and their databases where it is
// not all of them.
func (x trait) where() string {
	on := map[string][]string{} // origins, by the databases
	var order []string
	for _, origin := range slices.Sorted(maps.Keys(origins())) {
		var has, all []string
		for _, place := range places {
			dumps := slices.DeleteFunc(testdb.DumpsFor(place.server), func(dump string) bool { return !isOf(dump, origin) })
			if len(dumps) == 0 {
				continue
			}
			all = append(all, place.name)
			if slices.ContainsFunc(dumps, func(dump string) bool { return x.has(dump, place.server) }) {
				has = append(has, place.name)
			}
		}
		if len(has) == 0 {
			continue
		}
		databases := ""
		if len(has) < len(all) {
			databases = " on " + strings.Join(has, ", ")
		}
		if on[databases] == nil {
			order = append(order, databases)
		}
		on[databases] = append(on[databases], origin)
	}
	var list []string
	for _, databases := range order {
		list = append(list, strings.Join(on[databases], ", ")+databases)
	}
	return strings.Join(list, "; ")
}
