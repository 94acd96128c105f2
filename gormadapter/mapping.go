package gormadapter

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/models"
)

// A table maps a record onto the row type that it is stored in. It is resolved
// once, in New, and only read afterwards.
type table struct {
	record  string // the record's name: "User"
	name    string // of the table in SQL, unquoted, with the layout's schema and prefix
	schema  *schema.Schema
	stored  []*schema.Field // those that have a column, in the struct's order
	columns []*column       // those of the record first
	extra   map[string]*column
	derived []derived
	key     []*column // what the record is looked up by, in the order of the methods' arguments
	direct  bool      // a look-up needs no row: see buffer
	layout  authdb.Layout
}

// A column is one field of the row.
type column struct {
	member      // of the record; its kind means nothing for an Extra column
	extra  bool // no record field: it travels in Extra
	field  *schema.Field
	stored reflect.Type // the Go type of the row's field, without pointers
	plain  bool         // text that is bound as it is
	uuid   bool         // text that holds a UUID, in the spelling that databases return
	text   bool         // compared as text, by a collation
	form   *models.Form // of an instant, unless the driver has its own
	typed  bool         // the form is that of the field's Go type

	// coarse is the precision of the column in nanoseconds, if the catalogue
	// has said that it is coarser than a millisecond.
	coarse atomic.Int64

	// length is how many characters the column holds, if the catalogue has
	// said so and the row's type does not.
	length atomic.Int64
}

// A derived field is a one-to-one function of the record's fields that its tag
// names: auth:"Provider+ProviderAccountID". The row type fills it by itself, and
// nobody else reads or writes it.
type derived struct {
	from  []string
	field *schema.Field
}

// newTable resolves a record's fields against a row type.
func (a *Adapter) newTable(record any, roles roles, row any, key ...string) (*table, error) {
	recordType := reflect.TypeOf(record)
	t := &table{record: recordType.Name(), extra: map[string]*column{}, layout: a.opts.Models.Layout}
	if err := t.parse(a.base, row); err != nil {
		return nil, err
	}
	t.name = t.layout.TablePrefix + t.schema.Table
	if t.layout.Schema != "" {
		t.name = t.layout.Schema + "." + t.name
	}

	members := membersOf(recordType, roles)
	errs := t.checkTags(members)
	taken := map[string]bool{} // database columns that store a member
	for _, m := range members {
		f, err := t.lookup(m)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if f == nil {
			continue
		}
		c := a.newColumn(m, f)
		if err := t.checkType(c); err != nil {
			errs = append(errs, err)
		}
		taken[f.DBName] = true
		t.columns = append(t.columns, c)
	}
	for _, f := range t.stored {
		if taken[f.DBName] {
			continue
		}
		if from := derivedFrom(f); len(from) > 1 {
			t.derived = append(t.derived, derived{from, f})
			continue
		}
		if other := t.extra[f.Name]; other != nil || t.column(f.Name) != nil {
			if other != nil {
				errs = append(errs, t.errorf("columns %q and %q both have the Go name %s: rename one field", other.field.DBName, f.DBName, f.Name))
			}
			continue
		}
		c := a.newColumn(member{name: f.Name}, f)
		c.extra = true
		t.extra[f.Name] = c
		if f.Readable {
			t.columns = append(t.columns, c)
		}
	}
	for _, name := range key {
		t.key = append(t.key, t.column(name))
	}
	t.direct = t.isDirect()
	return t, errors.Join(errs...)
}

// newColumn returns a column that stores the member in the field.
func (a *Adapter) newColumn(m member, f *schema.Field) *column {
	c := &column{member: m, field: f, stored: f.IndirectFieldType, uuid: strings.EqualFold(string(f.DataType), "uuid")}
	_, valuer := reflect.Zero(f.FieldType).Interface().(driver.Valuer)
	c.plain = c.stored.Kind() == reflect.String && f.Serializer == nil && !c.uuid && !valuer
	c.text = c.isText(a.dialect)
	c.form = a.formOf(c)
	return c
}

// formOf returns the form of a column that holds an instant, or nil where the
// driver has its own.
func (a *Adapter) formOf(c *column) *models.Form {
	former, ok := reflect.Zero(c.stored).Interface().(models.Former)
	c.typed = ok
	layout := a.opts.Models.Layout
	var f models.Form
	switch {
	case c.stored == modelTimeType: // which the layout does not change
		f = former.Form(a.dialect.name)
	case ok:
		f = models.FormOf(former, a.dialect.name, layout)
	case c.kind != instant || c.field.Serializer != nil:
		return nil
	case isInteger(c.stored):
		f = models.Form{Milli: true}
	case c.stored.Kind() != reflect.String:
		return nil
	case layout.Instants[a.dialect.name] == authdb.UnixMilli:
		f = models.Form{Milli: true, Decimal: true}
	default:
		f = models.Form{Text: isoMilli}
	}
	return &f
}

// derivedFrom returns the names in the tag of a derived field.
func derivedFrom(f *schema.Field) []string { return strings.Split(f.Tag.Get("auth"), "+") }

func (t *table) errorf(format string, args ...any) error {
	return fmt.Errorf("gormadapter: %v as %s: %s", t.schema.ModelType, t.record, fmt.Sprintf(format, args...))
}

// parse asks GORM for the row type's schema, by the application's own naming
// strategy.
func (t *table) parse(db *gorm.DB, row any) error {
	typ := reflect.TypeOf(row)
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == nil || typ.Kind() != reflect.Struct {
		return fmt.Errorf("gormadapter: %T as %s: a row type is a struct, or a pointer to one", row, t.record)
	}
	stmt := &gorm.Statement{DB: db}
	if err := stmt.Parse(reflect.New(typ).Interface()); err != nil {
		return fmt.Errorf("gormadapter: %v as %s: GORM can't read the type: %w", typ, t.record, err)
	}
	t.schema = stmt.Schema
	for _, name := range t.schema.DBNames {
		t.stored = append(t.stored, t.schema.FieldsByDBName[name])
	}
	return nil
}

// checkTags finds tags that name no field of the record.
func (t *table) checkTags(members []member) (errs []error) {
	for _, f := range t.schema.Fields {
		tag, ok := f.Tag.Lookup("auth")
		var names []string
		for _, m := range members {
			names = append(names, m.name)
		}
		unknown := func(name string) bool { return !slices.Contains(names, name) }
		if !ok || tag == "-" || !slices.ContainsFunc(derivedFrom(f), unknown) {
			continue
		}
		errs = append(errs, t.errorf("field %s is tagged auth:%q, and the record's fields are %s", f.Name, tag, strings.Join(names, ", ")))
	}
	return errs
}

// lookup returns the row field that is tagged auth:"Name", or else has that Go
// name. It returns nil if there is none and none is needed.
func (t *table) lookup(m member) (*schema.Field, error) {
	var tagged, named []*schema.Field
	for _, f := range t.stored {
		switch tag, ok := f.Tag.Lookup("auth"); {
		case tag == m.name:
			tagged = append(tagged, f)
		case !ok && f.Name == m.name:
			named = append(named, f)
		}
	}
	if len(tagged) > 0 {
		if len(tagged) == 1 && len(named) > 0 {
			// The embedded default row still has the field: it would be
			// written by GORM, and read by nobody.
			return nil, t.errorf("columns %q and %q both store %s: embed the row without that field, or tag it gorm:\"-\"", named[0].DBName, tagged[0].DBName, m.name)
		}
		named = tagged
	}
	switch len(named) {
	case 0:
		if !m.needed {
			return nil, nil
		}
		return nil, t.errorf("no field stores %s: add one, or tag one auth:%q", m.name, m.name)
	case 1:
		return named[0], nil
	}
	return nil, t.errorf("columns %q and %q both store %s: tag one auth:%q and the other auth:\"-\"", named[0].DBName, named[1].DBName, m.name, m.name)
}

// column returns the column that stores the member, or nil.
func (t *table) column(name string) *column {
	i := slices.IndexFunc(t.columns, func(c *column) bool { return !c.extra && c.name == name })
	if i < 0 {
		return nil
	}
	return t.columns[i]
}

// newRow returns a pointer to a row, addressable as GORM wants it.
func (t *table) newRow() reflect.Value { return reflect.New(t.schema.ModelType) }

// softDeletes reports whether rows can be there and yet not exist.
func (t *table) softDeletes() bool { return len(t.schema.QueryClauses) > 0 }

// numbered reports whether the database makes the ids.
func (t *table) numbered() bool {
	id := t.column("ID")
	return id != nil && id.field.AutoIncrement
}

// encode fills the row with a record's values; allowed says which further fields
// may be among them. Columns whose value is NULL and whose Go type can't say so
// are returned.
func (t *table) encode(ctx context.Context, record, row reflect.Value, allowed permission) (nulls []*column, err error) {
	for _, c := range t.columns {
		if c.extra {
			continue
		}
		null, err := t.store(ctx, c, row, record.Field(c.index).Interface())
		if err != nil {
			return nil, err
		}
		if null {
			nulls = append(nulls, c)
		}
	}
	more, err := t.encodeExtra(ctx, extraOf(record), row, allowed)
	return append(nulls, more...), err
}

// decode fills a record from the row.
func (t *table) decode(ctx context.Context, row, record reflect.Value) error {
	var extra map[string]any
	for _, c := range t.columns {
		if c.extra {
			if extra == nil {
				extra = make(map[string]any, len(t.extra))
			}
			extra[c.name] = c.field.ReflectValueOf(ctx, row).Interface()
			continue
		}
		if err := t.load(ctx, c, row, record.Field(c.index)); err != nil {
			return err
		}
	}
	if extra != nil {
		record.FieldByName("Extra").Set(reflect.ValueOf(extra))
	}
	return nil
}

// primaryKey returns the columns of the primary key, which no record may have.
func (t *table) primaryKey() (columns []*column) {
	for _, f := range t.schema.PrimaryFields {
		columns = append(columns, t.columnOf(f))
	}
	return columns
}

// columnOf returns the column of a field, which may be one that no record has.
func (t *table) columnOf(f *schema.Field) *column {
	i := slices.IndexFunc(t.columns, func(c *column) bool { return c.field == f })
	if i < 0 {
		return &column{field: f, stored: f.IndirectFieldType}
	}
	return t.columns[i]
}
