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
	return !t.schema.AfterFind && !t.softDeletes() && !a.users.softDeletes() && !a.queries().facts.unguarded[key] &&
		!slices.ContainsFunc(t.columns, func(c *column) bool { return c.typed && !c.scans() })
}

// scans reports whether the type of an instant reads by itself what the column is
// selected as: those of package models do, but for a wall clock.
func (c *column) scans() bool {
	return c.stored.PkgPath() == modelTimeType.PkgPath() && !c.form.Local
}

// updatesAlone reports whether the patch can be written in one statement.
func (a *Adapter) updatesAlone(t *table, p *patch, claim *claim) bool {
	movesKey := func(c change) bool {
		return c.set && slices.ContainsFunc(t.key, func(key *column) bool { return key.name == c.name })
	}
	return a.changesAlone(t) && !t.updateHooks() && claim == nil && p.readable == nil && !slices.ContainsFunc(p.changes, movesKey)
}

// updateHooks reports whether a row must be loaded before it is updated.
func (t *table) updateHooks() bool {
	return t.schema.BeforeSave || t.schema.BeforeUpdate || t.schema.AfterSave || t.schema.AfterUpdate
}

// updateAlone writes a patch, which is in the row, in one statement and returns the
// record as it is then: as that statement brings it back or, where it can't, as the
// next one reads it.
func updateAlone[R any](ctx context.Context, a *Adapter, t *table, set *assignments, args []any) (*R, error) {
	row := set.row
	if err := a.autoUpdate(ctx, t, row, set); err != nil {
		return nil, err
	}
	where := a.matches(t, args)
	if t.column("Expires") != nil {
		alive, err := a.deadline(ctx, t, ">=", a.now())
		if err != nil {
			return nil, err
		}
		where.Exprs = append(where.Exprs, alive)
	}
	var found bool
	err := a.once(ctx, func(tx *gorm.DB) error {
		res := a.insist(tx, func(tx *gorm.DB) *gorm.DB {
			tx = into(tx, t).Model(row.Interface()).Clauses(where, set)
			if a.updatesReturn {
				a.bringBack(tx.Statement, t)
			}
			return tx.Updates(row.Interface())
		})
		found = res.RowsAffected > 0
		return res.Error
	})
	if err != nil {
		return nil, err
	}
	if found && a.updatesReturn {
		return decodeTo[R](ctx, t, row)
	}
	record, err := readNow[R](ctx, a, t, args)
	if found {
		err = a.statementError(ctx, err) // it may have been done
	}
	if err == nil && !found && a.dialect.countsMatches {
		err = authdb.ErrNotFound // a condition of the application's is in the way
	}
	if err != nil {
		return nil, err
	}
	return record, nil
}
