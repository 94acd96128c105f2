package gormadapter

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// canReturn reports whether the statements of a processor of GORM's can bring back
// their rows. GORM leaves the clause out where it thinks that they can't.
func canReturn(clauses []string) bool { return slices.Contains(clauses, "RETURNING") }

// keyed is the condition that the table's key is the arguments.
func (a *Adapter) keyed(f facts, t *table) fragment {
	var conditions []clause.Expression
	for i, c := range t.key {
		conditions = append(conditions, match{a: a, facts: f, c: c, value: slot(i)})
	}
	return a.fragmentOf(conditions...)
}

// returning is what RETURNING brings back of a row: all columns.
func (a *Adapter) returning(t *table) written {
	s := &selection{a: a, stmt: &gorm.Statement{DB: a.base}}
	var columns []string
	for _, c := range t.columns {
		name := s.output(c, "")
		if c.typed {
			name += " AS " + s.quote(c.field.DBName)
		}
		columns = append(columns, name)
	}
	return written(strings.Join(columns, ", "))
}

// bringBack makes a statement on one row bring it back, into the row given to GORM.
func (a *Adapter) bringBack(stmt *gorm.Statement, t *table) {
	stmt.Clauses["RETURNING"] = clause.Clause{Name: "RETURNING", Expression: a.queries().of[t].returning}
}

// changesAlone reports whether a change of the table's rows by their key may be one
// statement: if nothing has to see a row while all can still be taken back, and no
// more is to be asked of it than its key.
func (a *Adapter) changesAlone(t *table) bool {
	key, _ := a.keyOf(t)
	return !t.schema.AfterFind && !t.softDeletes() && !a.hidesUsers() && !a.queries().facts.unguarded[key] &&
		!slices.ContainsFunc(t.columns, func(c *column) bool { return c.typed && !c.scans() })
}

// scans reports whether the type of an instant reads by itself what the column is
// selected as: those of package models do, but for a wall clock.
func (c *column) scans() bool {
	return c.stored.PkgPath() == modelTimeType.PkgPath() && !c.form.Local
}

// updatesAlone reports whether the patch can be written in one statement. MySQL and
// MariaDB, which can't bring the row back, may besides write late what waited for a
// lock when its caller's context ended; a transaction's COMMIT has to be sent.
func (a *Adapter) updatesAlone(t *table, p *patch, claim *claim) bool {
	movesKey := func(c change) bool {
		return c.set && slices.ContainsFunc(t.key, func(key *column) bool { return key.name == c.name })
	}
	return a.updatesReturn && a.changesAlone(t) && !t.updateHooks() && claim == nil && p.readable == nil && !slices.ContainsFunc(p.changes, movesKey)
}

// updateHooks reports whether a row must be loaded before it is updated.
func (t *table) updateHooks() bool {
	return t.schema.BeforeSave || t.schema.BeforeUpdate || t.schema.AfterSave || t.schema.AfterUpdate
}

// updateAlone writes a patch, which is in the set's row, in one statement and returns
// the record as that brings it back. If nothing was written, found is false, and
// what that means is for somebody to say who locks the row and reads it.
func updateAlone[R any](ctx context.Context, a *Adapter, t *table, set *assignments, args []any) (record *R, found bool, err error) {
	if err := a.autoUpdate(ctx, t, set.row, set); err != nil {
		return nil, false, err
	}
	where := a.matches(t, args)
	if t.column("Expires") != nil {
		alive, err := a.deadline(ctx, t, ">=", a.now())
		if err != nil {
			return nil, false, err
		}
		where.Exprs = append(where.Exprs, alive)
	}
	err = a.alone(ctx, func(tx *gorm.DB) error {
		row := t.newRow()
		tx = into(tx, t).Model(row.Interface()).Clauses(where, set)
		a.bringBack(tx.Statement, t)
		res := tx.Updates(row.Interface())
		err := res.Error
		switch found = res.RowsAffected > 0; {
		case !found:
			return err
		case err == nil:
			record, err = decodeTo[R](ctx, t, row)
		}
		return a.unread(t, err)
	})
	if err != nil {
		return nil, false, err
	}
	return record, found, nil
}

// alone is once where it may turn out afterwards that the row can't be read: in a
// transaction, that takes the change back.
func (a *Adapter) alone(ctx context.Context, f func(tx *gorm.DB) error) error {
	if a.tx != nil {
		return a.inSavepoint(ctx, func(*gorm.DB) error { return f(a.statement(ctx)) })
	}
	return a.once(ctx, f)
}

// unread makes the error of a change whose row could not be read. Outside of a
// transaction nobody takes it back.
func (a *Adapter) unread(t *table, err error) error {
	if class, _ := a.dialect.classify(err); err == nil || class.coded || connection(err) != "" {
		return err
	}
	err = faultf(authdb.ErrSchema, "%s: the changed row can't be read", t.record)
	if a.tx == nil {
		return &unknownOutcome{err}
	}
	return err
}
