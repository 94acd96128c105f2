package gormadapter

import (
	"cmp"
	"context"
	"slices"

	"github.com/authdb/authdb"
)

// LinkAccount implements authdb.AccountStore.
func (a *Adapter) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	linked, err := a.opened(a.linkAccount(ctx, account))
	return linked, a.wrap(ctx, opLinkAccount, err)
}

func (a *Adapter) linkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	if a.secrets.seal != nil && account != nil {
		if err := a.begun(ctx, a.accounts); err != nil {
			return nil, err
		}
		var err error
		if account, err = a.sealed(account); err != nil {
			return nil, err
		}
	}
	return create(ctx, a, a.accounts, account)
}

// GetAccount implements authdb.AccountStore.
func (a *Adapter) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	account, err := a.opened(get[authdb.Account](ctx, a, a.accounts, provider, providerAccountID))
	return account, a.wrap(ctx, "get account", err)
}

// UnlinkAccount implements authdb.AccountStore.
func (a *Adapter) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	return a.wrap(ctx, "unlink account", a.drop(ctx, a.accounts, provider, providerAccountID))
}

// ListAccountsByUserID implements authdb.AccountLister.
func (a *Adapter) ListAccountsByUserID(ctx context.Context, userID string) ([]*authdb.Account, error) {
	accounts, err := list[authdb.Account](ctx, a, a.accounts, userID)
	for i := range accounts {
		if accounts[i], err = a.opened(accounts[i], nil); err != nil {
			return nil, a.wrap(ctx, "list accounts", err)
		}
	}
	// Sorted here and not by the database, whose collations differ.
	slices.SortFunc(accounts, func(x, y *authdb.Account) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ProviderAccountID, y.ProviderAccountID))
	})
	return accounts, a.wrap(ctx, "list accounts", err)
}

// UpdateAccount implements authdb.AccountUpdater.
func (a *Adapter) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	account, err := a.opened(a.updateAccount(ctx, provider, providerAccountID, patch))
	return account, a.wrap(ctx, "update account", err)
}

func (a *Adapter) updateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	changes := accountPatch(patch)
	if a.secrets.seal != nil {
		if err := a.begun(ctx, a.accounts); err != nil {
			return nil, err
		}
		var err error
		if changes, err = a.sealedPatch(provider, providerAccountID, patch); err != nil {
			return nil, err
		}
	}
	return edit[authdb.Account](ctx, a, a.accounts, changes, provider, providerAccountID)
}
