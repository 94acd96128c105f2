package adaptertest

import (
	"context"
	"errors"

	"github.com/authdb/authdb"
)

// lockless has transactions without isolation, whose locks are reads.
func lockless(f *faulty, m *Memory) {
	f.inTx = func(ctx context.Context, do work) error { return undoing(ctx, f, do) }
	f.lockUser = func(ctx context.Context, id string) (*authdb.User, error) {
		u, err := m.GetUser(ctx, id)
		yield()
		return u, err
	}
	f.lockAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) {
		a, err := m.GetAccount(ctx, provider, id)
		yield()
		return a, err
	}
}

// keyless is lockless, and has no unique keys.
func keyless(f *faulty, m *Memory) {
	lockless(f, m)
	f.inTx = func(ctx context.Context, do work) error { return direct(ctx, f, do) }
	f.createUser = func(_ context.Context, u *authdb.User) (*authdb.User, error) {
		yield()
		u = cloneUser(u)
		u.ID = authdb.NewID()
		locked(m, func() { m.users[u.ID] = u })
		return cloneUser(u), nil
	}
	f.linkAccount = func(_ context.Context, a *authdb.Account) (*authdb.Account, error) {
		yield()
		locked(m, func() { m.accounts[accountKey{a.Provider, a.ProviderAccountID}] = cloneAccount(a) })
		return cloneAccount(a), nil
	}
}

var lockerBites = []bite{
	breaks("LockUser returns the user, or ErrNotFound", func(f *faulty, m *Memory) {
		f.lockUser = instead(m.LockUser, authdb.ErrNotFound, func(id string) (*authdb.User, error) { return &authdb.User{ID: id}, nil })
	}),
	breaks("LockUser outside of a transaction is ErrInvalid", func(f *faulty, m *Memory) {
		if f.isOutermost() {
			f.lockUser = m.GetUser
		}
	}),
	breaks("LockUser does not find a soft-deleted user", func(f *faulty, m *Memory) {
		f.lockUser = instead(m.LockUser, authdb.ErrNotFound, func(id string) (u *authdb.User, err error) {
			locked(m, func() { u = cloneUser(m.users[id]) })
			return u, nil
		})
	}),
	breaks("Who locks a user that a transaction has locked waits for its end", lockless),
	breaks("Nobody changes or deletes a user that a transaction has locked before its end", lockless),
	breaks("LockAccount returns the account, or ErrNotFound", func(f *faulty, m *Memory) {
		f.lockAccount = func(ctx context.Context, provider, _ string) (*authdb.Account, error) { // by half of the key
			var found *authdb.Account
			locked(m, func() {
				for key, a := range m.accounts {
					if key.provider == provider {
						found = cloneAccount(a)
					}
				}
			})
			if found == nil {
				return nil, authdb.ErrNotFound
			}
			return found, ctx.Err()
		}
	}),
	breaks("LockAccount outside of a transaction is ErrInvalid", func(f *faulty, m *Memory) {
		if f.isOutermost() {
			f.lockAccount = m.GetAccount
		}
	}),
	breaks("Nobody locks, changes or removes an account that a transaction has locked before its end", lockless),
	breaks("LockAccount holds up nobody who wants something else", func(f *faulty, m *Memory) { // locks all there is
		f.lockAccount = m.GetAccount
	}),
}

var registerBites = []bite{
	breaks("Register stores a new user with the account, and finds both at the next sign-in", func(f *faulty, m *Memory) {
		f.getUserByAccount = func(context.Context, string, string) (*authdb.User, error) { return nil, authdb.ErrNotFound }
	}),
	breaks("Register renews the tokens at the next sign-in, and keeps what the provider leaves out", func(f *faulty, m *Memory) {
		f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) { // writes all columns
			if !p.RefreshToken.IsSet() {
				p.RefreshToken = authdb.Null[string]()
			}
		})
	}),
	breaks("Register renews the tokens at the next sign-in, and keeps what the provider leaves out", func(f *faulty, m *Memory) {
		f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) { // not to NULL
			if p.ExpiresAt.IsNull() {
				p.ExpiresAt = authdb.Field[int64]{}
			}
		})
	}),
	breaks("Of concurrent registrations of one person all get the one user, and one is told Created", keyless),
	breaks("Of concurrent registrations of one person without an address all get the one user, and one is told Created", keyless),
	breaks("Concurrent registrations of one person with several accounts leave one user with all of them", keyless),
	inTxOf("A registration whose account can't be linked leaves no user", direct),
	breaks("Register refuses an address that another user has, and changes nothing", func(f *faulty, m *Memory) { // an upsert
		f.getUserByEmail = func(context.Context, string) (*authdb.User, error) { return nil, authdb.ErrNotFound }
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if old, err := m.GetUserByEmail(ctx, u.Email); err == nil {
				return m.UpdateUser(ctx, old.ID, authdb.UserPatch{Name: authdb.Set(u.Name)})
			}
			return m.CreateUser(ctx, u)
		}
	}),
	breaks("Register links an account to the user who has the address, where the policy says so", func(f *faulty, m *Memory) { // one for each user
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			if f.isOutermost() {
				return m.LinkAccount(ctx, a)
			}
			list, err := m.ListAccountsByUserID(ctx, a.UserID)
			for _, old := range list {
				err = errors.Join(err, m.UnlinkAccount(ctx, old.Provider, old.ProviderAccountID))
			}
			if err != nil {
				return nil, err
			}
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("Register takes over a user whose address was never proven, and all that was there is gone", func(f *faulty, m *Memory) {
		f.deleteSessions = func(context.Context, string, ...string) (int64, error) { return 0, nil }
	}),
	breaks("Register takes over a user whose address was never proven, and all that was there is gone", func(f *faulty, m *Memory) {
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			if list, err := m.ListAccountsByUserID(ctx, id); f.isOutermost() || err != nil {
				return list, err
			}
			return []*authdb.Account{}, nil // from a replica
		}
	}),
	breaks("Register takes over a user whose address was never proven, and all that was there is gone", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			if list, err := m.ListAuthenticatorsByUserID(ctx, id); f.isOutermost() || err != nil {
				return list, err
			}
			return []*authdb.Authenticator{}, nil
		}
	}),
	savepointOf("Register in a transaction is part of it", committing),
}

var unlinkBites = []bite{
	breaks("Unlink removes an account, but not the last way to sign in", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(context.Context, string, string) error { return nil }
	}),
	breaks("Unlink removes an account, but not the last way to sign in", func(f *faulty, m *Memory) { // of everybody
		f.listAuthenticators = func(ctx context.Context, _ string) ([]*authdb.Authenticator, error) {
			return []*authdb.Authenticator{{CredentialID: "another's"}}, ctx.Err()
		}
	}),
	breaks("Unlink of an account that is not the user's is ErrNotFound, and removes nothing", func(f *faulty, m *Memory) { // joined to the wrong user
		var user string
		f.lockUser = func(ctx context.Context, id string) (*authdb.User, error) {
			user = id
			return m.LockUser(ctx, id)
		}
		f.getAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) {
			a, err := m.GetAccount(ctx, provider, id)
			if err == nil && !f.isOutermost() {
				a.UserID = user
			}
			return a, err
		}
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			list, err := m.ListAccountsByUserID(ctx, id)
			return append(list, &authdb.Account{Type: "oidc"}), err
		}
	}),
	breaks("Unlink of an account of passkeys removes its passkeys, and no others", func(f *faulty, _ *Memory) {
		f.deleteAuthenticator = func(ctx context.Context, _ string) error { return ctx.Err() }
	}),
	breaks("Of concurrent Unlinks of a user's last two accounts one succeeds, the other gets ErrLastSignIn", func(f *faulty, m *Memory) {
		lockless(f, m)
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			list, err := m.ListAccountsByUserID(ctx, id)
			yield()
			return list, err
		}
	}),
}

var refresherBites = []bite{
	breaks("A Refresher asks the provider once for all who wait, and stores the answer", func(f *faulty, m *Memory) { // stores nothing
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.GetAccount(ctx, provider, id)
			if err == nil {
				apply(&a.AccessToken, patch.AccessToken)
			}
			return a, err
		}
	}),
	breaks("Several Refreshers on one database ask the provider once", lockless),
	breaksIn("without AccountLocker", "Several Refreshers on one database all get what is stored", func(f *faulty, m *Memory) {
		f.declines = []string{"AccountLocker"}
		lockless(f, m)
		f.getAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) {
			a, err := m.GetAccount(ctx, provider, id)
			yield()
			return a, err
		}
	}),
}
