package authdb

import (
	"context"
	"fmt"
	"slices"
)

// transacts reports whether the Users' adapter has transactions, and all in it that
// a sign-in decides by.
func (c *Composition) transacts() bool {
	return !c.accounts.apart && !c.authenticators.apart && has[Transactor](c.users)
}

// InUserTx implements UserTransactor.
func (c *Composition) InUserTx(ctx context.Context, f func(ctx context.Context, tx Adapter) error) error {
	if !c.transacts() {
		return unsupported("UserTransactor")
	}
	transactor, err := need[Transactor](c.users)
	if err != nil {
		return err
	}
	if f == nil {
		return transactor.InTx(ctx, nil)
	}
	return transactor.InTx(ctx, func(ctx context.Context, tx Adapter) error { return f(ctx, c.within(tx)) })
}

// within returns the composition with what the Users' adapter keeps in its
// transaction.
func (c *Composition) within(tx Adapter) *Composition {
	in := *c
	in.inTx = true
	in.users = tx
	in.accounts = c.accounts.within(tx)
	in.sessions = c.sessions.within(tx)
	in.tokens = c.tokens.within(tx)
	in.authenticators = c.authenticators.within(tx)
	in.stores = slices.Clone(c.stores)
	in.stores[0] = tx
	return &in
}

// LockUser implements UserLocker.
func (c *Composition) LockUser(ctx context.Context, id string) (*User, error) {
	if !c.transacts() {
		return nil, unsupported("UserLocker")
	}
	locker, err := need[UserLocker](c.users)
	if err != nil {
		return nil, err
	}
	return locker.LockUser(ctx, id)
}

// registers reports whether a user and an account can be stored at once.
func (c *Composition) registers() bool {
	return c.accounts.is() && !c.accounts.apart && (has[Registrar](c.users) || has[Transactor](c.users))
}

// CreateUserWithAccount implements Registrar.
func (c *Composition) CreateUserWithAccount(ctx context.Context, user *User, account *Account) (created *User, linked *Account, err error) {
	if !c.registers() {
		return nil, nil, unsupported("Registrar")
	}
	if registrar, ok := find[Registrar](c.users); ok {
		return registrar.CreateUserWithAccount(ctx, user, account)
	}
	switch {
	case account == nil:
		return nil, nil, fmt.Errorf("authdb: create user with account: %w: nil *Account", ErrInvalid)
	case account.UserID != "":
		return nil, nil, fmt.Errorf("authdb: create user with account: %w: Account.UserID: leave it empty: it is the new user's", ErrInvalid)
	}
	transactor, err := need[Transactor](c.users)
	if err != nil {
		return nil, nil, err
	}
	err = transactor.InTx(ctx, func(ctx context.Context, tx Adapter) (err error) {
		if created, err = tx.CreateUser(ctx, user); err != nil {
			return err
		}
		theirs := *account
		theirs.UserID = created.ID
		linked, err = tx.LinkAccount(ctx, &theirs)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return created, linked, nil
}
