// Package catalog compares the tables that an adapter needs with those that a
// database has, and creates what is missing.
//
// The way is always the same, so that further kinds of change find their place
// in it:
//
//	Read         what there is: tables, columns, keys
//	desired      what the row types and the contract want
//	compare      the findings, each with its SQL, and those that can be added
//	rules        the findings that any table can have, as a table
//	Propose      the plan: what would be run, and what is only reported
//	Synchronize  runs the plan, or nothing
//
// What differs between databases is data and small functions in dialect.go and
// one reader for each.
package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// A Model is a record's row type and what the contract needs of its table.
type Model struct {
	Record string         // "User", "Account", ... for messages
	Schema *schema.Schema // as parsed by GORM: columns, types, tagged indexes

	// Table is the name as in SQL, without quotes, and may have a schema of
	// PostgreSQL, a database of MySQL or an attached database of SQLite
	// before it: "auth.users".
	Table string

	Fields map[string]string // the columns, by the record's fields that they store

	Unique   [][]string // sets of columns that must be unique, the primary key aside
	Indexes  [][]string // sets of columns that should have an index
	Required []string   // columns that may not be NULL by the contract
	Needed   []string   // columns without which it is another application's table

	// Unguarded are those of Unique that the adapter keeps unique by itself
	// where the database does not.
	Unguarded [][]string

	// Derived are columns that are functions of others: a unique key on one
	// keeps the others unique.
	Derived map[string][]string

	User *Reference // nil for users and verification tokens
}

// serving returns the columns, and those that are derived from them alone.
func (m Model) serving(columns []string) []string {
	all := slices.Clone(columns)
	for _, name := range slices.Sorted(maps.Keys(m.Derived)) {
		if !slices.ContainsFunc(m.Derived[name], func(from string) bool { return !slices.Contains(columns, from) }) {
			all = append(all, name)
		}
	}
	return all
}

// A Reference is the column that holds a user's id, and where the user is.
type Reference struct {
	Column      string
	Table       string
	TableColumn string
}

// A Table is one that was found.
type Table struct {
	Name        string // as asked for
	View        bool   // or something else that is selected from and is no table
	Engine      string // MySQL's storage engine
	Columns     []Column
	Keys        []Key // the primary key first, then by name
	ForeignKeys []ForeignKey

	folds bool // column names differ in more than case
}

// A Column is one of a table's.
type Column struct {
	Name       string
	Type       string // as the database spells it, with length
	Nullable   bool
	Default    string // an expression, as the database spells it
	HasDefault bool   // if the database fills the column when an INSERT leaves it out
	Collation  string // "" where it has none, or the database's default
	Numbered   bool   // auto-increment, identity, rowid
	Computed   bool   // generated: the database refuses every value but its own
	OnUpdate   bool   // MySQL's ON UPDATE CURRENT_TIMESTAMP
	Comment    string // MySQL's, which a MODIFY has to repeat

	// Length is how many characters a column for text holds, and Precision what
	// one for instants keeps. Both are 0 where the database doesn't mind, as
	// SQLite never does, and for other types.
	Length    int
	Precision time.Duration

	// Exact says that the column holds text and compares byte for byte, in
	// conditions and in unique keys: it folds no case or accent, and neither
	// pads nor trims. It is false for everything that is not text.
	Exact bool

	folded string // the unique key that folds what the column itself does not
}

// A Key is an index, or what a constraint has made one.
type Key struct {
	Name    string // "" for a primary key that has none
	Columns []string
	Unique  bool
	Primary bool

	Constraint bool // PostgreSQL's: it is dropped as one
	OneNull    bool // NULLS NOT DISTINCT: no two rows may have NULL

	// Partial says that the key does not hold the whole value of its columns
	// for every row: it has a WHERE, an expression or a prefix, or was never
	// completed. A partial unique key proves nothing.
	Partial bool
}

// fold says how the key compares one of t's columns. If a unique key folds what
// its column does not, the column is not exact either.
func (k *Key) fold(t *Table, column string, exact bool) {
	if c := t.Column(column); !exact && c != nil && k.Unique && c.Exact {
		c.Exact, c.folded = false, k.Name
	}
}

// A ForeignKey is a constraint from some columns to another table's.
type ForeignKey struct {
	Name       string
	Columns    []string
	RefTable   string // as asked for, if it is one of the tables asked for
	RefColumns []string
	OnDelete   string // "CASCADE", "NO ACTION", ...
	OnUpdate   string

	// Enforced says that the database refuses new rows that break it.
	Enforced bool
}

// Column returns the column of that name as the database compares names, or
// nil.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for i := range t.Columns {
		if t.same(t.Columns[i].Name, name) {
			return &t.Columns[i]
		}
	}
	return nil
}

// same reports whether two names are one column.
func (t *Table) same(a, b string) bool { return a == b || t.folds && strings.EqualFold(a, b) }

// subset reports whether all of some columns are among others.
func (t *Table) subset(some, of []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool {
		return !slices.ContainsFunc(of, func(o string) bool { return t.same(s, o) })
	})
}

// UniqueOn reports whether no two rows can have the same values in the
// columns: whether a whole unique key has no other columns than these.
func (t *Table) UniqueOn(columns ...string) bool {
	if t == nil {
		return false
	}
	return slices.ContainsFunc(t.Keys, func(k Key) bool {
		return k.Unique && !k.Partial && len(k.Columns) > 0 && t.subset(k.Columns, columns)
	})
}

// References reports whether an enforced foreign key leads from the column to
// that of the other table.
func (t *Table) References(column, table, tableColumn string) bool {
	return len(t.enforced(column, table, tableColumn)) > 0
}

// Cascades reports whether such a foreign key deletes the rows with what they point
// at.
func (t *Table) Cascades(column, table, tableColumn string) bool {
	return slices.ContainsFunc(t.enforced(column, table, tableColumn), func(f ForeignKey) bool { return f.OnDelete == "CASCADE" })
}

func (t *Table) enforced(column, table, tableColumn string) (keys []ForeignKey) {
	if t == nil {
		return nil
	}
	for _, f := range t.ForeignKeys {
		if f.Enforced && f.RefTable == table && len(f.Columns) == 1 && len(f.RefColumns) == 1 &&
			t.same(f.Columns[0], column) && t.same(f.RefColumns[0], tableColumn) {
			keys = append(keys, f)
		}
	}
	return keys
}

// Read returns the tables of these names that exist, by the name as given. It
// may be called inside a transaction.
func Read(ctx context.Context, db *gorm.DB, tables ...string) (map[string]*Table, error) {
	d, err := dialectOf(db)
	if err != nil {
		return nil, err
	}
	var found map[string]*Table
	err = onConnection(ctx, db, func(tx *gorm.DB, _ pinned) error {
		found, err = d.tables(tx, unique(tables))
		return err
	})
	return found, ended(ctx, describe("read the catalogue", err))
}

func unique(names []string) []string {
	var list []string
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// sortKeys puts the keys into an order that does not depend on when they were
// made.
func sortKeys(t *Table) {
	slices.SortFunc(t.Keys, func(a, b Key) int {
		if a.Primary != b.Primary {
			if a.Primary {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	slices.SortFunc(t.ForeignKeys, func(a, b ForeignKey) int {
		return strings.Compare(a.Name+"\x00"+strings.Join(a.Columns, "\x00"), b.Name+"\x00"+strings.Join(b.Columns, "\x00"))
	})
}

// split cuts a name as in Model.Table into what qualifies it and the rest.
func split(table string) (qualifier, name string) {
	if qualifier, name, ok := strings.Cut(table, "."); ok {
		return qualifier, name
	}
	return "", table
}
