package fromnextauth3

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// Run moves what the old tables of the database hold to the adapter, and says what
// became of it. The old tables are only read. The database is a primary: a replica
// may lack what was stored last.
//
// It returns ErrSchema where the old tables are not NextAuth 3's, or the new ones
// are not there; and ErrInvalid where the adapter can't store users under ids that
// are given, because its database numbers them. What else it returns is an error of
// one of the databases, with a report of what was done before: call it again.
//
// The rows are read in the order of their numbers, and those of a batch are stored
// in one transaction if the adapter has them. Rows that are refused don't end it.
func Run(ctx context.Context, from *gorm.DB, to authdb.Adapter, opts Options) (Report, error) {
	report, err := run(ctx, from, to, opts)
	if err != nil {
		err = fmt.Errorf("fromnextauth3: %w", err)
	}
	return report, err
}

func run(ctx context.Context, from *gorm.DB, to authdb.Adapter, opts Options) (report Report, err error) {
	if opts, err = opts.withDefaults(); err != nil {
		return report, err
	}
	if to == nil {
		return report, fmt.Errorf("%w: a nil adapter", authdb.ErrInvalid)
	}
	m := &move{opts: opts, to: newTarget(to), report: &report, moved: userSet{}}
	if m.old, err = openOld(ctx, from, opts); err != nil {
		return report, err
	}
	if err := m.to.check(ctx, &m.opts); err != nil {
		return report, err
	}
	steps := []func(context.Context) error{m.users().run, m.accounts().run}
	if !opts.InUse {
		steps = append(steps, m.sessions().run, m.tokens().run)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return report, err
		}
	}
	return report, nil
}

// A move is one call of Run.
type move struct {
	opts   Options
	old    *old
	to     *target
	report *Report
	moved  userSet
}

// A state is that of a record on the new side.
type state int

const (
	missing state = iota
	current
	outdated
	another // has its key
)
