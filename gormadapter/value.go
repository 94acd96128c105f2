package gormadapter

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/models"
)

var (
	timeType      = reflect.TypeFor[time.Time]()
	modelTimeType = reflect.TypeFor[models.Time]()
)

// isoMilli is authdb.ISO8601.
const isoMilli = "2006-01-02T15:04:05.000Z07:00"

// store puts a record's value into the row, converted to the type of the row's
// field. It reports whether the column is to be NULL though the Go type has no
// way to say so. A value that the field can't hold is ErrInvalid.
func (t *table) store(ctx context.Context, c *column, row reflect.Value, v any) (null bool, err error) {
	if v == nil || c.null && (v == "" || v == int64(0)) || isNilTime(v) {
		// Set(nil) is the zero value, which is NULL in a pointer or a
		// sql.Null type.
		if err := c.field.Set(ctx, row, nil); err != nil {
			return false, t.cannotHold(c)
		}
		return !holdsNull(c.field) && !c.field.NotNull, nil
	}
	switch v := v.(type) {
	case time.Time:
		return false, t.storeInstant(ctx, c, row, v)
	case *time.Time:
		return false, t.storeInstant(ctx, c, row, *v)
	case string:
		if v == "" { // an id that the database makes
			v := reflect.Zero(c.field.FieldType).Interface()
			return false, c.field.Set(ctx, row, v)
		}
		return false, t.storeText(ctx, c, row, v)
	case uint32:
		return false, t.storeNumber(ctx, c, row, int64(v))
	case int64:
		return false, t.storeNumber(ctx, c, row, v)
	}
	if err := c.field.Set(ctx, row, v); err != nil {
		return false, t.cannotHold(c)
	}
	return false, nil
}

func isNilTime(v any) bool {
	p, ok := v.(*time.Time)
	return ok && p == nil
}

// holdsNull reports whether the field's zero value is bound as NULL.
func holdsNull(f *schema.Field) bool {
	if f.FieldType.Kind() == reflect.Pointer {
		return true
	}
	if v, ok := reflect.Zero(f.FieldType).Interface().(driver.Valuer); ok {
		value, err := v.Value()
		return err == nil && value == nil
	}
	return false
}

func (t *table) cannotHold(c *column) error {
	return faultf(authdb.ErrInvalid, "%s.%s: is nothing that a %v can hold", t.record, c.name, c.field.FieldType)
}

// storeText reads the value back: a field of another type than string takes
// spellings ("010", "{...}") that it would not return.
func (t *table) storeText(ctx context.Context, c *column, row reflect.Value, s string) error {
	if c.uuid && c.stored.Kind() == reflect.String && !isUUID(s) {
		return t.cannotHold(c)
	}
	if err := c.field.Set(ctx, row, s); err != nil {
		return t.cannotHold(c)
	}
	if c.stored.Kind() == reflect.String && c.field.Serializer == nil {
		return nil
	}
	if got, err := t.text(ctx, c, row); err != nil || got != s {
		return t.cannotHold(c)
	}
	return nil
}

// isUUID reports whether s is the spelling that databases return.
func isUUID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id.String() == s
}

func (t *table) storeNumber(ctx context.Context, c *column, row reflect.Value, n int64) error {
	if err := c.field.Set(ctx, row, n); err != nil {
		return t.cannotHold(c)
	}
	if got, err := t.number(ctx, c, row); err != nil || got != n {
		return faultf(authdb.ErrInvalid, "%s.%s: is out of the range of %v", t.record, c.name, c.field.FieldType)
	}
	return nil
}

// storeInstant stores UTC, as exact as the column keeps it, in the layout's form
// where the field is text or a number.
func (t *table) storeInstant(ctx context.Context, c *column, row reflect.Value, at time.Time) error {
	at = c.truncate(at)
	var v any = at
	switch {
	case c.stored == modelTimeType:
		v = models.NewTime(at)
	case c.form != nil && !c.typed:
		v = c.form.Value(at, nil)
	}
	if err := c.field.Set(ctx, row, v); err != nil {
		return t.cannotHold(c)
	}
	return nil
}

// truncate cuts off what the column would round.
func (c *column) truncate(at time.Time) time.Time {
	precision := max(time.Millisecond, time.Duration(c.coarse.Load()))
	if c.form != nil {
		precision = max(precision, c.form.Precision)
	}
	return at.UTC().Truncate(precision)
}

// read returns the instant that a driver's value of the column is.
func (t *table) read(c *column, src any) (time.Time, error) {
	if c.form != nil && c.form.Local {
		return models.ReadInstant(src, t.layout.Location)
	}
	return models.ReadInstant(src, nil)
}

func milli(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

func isInteger(t reflect.Type) bool {
	v := reflect.Zero(t)
	return v.CanInt() || v.CanUint()
}

// load puts the row's value into the record's field.
func (t *table) load(ctx context.Context, c *column, row, dst reflect.Value) error {
	switch c.kind {
	case text:
		s, err := t.text(ctx, c, row)
		dst.SetString(s)
		return err
	case integer:
		n, err := t.number(ctx, c, row)
		dst.SetInt(n)
		return err
	case counter:
		n, err := t.number(ctx, c, row)
		if err == nil && !isCounter(n) {
			err = faultf(authdb.ErrSchema, "%s.%s: the column holds no uint32", t.record, c.name)
		}
		dst.SetUint(uint64(n))
		return err
	case boolean:
		v, err := t.plain(ctx, c, row)
		if err == nil && v != nil {
			var b bool
			b, err = asBool(v)
			dst.SetBool(b)
		}
		return err
	}
	at, ok, err := t.instant(ctx, c, row)
	if dst.Kind() == reflect.Pointer && at.Equal(time.UnixMilli(0)) && isInteger(c.stored) && c.field.FieldType.Kind() != reflect.Pointer {
		ok = false // NULL, which the number can't say
	}
	switch {
	case err != nil:
		return err
	case dst.Kind() == reflect.Pointer && ok:
		dst.Set(reflect.ValueOf(&at))
	case ok:
		dst.Set(reflect.ValueOf(at))
	}
	return nil
}

// plain returns the row's value as one of string, int64, bool, time.Time, or
// nil for NULL.
func (t *table) plain(ctx context.Context, c *column, row reflect.Value) (any, error) {
	v := c.field.ReflectValueOf(ctx, row)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	if v.CanAddr() {
		switch x := v.Addr().Interface().(type) {
		case *time.Time:
			return *x, nil
		case *models.Time:
			return x.Time, nil
		}
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x, nil
	case models.Time:
		return x.Time, nil
	case fmt.Stringer: // before Valuer, which may be the id in binary
		if v.IsZero() {
			return nil, nil
		}
		if c.kind == text {
			return x.String(), nil
		}
	}
	if x, ok := v.Interface().(driver.Valuer); ok {
		value, err := x.Value()
		if b, ok := value.([]byte); ok {
			value = string(b)
		}
		return value, err
	}
	switch {
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint():
		return int64(v.Uint()), nil
	case v.Kind() == reflect.Bool:
		return v.Bool(), nil
	case v.CanConvert(timeType):
		return v.Convert(timeType).Interface(), nil
	}
	return nil, faultf(authdb.ErrSchema, "%s.%s: no way to read a %v", t.record, c.name, c.field.FieldType)
}

func (t *table) text(ctx context.Context, c *column, row reflect.Value) (string, error) {
	if c.plain {
		v := c.field.ReflectValueOf(ctx, row)
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() == reflect.Pointer { // NULL
			return "", nil
		}
		return v.String(), nil
	}
	v, err := t.plain(ctx, c, row)
	switch v := v.(type) {
	case string:
		return v, err
	case int64:
		return strconv.FormatInt(v, 10), err
	}
	return "", err
}

func (t *table) number(ctx context.Context, c *column, row reflect.Value) (int64, error) {
	v, err := t.plain(ctx, c, row)
	switch v := v.(type) {
	case int64:
		return v, err
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0, faultf(authdb.ErrSchema, "%s.%s: the column holds no number", t.record, c.name)
		}
		return n, nil
	}
	return 0, err
}

// instant reports false for NULL.
func (t *table) instant(ctx context.Context, c *column, row reflect.Value) (time.Time, bool, error) {
	v, err := t.plain(ctx, c, row)
	if v == nil || err != nil {
		return time.Time{}, false, err
	}
	if at, err := models.ReadInstant(v, nil); err == nil {
		return at, true, nil
	}
	return time.Time{}, false, faultf(authdb.ErrSchema, "%s.%s: the column holds no instant", t.record, c.name)
}

// asBool reads what databases without a boolean type return for one.
func asBool(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case string:
		switch v {
		case "\x00": // BIT(1)
			return false, nil
		case "\x01":
			return true, nil
		}
		return strconv.ParseBool(v)
	}
	return false, faultf(authdb.ErrSchema, "a %T is no boolean", v)
}

// isCounter reports whether n is a uint32.
func isCounter(n int64) bool { return n >= 0 && n <= math.MaxUint32 }

// isText reports whether the database compares the column as text, by a
// collation. What is not known to be something else is text.
func (c *column) isText(d dialect) bool {
	if c.kind != text || isInteger(c.stored) || c.stored == reflect.TypeFor[uuid.UUID]() {
		return false
	}
	if c.uuid {
		return !d.nativeUUID
	}
	declared := strings.ToLower(string(c.field.DataType))
	return !slices.ContainsFunc([]string{string(schema.Bytes), "bytea", "binary", "blob", "int", "serial"}, func(other string) bool {
		return strings.Contains(declared, other)
	})
}

// checkType says whether the adapter can read and write the row's type.
func (t *table) checkType(c *column) error {
	kind := c.stored.Kind()
	scans := reflect.PointerTo(c.stored).Implements(reflect.TypeFor[interface{ Scan(any) error }]())
	ok := scans || c.field.Serializer != nil
	switch c.kind {
	case text:
		numbers := c.madeID || c.user // all else is text that only looks like a number at times
		ok = ok || kind == reflect.String || isInteger(c.stored) && numbers
	case integer, counter:
		ok = ok || isInteger(c.stored)
	case boolean:
		ok = ok || kind == reflect.Bool || isInteger(c.stored)
	case instant:
		ok = ok || kind == reflect.String || isInteger(c.stored) || c.stored.ConvertibleTo(timeType)
		if c.field.Serializer != nil && !c.stored.ConvertibleTo(timeType) {
			return t.errorf("field %s stores %s as a %v through a serializer, whose unit the adapter does not know: use models.Time or time.Time",
				c.field.Name, c.name, c.field.FieldType)
		}
	}
	if !c.field.Readable || !c.field.Creatable || c.patchable && !c.field.Updatable {
		return t.errorf("field %s has GORM permissions (\"->\", \"<-\") by which %s could not be read or written: remove them", c.field.Name, c.name)
	}
	if !ok {
		return t.errorf("field %s is a %v, which can't store %s", c.field.Name, c.field.FieldType, c.name)
	}
	return nil
}
