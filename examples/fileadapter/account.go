package fileadapter

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

// LinkAccount implements authdb.AccountStore.
func (a *Adapter) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	return do(ctx, a, "link account", func() (*authdb.Account, error) {
		stored, err := account.Storable()
		if err != nil {
			return nil, err
		}
		if err := noColumns(stored.Extra); err != nil {
			return nil, err
		}
		if stored.ID == "" {
			stored.ID = a.options.NewID()
		}
		if a.data.accounts[accountKey{stored.Provider, stored.ProviderAccountID}] != nil {
			return nil, fmt.Errorf("%w: Provider, ProviderAccountID", authdb.ErrDuplicate)
		}
		for _, other := range a.data.accounts {
			if other.ID == stored.ID {
				return nil, fmt.Errorf("%w: ID", authdb.ErrDuplicate)
			}
		}
		if a.data.users[stored.UserID] == nil {
			return nil, authdb.ErrReference
		}
		return stored.Clone(), a.commit(change{Accounts: []*authdb.Account{stored}})
	})
}

// GetAccount implements authdb.AccountStore.
func (a *Adapter) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	return do(ctx, a, "get account", func() (*authdb.Account, error) {
		account := a.data.accounts[accountKey{provider, providerAccountID}]
		if account == nil {
			return nil, authdb.ErrNotFound
		}
		return account.Clone(), nil
	})
}

// UnlinkAccount implements authdb.AccountStore.
func (a *Adapter) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	_, err := do(ctx, a, "unlink account", func() (none struct{}, err error) {
		key := accountKey{provider, providerAccountID}
		if a.data.accounts[key] != nil {
			err = a.commit(change{NoAccounts: []accountKey{key}})
		}
		return none, err
	})
	return err
}
