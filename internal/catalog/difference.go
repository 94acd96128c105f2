package catalog

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// A Kind says what is different.
type Kind int

// The kinds of differences.
const (
	MissingTable      Kind = iota // Synchronize creates it
	MissingColumn                 // the row type has a field for which there is no column
	MissingUnique                 // nothing keeps rows unique that have to be
	MissingIndex                  // look-ups read the whole table
	MissingForeignKey             // the adapter has to lock the user instead
	InexactKey                    // a key folds or pads, and the adapter has to compare once more
	Misfit                        // something is there and is not what it should be
)

// fatal reports whether the contract can't rest on the table as it is.
func (k Kind) fatal() bool { return k == MissingColumn || k == MissingUnique || k == Misfit }

// A Difference is one between a table as wanted and as found.
type Difference struct {
	Kind    Kind
	Table   string
	Column  string   // "" if it is about the table
	Problem string   // what was found
	Remedy  string   // what a person can do, if that is not to run the SQL
	SQL     []string // what would make them the same; nil where nothing safe does
	Then    string   // what a person does after the SQL, "" for nothing
}

// String returns a sentence with the table, the column, what was found and
// what is to be done.
func (x Difference) String() string {
	s := "table " + x.Table
	if x.Column != "" {
		s += ", column " + x.Column
	}
	s += ": " + x.Problem
	if x.Remedy != "" {
		s += "; " + x.Remedy
	} else if len(x.SQL) > 0 {
		s += "; if the table is this application's: " + strings.Join(x.SQL, "; ")
		if x.Then != "" {
			s += ", " + x.Then
		}
	}
	return s
}

// refuse returns ErrSchema with the differences that are reasons to, or nil.
func refuse(differences []Difference, reason func(Difference) bool) error {
	var list []string
	for _, x := range differences {
		if reason(x) {
			list = append(list, x.String())
		}
	}
	if len(list) == 0 {
		return nil
	}
	return plainf("%w: %s", authdb.ErrSchema, strings.Join(list, ". "))
}

// compare returns how the tables found differ from those wanted, in the order
// of the wanted ones. What the found ones have beyond that is the
// application's, and none of it is reported unless it would refuse our rows.
func compare(tx *gorm.DB, d *dialect, want []*wanted, found map[string]*Table) ([]Difference, error) {
	var list []Difference
	for _, w := range want {
		t := found[w.Table]
		if t != nil {
			list = append(list, strayReference(d, w, t, rowType(want, w))...)
			list = append(list, compareTable(tx, d, w, t)...)
			continue
		}
		if refused := d.unkeyable(w); len(refused) > 0 {
			list = append(list, refused...)
			continue
		}
		statements, err := createTable(tx, d, w)
		if err != nil {
			return nil, err
		}
		list = append(list, Difference{
			Kind: MissingTable, Table: w.Table, SQL: statements,
			Problem: "does not exist",
			Remedy:  "adapter.Synchronize(ctx) creates it",
		})
	}
	return list, nil
}

// strayReference returns the foreign keys that lead from the user's column to
// another table than the users': the database would refuse every row.
func strayReference(d *dialect, w *wanted, t *Table, user string) []Difference {
	if w.User == nil {
		return nil
	}
	var list []Difference
	for _, f := range t.ForeignKeys {
		// One with more columns is the application's own.
		if len(f.Columns) != 1 || !t.same(f.Columns[0], w.User.Column) || !f.Enforced && !d.laterEnforced || d.leads(f, w.User.Table) {
			continue
		}
		list = append(list, Difference{
			Kind: Misfit, Table: w.Table, Column: f.Columns[0],
			Problem: fmt.Sprintf("its foreign key leads to the table %s, while the users are in %s", f.RefTable, w.User.Table),
			Remedy:  fmt.Sprintf("give the row type func (%s) TableName() string { return %q }, or drop that foreign key", user, f.RefTable),
		})
	}
	return list
}

// leads reports whether the foreign key is one to the table. Where it can't
// leave its schema it doesn't name that either, and a name with a schema and
// one without may be the same table.
func (d *dialect) leads(f ForeignKey, table string) bool {
	if !d.localReferences {
		return f.RefTable == table
	}
	_, a := split(f.RefTable)
	_, b := split(table)
	return strings.EqualFold(a, b)
}

// rowType returns the name of the type of the users' rows that w refers to.
func rowType(want []*wanted, w *wanted) string {
	for _, other := range want {
		if w.User != nil && other.Table == w.User.Table {
			return other.Schema.ModelType.Name()
		}
	}
	return "User"
}

// unkeyable returns what keeps the table from being created: columns of a key
// whose type the database has no key for.
func (d *dialect) unkeyable(w *wanted) []Difference {
	if d.noKeyOn == nil {
		return nil
	}
	keys := [][]string{w.primary}
	for _, i := range w.indexes {
		if whole(i) && (i.Class == "" || i.Class == "UNIQUE") {
			keys = append(keys, indexColumns(i))
		}
	}
	var list []Difference
	for _, name := range unique(slices.Concat(keys...)) {
		if c := w.column(name); c != nil && d.noKeyOn.MatchString(c.typ) {
			list = append(list, Difference{
				Kind: Misfit, Table: w.Table, Column: name,
				Problem: "would be " + c.typ + ", which can't be part of a key",
				Remedy:  fmt.Sprintf("tag the field %s of %s with a size, such as %s", c.field.Name, w.Schema.ModelType, "`gorm:\"size:255\"`"),
			})
		}
	}
	return list
}

func compareTable(tx *gorm.DB, d *dialect, w *wanted, t *Table) []Difference {
	misfit := func(problem, remedy string) []Difference {
		return []Difference{{Kind: Misfit, Table: w.Table, Problem: problem, Remedy: remedy}}
	}
	if t.View {
		return misfit("is a view, which has no unique keys", "give "+w.Record+" another table name")
	}
	if t.Engine != "" && noTransactions[strings.ToLower(t.Engine)] {
		return misfit("its engine "+t.Engine+" has no transactions", "ALTER TABLE "+quote(tx, w.Table)+" ENGINE=InnoDB")
	}
	list := compareColumns(tx, d, w, t)
	if slices.ContainsFunc(list, func(x Difference) bool { return x.Kind.fatal() }) {
		return list // keys on columns that are not there would only add noise
	}
	list = append(list, compareUnique(tx, d, w, t)...)
	return append(list, compareIndexes(tx, d, w, t)...)
}

// noTransactions are MySQL's engines that take no part in transactions.
var noTransactions = map[string]bool{
	"myisam": true, "aria": true, "memory": true, "csv": true, "archive": true, "blackhole": true, "merge": true, "mrg_myisam": true,
}

func compareColumns(tx *gorm.DB, d *dialect, w *wanted, t *Table) []Difference {
	var list []Difference
	add := func(kind Kind, column, problem, remedy string) {
		list = append(list, Difference{Kind: kind, Table: w.Table, Column: column, Problem: problem, Remedy: remedy})
	}
	for _, c := range w.columns {
		f := t.Column(c.name)
		switch {
		case f == nil && c.typ == "":
		case f == nil && similar(t, c.name) != "":
			add(MissingColumn, c.name, "missing, while there is a column "+similar(t, c.name),
				fmt.Sprintf("tag the field %s of %s %q, or give %s another table name", c.field.Name, w.Schema.ModelType, `gorm:"column:`+similar(t, c.name)+`"`, w.Record))
		case f == nil:
			statement, then := addColumn(tx, w, c)
			list = append(list, Difference{
				Kind: MissingColumn, Table: w.Table, Column: c.name, Problem: "missing", SQL: []string{statement}, Then: then,
			})
		case !d.fits(c, f.Type):
			add(Misfit, f.Name, fmt.Sprintf("is %s, where %s.%s wants %s", f.Type, w.Schema.ModelType, c.field.Name, c.typ),
				"give the field a type that fits the column, or "+w.Record+" another table name")
		case f.Nullable && c.field.NotNull && !c.field.PrimaryKey && slices.Contains(w.Required, c.name):
			add(Misfit, f.Name, "may be NULL, and "+w.Record+" can't do without it", "make it NOT NULL, or drop the tag from the field")
		case !f.Exact && d.family(f.Type) == "text" && slices.Contains(w.Keys, c.name):
			add(InexactKey, f.Name, strings.TrimSpace("does not compare byte for byte "+f.Collation), "")
		}
	}
	for _, f := range t.Columns {
		if f.Nullable || f.HasDefault || f.Numbered || slices.ContainsFunc(w.columns, func(c wantedColumn) bool { return t.same(c.name, f.Name) }) {
			continue
		}
		add(Misfit, f.Name, "is NOT NULL without a default, and no field of "+w.Schema.ModelType.String()+" fills it",
			"add a field for it, give it a default, or give "+w.Record+" another table name")
	}
	return list
}

// similar returns the column that differs from name in case and underscores
// only.
func similar(t *Table, name string) string {
	bare := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for _, c := range t.Columns {
		if bare(c.Name) == bare(name) {
			return c.Name
		}
	}
	return ""
}

func compareUnique(tx *gorm.DB, d *dialect, w *wanted, t *Table) []Difference {
	var list []Difference
	seen := map[string]bool{}
	for _, columns := range append([][]string{w.primary}, w.Unique...) {
		names := strings.Join(columns, " + ")
		if len(columns) == 0 || seen[names] || t.UniqueOn(columns...) {
			continue
		}
		seen[names] = true
		x := Difference{Kind: MissingUnique, Table: w.Table, Problem: "no unique key on " + names}
		x.SQL = []string{createIndex(tx, d, w, &schema.Index{
			Name:   tx.NamingStrategy.IndexName(w.Table, strings.Join(columns, "_")),
			Class:  "UNIQUE",
			Fields: w.options(columns),
		})}
		if i := slices.IndexFunc(w.indexes, func(i *schema.Index) bool {
			return i.Class == "UNIQUE" && whole(i) && t.subset(indexColumns(i), columns)
		}); i >= 0 {
			x.SQL = []string{createIndex(tx, d, w, w.indexes[i])}
		}
		list = append(list, x)
	}
	return list
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

// compareIndexes reports what makes the table slower and no less right.
func compareIndexes(tx *gorm.DB, d *dialect, w *wanted, t *Table) []Difference {
	var list []Difference
	for _, i := range w.indexes {
		columns := indexColumns(i)
		covered := slices.ContainsFunc(t.Keys, func(k Key) bool {
			return k.Name == i.Name || !k.Partial && leads(k.Columns, columns)
		})
		if !covered {
			list = append(list, Difference{
				Kind: MissingIndex, Table: w.Table, SQL: []string{createIndex(tx, d, w, i)},
				Problem: "no index on " + strings.Join(columns, " + "),
			})
		}
	}
	if f := w.foreignKey; f != nil && !t.References(f.Columns[0], f.RefTable, f.RefColumns[0]) {
		list = append(list, Difference{
			Kind: MissingForeignKey, Table: w.Table, Column: f.Columns[0],
			Problem: "no enforced foreign key to " + f.RefTable,
		})
	}
	return list
}
