package gormadapter

import (
	"context"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// canReturn reports whether the statements of a processor of GORM's can bring back
// their rows. GORM leaves the clause out where it thinks that they can't.
func canReturn(clauses []string) bool { return slices.Contains(clauses, "RETURNING") }

// returning is the clause by which a change brings back its rows.
func (a *Adapter) returning(t *table) clause.Returning {
	s := &selection{a: a, stmt: &gorm.Statement{DB: a.base}}
	var r clause.Returning
	for _, c := range t.columns {
		name := s.output(c, "")
		if c.typed {
			name += " AS " + s.quote(c.field.DBName)
		}
		r.Columns = append(r.Columns, clause.Column{Name: name, Raw: true})
	}
	return r
}

// changesAlone reports whether a change of the table's rows by their key may be one
// statement: if nothing has to see a row while all can still be taken back, and no
// more is to be asked of it than its key.
func (a *Adapter) changesAlone(t *table) bool {
	key, _ := a.keyOf(t)
	return !t.schema.AfterFind && !t.softDeletes() && !a.users.softDeletes() && !a.queries().facts.unguarded[key] &&
		!slices.ContainsFunc(t.columns, func(c *column) bool { return c.typed && c.form.Local })
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

// updateAlone writes a patch in one statement and returns the record as it is
// then: as that statement brings it back or, where it can't, as the next one reads
// it.
func updateAlone[R any](ctx context.Context, a *Adapter, t *table, p *patch, args []any) (*R, error) {
	row := t.newRow()
	set := assignments{t: t, row: row}
	if err := p.apply(ctx, t, row, &set); err != nil {
		return nil, err
	}
	if err := a.autoUpdate(ctx, t, row, &set); err != nil {
		return nil, err
	}
	where := a.matches(t.key, args)
	if t.column("Expires") != nil {
		alive, err := a.deadline(ctx, t, ">=", a.now())
		if err != nil {
			return nil, err
		}
		where.Exprs = append(where.Exprs, alive)
	}
	var found bool
	err := a.once(ctx, func(tx *gorm.DB) error {
		if a.updatesReturn {
			tx = tx.Clauses(a.queries().of[t].returning).Session(&gorm.Session{})
		}
		res := a.insist(tx, func(tx *gorm.DB) *gorm.DB {
			return into(tx, t).Model(row.Interface()).Clauses(where, set).Updates(row.Interface())
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
	var record *R
	err = a.retry(ctx, func() error {
		record, err = recordFrom[R](ctx, a, a.primary(a.base), a.queries().of[t].one, args)
		return err
	})
	if err == nil {
		err = a.unexpired(t, reflect.ValueOf(record).Elem())
	}
	if err == nil && !found && a.dialect.countsMatches {
		err = authdb.ErrNotFound // a condition of the application's is in the way
	}
	if err != nil {
		return nil, err
	}
	return record, nil
}
