package authdb

import (
	"context"
	"errors"
)

// LinkAccount implements AccountStore.
func (c *Composition) LinkAccount(ctx context.Context, account *Account) (*Account, error) {
	switch {
	case !c.accounts.is():
		return nil, unsupported("AccountStore")
	case !c.accounts.apart || account == nil:
		return c.accounts.by.LinkAccount(ctx, account)
	}
	return add(ctx, c, "link account", account.UserID,
		func(ctx context.Context) (*Account, error) { return c.accounts.by.LinkAccount(ctx, account) },
		func(ctx context.Context) error { return c.unlinkOwn(ctx, account) })
}

// unlinkOwn removes the account unless it is another user's.
func (c *Composition) unlinkOwn(ctx context.Context, account *Account) error {
	stored, err := c.accounts.by.GetAccount(ctx, account.Provider, account.ProviderAccountID)
	if errors.Is(err, ErrNotFound) || err == nil && stored.UserID != account.UserID {
		return nil
	}
	if err != nil {
		return err
	}
	return c.accounts.by.UnlinkAccount(ctx, account.Provider, account.ProviderAccountID)
}

// GetAccount implements AccountStore.
func (c *Composition) GetAccount(ctx context.Context, provider, providerAccountID string) (*Account, error) {
	if !c.accounts.is() {
		return nil, unsupported("AccountStore")
	}
	account, err := c.accounts.by.GetAccount(ctx, provider, providerAccountID)
	if err != nil || !c.accounts.apart {
		return account, err
	}
	if _, err := c.users.GetUser(ctx, account.UserID); err != nil {
		return nil, err
	}
	return account, nil
}

// UnlinkAccount implements AccountStore.
func (c *Composition) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	if !c.accounts.is() {
		return unsupported("AccountStore")
	}
	return c.accounts.by.UnlinkAccount(ctx, provider, providerAccountID)
}

// ListAccountsByUserID implements AccountLister.
func (c *Composition) ListAccountsByUserID(ctx context.Context, userID string) ([]*Account, error) {
	lister, err := need[AccountLister](c.accounts.store)
	switch {
	case err != nil:
		return nil, err
	case c.accounts.apart:
		return listOf(ctx, c, userID, lister.ListAccountsByUserID)
	}
	return lister.ListAccountsByUserID(ctx, userID)
}

// UpdateAccount implements AccountUpdater.
func (c *Composition) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch AccountPatch) (*Account, error) {
	updater, err := need[AccountUpdater](c.accounts.store)
	if err != nil {
		return nil, err
	}
	if c.accounts.apart {
		if _, err := c.GetAccount(ctx, provider, providerAccountID); err != nil {
			return nil, err
		}
	}
	return updater.UpdateAccount(ctx, provider, providerAccountID, patch)
}

// LockAccount implements AccountLocker.
func (c *Composition) LockAccount(ctx context.Context, provider, providerAccountID string) (*Account, error) {
	if !c.transacts() {
		return nil, unsupported("AccountLocker")
	}
	locker, err := need[AccountLocker](c.accounts.store)
	if err != nil {
		return nil, err
	}
	return locker.LockAccount(ctx, provider, providerAccountID)
}
