package adaptertest

import (
	"context"
	"maps"

	"github.com/authdb/authdb"
)

var accountBites = []bite{
	breaks("LinkAccount stores the account and returns it as stored", func(f *faulty, m *Memory) {
		f.linkAccount = storing(m.LinkAccount, func(a *authdb.Account) { a.SessionState = "" })
	}),
	breaks("LinkAccount stores the account and returns it as stored", func(f *faulty, m *Memory) {
		f.linkAccount = returning(m.LinkAccount, func(a *authdb.Account) { a.ExpiresAt = 0 })
	}),
	breaks("An account may have nothing but what is required", func(f *faulty, m *Memory) {
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			if a.AccessToken == "" {
				return nil, invalid("AccessToken", "required")
			}
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("An account is of any type", func(f *faulty, m *Memory) { // an enumeration
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			if a.Type == "passkey" {
				return nil, invalid("Type", "unknown")
			}
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("LinkAccount returns ErrDuplicate if the account is linked already, to whomever", func(f *faulty, m *Memory) { // unique per user
		f.linkAccount = instead(m.LinkAccount, authdb.ErrDuplicate, func(a *authdb.Account) (*authdb.Account, error) {
			if old, _ := m.GetAccount(context.Background(), a.Provider, a.ProviderAccountID); old.UserID == a.UserID {
				return nil, authdb.ErrDuplicate
			}
			return cloneAccount(a), nil
		})
	}),
	breaks("The key of an account is the provider together with the provider's id", func(f *faulty, m *Memory) { // one account a provider
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			for key := range maps.Clone(m.accounts) {
				if key.provider == a.Provider {
					return nil, duplicate("Provider")
				}
			}
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("LinkAccount returns ErrReference if there is no such user", func(f *faulty, m *Memory) { // no foreign key
		f.linkAccount = instead(m.LinkAccount, authdb.ErrReference, func(a *authdb.Account) (*authdb.Account, error) {
			locked(m, func() { m.accounts[accountKey{a.Provider, a.ProviderAccountID}] = cloneAccount(a) })
			return cloneAccount(a), nil
		})
	}),
	breaks("GetAccount returns the account, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) { // ignores the provider
			for key := range maps.Clone(m.accounts) {
				if key.id == id {
					return m.GetAccount(ctx, key.provider, id)
				}
			}
			return nil, authdb.ErrNotFound
		}
	}),
	breaks("UnlinkAccount removes the account", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(context.Context, string, string) error { return nil }
	}),
	breaks("UnlinkAccount leaves the user and all other accounts", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(_ context.Context, provider, _ string) error {
			locked(m, func() {
				maps.DeleteFunc(m.accounts, func(key accountKey, _ *authdb.Account) bool { return key.provider == provider })
			})
			return nil
		}
	}),
	breaks("UnlinkAccount of what is not there is no error", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			if _, err := m.GetAccount(ctx, provider, id); err != nil {
				return err
			}
			return m.UnlinkAccount(ctx, provider, id)
		}
	}),
	breaks("An account that was unlinked can be linked again, to anybody", func(f *faulty, m *Memory) { // a soft delete
		gone := make(map[accountKey]bool)
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			gone[accountKey{provider, id}] = true
			return m.UnlinkAccount(ctx, provider, id)
		}
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			if gone[accountKey{a.Provider, a.ProviderAccountID}] {
				return nil, authdb.ErrDuplicate
			}
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("ExpiresAt holds seconds beyond the year 2038", func(f *faulty, m *Memory) {
		f.linkAccount = storing(m.LinkAccount, func(a *authdb.Account) { a.ExpiresAt = int64(int32(a.ExpiresAt)) })
	}),
}
