package gormadapter

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// keys begins a method and appends the values of the table's key as its columns
// bind them, or returns ErrNotFound if a column can't hold one.
func (a *Adapter) keys(ctx context.Context, args []any, t *table, values ...string) ([]any, error) {
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	return a.keyArgs(ctx, args, t, t.key, values)
}

// keyArgs appends values as the columns bind them, or returns ErrNotFound if one
// can't hold its value.
func (a *Adapter) keyArgs(ctx context.Context, args []any, t *table, columns []*column, values []string) ([]any, error) {
	for i, v := range values {
		arg, ok := t.bind(ctx, columns[i], v)
		if !ok {
			return nil, authdb.ErrNotFound
		}
		if v, ok := arg.(gorm.Valuer); ok {
			if expr := v.GormValue(ctx, a.base); len(expr.Vars) == 1 {
				arg = expr.Vars[0]
			}
		}
		args = append(args, arg)
	}
	return args, nil
}

// room is for the arguments of a look-up, so that they need no memory of their own.
type room [2]any

// get looks one record up by its key.
func get[R any](ctx context.Context, a *Adapter, t *table, key ...string) (*R, error) {
	var room room
	args, err := a.keys(ctx, room[:0], t, key...)
	if err != nil {
		return nil, err
	}
	return readOne[R](ctx, a, a.queries().of[t].one, args)
}

// readAll sends a look-up, in no transaction of its own. Of no record it is
// empty, not nil. R is a record's type, or a struct of one for each of the query's
// tables.
func readAll[R any](ctx context.Context, a *Adapter, q *query, args []any) (records []*R, err error) {
	err = a.retry(ctx, func() error {
		records, err = recordsFrom[R](ctx, a, a.base, q, args)
		return err
	})
	return records, err
}

func recordsFrom[R any](ctx context.Context, a *Adapter, tx *gorm.DB, q *query, args []any) ([]*R, error) {
	records := []*R{}
	if !q.direct {
		found, err := a.find(ctx, tx, q, args...)
		for _, rows := range found {
			r := new(R)
			for i, row := range rows {
				if err := q.parts[i].t.decode(ctx, row, recordOf(r, q, i)); err != nil {
					return nil, err
				}
			}
			records = append(records, r)
		}
		return records, err
	}
	rows, err := open(ctx, tx, q, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	b := bufferOf[R](ctx, q) // which is not given back after a panic: it may be half filled
	for rows.Next() {
		r, err := b.scan(rows)
		if err != nil {
			b.giveBack(q)
			return nil, err
		}
		records = append(records, r)
	}
	b.giveBack(q)
	return records, errors.Join(rows.Err(), rows.Close())
}

// readOne is readAll where one record is enough. If there is none it is
// ErrNotFound.
func readOne[R any](ctx context.Context, a *Adapter, q *query, args []any) (record *R, err error) {
	return readValid(ctx, a, q, args, func(*R) error { return nil })
}

// readValid is readOne of a record that is valid; else it is valid's error.
func readValid[R any](ctx context.Context, a *Adapter, q *query, args []any, valid func(*R) error) (record *R, err error) {
	err = a.retry(ctx, func() error {
		return a.upToDate(func(tx *gorm.DB) error {
			if record, err = recordFrom[R](ctx, a, tx, q, args); err == nil {
				err = valid(record)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return record, nil
}

// readNow reads the record with the key as it is after all that was written: on the
// primary. Of one that has expired it is ErrExpired.
func readNow[R any](ctx context.Context, a *Adapter, t *table, args []any) (record *R, err error) {
	err = a.retry(ctx, func() error {
		record, err = recordFrom[R](ctx, a, a.primary(a.base), a.queries().of[t].one, args)
		return err
	})
	if c := t.column("Expires"); err == nil && c != nil && reflect.ValueOf(record).Elem().Field(c.index).Interface().(time.Time).Before(a.now()) {
		err = authdb.ErrExpired
	}
	if err != nil {
		return nil, err
	}
	return record, nil
}

func recordFrom[R any](ctx context.Context, a *Adapter, tx *gorm.DB, q *query, args []any) (*R, error) {
	if !q.direct {
		records, err := recordsFrom[R](ctx, a, tx, q, args)
		if err == nil && len(records) == 0 {
			err = authdb.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		return records[0], nil
	}
	rows, err := open(ctx, tx, q, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, cmp.Or(rows.Err(), rows.Close(), authdb.ErrNotFound)
	}
	b := bufferOf[R](ctx, q)
	record, err := b.scan(rows)
	b.giveBack(q)
	if err != nil {
		return nil, err
	}
	return record, rows.Close()
}

// list looks all records of a user up. Of none the list is empty, not nil.
func list[R any](ctx context.Context, a *Adapter, t *table, userID string) ([]*R, error) {
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	arg, ok := t.bind(ctx, t.column("UserID"), userID)
	if !ok {
		return []*R{}, nil
	}
	q := a.queries().of[t].byUser
	if a.tx != nil && a.tx.settled {
		q = a.queries().of[t].byUserNow
	}
	records, err := readAll[R](ctx, a, q, []any{arg})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// edit changes one record by its key, and returns it as it is then: in one
// statement or, where something has to see the row before, with the row locked and
// read first.
func edit[R any](ctx context.Context, a *Adapter, t *table, p *patch, key ...string) (*R, error) {
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	set, err := p.applied(ctx, t)
	if err != nil {
		return nil, err
	}
	args, err := a.keyArgs(ctx, nil, t, t.key, key)
	if err != nil {
		return nil, err
	}
	if p.isEmpty() {
		return readNow[R](ctx, a, t, args)
	}
	claim, err := a.claimPatched(ctx, t, p, key[0])
	if err != nil {
		return nil, err
	}
	if a.updatesAlone(t, p, claim) {
		if record, found, err := updateAlone[R](ctx, a, t, set, args); found || err != nil {
			return record, err
		}
	}
	var row reflect.Value
	err = a.claiming(ctx, claim, func(tx *gorm.DB) error {
		defer sendsAgain(tx)()
		q, where, err := a.reach(ctx, tx, t, args)
		if err != nil {
			return err
		}
		found, err := a.one(ctx, tx, q, args...)
		if err != nil {
			return err
		}
		if err := claim.check(); err != nil {
			return err
		}
		row = found[0]
		if p.readable != nil {
			if err := p.readable(ctx, row); err != nil {
				return err
			}
		}
		conditions, err := a.live(ctx, t, row)
		if err != nil {
			return err
		}
		where.Exprs = append(where.Exprs, conditions...)
		tx, err = claim.updating(ctx, tx, row)
		if err != nil {
			return err
		}
		return a.update(ctx, tx, t, row, where, p)
	})
	if err != nil {
		return nil, err
	}
	return decodeTo[R](ctx, t, row)
}

// live returns ErrExpired for a row that has expired, and else the condition
// that it has not.
func (a *Adapter) live(ctx context.Context, t *table, row reflect.Value) ([]clause.Expression, error) {
	c := t.column("Expires")
	if c == nil {
		return nil, nil
	}
	now := a.now()
	expires, _, err := t.instant(ctx, c, row)
	if err == nil && expires.Before(now) {
		err = authdb.ErrExpired
	}
	if err != nil {
		return nil, err
	}
	alive, err := a.deadline(ctx, t, ">=", now)
	return []clause.Expression{alive}, err
}

// drop removes one record by its key, if it is there: in one statement, or with
// the row loaded for its hooks.
func (a *Adapter) drop(ctx context.Context, t *table, key ...string) error {
	args, err := a.keys(ctx, nil, t, key...)
	if errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	where := a.matches(t, args)
	if !t.deleteHooks() {
		return a.once(ctx, func(tx *gorm.DB) error {
			_, err := a.remove(tx, t, where, reflect.Value{})
			return err
		})
	}
	return a.inTx(ctx, func(tx *gorm.DB) error {
		found, err := a.find(ctx, tx, a.queries().of[t].any, args...)
		if err != nil || len(found) == 0 {
			return err
		}
		_, err = a.remove(tx, t, where, found[0][0])
		return err
	})
}
