package gormadapter

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/authdb/authdb"
)

// A buffer takes one row of a query after the other, straight from the driver,
// and gives a record of each: for row types that have neither find hooks nor
// fields with a decoder of their own. R is a record's type, or a struct of one
// for each of the query's tables. Where its fields are is found once, and the
// query keeps it for the next call.
type buffer[R any] struct {
	record  R
	targets []target
	into    []any // the targets, as Scan wants them
	extras  []*extras
}

// A target takes one column from the driver.
type target struct {
	c      *column
	field  any // points into the buffer's record; nil for a further field
	extras *extras
}

// extras are the further fields of one of a buffer's records.
type extras struct {
	t      *table
	field  *map[string]any // the record's
	values map[string]any
	ctx    context.Context
	row    reflect.Value // for GORM to convert into, made if it is needed
}

// bufferOf returns a buffer of the query's. The caller gives it back.
func bufferOf[R any](ctx context.Context, q *query) *buffer[R] {
	b, ok := q.buffers.Get().(*buffer[R])
	if !ok {
		b = newBuffer[R](q)
	}
	for _, x := range b.extras {
		x.ctx = ctx
	}
	return b
}

func (b *buffer[R]) giveBack(q *query) {
	for _, x := range b.extras {
		x.ctx = nil
	}
	q.buffers.Put(b)
}

func newBuffer[R any](q *query) *buffer[R] {
	b := new(buffer[R])
	for i, p := range q.parts {
		record := recordOf(&b.record, q, i)
		x := &extras{t: p.t, field: record.FieldByName("Extra").Addr().Interface().(*map[string]any)}
		if slices.ContainsFunc(p.columns, func(c *column) bool { return c.extra }) {
			b.extras = append(b.extras, x)
		}
		for _, c := range p.columns {
			to := target{extras: x, c: c}
			if !c.extra {
				to.field = record.Field(c.index).Addr().Interface()
			}
			b.targets = append(b.targets, to)
		}
	}
	for i := range b.targets {
		b.into = append(b.into, &b.targets[i])
	}
	return b
}

// recordOf returns the record of one of a query's tables: r points at it, or at
// a struct of one for each.
func recordOf(r any, q *query, part int) reflect.Value {
	v := reflect.ValueOf(r).Elem()
	if len(q.parts) == 1 {
		return v
	}
	return v.Field(part)
}

// ready prepares the buffer for a row.
func (b *buffer[R]) ready() {
	for _, x := range b.extras {
		x.values = make(map[string]any, len(x.t.extra))
		*x.field = x.values
	}
}

// scan returns the record of the row at hand.
func (b *buffer[R]) scan(rows *sql.Rows) (*R, error) {
	b.ready()
	err := rows.Scan(b.into...)
	r := new(R)
	*r = b.record
	var blank R
	b.record = blank // no token outlives its call
	for _, x := range b.extras {
		x.values, x.row = nil, reflect.Value{}
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Scan implements sql.Scanner.
func (to *target) Scan(src any) error {
	if to.field == nil {
		return to.extras.scan(to.c, src)
	}
	if src == nil {
		return nil
	}
	if err := to.take(src); err != nil {
		return faultf(authdb.ErrSchema, "%s.%s: the column holds a %T that is none", to.extras.t.record, to.c.name, src)
	}
	return nil
}

var errNone = errors.New("no value of the kind")

// take puts the driver's value into the field. Numbers may come as text, and MySQL's
// unsigned ones as uint64.
func (to *target) take(src any) (err error) {
	switch field := to.field.(type) {
	case *string:
		switch v := src.(type) {
		case string:
			*field = v
		case []byte:
			*field = string(v)
		case int64:
			*field = strconv.FormatInt(v, 10)
		case uint64:
			*field = strconv.FormatUint(v, 10)
		default:
			return errNone
		}
	case *time.Time:
		*field, err = to.extras.t.read(to.c, src)
	case **time.Time:
		var at time.Time
		at, err = to.extras.t.read(to.c, src)
		*field = &at
	case *int64:
		*field, err = asInteger(src)
	case *uint32:
		var n int64
		if n, err = asInteger(src); err == nil && !isCounter(n) {
			return errNone
		}
		*field = uint32(n)
	case *bool:
		if text, ok := src.([]byte); ok {
			src = string(text)
		}
		*field, err = asBool(src)
	}
	return err
}

func asInteger(src any) (int64, error) {
	switch v := src.(type) {
	case int64:
		return v, nil
	case string:
		return strconv.ParseInt(v, 10, 64)
	case []byte:
		return strconv.ParseInt(string(v), 10, 64)
	case uint64:
		return strconv.ParseInt(strconv.FormatUint(v, 10), 10, 64)
	}
	return 0, errNone
}

// scan keeps a value of the field's own type, and has GORM convert others.
func (x *extras) scan(c *column, src any) error {
	f := c.field
	if b, ok := src.([]byte); ok { // the driver's, and only lent
		src = bytes.Clone(b)
	}
	if n, ok := src.(int64); ok && c.stored.Kind() == reflect.String { // of which GORM would make a letter
		src = strconv.FormatInt(n, 10)
	}
	switch {
	case src == nil:
		x.values[c.name] = reflect.Zero(f.FieldType).Interface()
		return nil
	case reflect.TypeOf(src) == f.FieldType:
		x.values[c.name] = src
		return nil
	case !x.row.IsValid():
		x.row = x.t.newRow()
	}
	if c.typed {
		if err := x.t.setInstant(x.ctx, c, x.row, src); err != nil {
			return err
		}
	} else if err := f.Set(x.ctx, x.row, src); err != nil {
		return x.t.cannotTake(c)
	}
	x.values[c.name] = f.ReflectValueOf(x.ctx, x.row).Interface()
	return nil
}

// isDirect reports whether what the driver returns can go into the record as
// it is.
func (t *table) isDirect() bool {
	if t.schema.AfterFind {
		return false
	}
	for _, c := range t.columns {
		if c.field.Serializer != nil || !c.extra && !directTypes(c) || c.extra && !directExtra(c) {
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

// directExtra reports whether GORM makes the same of the driver's value as of one
// that package sql has converted first.
func directExtra(c *column) bool {
	switch c.stored {
	case timeType, reflect.TypeFor[sql.NullTime](), reflect.TypeFor[sql.NullString](), reflect.TypeFor[sql.NullInt64](),
		reflect.TypeFor[sql.NullInt32](), reflect.TypeFor[sql.NullFloat64](), reflect.TypeFor[sql.NullBool](), reflect.TypeFor[[]byte]():
		return true
	}
	kind := c.stored.Kind()
	switch {
	case c.typed:
		return true
	case reflect.PointerTo(c.stored).Implements(reflect.TypeFor[sql.Scanner]()):
		return false
	case c.field.FieldType.Kind() == reflect.Pointer:
		return kind == reflect.String
	}
	return kind == reflect.String || kind == reflect.Bool || isInteger(c.stored) || reflect.Zero(c.stored).CanFloat()
}
