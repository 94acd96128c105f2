package catalog

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// prints holds a fingerprint for each origin and database: what its tables are
// to the database, without the names of keys, which differ between
// deployments. They are made from the tables that the origins' own software
// created.
//
//go:embed origins/*.txt
var prints embed.FS

// A fingerprint says how an origin makes its tables on a database.
type fingerprint struct {
	origin   string   // "prisma"
	variant  string   // of an origin that makes other tables under some circumstance
	version  string   // of our own tables
	like     []string // other origins that make the very same tables
	database string   // by GORM's name
	tables   []tablePrint
}

// A tablePrint is what counts of a table.
type tablePrint struct {
	name    string
	view    bool
	columns []columnPrint
	primary []string
	unique  [][]string
	foreign []foreignPrint
}

type columnPrint struct {
	name     string
	typ      string // in the spelling that all versions of the database share
	nullable bool
	value    bool // the database has a default for it
	numbered bool
}

type foreignPrint struct {
	columns    []string
	table      string
	refColumns []string
	onDelete   string
}

// printOf returns what counts of the table. The schema is what its name and
// those of the tables beside it are qualified with.
func (d *dialect) printOf(t *Table, schema string) tablePrint {
	bare := func(name string) string {
		if schema != "" {
			name = strings.TrimPrefix(name, schema+".")
		}
		return strings.Trim(name, "\"")
	}
	p := tablePrint{name: bare(t.Name), view: t.View}
	for _, c := range t.Columns {
		p.columns = append(p.columns, columnPrint{
			name: c.Name, typ: d.canonicalType(c.Type), nullable: c.Nullable, numbered: c.Numbered,
			value: c.HasDefault && !c.Numbered && !isNull.MatchString(c.Default),
		})
	}
	for _, k := range t.Keys {
		switch {
		case k.Partial || !k.Unique:
		case k.Primary:
			p.primary = k.Columns
		default:
			p.unique = append(p.unique, k.Columns)
		}
	}
	// A second key on the same columns says nothing new.
	p.unique = distinct(p.unique, func(a, b []string) bool { return sameSet(a, b, strings.EqualFold) })
	p.unique = slices.DeleteFunc(p.unique, func(u []string) bool { return sameSet(u, p.primary, strings.EqualFold) })
	for _, f := range t.ForeignKeys {
		p.foreign = append(p.foreign, foreignPrint{f.Columns, bare(f.RefTable), f.RefColumns, d.canonicalRule(f.OnDelete)})
	}
	p.foreign = distinct(p.foreign, func(a, b foreignPrint) bool { return a.line() == b.line() })
	return p
}

// isNull matches a default that is none.
var isNull = regexp.MustCompile(`(?i)^null(::|$)`)

// displayWidth is what MariaDB says of integers and MySQL no longer does, but
// for the type that stands for booleans.
var displayWidth = regexp.MustCompile(`\b((?:small|medium|big)?int|tinyint)\((\d+)\)`)

func (d *dialect) canonicalType(typ string) string {
	typ = strings.Join(strings.Fields(strings.ToLower(typ)), " ")
	if d.name == "mysql" && typ != "tinyint(1)" {
		typ = displayWidth.ReplaceAllString(typ, "$1")
	}
	return typ
}

// canonicalRule returns the rule of a foreign key. For MySQL two are one, and
// MariaDB writes the other one where none was given.
func (d *dialect) canonicalRule(rule string) string {
	if d.name == "mysql" && rule == "RESTRICT" {
		return "NO ACTION"
	}
	return rule
}

// named returns the table whose name in lower case and the singular is that.
func (f fingerprint) named(singular string) string {
	for _, t := range f.tables {
		if strings.TrimSuffix(strings.ToLower(t.name), "s") == singular {
			return t.name
		}
	}
	return ""
}

// optional returns the tables that the origin's preset can do without. Our own
// rows can't: whoever leaves one out says so.
func (f fingerprint) optional() []string {
	if f.origin == "authdb" {
		return nil
	}
	var names []string
	for _, t := range f.tables {
		if strings.HasSuffix(strings.TrimSuffix(strings.ToLower(t.name), "s"), "authenticator") {
			names = append(names, t.name)
		}
	}
	return names
}

// prefixed returns the fingerprints of tables with the prefix before their names.
func prefixed(known []fingerprint, prefix string) []fingerprint {
	var list []fingerprint
	for _, f := range known {
		tables := slices.Clone(f.tables)
		for i := range tables {
			t := &tables[i]
			t.name = prefix + t.name
			t.foreign = slices.Clone(t.foreign)
			for j := range t.foreign {
				t.foreign[j].table = prefix + t.foreign[j].table
			}
		}
		f.tables = tables
		list = append(list, f)
	}
	return list
}

// String renders the fingerprint as in its file.
func (f fingerprint) String() string {
	var b strings.Builder
	for _, line := range [][2]string{
		{"origin", f.origin},
		{"variant", f.variant},
		{"version", f.version},
		{"like", strings.Join(f.like, ", ")},
		{"database", f.database},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
		}
	}
	for _, t := range f.tables {
		fmt.Fprintf(&b, "\n%s\n", t.name)
		for _, line := range t.lines() {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}

// lines returns the table's columns in alphabetical order, then its keys.
func (t tablePrint) lines() []string {
	var columns, keys []string
	for _, c := range t.columns {
		columns = append(columns, c.line())
	}
	slices.Sort(columns)
	for _, u := range t.unique {
		keys = append(keys, "unique key  "+commas(u))
	}
	for _, f := range t.foreign {
		keys = append(keys, "foreign key  "+f.line())
	}
	slices.Sort(keys)
	if len(t.primary) > 0 {
		keys = append([]string{"primary key  " + commas(t.primary)}, keys...)
	}
	return append(columns, keys...)
}

func commas(columns []string) string { return strings.Join(columns, ", ") }

func (c columnPrint) line() string {
	line := fmt.Sprintf("%-20s  %s", c.name, c.typ)
	for _, flag := range []struct {
		is   bool
		text string
	}{{!c.nullable, "not null"}, {c.value, "default"}, {c.numbered, "numbered"}} {
		if flag.is {
			line += "  " + flag.text
		}
	}
	return line
}

func (f foreignPrint) line() string {
	return fmt.Sprintf("%s  %s  %s  on delete %s", commas(f.columns), f.table, commas(f.refColumns), f.onDelete)
}

// fingerprints returns those of a database, by GORM's name.
func fingerprints(database string) ([]fingerprint, error) {
	files, err := prints.ReadDir("origins")
	if err != nil {
		return nil, err
	}
	var found []fingerprint
	for _, file := range files {
		text, err := prints.ReadFile("origins/" + file.Name())
		if err != nil {
			return nil, err
		}
		f, err := parseFingerprint(string(text))
		if err != nil {
			return nil, plainf("origins/%s: %w", file.Name(), err)
		}
		if f.database == database {
			found = append(found, f)
		}
	}
	return found, nil
}

// parseFingerprint is the inverse of String.
func parseFingerprint(text string) (fingerprint, error) {
	var f fingerprint
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		var ok bool
		switch key, value, header := strings.Cut(line, ": "); {
		case strings.HasPrefix(line, "  "):
			ok = len(f.tables) > 0 && f.tables[len(f.tables)-1].parse(between.Split(line[2:], -1))
		case header:
			ok = f.parse(key, value)
		default:
			f.tables, ok = append(f.tables, tablePrint{name: line}), true
		}
		if !ok {
			return f, plainf("no line of a fingerprint: %q", line)
		}
	}
	return f, nil
}

// between separates the parts of a line: a type has single spaces.
var between = regexp.MustCompile(` {2,}`)

func (f *fingerprint) parse(key, value string) bool {
	switch key {
	case "origin":
		f.origin = value
	case "variant":
		f.variant = value
	case "version":
		f.version = value
	case "like":
		f.like = strings.Split(value, ", ")
	case "database":
		f.database = value
	default:
		return false
	}
	return true
}

func (t *tablePrint) parse(parts []string) bool {
	columns := func(part string) []string { return strings.Split(part, ", ") }
	switch {
	case len(parts) < 2:
		return false
	case parts[0] == "primary key":
		t.primary = columns(parts[1])
	case parts[0] == "unique key":
		t.unique = append(t.unique, columns(parts[1]))
	case parts[0] == "foreign key" && len(parts) == 5:
		t.foreign = append(t.foreign, foreignPrint{
			columns(parts[1]), parts[2], columns(parts[3]), strings.TrimPrefix(parts[4], "on delete "),
		})
	default:
		flags := parts[2:]
		t.columns = append(t.columns, columnPrint{
			name: parts[0], typ: parts[1], nullable: !slices.Contains(flags, "not null"),
			value: slices.Contains(flags, "default"), numbered: slices.Contains(flags, "numbered"),
		})
	}
	return true
}

// distinct returns the values without those that equal an earlier one.
func distinct[T any](values []T, equal func(a, b T) bool) []T {
	var kept []T
	for _, v := range values {
		if !slices.ContainsFunc(kept, func(k T) bool { return equal(k, v) }) {
			kept = append(kept, v)
		}
	}
	return kept
}

// sameSet reports whether two lists have the same names, in any order.
func sameSet(a, b []string, same func(a, b string) bool) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool {
		return !slices.ContainsFunc(b, func(o string) bool { return same(s, o) })
	})
}
