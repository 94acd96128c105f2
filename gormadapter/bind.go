package gormadapter

import (
	"context"
	"reflect"
	"time"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb/models"
)

// bind returns a look-up's value as the column binds it, and false if the
// column can't hold it: then it finds nothing.
func (t *table) bind(ctx context.Context, c *column, s string) (any, bool) {
	if s == "" || t.checkText(c, s) != nil {
		return nil, false
	}
	if c.plain {
		return s, true
	}
	row := t.newRow()
	if t.storeText(ctx, c, row, s) != nil {
		return nil, false
	}
	return t.bound(ctx, c.field, row), true
}

// bound returns the row's value as it is to be bound.
func (t *table) bound(ctx context.Context, f *schema.Field, row reflect.Value) any {
	v, _ := f.ValueOf(ctx, row)
	return v
}

// unwrapped returns what GORM would bind for the value of a models.Time, without its
// asking.
func (c *column) unwrapped(v any) any {
	switch at := v.(type) {
	case models.Time:
		return c.form.Value(at.Time, nil)
	case *models.Time:
		if at != nil {
			return c.form.Value(at.Time, nil)
		}
	}
	return v
}

// bindInstant returns an instant as the column binds it.
func (t *table) bindInstant(ctx context.Context, c *column, at time.Time) (any, error) {
	if c.stored == modelTimeType {
		return c.form.Value(c.truncate(at), nil), nil
	}
	row := t.newRow()
	if err := t.storeInstant(ctx, c, row, at); err != nil {
		return nil, err
	}
	return t.bound(ctx, c.field, row), nil
}
