package adaptertest

import (
	"cmp"
	"context"
	"slices"

	"github.com/authdb/authdb"
)

// LinkAccount implements [authdb.AccountStore].
func (m *Memory) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	return do(ctx, m, "link account", func() (*authdb.Account, error) { return m.newAccount(account) })
}

func (m *Memory) newAccount(account *authdb.Account) (*authdb.Account, error) {
	a, err := account.Storable()
	if err != nil {
		return nil, err
	}
	if a.ID == "" {
		a.ID = m.newID()
	}
	if m.accounts[accountKey{a.Provider, a.ProviderAccountID}] != nil {
		return nil, duplicate("Provider, ProviderAccountID")
	}
	for _, other := range m.accounts {
		if other.ID == a.ID {
			return nil, duplicate("ID")
		}
	}
	if err := m.reference(a.UserID); err != nil {
		return nil, err
	}
	return m.storeAccount(a, nil, a.Extra)
}

// GetAccount implements [authdb.AccountStore].
func (m *Memory) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	return do(ctx, m, "get account", func() (*authdb.Account, error) {
		a, err := m.account(provider, providerAccountID)
		return cloneAccount(a), err
	})
}

// UnlinkAccount implements [authdb.AccountStore].
func (m *Memory) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	return exec(ctx, m, "unlink account", func() error {
		key := accountKey{provider, providerAccountID}
		if err := m.free(key); err != nil {
			return err
		}
		delete(m.accounts, key)
		return nil
	})
}

// ListAccountsByUserID implements [authdb.AccountLister].
func (m *Memory) ListAccountsByUserID(ctx context.Context, userID string) ([]*authdb.Account, error) {
	return do(ctx, m, "list accounts", func() ([]*authdb.Account, error) {
		list := []*authdb.Account{}
		for key, a := range m.accounts {
			if _, err := m.account(key.provider, key.id); err == nil && a.UserID == userID {
				list = append(list, cloneAccount(a))
			}
		}
		slices.SortFunc(list, func(a, b *authdb.Account) int {
			return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ProviderAccountID, b.ProviderAccountID))
		})
		return list, nil
	})
}

// UpdateAccount implements [authdb.AccountUpdater].
func (m *Memory) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	return do(ctx, m, "update account", func() (*authdb.Account, error) {
		if err := m.free(accountKey{provider, providerAccountID}); err != nil {
			return nil, err
		}
		stored, err := m.account(provider, providerAccountID)
		if err != nil {
			return nil, err
		}
		a := cloneAccount(stored)
		patch.Apply(a)
		if a, err = a.Storable(); err != nil {
			return nil, err
		}
		return m.storeAccount(a, stored.Extra, patch.Extra)
	})
}

// account returns the account as all look-ups see it.
func (m *Memory) account(provider, providerAccountID string) (*authdb.Account, error) {
	a := m.accounts[accountKey{provider, providerAccountID}]
	if a == nil || m.softDeleted[a.UserID] {
		return nil, authdb.ErrNotFound
	}
	return a, nil
}

// storeAccount writes the account, and returns what it wrote.
func (m *Memory) storeAccount(a *authdb.Account, extra, written map[string]any) (*authdb.Account, error) {
	var err error
	if a.Extra, err = m.withExtra("Account", extra, written); err != nil {
		return nil, err
	}
	m.accounts[accountKey{a.Provider, a.ProviderAccountID}] = a
	return cloneAccount(a), nil
}
