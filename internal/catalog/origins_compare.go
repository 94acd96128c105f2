package catalog

import (
	"fmt"
	"regexp"
	"slices"
)

// How much each part of a fingerprint says about whose tables these are. What
// is there and looks different says more against an origin than what is not
// there: nobody uses everything.
const (
	weighsColumn  = 3
	weighsMissing = 2 // a column
	weighsNeeded  = 2 // a column that the origin does not have, and which has to be given
	weighsType    = 4
	weighsLike    = 2 // a type that people choose for the same values
	weighsKey     = 3
	weighsForeign = 2
	weighsDetail  = 1 // a length, a default, NULL or not, a rule
)

func (t tablePrint) weight() int {
	w := weighsColumn*len(t.columns) + weighsKey*len(t.unique) + weighsForeign*len(t.foreign)
	if len(t.primary) > 0 {
		w += weighsKey
	}
	return w
}

// A likeness is what tables have against being an origin's.
type likeness struct {
	// When two names of tables, and two names of columns, are one.
	sameTable, sameColumn func(a, b string) bool

	family func(typ string) string
	alike  func(family, other string) bool

	optional []string // the origin's tables that nobody needs

	differences []string
	missing     []string // the origin's tables that do not exist
	compared    []string // those that do
	cost        int      // of what the origin has and these tables do not
	extras      int      // what they have beyond it
	harmless    bool     // if extras in nobody's way are all there is, and all but optional tables is there

	missingWeight int
}

// differ notes something that is not as the origin makes it.
func (c *likeness) differ(cost int, format string, args ...any) {
	c.lack(cost, format, args...)
	c.harmless = false
}

// lack notes something that the origin makes, whether or not anybody needs it.
func (c *likeness) lack(cost int, format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
	c.cost += cost
}

// extra notes something that the origin does not make.
func (c *likeness) extra(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
	c.extras++
}

func (c *likeness) tables(origin, found []tablePrint) {
	c.harmless = true
	for _, want := range origin {
		i := slices.IndexFunc(found, func(t tablePrint) bool { return c.sameTable(t.name, want.name) })
		if i < 0 {
			c.lack(want.weight()/3, "there is no table %s", want.name)
			c.harmless = c.harmless && slices.Contains(c.optional, want.name)
			c.missing = append(c.missing, want.name)
			c.missingWeight += want.weight()
			continue
		}
		c.compared = append(c.compared, found[i].name)
		c.table(want, found[i])
	}
	slices.Sort(c.differences)
}

func (c *likeness) table(want, found tablePrint) {
	if found.view {
		c.differ(weighsKey, "%s is a view", want.name)
	}
	for _, w := range want.columns {
		i := slices.IndexFunc(found.columns, func(f columnPrint) bool { return c.sameColumn(f.name, w.name) })
		if i < 0 {
			c.differ(weighsMissing, "%s.%s is missing", want.name, w.name)
			continue
		}
		c.column(want.name, w, found.columns[i])
	}
	for _, f := range found.columns {
		if slices.ContainsFunc(want.columns, func(w columnPrint) bool { return c.sameColumn(f.name, w.name) }) {
			continue
		}
		if !f.nullable && !f.value && !f.numbered {
			c.differ(weighsNeeded, "%s.%s is one column more, and NOT NULL without a default", want.name, f.name)
			continue
		}
		c.extra("%s.%s is one column more", want.name, f.name)
	}
	c.keys(want, found)
	c.foreignKeys(want, found)
}

func (c *likeness) column(table string, want, found columnPrint) {
	name := table + "." + want.name
	if want.typ != found.typ {
		c.differ(c.typeCost(want.typ, found.typ), "%s is %s instead of %s", name, found.typ, want.typ)
	}
	switch {
	case want.nullable && !found.nullable:
		c.differ(weighsDetail, "%s is NOT NULL", name)
	case !want.nullable && found.nullable:
		c.differ(weighsDetail, "%s can be NULL", name)
	}
	switch {
	case want.numbered && !found.numbered:
		c.differ(weighsDetail, "%s is not numbered by the database", name)
	case !want.numbered && found.numbered:
		c.differ(weighsDetail, "%s is numbered by the database", name)
	case want.value && !found.value:
		c.differ(weighsDetail, "%s has no default", name)
	case !want.value && found.value:
		c.differ(weighsDetail, "%s has a default", name)
	}
}

var anyLength = regexp.MustCompile(`\([^)]*\)`)

// typeCost tells another length, or another type for the same values, from a
// type that says: not this origin. Instants are told apart to the letter,
// because it is in them that origins differ.
func (c *likeness) typeCost(want, found string) int {
	bareWant, bareFound := anyLength.ReplaceAllString(want, ""), anyLength.ReplaceAllString(found, "")
	familyWant, familyFound := c.family(want), c.family(found)
	switch {
	case bareWant == bareFound, familyWant == familyFound && familyWant != "" && familyWant != "time":
		return weighsDetail
	case c.alike(familyWant, familyFound):
		return weighsLike
	}
	return weighsType
}

func (c *likeness) keys(want, found tablePrint) {
	same := func(a, b []string) bool { return sameSet(a, b, c.sameColumn) }
	if !same(want.primary, found.primary) {
		c.differ(weighsKey, "%s has %s instead of %s", want.name, primaryText(found.primary), primaryText(want.primary))
	}
	has := func(t tablePrint, key []string) bool {
		return same(t.primary, key) || slices.ContainsFunc(t.unique, func(u []string) bool { return same(u, key) })
	}
	for _, u := range want.unique {
		if !has(found, u) {
			c.differ(weighsKey, "%s has no unique key (%s)", want.name, commas(u))
		}
	}
	for _, u := range found.unique {
		if !has(want, u) {
			c.extra("%s has one unique key more (%s)", want.name, commas(u))
		}
	}
}

func primaryText(columns []string) string {
	if len(columns) == 0 {
		return "no primary key"
	}
	return "primary key (" + commas(columns) + ")"
}

func (c *likeness) foreignKeys(want, found tablePrint) {
	same := func(a, b foreignPrint) bool {
		return sameSet(a.columns, b.columns, c.sameColumn) && c.sameTable(a.table, b.table) && sameSet(a.refColumns, b.refColumns, c.sameColumn)
	}
	for _, w := range want.foreign {
		i := slices.IndexFunc(found.foreign, func(f foreignPrint) bool { return same(f, w) })
		if i < 0 {
			c.differ(weighsForeign, "%s has no foreign key (%s) to %s (%s)", want.name, commas(w.columns), w.table, commas(w.refColumns))
			continue
		}
		if f := found.foreign[i]; f.onDelete != w.onDelete {
			c.differ(weighsDetail, "%s has ON DELETE %s instead of %s on the foreign key (%s)", want.name, f.onDelete, w.onDelete, commas(w.columns))
		}
	}
	for _, f := range found.foreign {
		if !slices.ContainsFunc(want.foreign, func(w foreignPrint) bool { return same(f, w) }) {
			c.extra("%s has one foreign key more (%s) to %s (%s)", want.name, commas(f.columns), f.table, commas(f.refColumns))
		}
	}
}
