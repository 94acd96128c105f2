package gormadapter

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// sqliteForm is what the dialect's sameInstant makes of an instant.
const sqliteForm = "2006-01-02 15:04:05.000"

// A match is the condition that a key column holds exactly a value.
type match struct {
	a     *Adapter
	facts facts
	c     *column
	value any    // or a slot
	alias string // of the table, if it has one
}

// Build writes the condition into a statement. The plain "=" is for the index.
func (m match) Build(b clause.Builder) {
	stmt := b.(*gorm.Statement)
	name := stmt.Quote(clause.Column{Table: m.alias, Name: m.c.field.DBName})
	stmt.SQL.WriteString(name + " = " + placeholder(m.a, stmt, m.c, m.value))
	if m.c.text && !m.facts.exact[m.c] {
		stmt.SQL.WriteString(" AND " + m.a.dialect.exactly(name, placeholder(m.a, stmt, m.c, m.value)))
	}
}

// placeholder binds a key. A number is bound as wide as they come: one that the
// column can't hold finds nothing, and is no error.
func placeholder(a *Adapter, stmt *gorm.Statement, c *column, value any) string {
	var b strings.Builder
	stmt.AddVar(&b, value)
	if isInteger(c.stored) {
		return cast(a.dialect.integerKey, b.String())
	}
	return b.String()
}

// A deadline is the condition that an instant lies before a value, or does not.
type deadline struct {
	a     *Adapter
	t     *table
	c     *column
	op    string
	at    time.Time
	value any // as stored
}

// deadline returns the condition that the table's rows expire before at, or do
// not.
func (a *Adapter) deadline(ctx context.Context, t *table, op string, at time.Time) (deadline, error) {
	c := t.column("Expires")
	value, err := t.bindInstant(ctx, c, at)
	return deadline{a, t, c, op, c.truncate(at), value}, err
}

// Build writes the condition into a statement.
func (x deadline) Build(b clause.Builder) {
	stmt := b.(*gorm.Statement)
	name := stmt.Quote(clause.Column{Name: x.c.field.DBName})
	if x.c.typed && x.a.dialect.sameInstant != "" {
		// The column's text sorts by its own form only, and may be in another.
		stmt.SQL.WriteString(cast(x.a.dialect.sameInstant, name) + " " + x.op + " ")
		at := x.at
		if l := x.t.layout.Location; x.c.form.Local && l != nil {
			at = at.In(l)
		}
		stmt.AddVar(stmt, at.Format(sqliteForm))
		if x.op != "<" || x.c.stored != modelTimeType {
			return
		}
		stmt.SQL.WriteString(" AND ") // for the index; other forms sort before
	} else if x.c.form != nil && x.c.form.Decimal { // as text, 999 is after 1000
		stmt.SQL.WriteString(cast(x.a.dialect.integer, name) + " " + x.op + " " + strconv.FormatInt(x.at.UnixMilli(), 10))
		return
	}
	stmt.SQL.WriteString(name + " " + x.op + " ")
	stmt.AddVar(stmt, x.value)
}

// matches is the condition that the table's key is the arguments.
func (a *Adapter) matches(t *table, args []any) clause.Where {
	return clause.Where{Exprs: append(make([]clause.Expression, 0, 2), a.queries().of[t].keyed.with(args))}
}

// holds is the condition that the columns hold the values exactly.
func (a *Adapter) holds(columns []*column, values []any) clause.Where {
	var where clause.Where
	for i, c := range columns {
		where.Exprs = append(where.Exprs, match{a: a, facts: a.queries().facts, c: c, value: values[i]})
	}
	return where
}

// into begins a statement that writes to the table.
func into(tx *gorm.DB, t *table) *gorm.DB {
	if t.name != t.schema.Table {
		return tx.Table(t.name)
	}
	return tx
}

// insert stores a new row and fills in what the database made of it. Columns in
// forced are written even if they are zero; those in nulls are to be NULL though
// the row can't say so.
func (a *Adapter) insert(ctx context.Context, tx *gorm.DB, t *table, row reflect.Value, forced, nulls []*column) error {
	// What is left out is NULL, or its default. A hook may still fill it in,
	// unless it is a key, of which two rows can't have the empty string.
	var omit []string
	for _, c := range nulls {
		if c.key || !t.createHooks() {
			omit = append(omit, c.field.DBName)
		}
	}
	// GORM replaces a zero that has a default.
	var again []*column
	for _, c := range forced {
		if t.isZero(ctx, c, row) {
			again = append(again, c)
		}
	}
	if err := into(tx, t).Omit(omit...).Create(row.Interface()).Error; err != nil {
		return err
	}
	for _, c := range nulls {
		if c.field.HasDefaultValue || !slices.Contains(omit, c.field.DBName) && t.isZero(ctx, c, row) {
			again = append(again, c)
		}
	}
	if len(again) == 0 {
		return nil
	}
	for _, c := range again {
		if err := c.field.Set(ctx, row, reflect.Zero(c.field.FieldType).Interface()); err != nil {
			return t.cannotHold(c)
		}
	}
	where, set := a.identity(ctx, t, row), assignments{t: t, row: row, patched: again, nulls: nulls}
	return into(tx, t).Model(row.Interface()).Clauses(where, set).UpdateColumns(row.Interface()).Error
}

// isZero reports whether the row's field is zero, which GORM takes for absent.
func (t *table) isZero(ctx context.Context, c *column, row reflect.Value) bool {
	_, zero := c.field.ValueOf(ctx, row)
	return zero
}

// createHooks reports whether a row may change while it is created.
func (t *table) createHooks() bool {
	return t.schema.BeforeCreate || t.schema.AfterCreate || t.schema.BeforeSave || t.schema.AfterSave
}

// insertsOnce reports whether insert is one statement, after which nothing can
// fail: it needs no transaction.
func (t *table) insertsOnce(forced, nulls []*column) bool {
	hasDefault := func(c *column) bool { return c.field.HasDefaultValue }
	return !t.createHooks() && !t.schema.AfterFind && !slices.ContainsFunc(forced, hasDefault) && !slices.ContainsFunc(nulls, hasDefault)
}

// identity is the condition that picks the row: by its primary key, or by the
// record's where the row type has none.
func (a *Adapter) identity(ctx context.Context, t *table, row reflect.Value) clause.Where {
	var where clause.Where
	for _, f := range t.schema.PrimaryFields {
		where.Exprs = append(where.Exprs, clause.Eq{Column: clause.Column{Name: f.DBName}, Value: t.bound(ctx, f, row)})
	}
	if len(where.Exprs) > 0 {
		return where
	}
	var values []any
	for _, c := range t.key {
		values = append(values, t.bound(ctx, c.field, row))
	}
	return a.matches(t, values)
}

// assignments is the SET clause of an update: the patched columns, and those
// that the row type's hooks changed. It is written when GORM builds the
// statement, which is after the hooks.
type assignments struct {
	t       *table
	row     reflect.Value
	before  map[*schema.Field]any // images of the columns; nil if there are no hooks
	patched []*column
	nulls   []*column // of those, the ones to be NULL
}

// Name names the clause.
func (s assignments) Name() string { return "SET" }

// MergeClause makes the clause this one.
func (s assignments) MergeClause(c *clause.Clause) { c.Expression = s }

// Build writes the clause into a statement.
func (s assignments) Build(b clause.Builder) {
	stmt := b.(*gorm.Statement)
	separator := ""
	for _, f := range s.t.stored {
		patched := slices.IndexFunc(s.patched, func(c *column) bool { return c.field == f })
		if patched < 0 && (s.before == nil || f.PrimaryKey || !f.Updatable || image(stmt.Context, f, s.row) == s.before[f]) {
			continue
		}
		v := s.t.bound(stmt.Context, f, s.row)
		switch {
		case contains(s.nulls, f) && reflect.ValueOf(v).IsZero():
			v = nil
		case patched >= 0:
			v = s.patched[patched].unwrapped(v)
		}
		stmt.SQL.WriteString(separator + stmt.Quote(f.DBName) + "=")
		stmt.AddVar(stmt, v)
		separator = ","
	}
	if separator == "" { // the row drops all of it, and is to be found and locked all the same
		key := stmt.Quote(s.t.key[0].field.DBName)
		stmt.SQL.WriteString(key + "=" + key)
	}
}

func contains(columns []*column, f *schema.Field) bool {
	return slices.ContainsFunc(columns, func(c *column) bool { return c.field == f })
}

// image returns what the column's value comes to for the database, as a value
// that later changes to the row do not reach.
func image(ctx context.Context, f *schema.Field, row reflect.Value) any {
	v, _ := f.ValueOf(ctx, row)
	if valuer, ok := v.(driver.Valuer); ok && !isNilPointer(v) {
		v, _ = valuer.Value()
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil
		}
		rv = rv.Elem()
	}
	if !rv.IsValid() {
		return nil
	}
	switch {
	case rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() == reflect.Uint8:
		return string(rv.Bytes())
	case !rv.Comparable():
		return new(byte) // like no other: written
	}
	return rv.Interface()
}

func isNilPointer(v any) bool {
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.Pointer && rv.IsNil()
}

// update patches the row, which the transaction has locked, and writes what
// has changed.
func (a *Adapter) update(ctx context.Context, tx *gorm.DB, t *table, row reflect.Value, where clause.Where, p *patch) error {
	set := assignments{t: t, row: row}
	if t.schema.BeforeSave || t.schema.BeforeUpdate {
		set.before = map[*schema.Field]any{}
		for _, f := range t.stored {
			set.before[f] = image(ctx, f, row)
		}
	}
	if err := p.apply(ctx, t, row, &set); err != nil {
		return err
	}
	if err := a.autoUpdate(ctx, t, row, &set); err != nil {
		return err
	}
	res := a.insist(tx, func(tx *gorm.DB) *gorm.DB {
		return into(tx, t).Model(row.Interface()).Clauses(where, set).Updates(row.Interface())
	})
	if res.Error == nil && res.RowsAffected == 0 && a.dialect.countsMatches {
		return authdb.ErrNotFound // it was there under the lock: a condition of the application's is in the way
	}
	if res.Error != nil {
		return res.Error
	}
	return t.afterFind(ctx, tx, row)
}

// autoUpdate sets the fields that say when the row was last updated, as GORM would.
func (a *Adapter) autoUpdate(ctx context.Context, t *table, row reflect.Value, set *assignments) error {
	now := a.now()
	for _, c := range t.columns {
		if c.field.AutoUpdateTime > 0 && !contains(set.patched, c.field) {
			var v any = now
			switch c.field.AutoUpdateTime {
			case schema.UnixNanosecond:
				v = now.UnixNano()
			case schema.UnixMillisecond:
				v = now.UnixMilli()
			case schema.UnixSecond:
				if c.field.DataType != schema.Time {
					v = now.Unix()
				}
			}
			if err := c.field.Set(ctx, row, v); err != nil {
				return t.cannotHold(c)
			}
			set.patched = append(set.patched, c)
		}
	}
	return nil
}

// remove deletes for good what the condition picks. A row that was loaded gets
// the delete hooks of its type.
func (a *Adapter) remove(tx *gorm.DB, t *table, where clause.Where, loaded reflect.Value) (int64, error) {
	return a.removeRow(tx, t, where, loaded, false)
}

// removeRow is remove, which brings the row back.
func (a *Adapter) removeRow(tx *gorm.DB, t *table, where clause.Where, row reflect.Value, back bool) (int64, error) {
	skip := !row.IsValid()
	if skip {
		row = t.newRow()
	}
	res := a.insist(tx, func(tx *gorm.DB) *gorm.DB {
		tx = into(tx.Unscoped(), t).Clauses(where)
		tx.Statement.SkipHooks = tx.Statement.SkipHooks || skip
		if back {
			a.bringBack(tx.Statement, t)
		}
		return tx.Delete(row.Interface())
	})
	return res.RowsAffected, res.Error
}

// insist sends a write, and once more if it has written nothing where that does
// not say that there was nothing to write. Hooks run once.
func (a *Adapter) insist(tx *gorm.DB, write func(tx *gorm.DB) *gorm.DB) *gorm.DB {
	again := tx
	if a.dialect.endsSilently { // what is written on may be of no use afterwards
		again = tx.Session(&gorm.Session{SkipHooks: true})
	}
	res := write(tx)
	if res.Error == nil && res.RowsAffected == 0 && a.dialect.endsSilently {
		res = write(again)
	}
	return res
}

// deleteHooks reports whether a row must be loaded before it is deleted.
func (t *table) deleteHooks() bool { return t.schema.BeforeDelete || t.schema.AfterDelete }

// removeEach deletes loaded rows one by one, with the delete hooks of their
// type.
func (a *Adapter) removeEach(ctx context.Context, tx *gorm.DB, t *table, rows [][]reflect.Value) error {
	for _, r := range rows {
		if _, err := a.remove(tx, t, a.identity(ctx, t, r[0]), r[0]); err != nil {
			return err
		}
	}
	return nil
}
