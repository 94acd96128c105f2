package gormadapter

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// lastSeen is the Go name of the field that TouchSession writes.
const lastSeen = "LastSeen"

// TouchSession implements authdb.SessionToucher, in one statement. The field
// LastSeen of the row is a models.Time, a models.Instant, a time.Time, a pointer
// to one of them, or a sql.NullTime. The present is that of authdb.WithClock.
func (a *Adapter) TouchSession(ctx context.Context, session *authdb.Session, every time.Duration) (bool, error) {
	wrote, err := a.touchSession(ctx, session, every)
	return wrote, a.wrap(ctx, "touch session", err)
}

func (a *Adapter) touchSession(ctx context.Context, session *authdb.Session, every time.Duration) (bool, error) {
	if err := a.begun(ctx, a.sessions); err != nil {
		return false, err
	}
	if !a.sessions.touches() {
		return false, faultf(errors.ErrUnsupported, "%v has no field %s for an instant: embed models.SessionDetails", a.sessions.schema.ModelType, lastSeen)
	}
	if session == nil {
		return false, faultf(authdb.ErrInvalid, "nil *Session")
	}
	now := a.now()
	if at, ok := instantIn(session.Extra[lastSeen]); ok && now.Sub(at) < every {
		return false, nil
	}
	err := a.byForms(ctx, a.sessions, a.tokenForms(session.SessionToken), func(form string) error {
		return a.touch(ctx, form, now, now.Add(-every))
	})
	if isMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// touch stores now as LastSeen of the session, unless it holds something later
// than since. It returns ErrNotFound if it wrote nothing.
func (a *Adapter) touch(ctx context.Context, token string, now, since time.Time) error {
	t := a.sessions
	c := t.extra[lastSeen]
	args, err := a.keyArgs(ctx, nil, t, t.key, []string{token})
	if err != nil {
		return err
	}
	alive, err := a.deadline(ctx, t, ">=", now)
	if err != nil {
		return err
	}
	value, err := t.bindInstant(ctx, c, now)
	if err != nil {
		return err
	}
	before, err := t.bindInstant(ctx, c, since)
	if err != nil {
		return err
	}
	where := a.matches(t, args)
	where.Exprs = append(where.Exprs, alive, unseen{deadline{a, t, c, "<=", c.truncate(since), before}})
	if a.hidesUsers() {
		where.Exprs = append(where.Exprs, ofSomebody{a, t})
	}
	set := clause.Set{{Column: clause.Column{Name: c.field.DBName}, Value: value}}
	return a.once(ctx, func(tx *gorm.DB) error {
		row := t.newRow().Interface()
		res := into(tx, t).Model(row).Clauses(where, set).UpdateColumns(row)
		if res.Error == nil && res.RowsAffected == 0 {
			return authdb.ErrNotFound
		}
		return res.Error
	})
}

// touches reports whether the rows have a field for TouchSession. A number has
// no unit.
func (t *table) touches() bool {
	c := t.extra[lastSeen]
	return c != nil && c.field.Readable && c.field.Updatable &&
		(c.typed || c.stored == timeType || c.stored == reflect.TypeFor[sql.NullTime]())
}

// instantIn returns the instant that a value of Extra is, if it is one.
func instantIn(v any) (time.Time, bool) {
	if v == nil || isNilPointer(v) {
		return time.Time{}, false
	}
	switch v := reflect.Indirect(reflect.ValueOf(v)).Interface().(type) {
	case sql.NullTime:
		return v.Time, v.Valid
	case interface{ UTC() time.Time }:
		return v.UTC(), true
	}
	return time.Time{}, false
}

// unseen is the condition that an instant is NULL or meets the deadline.
type unseen struct{ deadline }

// Build writes the condition into a statement.
func (x unseen) Build(b clause.Builder) {
	stmt := b.(*gorm.Statement)
	stmt.SQL.WriteString("(" + stmt.Quote(clause.Column{Name: x.c.field.DBName}) + " IS NULL OR ")
	x.deadline.Build(b)
	stmt.SQL.WriteString(")")
}

// ofSomebody is the condition that the row's user is not soft-deleted.
type ofSomebody struct {
	a *Adapter
	t *table
}

// Build writes the condition into a statement.
func (x ofSomebody) Build(b clause.Builder) {
	stmt := b.(*gorm.Statement)
	users := x.a.users
	s := &selection{a: x.a, stmt: stmt, query: &query{}}
	s.write("EXISTS (SELECT 1 FROM ", s.quote(users.name), " ", s.quote(second),
		" WHERE ", s.name(users.column("ID"), second), " = ", s.name(x.t.column("UserID"), x.t.name))
	table := stmt.Table // which alive changes
	s.alive(users, second).write(")")
	stmt.Table = table
}
