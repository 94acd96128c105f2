package gormadapter

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/sqlcode"
)

// sweepBatch bounds the rows, and with them the parameters, of one DELETE.
const sweepBatch = 500

// DeleteExpired implements authdb.Sweeper. No hooks are called for the rows.
//
// It is several transactions of some rows each, those that expired first, and
// rests between them for as long as one took: if it fails, what it says was
// removed is gone. A row that somebody holds is left for the next time, where
// the database can tell; so several sweepers share the work.
func (a *Adapter) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	swept, err := a.deleteExpired(ctx, limit)
	return swept, a.wrap(ctx, "delete expired", err)
}

func (a *Adapter) deleteExpired(ctx context.Context, limit int) (swept authdb.Swept, err error) {
	if err := a.begun(ctx); err != nil {
		return swept, err
	}
	if limit <= 0 {
		return swept, faultf(authdb.ErrInvalid, "limit: is not positive")
	}
	if a.sessions != nil {
		if swept.Sessions, err = a.sweep(ctx, a.sessions, limit); err != nil {
			return swept, err
		}
	}
	if a.tokens != nil {
		swept.VerificationTokens, err = a.sweep(ctx, a.tokens, limit)
	}
	return swept, err
}

// sweep removes batches of the table's expired rows.
func (a *Adapter) sweep(ctx context.Context, t *table, limit int) (removed int64, err error) {
	expired, err := a.deadline(ctx, t, "<", a.now())
	if err != nil {
		return 0, err
	}
	for {
		n := min(int64(limit)-removed, a.dialect.expiredBatch)
		began := time.Now()
		gone, err := a.sweepBatch(ctx, t, expired, n)
		removed += gone
		if err != nil || gone < n || removed == int64(limit) {
			return removed, err
		}
		if a.tx == nil {
			if err := rest(ctx, time.Since(began)); err != nil {
				return removed, err
			}
		}
	}
}

// sweepBatch removes some expired rows, those that expired first.
func (a *Adapter) sweepBatch(ctx context.Context, t *table, expired deadline, limit int64) (gone int64, err error) {
	skips := !a.waits.Load()
	err = a.inSweep(ctx, func(tx *gorm.DB) error {
		gone = 0
		found, err := a.find(ctx, tx, a.expiredQuery(t, expired, limit))
		if err != nil || len(found) == 0 {
			return err
		}
		gone, err = a.removeExpired(ctx, tx, t, found, expired)
		return err
	})
	switch {
	case err == nil:
		return gone, nil
	case a.cannotSkip(err) && skips: // and rolled back, as all that failed is
		a.waits.Store(true)
		return a.sweepBatch(ctx, t, expired, limit)
	}
	return 0, err
}

// inSweep runs f in a transaction that locks the rows that it finds, and not the
// gaps between them, in which MySQL would let nobody insert.
func (a *Adapter) inSweep(ctx context.Context, f func(tx *gorm.DB) error) error {
	if a.tx != nil || a.dialect.beginImmediate != "" || a.waits.Load() {
		return a.inTx(ctx, f)
	}
	return a.transact(ctx, func() (*gorm.DB, endTx, error) { return a.beginPlain(ctx, a.dialect.isolationInTx) }, f)
}

// expiredQuery finds and locks expired rows by the index on their expiry.
func (a *Adapter) expiredQuery(t *table, expired deadline, limit int64) *query {
	s := a.selectFrom(a.queries().facts, t, nil, t.located()).that(expired)
	s.write(" ORDER BY ", s.name(expired.c, first), " LIMIT ", strconv.FormatInt(limit, 10))
	lock := a.dialect.forUpdate
	if lock != "" && !a.waits.Load() {
		lock += " SKIP LOCKED"
	}
	return s.end(lock)
}

// cannotSkip reports whether a server is too old for SKIP LOCKED, or refuses the
// isolation level.
func (a *Adapter) cannotSkip(err error) bool {
	code, _ := sqlcode.Find(err, a.dialect.codes)
	return slices.Contains(a.dialect.noSkipLocked, code)
}

// located is what is read of rows that are to be picked by their primary keys.
func (t *table) located() part {
	if p := (part{t: t, columns: t.primaryKey()}); len(p.columns) > 0 {
		return p
	}
	return t.identified()
}

// removeExpired deletes the found rows, which are locked.
func (a *Adapter) removeExpired(ctx context.Context, tx *gorm.DB, t *table, found [][]reflect.Value, expired deadline) (gone int64, err error) {
	size := len(found)
	if a.dialect.deletesByScan {
		large, err := a.isLarge(ctx, tx, t, 20*size)
		if err != nil {
			return 0, err
		}
		if !large {
			size = 1
		}
	}
	for rows := range slices.Chunk(found, size) {
		where := clause.Where{Exprs: []clause.Expression{a.among(ctx, t, rows)}}
		if len(t.schema.PrimaryFields) == 0 { // another row of the same key may not have expired
			where.Exprs = append(where.Exprs, expired)
		}
		n, err := a.remove(tx, t, where, reflect.Value{})
		if err != nil {
			return 0, err
		}
		gone += n
	}
	return gone, nil
}

// isLarge reports whether the table has at least that many rows.
func (a *Adapter) isLarge(ctx context.Context, tx *gorm.DB, t *table, rows int) (bool, error) {
	s := a.selectFrom(a.queries().facts, t, nil, t.located())
	s.write(" LIMIT 1 OFFSET ", strconv.Itoa(rows-1))
	found, err := a.find(ctx, tx, s.end(""))
	return len(found) > 0, err
}

// among is the condition that picks the rows: by the primary key, or by the
// record's where the row type has none.
func (a *Adapter) among(ctx context.Context, t *table, found [][]reflect.Value) clause.Expression {
	if keys := t.schema.PrimaryFields; len(keys) == 1 {
		return holding(ctx, t, keys[0], found)
	}
	any := make([]clause.Expression, len(found))
	for i, row := range found {
		any[i] = clause.And(a.identity(ctx, t, row[0]).Exprs...)
	}
	return clause.And(clause.Or(any...))
}

// holding is the condition that the field's column holds what it holds in one of
// the rows.
func holding(ctx context.Context, t *table, f *schema.Field, found [][]reflect.Value) clause.Expression {
	in := clause.IN{Column: clause.Column{Name: f.DBName}}
	for _, row := range found {
		in.Values = append(in.Values, t.bound(ctx, f, row[0]))
	}
	return in
}

// rest pauses, unless the context ends.
func rest(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
