package gormadapter

import (
	"context"
	"reflect"
	"time"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// A permission says whether a field may be written, by GORM's tags.
type permission func(*schema.Field) bool

func creatable(f *schema.Field) bool { return f.Creatable }
func updatable(f *schema.Field) bool { return f.Updatable }
func inMemory(*schema.Field) bool    { return true }

// encodeExtra stores what Extra holds, which must fit the row's fields exactly.
func (t *table) encodeExtra(ctx context.Context, extra map[string]any, row reflect.Value, allowed permission) (nulls []*column, err error) {
	for name, v := range extra {
		c, err := t.extraColumn(name, v, allowed)
		if err != nil {
			return nil, err
		}
		v := cloned(v)
		if v != nil && c.typed && !isNilPointer(v) {
			if at, ok := reflect.Indirect(reflect.ValueOf(v)).Interface().(interface{ UTC() time.Time }); ok {
				v = c.truncate(at.UTC()) // as it is stored
			}
		}
		if err := c.field.Set(ctx, row, v); err != nil {
			return nil, t.cannotHold(c)
		}
		if v == nil && !holdsNull(c.field) {
			nulls = append(nulls, c)
		}
	}
	return nulls, nil
}

// extraColumn returns the further column of that name, if the value is of its
// type.
func (t *table) extraColumn(name string, v any, allowed permission) (*column, error) {
	c := t.extra[name]
	switch {
	case c == nil && t.column(name) != nil:
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: is a field of the record, not one of Extra", t.record, name)
	case c == nil:
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: %v has no further field of that name", t.record, name, t.schema.ModelType)
	case !allowed(c.field):
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: the field's GORM permissions do not let it be written", t.record, name)
	case v != nil && reflect.TypeOf(v) != c.field.FieldType:
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: is a %T, and the row's field a %v", t.record, name, v, c.field.FieldType)
	}
	if s, ok := v.(string); ok {
		return c, t.checkText(c, s)
	}
	if s, ok := v.(*string); ok && s != nil {
		return c, t.checkText(c, *s)
	}
	return c, nil
}

// cloned returns v without memory that the caller could still write to, or that
// a hook could: what pointers, slices and maps lead to.
func cloned(v any) any {
	if v == nil {
		return nil
	}
	return clone(reflect.ValueOf(v)).Interface()
}

func clone(v reflect.Value) reflect.Value {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		to := reflect.New(v.Type().Elem())
		to.Elem().Set(clone(v.Elem()))
		return to
	case v.Kind() == reflect.Slice && !v.IsNil():
		to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			to.Index(i).Set(clone(v.Index(i)))
		}
		return to
	case v.Kind() == reflect.Map && !v.IsNil():
		to := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			to.SetMapIndex(key, clone(value))
		}
		return to
	}
	return v
}
