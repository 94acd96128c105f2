package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// A Request says what the tables are to be, and whose they are.
type Request struct {
	Models []Model

	// Origin is what made the tables and migrates them; "" or Own is this
	// module.
	Origin string

	// ForeignChanges allows additions to the tables of another origin.
	ForeignChanges bool
}

// Own is the origin of the tables that Synchronize makes.
const Own = "authdb"

// foreign reports whether the tables are something else's.
func (r Request) foreign() bool { return r.Origin != "" && r.Origin != Own }

// handsOff reports whether Synchronize has to leave the tables alone.
func (r Request) handsOff() bool { return r.foreign() && !r.ForeignChanges }

// A comparison is of one table as wanted with the one found.
type comparison struct {
	tx   *gorm.DB
	d    *dialect
	w    *wanted
	t    *Table // nil if there is none
	user *Table // the users', if w points at them and it was found
	list []Finding
}

// add notes a finding.
func (c *comparison) add(x Finding) {
	x.Table = c.w.Table
	c.list = append(c.list, x)
}

// misfit notes that something is there and is not what it should be.
func (c *comparison) misfit(column, problem, note string) {
	c.add(Finding{Kind: Misfit, Column: column, Problem: problem, Note: note, Fatal: true})
}

// compare returns how the tables found differ from those wanted, in the order
// of the wanted ones. What the found ones have beyond that is the
// application's, and none of it is reported unless it would refuse our rows.
func compare(tx *gorm.DB, d *dialect, r Request, want []*wanted, found map[string]*Table) ([]Finding, error) {
	var list []Finding
	for _, w := range want {
		c := &comparison{tx: tx, d: d, w: w, t: found[w.Table]}
		if w.User != nil {
			c.user = found[w.User.Table]
		}
		var err error
		if c.t == nil {
			err = c.missing()
		} else {
			c.strayReference(rowType(want, w))
			err = c.table()
		}
		if err != nil {
			return nil, err
		}
		list = append(list, c.list...)
	}
	list = append(list, tools(r)...)
	return settle(r, list), nil
}

// settle makes findings of another origin's tables what they are there: only
// reported.
func settle(r Request, list []Finding) []Finding {
	for i := range list {
		x := &list[i]
		if r.foreign() {
			x.origin = r.Origin
		}
		if x.add == nil {
			continue
		}
		x.Note = "adapter.Synchronize(ctx) adds it"
		if x.Kind == MissingTable {
			x.Note = "adapter.Synchronize(ctx) creates it"
		}
		if r.handsOff() {
			x.add = nil
			x.Note = r.Origin + "'s own migration makes it, or authdb.WithForeignChanges() lets Synchronize do it"
		}
	}
	return list
}

// missing is for a table that does not exist.
func (c *comparison) missing() error {
	if c.unkeyable() {
		return nil
	}
	statements, err := createTable(c.tx, c.d, c.w)
	if err != nil {
		return err
	}
	c.add(Finding{
		Kind: MissingTable, Problem: "does not exist", SQL: statements, Fatal: true,
		add: &addition{create: statements, undo: "DROP TABLE " + quote(c.tx, c.w.Table)},
	})
	return nil
}

// unkeyable finds what keeps the table from being created: columns of a key
// whose type the database has no key for.
func (c *comparison) unkeyable() bool {
	w := c.w
	if c.d.noKeyOn == nil {
		return false
	}
	keys := [][]string{w.primary}
	for _, i := range w.indexes {
		if whole(i) && (i.Class == "" || i.Class == "UNIQUE") {
			keys = append(keys, indexColumns(i))
		}
	}
	before := len(c.list)
	for _, name := range unique(slices.Concat(keys...)) {
		if col := w.column(name); col != nil && c.d.noKeyOn.MatchString(col.typ) {
			c.misfit(name, "would be "+col.typ+", which can't be part of a key",
				fmt.Sprintf("tag the field %s of %s with a size, such as %s", col.field.Name, w.Schema.ModelType, "`gorm:\"size:255\"`"))
		}
	}
	return len(c.list) > before
}

// strayReference finds foreign keys that lead from the user's column to
// another table than the users'. It is fatal also beside a right one: where
// both are enforced, the database refuses every row whose user is not in both
// tables.
func (c *comparison) strayReference(user string) {
	if c.w.User == nil {
		return
	}
	for _, f := range c.t.ForeignKeys {
		// One with more columns is the application's own.
		if len(f.Columns) != 1 || !c.t.same(f.Columns[0], c.w.User.Column) || !f.Enforced && !c.d.laterEnforced || c.d.leads(f, c.w.User.Table) {
			continue
		}
		c.misfit(f.Columns[0], fmt.Sprintf("its foreign key leads to the table %s, while the users are in %s", f.RefTable, c.w.User.Table),
			fmt.Sprintf("give the row type func (%s) TableName() string { return %q }, or drop that foreign key", user, f.RefTable))
	}
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

func (c *comparison) table() error {
	t := c.t
	if t.View {
		c.misfit("", "is a view, which has no unique keys", "give "+c.w.Record+" another table name")
		return nil
	}
	if t.Engine != "" && noTransactions[strings.ToLower(t.Engine)] {
		c.misfit("", "its engine "+t.Engine+" has no transactions", "ALTER TABLE "+quote(c.tx, c.w.Table)+" ENGINE=InnoDB")
		return nil
	}
	c.columns()
	if isStuck(c.list) {
		return nil // keys on columns that are not there would only add noise
	}
	c.unique()
	if err := c.indexes(); err != nil {
		return err
	}
	c.foreignKey()
	return c.rules()
}

// noTransactions are MySQL's engines that take no part in transactions.
var noTransactions = map[string]bool{
	"myisam": true, "aria": true, "memory": true, "csv": true, "archive": true, "blackhole": true, "merge": true, "mrg_myisam": true,
}

func (c *comparison) columns() {
	w, t := c.w, c.t
	for _, want := range w.columns {
		f := t.Column(want.name)
		switch {
		case f == nil && want.typ == "":
		case f == nil:
			c.missingColumn(want)
		case !c.d.fits(want, f.Type):
			c.misfit(f.Name, fmt.Sprintf("is %s, where %s.%s wants %s", f.Type, w.Schema.ModelType, want.field.Name, want.typ),
				"give the field a type that fits the column, or "+w.Record+" another table name")
		case f.Computed && w.stores(want.name):
			c.misfit(f.Name, "is computed by the database, which takes no value for it",
				"drop the expression, or give "+w.Record+" another table name")
		case f.Nullable && want.field.NotNull && !want.field.PrimaryKey && slices.Contains(w.Required, want.name):
			c.misfit(f.Name, "may be NULL, and "+w.Record+" can't do without it", "make it NOT NULL, or drop the tag from the field")
		}
	}
	for _, f := range t.Columns {
		if f.Nullable || f.HasDefault || f.Numbered || slices.ContainsFunc(w.columns, func(c wantedColumn) bool { return t.same(c.name, f.Name) }) {
			continue
		}
		c.misfit(f.Name, "is NOT NULL without a default, and no field of "+w.Schema.ModelType.String()+" fills it",
			"add a field for it, give it a default, or give "+w.Record+" another table name")
	}
}

// stores reports whether a field of the record is in the column.
func (w *wanted) stores(column string) bool {
	for _, name := range w.Fields {
		if name == column {
			return true
		}
	}
	return false
}

// computed is a default that is an expression.
var computed = regexp.MustCompile(`(?i) DEFAULT (CURRENT_|\w*\()`)

// missingColumn is for a column that the table has not. Only one that may be
// NULL can be added: the others need values for the rows that are there, or
// say by their absence that the table is somebody else's.
func (c *comparison) missingColumn(want wantedColumn) {
	w := c.w
	if other := similar(c.t, want.name); other != "" {
		c.add(Finding{
			Kind: MissingColumn, Column: want.name, Problem: "missing, while there is a column " + other, Fatal: true,
			Note: fmt.Sprintf("tag the field %s of %s %q, or give %s another table name", want.field.Name, w.Schema.ModelType, `gorm:"column:`+other+`"`, w.Record),
		})
		return
	}
	definition, then := addColumn(c.tx, want)
	x := Finding{
		Kind: MissingColumn, Column: want.name, Problem: "missing", Note: then, Fatal: true,
		SQL: append([]string{"ALTER TABLE " + quote(c.tx, w.Table) + " ADD COLUMN " + definition}, columnComment(c.tx, c.d, w, want)...),
	}
	switch {
	case slices.Contains(w.Needed, want.name):
		x.Why = "no " + w.Record + " can be stored without it: the table may be another application's"
	case want.field.NotNull || want.field.PrimaryKey || want.field.AutoIncrement || c.d.unserial.Replace(want.typ) != want.typ:
		x.Why = "it is NOT NULL, and only a person knows what the rows that are there should hold"
	case c.d.plainDefaults && computed.MatchString(want.rest):
		x.Why, x.SQL, x.Note = "SQLite adds no column whose default is computed", nil, "make the table anew, and copy the rows, or drop the default from the field's tag"
	default:
		x.add = &addition{
			column: definition, after: columnComment(c.tx, c.d, w, want),
			undo: "ALTER TABLE " + quote(c.tx, w.Table) + " DROP COLUMN " + quote(c.tx, want.name),
		}
	}
	c.add(x)
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
