package gormadapter

import (
	"context"
	"strconv"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// sweepBatch bounds the rows, and with them the parameters, of one DELETE.
const sweepBatch = 500

// DeleteExpired implements authdb.Sweeper. No hooks are called for the rows.
// It is several transactions: if it fails, what it says was removed is gone.
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

// sweep reads the keys of expired rows, those that expired first, and deletes
// them.
func (a *Adapter) sweep(ctx context.Context, t *table, limit int) (removed int64, err error) {
	expired, err := a.deadline(ctx, t, "<", a.now())
	if err != nil {
		return 0, err
	}
	for removed < int64(limit) {
		n := min(limit-int(removed), sweepBatch)
		var gone int64
		err := a.inTx(ctx, func(tx *gorm.DB) error {
			s := a.selectFrom(a.queries().facts, t, nil, t.identified()).before(expired)
			s.write(" ORDER BY ", s.name(expired.c, first), " LIMIT ", strconv.Itoa(n))
			found, err := a.find(ctx, tx, s.end(a.dialect.forUpdate))
			if err != nil || len(found) == 0 {
				gone = 0
				return err
			}
			gone, err = a.removeRows(ctx, tx, t, found, expired)
			return err
		})
		if err != nil { // and rolled back
			return removed, err
		}
		removed += gone
		if gone < int64(n) {
			break
		}
	}
	return removed, nil
}

// before adds the condition of a deadline.
func (s *selection) before(d deadline) *selection {
	s.write(" AND ")
	d.Build(s.stmt)
	return s
}
