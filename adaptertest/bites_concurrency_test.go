package adaptertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/authdb/authdb"
)

// yield is the moment between check and write in which somebody else writes.
func yield() { time.Sleep(3 * time.Millisecond) }

var concurrencyBites = []bite{
	breaks("Of concurrent callers of UseVerificationToken exactly one gets the token, the others ErrNotFound", readsThenDeletes),
	breaks("Of concurrent callers of UseVerificationToken exactly one gets the token, the others ErrNotFound", func(f *faulty, m *Memory) {
		f.useToken = instead2(m.UseVerificationToken, authdb.ErrNotFound, func(string, string) (*authdb.VerificationToken, error) {
			return nil, errors.New("faulty: could not serialize access")
		})
	}),
	breaks("Of concurrent callers of UseVerificationToken exactly one gets the token, the others ErrNotFound", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) { // nobody wins
			_, _ = m.UseVerificationToken(ctx, identifier, token)
			return nil, authdb.ErrNotFound
		}
	}),
	breaks("Of concurrent callers of UseVerificationToken with several tokens each token has one winner", readsThenDeletes),
	breaks("Of concurrent callers of CreateUser with one address one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if _, err := m.GetUserByEmail(ctx, u.Email); err == nil {
				return nil, authdb.ErrDuplicate
			}
			yield()
			u = cloneUser(u)
			u.ID = authdb.NewID()
			locked(m, func() { m.users[u.ID] = u })
			return cloneUser(u), nil
		}
	}),
	breaks("Of concurrent callers of UpdateUser with one address one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if _, err := m.GetUserByEmail(ctx, patch.Email.Value()); err == nil {
				return nil, authdb.ErrDuplicate
			}
			yield()
			u, err := m.GetUser(ctx, id)
			if err == nil {
				u.Email = patch.Email.Value()
				locked(m, func() { m.users[id] = cloneUser(u) })
			}
			return u, err
		}
	}),
	breaks("Of concurrent callers of LinkAccount with one account one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.linkAccount = checksThenWrites(m,
			func(a *authdb.Account) bool { return m.accounts[accountKey{a.Provider, a.ProviderAccountID}] != nil },
			func(a *authdb.Account) { m.accounts[accountKey{a.Provider, a.ProviderAccountID}] = cloneAccount(a) })
	}),
	breaks("Of concurrent callers of CreateSession with one token one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.createSession = checksThenWrites(m,
			func(s *authdb.Session) bool { return m.sessions[s.SessionToken] != nil },
			func(s *authdb.Session) { m.sessions[s.SessionToken] = cloneSession(s) })
	}),
	breaks("Of concurrent callers of CreateVerificationToken with one pair one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.createToken = checksThenWrites(m,
			func(t *authdb.VerificationToken) bool { return m.tokens[tokenKey{t.Identifier, t.Token}] != nil },
			func(t *authdb.VerificationToken) {
				m.tokens[tokenKey{t.Identifier, t.Token}] = cloneVerificationToken(t)
			})
	}),
	breaks("Of concurrent callers of CreateAuthenticator with one credential one wins, the others get ErrDuplicate", func(f *faulty, m *Memory) {
		f.createAuthenticator = checksThenWrites(m,
			func(a *authdb.Authenticator) bool { return m.authenticators[a.CredentialID] != nil },
			func(a *authdb.Authenticator) { m.authenticators[a.CredentialID] = cloneAuthenticator(a) })
	}),
	breaks("Concurrent UpdateUsers of different members lose neither", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) { // reads, then writes all
			u, err := m.GetUser(ctx, id)
			if err != nil {
				return nil, err
			}
			yield()
			apply(&u.Name, patch.Name)
			apply(&u.Image, patch.Image)
			locked(m, func() { m.users[id] = cloneUser(u) })
			return u, nil
		}
	}),
	breaks("Concurrent UpdateAccounts of different members lose neither", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.GetAccount(ctx, provider, id)
			if err != nil {
				return nil, err
			}
			yield()
			apply(&a.AccessToken, patch.AccessToken)
			apply(&a.Scope, patch.Scope)
			locked(m, func() { m.accounts[accountKey{provider, id}] = cloneAccount(a) })
			return a, nil
		}
	}),
	breaks("Concurrent deletes of the same are no error", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error {
			if _, err := m.GetUser(ctx, id); err != nil {
				return nil
			}
			yield()
			if _, err := m.GetUser(ctx, id); err != nil {
				return errors.New("faulty: no rows affected")
			}
			return m.DeleteUser(ctx, id)
		}
	}),
	breaks("Concurrent deletes of the same are no error", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			if _, _, err := m.GetSessionAndUser(ctx, token); err != nil {
				return errors.New("faulty: deadlock")
			}
			return m.DeleteSession(ctx, token)
		}
	}),
	breaks("Concurrent deletes of the same are no error", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			if _, err := m.GetAccount(ctx, provider, id); err != nil {
				return errors.New("faulty: deadlock")
			}
			return m.UnlinkAccount(ctx, provider, id)
		}
	}),
	breaks("Concurrent sign-ins of different people all succeed", func(f *faulty, m *Memory) { // a lock that nobody waits for
		var busy sync.Mutex
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if !busy.TryLock() {
				return nil, errors.New("faulty: database is locked")
			}
			defer busy.Unlock()
			yield()
			return m.CreateUser(ctx, u)
		}
	}),
	breaks("UpdateSession never brings back a session that is deleted at the same time", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			yield()
			return m.DeleteSession(ctx, token)
		}
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) { // an upsert
			s, _, err := m.GetSessionAndUser(ctx, token)
			if err != nil {
				return nil, err
			}
			yield()
			yield()
			apply(&s.Expires, patch.Expires)
			locked(m, func() { m.sessions[token] = cloneSession(s) })
			return s, nil
		}
	}),
	breaks("A session never outlives its user, also if it is created while the user is deleted", func(f *faulty, m *Memory) {
		outliving(f, m)
		f.createSession = noForeignKey(m, m.CreateSession, func(s *authdb.Session) string { return s.UserID },
			func(s *authdb.Session) { m.sessions[s.SessionToken] = cloneSession(s) })
	}),
	breaks("An account never outlives its user, also if it is linked while the user is deleted", func(f *faulty, m *Memory) {
		outliving(f, m)
		f.linkAccount = noForeignKey(m, m.LinkAccount, func(a *authdb.Account) string { return a.UserID },
			func(a *authdb.Account) { m.accounts[accountKey{a.Provider, a.ProviderAccountID}] = cloneAccount(a) })
	}),
	breaks("An authenticator never outlives its user, also if it is created while the user is deleted", func(f *faulty, m *Memory) {
		outliving(f, m)
		f.createAuthenticator = noForeignKey(m, m.CreateAuthenticator, func(a *authdb.Authenticator) string { return a.UserID },
			func(a *authdb.Authenticator) { m.authenticators[a.CredentialID] = cloneAuthenticator(a) })
	}),
}

// readsThenDeletes lets everybody in who reads before somebody deletes.
func readsThenDeletes(f *faulty, m *Memory) {
	f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
		var t *authdb.VerificationToken
		locked(m, func() { t = cloneVerificationToken(m.tokens[tokenKey{identifier, token}]) })
		if t == nil {
			return nil, authdb.ErrNotFound
		}
		yield()
		_, _ = m.UseVerificationToken(ctx, identifier, token)
		return t, nil
	}
}

// checksThenWrites has no unique key.
func checksThenWrites[R any](m *Memory, taken func(*R) bool, write func(*R)) func(context.Context, *R) (*R, error) {
	return func(_ context.Context, record *R) (*R, error) {
		var is bool
		locked(m, func() { is = taken(record) })
		if is {
			return nil, authdb.ErrDuplicate
		}
		yield()
		locked(m, func() { write(record) })
		c := *record
		return &c, nil
	}
}

// outliving gives who creates something for the user the time to look for the
// user before DeleteUser.
func outliving(f *faulty, m *Memory) {
	f.deleteUser = func(ctx context.Context, id string) error {
		yield()
		return m.DeleteUser(ctx, id)
	}
}

// noForeignKey looks for the user, and writes some time later.
func noForeignKey[R any](m *Memory, next func(context.Context, *R) (*R, error), userID func(*R) string, write func(*R)) func(context.Context, *R) (*R, error) {
	return func(ctx context.Context, record *R) (*R, error) {
		if _, err := m.GetUser(ctx, userID(record)); err != nil {
			return nil, authdb.ErrReference
		}
		yield()
		yield()
		stored, err := next(ctx, record)
		if errors.Is(err, authdb.ErrReference) {
			locked(m, func() { write(record) })
			c := *record
			return &c, nil
		}
		return stored, err
	}
}
