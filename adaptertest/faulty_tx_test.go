package adaptertest

import (
	"context"

	"github.com/authdb/authdb"
)

// edited returns a faulty whose transactions are edited alike.
func edited(m *Memory, edit func(f *faulty, m *Memory)) *faulty {
	f := newFaulty(m)
	f.edit = edit
	edit(f, m)
	return f
}

// on returns the adapter as it is inside a transaction.
func (f *faulty) on(tx *Memory) *faulty {
	g := newFaulty(tx)
	g.declines, g.pinned, g.edit = f.declines, f.pinned, f.edit
	if f.edit != nil {
		f.edit(g, tx)
	}
	return g
}

// transaction is a sound InTx.
func (f *faulty) transaction(ctx context.Context, work func(context.Context, authdb.Adapter) error) error {
	if work == nil {
		return f.Memory.InTx(ctx, nil)
	}
	return f.Memory.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		return work(ctx, f.on(tx.(*Memory)))
	})
}

// outermost reports whether the adapter is on no transaction.
func (f *faulty) isOutermost() bool { return f.state.outer == nil }

func (f *faulty) InTx(ctx context.Context, work func(context.Context, authdb.Adapter) error) error {
	return f.inTx(ctx, work)
}

func (f *faulty) CreateUserWithAccount(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
	return f.createUserWithAccount(ctx, u, a)
}

// createBoth is CreateUserWithAccount by the other methods, so that what is broken
// in them is broken in it.
func (f *faulty) createBoth(ctx context.Context, u *authdb.User, a *authdb.Account) (created *authdb.User, linked *authdb.Account, err error) {
	switch {
	case f.Validate() != nil:
		return nil, nil, f.Validate()
	case a == nil:
		return nil, nil, invalid("account", "nil")
	case a.UserID != "":
		return nil, nil, invalid("UserID", "not empty")
	}
	err = f.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		if created, err = tx.CreateUser(ctx, u); err != nil {
			return err
		}
		theirs := *a
		theirs.UserID = created.ID
		linked, err = tx.LinkAccount(ctx, &theirs)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return created, linked, nil
}

func (f *faulty) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	return f.lockUser(ctx, id)
}

func (f *faulty) LockAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	return f.lockAccount(ctx, provider, id)
}
