package gormadapter

import (
	"bytes"
	"context"
	"database/sql"
	"reflect"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// find sends a query inside a transaction and returns its rows, for each of the
// query's tables one.
func (a *Adapter) find(ctx context.Context, tx *gorm.DB, q *query, args ...any) ([][]reflect.Value, error) {
	var found [][]reflect.Value
	err := each(ctx, tx, q, args, func() []scan {
		var scans []scan
		var rows []reflect.Value
		for _, p := range q.parts {
			s := newRowScan(p)
			scans, rows = append(scans, s), append(rows, s.row)
		}
		found = append(found, rows)
		return scans
	})
	return found, err
}

// one is find where there is one row or none, which is ErrNotFound.
func (a *Adapter) one(ctx context.Context, tx *gorm.DB, q *query, args ...any) ([]reflect.Value, error) {
	found, err := a.find(ctx, tx, q, args...)
	if err == nil && len(found) == 0 {
		err = authdb.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// read sends a look-up, in no transaction. For each row it asks for new
// records, one for each of the query's tables, and fills them; reset forgets
// those of an earlier attempt.
func (a *Adapter) read(ctx context.Context, q *query, args []any, reset func(), records func() []any) error {
	return a.retry(ctx, func() error {
		reset()
		return each(ctx, a.base, q, args, func() []scan {
			scans := make([]scan, len(q.parts))
			for i, record := range records() {
				scans[i] = q.parts[i].t.scanInto(ctx, reflect.ValueOf(record).Elem())
			}
			return scans
		})
	})
}

// A scan takes one table's part of a row.
type scan interface {
	destinations() []any
	// taken is called after the row was scanned, done after all were: then
	// hooks may use the connection.
	taken(ctx context.Context) error
	done(ctx context.Context, tx *gorm.DB) error
}

// each sends a query and scans its rows.
func each(ctx context.Context, tx *gorm.DB, q *query, args []any, next func() []scan) error {
	rows, err := open(ctx, tx, q, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []scan
	for rows.Next() {
		scans := next()
		if err := scanRow(ctx, rows, scans); err != nil {
			return err
		}
		all = append(all, scans...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, s := range all {
		if err := s.done(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func scanRow(ctx context.Context, rows *sql.Rows, scans []scan) error {
	var into []any
	for _, s := range scans {
		into = append(into, s.destinations()...)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	for _, s := range scans {
		if err := s.taken(ctx); err != nil {
			return err
		}
	}
	return nil
}

// scanInto takes the short way into a record if the row type allows it.
func (t *table) scanInto(ctx context.Context, record reflect.Value) scan {
	if !t.direct {
		return &throughRow{newRowScan(t.whole()), record}
	}
	s := &recordScan{t: t, ctx: ctx, record: record, columns: make([]recordColumn, len(t.columns))}
	if len(t.extra) > 0 {
		s.extra = make(map[string]any, len(t.extra))
		record.FieldByName("Extra").Set(reflect.ValueOf(s.extra))
	}
	for i, c := range t.columns {
		s.columns[i] = recordColumn{s, c}
	}
	return s
}

// A rowScan reads into a row of the application's type, as GORM would.
type rowScan struct {
	part
	row    reflect.Value
	values []any
}

func newRowScan(p part) *rowScan {
	s := &rowScan{part: p, row: p.t.newRow(), values: make([]any, len(p.columns))}
	for i, c := range p.columns {
		if c.typed {
			s.values[i] = new(any)
			continue
		}
		s.values[i] = c.field.NewValuePool.Get()
	}
	return s
}

func (s *rowScan) destinations() []any { return s.values }

func (s *rowScan) taken(ctx context.Context) error {
	for i, c := range s.columns {
		if src, ok := s.values[i].(*any); ok && c.typed {
			if err := s.t.setInstant(ctx, c, s.row, *src); err != nil {
				return err
			}
			continue
		}
		if err := c.field.Set(ctx, s.row, s.values[i]); err != nil {
			return s.t.cannotTake(c)
		}
		c.field.NewValuePool.Put(s.values[i])
	}
	return nil
}

func (t *table) cannotTake(c *column) error {
	return faultf(authdb.ErrSchema, "%s.%s: the column holds nothing that a %v can take", t.record, c.name, c.field.FieldType)
}

// setInstant puts a driver's value into the row's field.
func (t *table) setInstant(ctx context.Context, c *column, row reflect.Value, src any) error {
	at, err := t.read(c, src)
	if err == nil && src == nil {
		err = c.field.Set(ctx, row, nil)
	} else if err == nil {
		err = c.field.Set(ctx, row, at)
	}
	if err != nil {
		return t.cannotTake(c)
	}
	return nil
}

// done calls the row type's hook.
func (s *rowScan) done(ctx context.Context, tx *gorm.DB) error {
	if s.whole {
		return s.t.afterFind(ctx, tx, s.row)
	}
	return nil
}

func (t *table) afterFind(ctx context.Context, tx *gorm.DB, row reflect.Value) error {
	hook, ok := row.Interface().(interface{ AfterFind(*gorm.DB) error })
	if !ok || !t.schema.AfterFind {
		return nil
	}
	if err := hook.AfterFind(tx.Session(&gorm.Session{NewDB: true, Context: ctx})); err != nil {
		return &hookError{err}
	}
	return nil
}

// throughRow is a rowScan whose row becomes a record.
type throughRow struct {
	*rowScan
	record reflect.Value
}

func (s *throughRow) done(ctx context.Context, tx *gorm.DB) error {
	if err := s.rowScan.done(ctx, tx); err != nil {
		return err
	}
	return s.t.decode(ctx, s.row, s.record)
}

// A recordScan reads into a record, without a row between: for row types that
// have neither find hooks nor fields with a decoder of their own.
type recordScan struct {
	t       *table
	ctx     context.Context
	record  reflect.Value
	extra   map[string]any
	row     reflect.Value // for GORM to convert into, made if it is needed
	columns []recordColumn
}

func (s *recordScan) destinations() []any {
	into := make([]any, len(s.columns))
	for i := range s.columns {
		into[i] = &s.columns[i]
	}
	return into
}

func (*recordScan) taken(context.Context) error          { return nil }
func (*recordScan) done(context.Context, *gorm.DB) error { return nil }

// A recordColumn takes one value from the driver.
type recordColumn struct {
	*recordScan
	c *column
}

// Scan implements sql.Scanner.
func (x *recordColumn) Scan(src any) error {
	if x.c.extra {
		return x.scanExtra(src)
	}
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		src = string(v)
	case uint64: // MySQL's unsigned numbers, where they come as text
		src = strconv.FormatUint(v, 10)
	}
	dst, err := x.record.Field(x.c.index), error(nil)
	switch x.c.kind {
	case text:
		switch v := src.(type) {
		case string:
			dst.SetString(v)
		case int64:
			dst.SetString(strconv.FormatInt(v, 10))
		default:
			err = x.cannot(src)
		}
	case integer, counter:
		var n int64
		switch v := src.(type) {
		case int64:
			n = v
		case string:
			n, err = strconv.ParseInt(v, 10, 64)
		default:
			err = x.cannot(src)
		}
		switch {
		case x.c.kind == integer:
			dst.SetInt(n)
		case err == nil && isCounter(n):
			dst.SetUint(uint64(n))
		default:
			err = x.cannot(src)
		}
	case boolean:
		var v bool
		v, err = asBool(src)
		dst.SetBool(v)
	case instant:
		var at time.Time
		if at, err = x.instant(src); dst.Kind() == reflect.Pointer {
			dst.Set(reflect.ValueOf(&at))
		} else {
			dst.Set(reflect.ValueOf(at))
		}
	}
	if err != nil {
		return x.cannot(src)
	}
	return nil
}

// scanExtra keeps a value of the field's own type, and has GORM convert others.
func (x *recordColumn) scanExtra(src any) error {
	f := x.c.field
	if b, ok := src.([]byte); ok { // the driver's, and only lent
		src = bytes.Clone(b)
	}
	switch {
	case src == nil:
		x.extra[x.c.name] = reflect.Zero(f.FieldType).Interface()
		return nil
	case reflect.TypeOf(src) == f.FieldType:
		x.extra[x.c.name] = src
		return nil
	case !x.row.IsValid():
		x.row = x.t.newRow()
	}
	if x.c.typed {
		if err := x.t.setInstant(x.ctx, x.c, x.row, src); err != nil {
			return err
		}
	} else if err := f.Set(x.ctx, x.row, src); err != nil {
		return x.t.cannotTake(x.c)
	}
	x.extra[x.c.name] = f.ReflectValueOf(x.ctx, x.row).Interface()
	return nil
}

func (x *recordColumn) instant(src any) (time.Time, error) {
	return x.t.read(x.c, src)
}

func (x *recordColumn) cannot(src any) error {
	return faultf(authdb.ErrSchema, "%s.%s: the column holds a %T that is none", x.t.record, x.c.name, src)
}

// isDirect reports whether what the driver returns can go into the record as
// it is.
func (t *table) isDirect() bool {
	if t.schema.AfterFind {
		return false
	}
	for _, c := range t.columns {
		if c.field.Serializer != nil || !c.extra && !directTypes(c) {
			return false
		}
	}
	return true
}

// directTypes reports whether the row's type adds nothing to the driver's value.
func directTypes(c *column) bool {
	if c.typed && c.kind == instant {
		return true
	}
	switch c.stored {
	case timeType, reflect.TypeFor[sql.NullTime](), reflect.TypeFor[sql.NullString](),
		reflect.TypeFor[sql.NullInt64](), reflect.TypeFor[sql.NullInt32](), reflect.TypeFor[sql.NullBool]():
		return true
	}
	if reflect.PointerTo(c.stored).Implements(reflect.TypeFor[sql.Scanner]()) {
		return false
	}
	return c.stored.Kind() == reflect.String || isInteger(c.stored) || c.stored.Kind() == reflect.Bool
}
