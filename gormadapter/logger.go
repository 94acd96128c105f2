package gormadapter

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
)

// quiet is the application's logger without what must not be in a log: the
// parameters of statements, and the words of drivers. Both quote tokens.
type quiet struct {
	logger.Interface
	a *Adapter
}

func (q quiet) LogMode(level logger.LogLevel) logger.Interface {
	return quiet{q.Interface.LogMode(level), q.a}
}

func (q quiet) transaction() *transaction { return q.a.tx }

// ParamsFilter leaves the placeholders in the statement. GORM asks for it
// before it explains one.
func (q quiet) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace passes on what the statement was and what class of error came of it.
// What the contract has a sentinel for is an answer and no failure.
func (q quiet) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	if err != nil {
		if q.a.conflict(err) {
			q.a.lose(err) // a hook may not pass it on
		}
		if class, _ := q.a.dialect.classify(err); class.sentinel != nil && !errors.Is(class.sentinel, authdb.ErrSchema) || ended(ctx) != nil {
			err = nil
		} else {
			err = q.a.wrap(ctx, "statement", err)
		}
	}
	q.Interface.Trace(ctx, begin, fc, err)
}
