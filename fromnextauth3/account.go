package fromnextauth3

import (
	"context"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

type oldAccount = presets.NextAuth3Account

// accounts returns how accounts are moved.
func (m *move) accounts() *mover[oldAccount, authdb.Account] {
	return &mover[oldAccount, authdb.Account]{
		move: m, record: "Account", counts: &m.report.Accounts,
		id:        func(a *oldAccount) int32 { return a.ID },
		user:      func(a *oldAccount) int32 { return a.UserID },
		duplicate: m.duplicateAccounts,
		convert:   m.account,
		find:      (*target).accounts,
		create: func(ctx context.Context, to authdb.Adapter, a *authdb.Account) error {
			_, err := to.LinkAccount(ctx, a)
			return err
		},
		all: func(accounts []*authdb.Account) records { return records{Accounts: accounts} },
		compare: func(there, account *authdb.Account) state {
			switch {
			case there.UserID != account.UserID:
				return another
			case there.RefreshToken != account.RefreshToken || there.AccessToken != account.AccessToken || there.ExpiresAt != account.ExpiresAt:
				return outdated
			}
			return current
		},
		update: func(ctx context.Context, to authdb.Adapter, a *authdb.Account) error {
			updater, ok := authdb.As[authdb.AccountUpdater](to)
			if !ok { // and links it anew, which is as good
				if err := to.UnlinkAccount(ctx, a.Provider, a.ProviderAccountID); err != nil {
					return err
				}
				_, err := to.LinkAccount(ctx, a)
				return err
			}
			_, err := updater.UpdateAccount(ctx, a.Provider, a.ProviderAccountID, authdb.AccountPatch{
				RefreshToken: authdb.Set(a.RefreshToken), AccessToken: authdb.Set(a.AccessToken), ExpiresAt: authdb.Set(a.ExpiresAt),
			})
			return err
		},
	}
}

func (m *move) account(a *oldAccount) (*authdb.Account, error) {
	account := &authdb.Account{
		ID: m.opts.NewID("Account", a.ID), UserID: m.opts.NewID("User", a.UserID),
		Type: a.Type, Provider: a.Provider, ProviderAccountID: a.ProviderAccountID,
		RefreshToken: text(a.RefreshToken), AccessToken: text(a.AccessToken),
	}
	if a.ExpiresAt != nil {
		account.ExpiresAt = a.ExpiresAt.Unix()
	}
	if f := m.opts.Complete.Account; f != nil {
		return account, f(a, account)
	}
	return account, nil
}

// duplicateAccounts returns the numbers of those that an earlier row has the key
// of.
func (m *move) duplicateAccounts(ctx context.Context, accounts []*oldAccount) (map[int32]bool, error) {
	first, err := m.old.firstAccounts(ctx, accounts)
	duplicates := map[int32]bool{}
	for _, a := range accounts {
		id, ok := first[accountKey{a.Provider, a.ProviderAccountID}]
		duplicates[a.ID] = ok && id < a.ID
	}
	return duplicates, err
}
