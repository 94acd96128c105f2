package gormadapter

import (
	"cmp"
	"context"
	"slices"

	"github.com/authdb/authdb"
)

// LinkAccount implements authdb.AccountStore.
func (a *Adapter) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	linked, err := create(ctx, a, a.accounts, account)
	return linked, a.wrap(ctx, opLinkAccount, err)
}

// GetAccount implements authdb.AccountStore.
func (a *Adapter) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	account, err := get[authdb.Account](ctx, a, a.accounts, provider, providerAccountID)
	return account, a.wrap(ctx, "get account", err)
}

// UnlinkAccount implements authdb.AccountStore.
func (a *Adapter) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	return a.wrap(ctx, "unlink account", a.drop(ctx, a.accounts, provider, providerAccountID))
}

// ListAccountsByUserID implements authdb.AccountLister.
func (a *Adapter) ListAccountsByUserID(ctx context.Context, userID string) ([]*authdb.Account, error) {
	accounts, err := list[authdb.Account](ctx, a, a.accounts, userID)
	// Sorted here and not by the database, whose collations differ.
	slices.SortFunc(accounts, func(x, y *authdb.Account) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ProviderAccountID, y.ProviderAccountID))
	})
	return accounts, a.wrap(ctx, "list accounts", err)
}

// UpdateAccount implements authdb.AccountUpdater.
func (a *Adapter) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	account, err := edit[authdb.Account](ctx, a, a.accounts, accountPatch(patch), provider, providerAccountID)
	return account, a.wrap(ctx, "update account", err)
}
