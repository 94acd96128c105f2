package gormadapter

import (
	"context"
	"reflect"

	"github.com/authdb/authdb"
)

// encodeExtra stores what Extra holds, which must fit the row's fields exactly.
func (t *table) encodeExtra(ctx context.Context, extra map[string]any, row reflect.Value) (nulls []*column, err error) {
	for name, v := range extra {
		c, err := t.extraColumn(name, v)
		if err != nil {
			return nil, err
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
func (t *table) extraColumn(name string, v any) (*column, error) {
	c := t.extra[name]
	switch {
	case c == nil && t.column(name) != nil:
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: is a field of the record, not one of Extra", t.record, name)
	case c == nil:
		return nil, faultf(authdb.ErrInvalid, "%s.Extra[%q]: %v has no further field of that name", t.record, name, t.schema.ModelType)
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
