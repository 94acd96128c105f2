package catalog

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm/schema"
)

// unique finds keys that nothing keeps unique.
func (c *comparison) unique() {
	w, t := c.w, c.t
	seen := map[string]bool{}
	for _, columns := range append([][]string{w.primary}, w.Unique...) {
		names := strings.Join(columns, " + ")
		if len(columns) == 0 || seen[names] || t.UniqueOn(w.serving(columns)...) {
			continue
		}
		seen[names] = true
		x := Finding{
			Kind: MissingUnique, Problem: "no unique key on " + names, Fatal: true,
			SQL: []string{createIndex(c.tx, c.d, w, c.uniqueIndex(columns))},
			Why: "rows that double may be there already, and only a person knows which are to stay",
		}
		if slices.ContainsFunc(w.Unguarded, func(u []string) bool { return slices.Equal(u, columns) }) {
			x.Fatal = false
			x.Why = "the adapter keeps it unique by a lock, which only processes that use this module take: what writes there at the same moment can store it twice"
			x.Note = "it fails while rows double"
		}
		if !c.indexable(columns) {
			x.SQL, x.Note = nil, "give the columns a type with a length: the database has no key for the one they have"
		}
		c.add(x)
	}
	for _, i := range c.ownUniques() {
		c.add(Finding{
			Kind: MissingUnique, Problem: "no unique index on " + strings.Join(indexColumns(i), " + ") + ", which its row type asks for",
			SQL: []string{createIndex(c.tx, c.d, w, i)},
			Why: "rows that double may be there already, and only a person knows which are to stay",
		})
	}
}

// ownUniques returns the unique keys that the row type has tags for, that the
// contract does not need, and that are missing.
func (c *comparison) ownUniques() []*schema.Index {
	var list []*schema.Index
	for _, i := range c.w.indexes {
		if i.Class == "UNIQUE" && c.ownUnique(indexColumns(i)) && !c.covered(i) {
			list = append(list, i)
		}
	}
	for _, col := range c.w.columns {
		if own := []string{col.name}; col.field.Unique && c.ownUnique(own) && !c.t.UniqueOn(own...) {
			list = append(list, c.uniqueIndex(own))
		}
	}
	return list
}

// ownUnique reports whether a unique key on the columns is the application's
// and none of the contract's.
func (c *comparison) ownUnique(columns []string) bool {
	return !slices.ContainsFunc(c.w.Unique, func(u []string) bool {
		all := c.w.serving(u)
		return !slices.ContainsFunc(columns, func(name string) bool { return !slices.Contains(all, name) })
	})
}

// uniqueIndex returns the row type's unique index on the columns, or else one
// by the name that GORM would give it.
func (c *comparison) uniqueIndex(columns []string) *schema.Index {
	for _, i := range c.w.indexes {
		if i.Class == "UNIQUE" && whole(i) && c.t.subset(indexColumns(i), columns) {
			return i
		}
	}
	return &schema.Index{
		Name:   c.tx.NamingStrategy.IndexName(c.w.Table, strings.Join(columns, "_")),
		Class:  "UNIQUE",
		Fields: c.w.options(columns),
	}
}

// options returns the columns as those of an index.
func (w *wanted) options(columns []string) []schema.IndexOption {
	var list []schema.IndexOption
	for _, name := range columns {
		if c := w.column(name); c != nil {
			list = append(list, schema.IndexOption{Field: c.field})
		}
	}
	return list
}

// indexable reports whether the columns that are there can be part of a key.
func (c *comparison) indexable(columns []string) bool {
	return c.d.noKeyOn == nil || !slices.ContainsFunc(columns, func(name string) bool {
		f := c.t.Column(name)
		return f != nil && c.d.noKeyOn.MatchString(f.Type)
	})
}

// covered reports whether the table has the index, or one that serves as well.
// Of an index that holds only some rows, or expressions, the catalogue says too
// little: its name counts.
func (c *comparison) covered(i *schema.Index) bool {
	columns := indexColumns(i)
	return slices.ContainsFunc(c.t.Keys, func(k Key) bool {
		if !whole(i) || i.Class != "" && i.Class != "UNIQUE" {
			return c.sameIndex(k.Name, i.Name)
		}
		return !k.Partial && (i.Class != "UNIQUE" || k.Unique) && leads(k.Columns, columns)
	})
}

// sameIndex reports whether the name is that of the index: PostgreSQL cuts what
// is too long.
func (c *comparison) sameIndex(found, name string) bool {
	if c.d.longestName > 0 && len(name) > c.d.longestName {
		name = name[:c.d.longestName]
	}
	return found == name || c.t.folds && strings.EqualFold(found, name)
}

// indexes finds what makes the table slower and no less right.
func (c *comparison) indexes() error {
	for _, i := range c.w.indexes {
		if i.Class == "UNIQUE" || c.covered(i) {
			continue
		}
		x := Finding{
			Kind: MissingIndex, Problem: "no index on " + strings.Join(indexColumns(i), " + "),
			SQL: []string{createIndex(c.tx, c.d, c.w, i)}, Why: "look-ups by it read the whole table",
		}
		taken, err := c.taken(i.Name)
		switch {
		case err != nil:
			return err
		case !c.indexable(indexColumns(i)) && whole(i):
			x.SQL, x.Note = nil, "give the columns a type with a length: the database has no key for the one they have"
		case taken:
			x.Problem += ", and the name " + i.Name + " is taken"
			other := *i
			other.Name += "_2"
			x.SQL = []string{createIndex(c.tx, c.d, c.w, &other)}
		default:
			x.add = c.indexAddition(i)
		}
		c.add(x)
	}
	return nil
}

// taken reports whether there is something by the index's name already: in the
// same table, or in its whole schema where indexes have names there.
func (c *comparison) taken(name string) (bool, error) {
	if slices.ContainsFunc(c.t.Keys, func(k Key) bool { return c.sameIndex(k.Name, name) }) {
		return true, nil
	}
	if c.d.taken == nil {
		return false, nil
	}
	taken, err := c.d.taken(c.tx, c.w.Table, name)
	return taken, describe("read the catalogue", err)
}

func (c *comparison) indexAddition(i *schema.Index) *addition {
	if c.d.inlineIndexes {
		return &addition{
			index: inlineIndex(c.tx, i),
			undo:  "ALTER TABLE " + quote(c.tx, c.w.Table) + " DROP INDEX " + quoteName(c.tx, i.Name),
		}
	}
	return &addition{
		index: createIndex(c.tx, c.d, c.w, i),
		undo:  "DROP INDEX " + c.inSchema(i.Name),
	}
}

// inSchema returns the name of an index as it is outside its table.
func (c *comparison) inSchema(index string) string {
	if in, _ := split(c.w.Table); in != "" {
		return quote(c.tx, in) + "." + quoteName(c.tx, index)
	}
	return quoteName(c.tx, index)
}

// foreignKey finds that none leads to the users.
func (c *comparison) foreignKey() {
	f := c.w.foreignKey
	if f == nil || c.t.References(f.Columns[0], f.RefTable, f.RefColumns[0]) {
		return
	}
	x := Finding{
		Kind: MissingForeignKey, Column: f.Columns[0], Problem: "no enforced foreign key to " + f.RefTable,
		Why: "what others write may belong to no user, and what deletes a user elsewhere leaves rows behind; the adapter locks the user, which is a statement more",
	}
	switch {
	case slices.ContainsFunc(c.t.ForeignKeys, func(g ForeignKey) bool {
		return len(g.Columns) == 1 && c.t.same(g.Columns[0], f.Columns[0]) && c.d.leads(g, f.RefTable)
	}):
		x.Note = "there is one: have it enforced, which on SQLite is the setting foreign_keys of each connection"
	case c.d.alter == nil:
		x.Note = remake
	case c.user != nil && c.referable(*f):
		x.SQL = []string{fmt.Sprintf("ALTER TABLE %s ADD %s", quote(c.tx, c.w.Table), reference(c.tx, c.d, *f))}
		x.Note = "it fails while rows belong to no user"
	default:
		x.Note = "the two columns are to have the same type first"
	}
	c.add(x)
}

// remake is what a person does where the database changes nothing of a table
// that is there.
const remake = "SQLite changes no column and no constraint: make the table anew, and copy the rows"

// referable reports whether the columns as found can be in the foreign key.
func (c *comparison) referable(f ForeignKey) bool {
	child, parent := c.t.Column(f.Columns[0]), c.user.Column(f.RefColumns[0])
	return child != nil && parent != nil && c.d.canReference(child.Type, parent.Type) &&
		(!c.d.collates || child.Collation == parent.Collation)
}
