package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// A Match says how far tables are those that an origin makes: decided by
// types, keys and what may be NULL, and never by names alone.
type Match struct {
	Origin  string   // "prisma", ...; "authdb" for our own
	Variant string   // of an origin that makes other tables under some circumstance
	Version string   // of our own tables
	Like    []string // other origins that make the very same tables
	Schema  string   // where the tables are, as asked for
	Prefix  string   // what stands before the origin's names of the tables

	// Exact says that every table is as the origin makes it. Names of keys,
	// collations, and indexes that are not unique do not count.
	Exact bool

	// Fits says that there is nothing but additions which are in nobody's way,
	// and that no table is missing but one that nobody needs who has no passkeys:
	// whatever else the origin's own adapter does works on these tables.
	Fits bool

	// Differences says what is not as the origin makes it, sorted.
	Differences []string

	// Missing has the origin's tables that do not exist, sorted. Their columns
	// are no differences of their own.
	Missing []string

	share  int // of what makes the origin and is not there, in percent
	extras int
	weight int
	tables []string // that were compared
}

// near is how much may be missing of what makes an origin, in percent, and
// nearTables how much of that in whole tables that do not exist.
const (
	near       = 40
	nearTables = 50
)

// Origins returns the origins whose tables are in the schemas, or nearly, the
// best first. A schema is a database on MySQL and an attached one on SQLite;
// "" is the current one, and one that does not exist is empty. It only reads.
func Origins(ctx context.Context, db *gorm.DB, schemas ...string) ([]Match, error) {
	d, err := dialectOf(db)
	if err != nil {
		return nil, err
	}
	var matches []Match
	err = onConnection(ctx, db, func(tx *gorm.DB, _ pinned) error {
		matches, err = d.origins(tx, schemas...)
		return err
	})
	return matches, ended(ctx, describe("read the catalogue", err))
}

// origins is Origins on one connection.
func (d *dialect) origins(tx *gorm.DB, schemas ...string) ([]Match, error) {
	known, err := fingerprints(d.name)
	if err != nil {
		return nil, err
	}
	var matches []Match
	var seen []string
	for _, schema := range schemas {
		real, names, same, err := d.tablesIn(tx, schema)
		if err != nil {
			return nil, err
		}
		if slices.Contains(seen, real) {
			continue
		}
		seen = append(seen, real)
		for _, prefix := range prefixes(known, names) {
			known := prefixed(known, prefix)
			found, err := d.tables(tx, candidates(known, schema, names, same))
			if err != nil {
				return nil, err
			}
			matches = append(matches, d.matches(known, found, schema, prefix, same)...)
		}
	}
	sortMatches(matches)
	return withoutTaken(matches), nil
}

// whose is Origins on tables that were read already, all of one schema. It
// knows nothing of tables that it is not given.
func (d *dialect) whose(found map[string]*Table) ([]Match, error) {
	schema := ""
	for name := range found {
		schema, _ = split(name)
	}
	known, err := fingerprints(d.name)
	if err != nil {
		return nil, err
	}
	matches := d.matches(known, found, schema, "", d.sameTable)
	sortMatches(matches)
	return withoutTaken(matches), nil
}

func exactly(a, b string) bool { return a == b }

// mostPrefixes bounds the work where every tenant has tables of its own.
const mostPrefixes = 32

// prefixes returns what may stand before all names of an origin's tables: what
// stands before those of both its users and its accounts. "" is the first.
func prefixes(known []fingerprint, names []string) []string {
	found := []string{""}
	for _, f := range known {
		for _, name := range names {
			prefix, ok := strings.CutSuffix(name, f.named("user"))
			if ok && slices.Contains(names, prefix+f.named("account")) && !slices.Contains(found, prefix) && len(found) < mostPrefixes {
				found = append(found, prefix)
			}
		}
	}
	return found
}

// candidates returns the names that some origin has a table of, qualified.
func candidates(known []fingerprint, schema string, names []string, same func(a, b string) bool) []string {
	var list []string
	for _, name := range names {
		if !slices.ContainsFunc(known, func(f fingerprint) bool {
			return slices.ContainsFunc(f.tables, func(t tablePrint) bool { return same(t.name, name) })
		}) {
			continue
		}
		if schema != "" {
			name = schema + "." + name
		}
		list = append(list, name)
	}
	return list
}

// matches compares the tables with every fingerprint.
func (d *dialect) matches(known []fingerprint, found map[string]*Table, schema, prefix string, sameTable func(a, b string) bool) []Match {
	var tables []tablePrint
	for _, t := range found {
		tables = append(tables, d.printOf(t, schema))
	}
	var matches []Match
	for _, f := range known {
		c := likeness{sameTable: sameTable, sameColumn: d.sameColumn, family: d.family, alike: d.likely, optional: f.optional()}
		c.tables(f.tables, tables)
		m := Match{
			Origin: f.origin, Variant: f.variant, Version: f.version, Like: f.like, Schema: schema, Prefix: prefix,
			Exact: len(c.differences) == 0, Fits: c.harmless, Differences: c.differences, Missing: c.missing,
			extras: c.extras, tables: c.compared,
		}
		for _, t := range f.tables {
			m.weight += t.weight()
		}
		m.share = 100 * c.cost / m.weight
		if m.share <= near && 100*c.missingWeight <= nearTables*m.weight {
			matches = append(matches, m)
		}
	}
	return matches
}

// likely reports whether people choose types of these families for the same
// values.
func (d *dialect) likely(family, other string) bool {
	if d.free != nil {
		return slices.Contains(d.free, family) && slices.Contains(d.free, other)
	}
	return d.alike[family+"/"+other] || d.alike[other+"/"+family]
}

// sortMatches puts the best first. Of two that match alike it is the one that
// says more.
func sortMatches(matches []Match) {
	slices.SortFunc(matches, func(a, b Match) int {
		return cmp.Or(
			cmp.Compare(a.share, b.share),
			cmp.Compare(len(a.Differences)-a.extras, len(b.Differences)-b.extras),
			cmp.Compare(a.extras, b.extras),
			cmp.Compare(b.weight, a.weight),
			cmp.Compare(a.Origin+" "+a.Variant+" "+a.Version+" "+a.Schema+" "+a.Prefix, b.Origin+" "+b.Variant+" "+b.Version+" "+b.Schema+" "+b.Prefix),
		)
	})
}

// withoutTaken leaves out what is nearly an origin's and is another's to the
// letter.
func withoutTaken(matches []Match) []Match {
	return slices.DeleteFunc(slices.Clone(matches), func(m Match) bool {
		return !m.Exact && slices.ContainsFunc(matches, func(other Match) bool {
			return other.Exact && other.Schema == m.Schema && slices.ContainsFunc(m.tables, func(table string) bool {
				return slices.Contains(other.tables, table)
			})
		})
	})
}

// tablesIn returns the names of a schema's tables and views, what the schema is
// called, and when two names are one table.
func (d *dialect) tablesIn(tx *gorm.DB, schema string) (real string, names []string, same func(a, b string) bool, err error) {
	same = d.sameTable
	if d.foldsTables != "" {
		var folds bool
		if err := one(tx, []any{&folds}, d.foldsTables); err != nil {
			return "", nil, nil, err
		}
		if folds {
			same = strings.EqualFold
		}
	}
	err = each(tx, func(scan func(...any) error) error {
		var name sql.NullString // NULL for a schema without tables
		if err := scan(&real, &name); err != nil {
			return err
		}
		if name.Valid {
			names = append(names, name.String)
		}
		return nil
	}, d.listTables, schema)
	return real, names, same, err
}
