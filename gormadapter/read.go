package gormadapter

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// find sends a query inside a transaction and returns its rows, for each of the
// query's tables one.
func (a *Adapter) find(ctx context.Context, tx *gorm.DB, q *query, args ...any) (found [][]reflect.Value, err error) {
	rows, err := open(ctx, tx, q, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scanRow(ctx, rows, q)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	// Not before: hooks may use the connection.
	for _, row := range found {
		for i, p := range q.parts {
			if !p.whole {
				continue
			}
			if err := p.t.afterFind(ctx, tx, row[i]); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
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

// scanRow reads the row at hand into rows of the application's types, as GORM
// would.
func scanRow(ctx context.Context, rows *sql.Rows, q *query) (found []reflect.Value, err error) {
	var into []any
	for _, p := range q.parts {
		into = append(into, p.destinations()...)
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	for _, p := range q.parts {
		row, err := p.row(ctx, into[:len(p.columns)])
		if err != nil {
			return nil, err
		}
		found, into = append(found, row), into[len(p.columns):]
	}
	return found, nil
}

// destinations returns what the columns are to be scanned into.
func (p part) destinations() []any {
	into := make([]any, len(p.columns))
	for i, c := range p.columns {
		if c.typed {
			into[i] = new(any)
		} else {
			into[i] = c.field.NewValuePool.Get()
		}
	}
	return into
}

// row returns a new row of what was scanned.
func (p part) row(ctx context.Context, scanned []any) (reflect.Value, error) {
	row := p.t.newRow()
	for i, c := range p.columns {
		if src, ok := scanned[i].(*any); ok && c.typed {
			if err := p.t.setInstant(ctx, c, row, *src); err != nil {
				return row, err
			}
			continue
		}
		if err := c.field.Set(ctx, row, scanned[i]); err != nil {
			return row, p.t.cannotTake(c)
		}
		c.field.NewValuePool.Put(scanned[i])
	}
	return row, nil
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

// afterFind calls the row type's hook.
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
