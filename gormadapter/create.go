package gormadapter

import (
	"context"
	"errors"
	"reflect"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// create stores a record and returns it as stored. R is a record's type.
func create[R any](ctx context.Context, a *Adapter, t *table, record *R) (*R, error) {
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	if record == nil {
		return nil, faultf(authdb.ErrInvalid, "nil *%s", t.record)
	}
	src := reflect.ValueOf(record).Elem()
	if err := t.checkAll(src, a.users != nil); err != nil {
		return nil, err
	}
	made, err := a.madeID(t, src)
	if err != nil {
		return nil, err
	}
	build := func() (reflect.Value, []*column, error) {
		row := t.newRow()
		nulls, err := t.encode(ctx, src, row, creatable)
		if err == nil && made != "" {
			_, err = t.store(ctx, t.column("ID"), row, made)
		}
		return row, nulls, err
	}
	row, nulls, err := build()
	if err != nil {
		return nil, err
	}
	claim, err := a.claim(ctx, t, row)
	if err != nil {
		return nil, err
	}
	forced := t.forced(src)
	lock, newcomer := false, false
	if c := t.column("UserID"); c != nil && a.users != nil {
		newcomer = a.whole.creates(src.Field(c.index).String())
		lock = (a.users.softDeletes() || !a.queries().facts.references[t]) && (!newcomer || a.users.createHooks())
	}
	run := a.once
	if lock || claim.locks() || !t.insertsOnce(forced, nulls) || a.mustRead(t) {
		run = func(ctx context.Context, f func(*gorm.DB) error) error { return a.claiming(ctx, claim, f) }
	}
	fresh := true
	err = run(ctx, func(tx *gorm.DB) error {
		// A second attempt begins with a new row: hooks and GORM fill it in.
		if !fresh {
			if row, nulls, err = build(); err != nil {
				return err
			}
		}
		fresh = false
		defer sendsAgain(tx)()
		if lock {
			if err := a.lockUser(ctx, tx, t, row); err != nil {
				return err
			}
		}
		if err := claim.check(); err != nil {
			return err
		}
		if err := a.insert(ctx, claim.inserting(ctx, tx, row), t, row, forced, nulls); err != nil {
			return err
		}
		// What is returned has gone through the find hooks, as what is read.
		if a.mustRead(t) {
			row, err = a.reread(ctx, tx, t, row)
			return err
		}
		return t.afterFind(ctx, tx, row)
	})
	if err != nil {
		return nil, a.whoseKey(ctx, t, row, lock || newcomer, err)
	}
	return decodeTo[R](ctx, t, row)
}

// whoseKey makes a foreign key violation one of another key than the user's, if
// the user is there.
func (a *Adapter) whoseKey(ctx context.Context, t *table, row reflect.Value, there bool, err error) error {
	class, code := a.dialect.classify(err)
	if !errors.Is(class.sentinel, errForeignKey) || t.column("UserID") == nil {
		return err
	}
	if a.users == nil {
		return errors.Join(err, faultf(authdb.ErrInvalid, "a foreign key of the table refuses the row, and by Models the users are kept elsewhere: drop it%s", code))
	}
	if !there && a.lockUser(ctx, a.session(ctx), t, row) != nil {
		return err
	}
	return errors.Join(err, faultf(authdb.ErrInvalid, "a foreign key of the table other than the user's refuses the row%s", code))
}

// decodeTo returns the row as a new record.
func decodeTo[R any](ctx context.Context, t *table, row reflect.Value) (*R, error) {
	record := new(R)
	if err := t.decode(ctx, row, reflect.ValueOf(record).Elem()); err != nil {
		return nil, err
	}
	return record, nil
}

// checkAll checks every member of a record that is to be created, whose user is
// to be one of those that are kept here, if any are.
func (t *table) checkAll(record reflect.Value, users bool) error {
	for _, c := range t.columns {
		if c.extra {
			continue
		}
		v := record.Field(c.index).Interface()
		if c.user && users && v != "" {
			// What can't be a user's id is no invalid value but no user's.
			if t.checkText(c, v.(string)) != nil || t.cannotStore(c, v) {
				return authdb.ErrReference
			}
		}
		if err := t.check(c, v); err != nil {
			return err
		}
	}
	return nil
}

// cannotStore reports whether the row's type can't hold the value.
func (t *table) cannotStore(c *column, v any) bool {
	if c.plain {
		return false
	}
	_, err := t.store(context.Background(), c, t.newRow(), v)
	return err != nil
}

// madeID returns the id to give to a row that has a column for one and a
// record that brings none.
func (a *Adapter) madeID(t *table, record reflect.Value) (string, error) {
	c := t.column("ID")
	if c == nil {
		return "", nil
	}
	given := record.Field(c.index).String()
	switch {
	case t.numbered() && given != "":
		// It would be stored, and the numbers would not know of it.
		return "", faultf(authdb.ErrInvalid, "%s.ID: the database numbers the rows: leave it empty", t.record)
	case t.numbered() || given != "":
		return "", nil
	}
	newID := a.opts.NewID
	if newID == nil {
		newID = t.layout.NewID
	}
	if newID == nil {
		newID = authdb.NewID
	}
	id := newID()
	if id == "" || t.checkText(c, id) != nil || t.cannotStore(c, id) {
		return "", faultf(authdb.ErrInvalid, "%s.ID: the made id is nothing that a %v of %v can hold: use authdb.WithIDs", t.record, c.field.FieldType, t.schema.ModelType)
	}
	return id, nil
}

// forced returns the columns that must be written as they are even if they are
// zero and have a default: those of the record, and the keys of Extra.
func (t *table) forced(record reflect.Value) []*column {
	var forced []*column
	extra := extraOf(record)
	for _, c := range t.columns {
		_, given := extra[c.name]
		if c.field.HasDefaultValue && !c.madeID && (!c.extra || given) {
			forced = append(forced, c)
		}
	}
	return forced
}

// mustRead reports whether the database makes values that its INSERT does not
// tell.
func (a *Adapter) mustRead(t *table) bool {
	if a.dialect.keepsReturning {
		return false
	}
	for _, f := range t.schema.FieldsWithDefaultDBValue {
		if !f.AutoIncrement {
			return true
		}
	}
	return false
}

// reread reads the row that was just inserted.
func (a *Adapter) reread(ctx context.Context, tx *gorm.DB, t *table, row reflect.Value) (reflect.Value, error) {
	s := a.selectFrom(a.queries().facts, t, nil, t.whole())
	var args []any
	for i, f := range t.schema.PrimaryFields {
		s.equal(&column{field: f}, slot(i))
		args = append(args, t.bound(ctx, f, row))
	}
	if len(args) == 0 {
		return row, nil
	}
	found, err := a.one(ctx, tx, s.end(""), args...)
	if err != nil {
		return row, err
	}
	return found[0], nil
}

// lockUser keeps the user that the row points at from being deleted before the
// transaction ends. It returns ErrReference if there is none.
func (a *Adapter) lockUser(ctx context.Context, tx *gorm.DB, t *table, row reflect.Value) error {
	id, err := t.text(ctx, t.column("UserID"), row)
	if err != nil {
		return err
	}
	key, ok := a.users.bind(ctx, a.users.column("ID"), id)
	if !ok {
		return authdb.ErrReference
	}
	found, err := a.find(ctx, tx, a.queries().userShared, key)
	if err == nil && len(found) == 0 {
		err = authdb.ErrReference
	}
	return err
}
