package catalog

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// A wanted table is what a row type and the contract come to on one database.
type wanted struct {
	Model
	own        *schema.Schema // Schema parsed anew, for this table
	columns    []wantedColumn
	primary    []string
	indexes    []*schema.Index // tagged ones, then those that the contract adds
	foreignKey *ForeignKey     // nil for none
}

// A wantedColumn is a field of the row type.
type wantedColumn struct {
	field *schema.Field
	name  string
	typ   string // without NOT NULL and the like
	own   string // the same before a foreign key made it the users'
	rest  string // NOT NULL and the like
}

// column returns the wanted column of that name, or nil.
func (w *wanted) column(name string) *wantedColumn {
	i := slices.IndexFunc(w.columns, func(c wantedColumn) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &w.columns[i]
}

// desired returns the wanted tables in an order in which they can be created.
// The tables found decide of what type a column is that leads to one of them.
func desired(db *gorm.DB, models []Model, found map[string]*Table) ([]*wanted, error) {
	d, err := dialectOf(db)
	if err != nil {
		return nil, err
	}
	byTable := map[string]*wanted{}
	var list []*wanted
	for _, m := range models {
		if other := byTable[m.Table]; other != nil {
			return nil, plainf("%w: %s and %s are both in table %s; give one of the row types another table name", authdb.ErrSchema, other.Record, m.Record, m.Table)
		}
		w, err := newWanted(db, m)
		if err != nil {
			return nil, err
		}
		byTable[m.Table] = w
		list = append(list, w)
	}
	slices.SortStableFunc(list, func(a, b *wanted) int {
		switch {
		case a.User == nil && b.User != nil:
			return -1
		case a.User != nil && b.User == nil:
			return 1
		}
		return 0
	})
	for _, w := range list {
		if w.User != nil {
			refer(d, db, w, byTable[w.User.Table], found[w.User.Table])
		}
	}
	return list, nil
}

func newWanted(db *gorm.DB, m Model) (*wanted, error) {
	// GORM writes to the fields when it looks for indexes and types, and those
	// of m.Schema are everybody's. Indexes are named after the table.
	own, err := schema.ParseWithSpecialTableName(reflect.New(m.Schema.ModelType).Interface(), &sync.Map{}, db.NamingStrategy, m.Table)
	if err != nil {
		return nil, plainf("parse %s: %w", m.Schema.ModelType, err)
	}
	w := &wanted{Model: m, own: own, indexes: own.ParseIndexes()}
	for _, name := range m.Schema.DBNames {
		field := *m.Schema.FieldsByDBName[name]
		if field.IgnoreMigration {
			continue
		}
		full, typ := db.Migrator().FullDataTypeOf(&field).SQL, dataType(db, &field)
		w.columns = append(w.columns, wantedColumn{&field, name, typ, typ, strings.TrimPrefix(full, typ)})
		if c := &w.columns[len(w.columns)-1]; db.Name() == "mysql" && strings.HasPrefix(typ, "timestamp") && !strings.Contains(full, "NULL") {
			c.rest = " NULL" + c.rest // some servers make it NOT NULL else, with a default
		}
	}
	for _, field := range m.Schema.PrimaryFields {
		w.primary = append(w.primary, field.DBName)
	}
	for _, columns := range m.Unique {
		if !w.uniqueOn(m.serving(columns)) {
			w.index(db, columns, "UNIQUE")
		}
	}
	for _, columns := range m.Indexes {
		if !w.indexOn(columns) {
			w.index(db, columns, "")
		}
	}
	return w, nil
}

// dataType returns the column's type as GORM's migrator finds it.
func dataType(db *gorm.DB, field *schema.Field) string {
	value := reflect.New(field.IndirectFieldType).Interface()
	if t, ok := value.(migrator.GormDataTypeInterface); ok {
		if typ := t.GormDBDataType(db, field); typ != "" {
			return typ
		}
	}
	return db.DataTypeOf(field)
}

// uniqueOn reports whether the row type itself makes the columns unique.
func (w *wanted) uniqueOn(columns []string) bool {
	within := func(names ...string) bool {
		return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(columns, n) })
	}
	if within(w.primary...) {
		return true
	}
	for _, c := range w.columns {
		if c.field.Unique && within(c.name) {
			return true
		}
	}
	return slices.ContainsFunc(w.indexes, func(i *schema.Index) bool {
		return i.Class == "UNIQUE" && whole(i) && within(indexColumns(i)...)
	})
}

// indexOn reports whether a look-up by the columns finds an index in the row
// type.
func (w *wanted) indexOn(columns []string) bool {
	if leads(w.primary, columns) {
		return true
	}
	for _, c := range w.columns {
		if c.field.Unique && leads([]string{c.name}, columns) {
			return true
		}
	}
	return slices.ContainsFunc(w.indexes, func(i *schema.Index) bool {
		return whole(i) && leads(indexColumns(i), columns)
	})
}

// leads reports whether the first columns of a key are those, in any order.
func leads(key, columns []string) bool {
	if len(key) < len(columns) {
		return false
	}
	for _, k := range key[:len(columns)] {
		if !slices.Contains(columns, k) {
			return false
		}
	}
	return true
}

// whole reports whether the index holds every row and the whole of its
// columns.
func whole(i *schema.Index) bool {
	return i.Where == "" && !slices.ContainsFunc(i.Fields, func(f schema.IndexOption) bool {
		return f.Expression != "" || f.Length > 0 || f.Collate != ""
	})
}

func indexColumns(i *schema.Index) []string {
	var names []string
	for _, f := range i.Fields {
		names = append(names, f.DBName)
	}
	return names
}

// index adds an index that the row type has not, by the name that GORM would
// give it: if the type gets a tag one day, nothing is doubled.
func (w *wanted) index(db *gorm.DB, columns []string, class string) {
	i := &schema.Index{Class: class}
	for _, name := range columns {
		if c := w.column(name); c != nil {
			i.Fields = append(i.Fields, schema.IndexOption{Field: c.field})
		}
	}
	name := strings.Join(columns, "_")
	if len(i.Fields) == 1 {
		name = i.Fields[0].Name
	}
	i.Name = db.NamingStrategy.IndexName(w.Table, name)
	w.indexes = append(w.indexes, i)
}

// refer gives w its foreign key, and the column a type that can have one. The
// user's table is wanted, or found, or both.
func refer(d *dialect, db *gorm.DB, w, users *wanted, found *Table) {
	child := w.column(w.User.Column)
	if child == nil {
		return
	}
	parent := ""
	if users != nil {
		if c := users.column(w.User.TableColumn); c != nil {
			parent = d.unserial.Replace(c.typ)
		}
	}
	c := found.Column(w.User.TableColumn)
	if c != nil {
		parent = c.Type
	}
	if parent != "" && !d.canReference(child.typ, parent) {
		child.typ = parent
	}
	if c != nil && d.collates && c.Collation != "" && !collated.MatchString(child.typ) {
		child.typ += " COLLATE " + c.Collation
	}
	in, _ := split(w.Table)
	userIn, _ := split(w.User.Table)
	if db.DisableForeignKeyConstraintWhenMigrating || d.localReferences && in != userIn {
		return
	}
	w.foreignKey = &ForeignKey{
		Name: db.NamingStrategy.RelationshipFKName(schema.Relationship{
			Name: w.User.Column, Schema: &schema.Schema{Table: w.Table},
		}),
		Columns: []string{w.User.Column}, RefTable: w.User.Table, RefColumns: []string{w.User.TableColumn},
		OnDelete: "CASCADE",
	}
}

// names returns the tables that the models are about.
func names(models []Model) []string {
	var list []string
	for _, m := range models {
		list = append(list, m.Table)
		if m.User != nil {
			list = append(list, m.User.Table)
		}
	}
	return unique(list)
}
