package datasource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// Open opens the database and returns an adapter on it, which closes it in its
// method Close. It synchronises the tables where the Config (or the option
// authdb.WithSynchronize) says so, and returns when the database has
// been found fit for the contract: whatever is wrong with it, no request meets
// it.
//
// The context bounds the opening alone. Where Open returns an error, everything
// is closed. The error is authdb.ErrInvalid where the Config, or what it names,
// has to be corrected, and authdb.ErrSchema where the tables don't fit; of
// other errors, such as that of a server that does not run, a later attempt may
// be free. The driver's error is there for errors.As, and never printed: it may
// quote a secret.
func Open(ctx context.Context, cfg Config, opts ...authdb.Option) (*gormadapter.Adapter, error) {
	cfg, kind, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	db, err := kind.open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	o := authdb.NewOptions(opts...)
	pool := poolCloser{db}
	opts = append(slices.Clone(opts), authdb.WithCloser(closers{pool, o.Closer}))
	if kind.enforces == nil || kind.enforces(cfg) {
		opts = append(opts, authdb.WithForeignKeys())
	}
	adapter := gormadapter.New(db, opts...)
	if err := prepare(ctx, adapter, cfg.Synchronize || o.Synchronize); err != nil {
		_ = pool.Close() // the first error is the one to know
		return nil, err
	}
	return adapter, nil
}

// prepare makes sure that the adapter can keep the contract.
func prepare(ctx context.Context, adapter *gormadapter.Adapter, synchronize bool) error {
	if err := adapter.Validate(); err != nil {
		return err
	}
	if synchronize {
		if err := adapter.Synchronize(ctx); err != nil {
			return err
		}
	}
	err := adapter.Check(ctx)
	if !synchronize && errors.Is(err, authdb.ErrSchema) {
		return fmt.Errorf("datasource: the tables are not those of the adapter; Synchronize in the Config creates missing ones: %w", err)
	}
	return err
}

// poolCloser closes the pool, and forgets the statements that GORM has prepared
// on it, which GORM would hold for as long as they live.
type poolCloser struct{ db *gorm.DB }

func (p poolCloser) Close() error {
	pool, err := p.db.DB()
	if err != nil {
		return err
	}
	err = pool.Close()
	if prepared, ok := p.db.ConnPool.(*gorm.PreparedStmtDB); ok {
		prepared.Close()
	}
	return err
}

// closers closes one after the other.
type closers []io.Closer

func (all closers) Close() error {
	var errs []error
	for _, c := range all {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
