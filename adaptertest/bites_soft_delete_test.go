package adaptertest

import (
	"context"
	"maps"

	"github.com/authdb/authdb"
)

var softDeleteBites = []bite{
	breaks("A soft-deleted user does not exist for GetUser and GetUserByEmail", func(f *faulty, m *Memory) {
		f.getUser = unscoped(m, f.getUser)
	}),
	breaks("A soft-deleted user does not exist for GetUser and GetUserByEmail", func(f *faulty, m *Memory) {
		f.getUserByEmail = unscoped(m, f.getUserByEmail)
	}),
	breaks("A soft-deleted user does not exist for GetUserByAccount", func(f *faulty, m *Memory) { // a join
		f.getUserByAccount = func(ctx context.Context, provider, id string) (user *authdb.User, err error) {
			undeleted(m, func() { user, err = m.GetUserByAccount(ctx, provider, id) })
			return user, err
		}
	}),
	breaks("A soft-deleted user is signed out at once", func(f *faulty, m *Memory) { // a join
		f.getSessionAndUser = func(ctx context.Context, token string) (s *authdb.Session, u *authdb.User, err error) {
			undeleted(m, func() { s, u, err = m.GetSessionAndUser(ctx, token) })
			return s, u, err
		}
	}),
	breaks("The sessions of a soft-deleted user are neither listed nor updated", func(f *faulty, m *Memory) {
		f.listSessions = unscoped(m, f.listSessions)
	}),
	breaks("The sessions of a soft-deleted user are neither listed nor updated", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (s *authdb.Session, err error) {
			undeleted(m, func() { s, err = m.UpdateSession(ctx, token, patch) })
			return s, err
		}
	}),
	breaks("The accounts of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.listAccounts = unscoped(m, f.listAccounts)
	}),
	breaks("The accounts of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.getAccount = func(ctx context.Context, provider, id string) (a *authdb.Account, err error) {
			undeleted(m, func() { a, err = m.GetAccount(ctx, provider, id) })
			return a, err
		}
	}),
	breaks("The accounts of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (a *authdb.Account, err error) {
			undeleted(m, func() { a, err = m.UpdateAccount(ctx, provider, id, patch) })
			return a, err
		}
	}),
	breaks("The authenticators of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.getAuthenticator = unscoped(m, f.getAuthenticator)
	}),
	breaks("The authenticators of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.listAuthenticators = unscoped(m, f.listAuthenticators)
	}),
	breaks("The authenticators of a soft-deleted user are neither found, listed nor updated", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (a *authdb.Authenticator, err error) {
			undeleted(m, func() { a, err = m.UpdateAuthenticatorCounter(ctx, id, counter) })
			return a, err
		}
	}),
	breaks("UpdateUser of a soft-deleted user is ErrNotFound", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (u *authdb.User, err error) {
			undeleted(m, func() { u, err = m.UpdateUser(ctx, id, patch) })
			return u, err
		}
	}),
	breaks("A session, account or authenticator for a soft-deleted user is ErrReference", func(f *faulty, m *Memory) {
		f.createSession = unscoped(m, f.createSession) // a foreign key alone
	}),
	breaks("A session, account or authenticator for a soft-deleted user is ErrReference", func(f *faulty, m *Memory) {
		f.linkAccount = unscoped(m, f.linkAccount)
	}),
	breaks("A session, account or authenticator for a soft-deleted user is ErrReference", func(f *faulty, m *Memory) {
		f.createAuthenticator = unscoped(m, f.createAuthenticator)
	}),
	breaks("The email address of a soft-deleted user stays taken", func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) { // a partial index
			forget(m)
			return m.CreateUser(ctx, u)
		}
	}),
	breaks("The email address of a soft-deleted user stays taken", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			forget(m)
			return m.UpdateUser(ctx, id, patch)
		}
	}),
	breaks("The keys of what a soft-deleted user has stay taken", func(f *faulty, m *Memory) {
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			forget(m)
			return m.LinkAccount(ctx, a)
		}
	}),
	breaks("DeleteUser removes a soft-deleted user for good", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error {
			if _, err := m.GetUser(ctx, id); err != nil {
				return nil
			}
			return m.DeleteUser(ctx, id)
		}
	}),
}

// undeleted runs f as if no user were soft-deleted.
func undeleted(m *Memory, f func()) {
	var hidden map[string]bool
	locked(m, func() {
		hidden = maps.Clone(m.softDeleted)
		clear(m.softDeleted)
	})
	f()
	locked(m, func() { maps.Copy(m.softDeleted, hidden) })
}

// unscoped makes a call by one argument as if no user were soft-deleted.
func unscoped[A, R any](m *Memory, next func(context.Context, A) (R, error)) func(context.Context, A) (R, error) {
	return func(ctx context.Context, arg A) (result R, err error) {
		undeleted(m, func() { result, err = next(ctx, arg) })
		return result, err
	}
}

// forget removes soft-deleted users and what they have.
func forget(m *Memory) {
	for id := range maps.Clone(m.softDeleted) {
		_ = m.DeleteUser(context.Background(), id)
	}
}
