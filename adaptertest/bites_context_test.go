package adaptertest

import (
	"context"
	"errors"
	"time"

	"github.com/authdb/authdb"
)

// deaf makes a call go on under a context that is done, and then say what the
// context says, as who only looks at it afterwards does.
func deaf[A, R any](next func(context.Context, A) (R, error)) func(context.Context, A) (R, error) {
	return func(ctx context.Context, arg A) (R, error) {
		result, err := next(context.WithoutCancel(ctx), arg)
		if ctx.Err() != nil {
			var zero R
			return zero, ctx.Err()
		}
		return result, err
	}
}

// dumb makes a call answer a context that is done with another error.
func dumb[A, R any](next func(context.Context, A) (R, error)) func(context.Context, A) (R, error) {
	return func(ctx context.Context, arg A) (R, error) {
		if ctx.Err() != nil {
			var zero R
			return zero, errors.New("faulty: interrupted")
		}
		return next(ctx, arg)
	}
}

// A contextBreak makes one method deaf or dumb.
type contextBreak struct {
	store string
	edit  func(f *faulty, m *Memory)
}

var contextBreaks = []contextBreak{
	{"UserStore", func(f *faulty, m *Memory) { f.createUser = deaf(f.createUser) }},
	{"UserStore", func(f *faulty, m *Memory) { f.createUser = dumb(f.createUser) }},
	{"UserStore", func(f *faulty, m *Memory) { f.getUser = dumb(f.getUser) }},
	{"UserStore", func(f *faulty, m *Memory) { f.getUserByEmail = dumb(f.getUserByEmail) }},
	{"UserStore", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			return deaf(func(ctx context.Context, id string) (*authdb.User, error) { return m.UpdateUser(ctx, id, patch) })(ctx, id)
		}
	}},
	{"UserStore", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error {
			_ = m.DeleteUser(context.WithoutCancel(ctx), id)
			return ctx.Err()
		}
	}},
	{"AccountStore", func(f *faulty, m *Memory) { f.linkAccount = deaf(f.linkAccount) }},
	{"AccountStore", func(f *faulty, m *Memory) {
		f.getAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) {
			return m.GetAccount(context.WithoutCancel(ctx), provider, id)
		}
	}},
	{"AccountStore", func(f *faulty, m *Memory) {
		f.getUserByAccount = func(ctx context.Context, provider, id string) (*authdb.User, error) {
			return m.GetUserByAccount(context.WithoutCancel(ctx), provider, id)
		}
	}},
	{"AccountStore", func(f *faulty, m *Memory) {
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			_ = m.UnlinkAccount(context.WithoutCancel(ctx), provider, id)
			return ctx.Err()
		}
	}},
	{"SessionStore", func(f *faulty, m *Memory) { f.createSession = deaf(f.createSession) }},
	{"SessionStore", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			return m.GetSessionAndUser(context.WithoutCancel(ctx), token)
		}
	}},
	{"SessionStore", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			return m.UpdateSession(context.WithoutCancel(ctx), token, patch)
		}
	}},
	{"SessionStore", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			_ = m.DeleteSession(context.WithoutCancel(ctx), token)
			return ctx.Err()
		}
	}},
	{"VerificationTokenStore", func(f *faulty, m *Memory) { f.createToken = deaf(f.createToken) }},
	{"VerificationTokenStore", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) { // gone, and nobody got it
			t, err := m.UseVerificationToken(context.WithoutCancel(ctx), identifier, token)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return t, err
		}
	}},
	{"AuthenticatorStore", func(f *faulty, m *Memory) { f.createAuthenticator = deaf(f.createAuthenticator) }},
	{"AuthenticatorStore", func(f *faulty, m *Memory) { f.getAuthenticator = dumb(f.getAuthenticator) }},
	{"AuthenticatorStore", func(f *faulty, m *Memory) { f.listAuthenticators = dumb(f.listAuthenticators) }},
	{"AuthenticatorStore", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			return m.UpdateAuthenticatorCounter(context.WithoutCancel(ctx), id, counter)
		}
	}},
	{"Sweeper", func(f *faulty, m *Memory) { f.deleteExpired = deaf(f.deleteExpired) }},
	{"Sweeper", func(f *faulty, m *Memory) { f.deleteExpired = dumb(f.deleteExpired) }},
	{"SessionLister", func(f *faulty, m *Memory) { f.listSessions = dumb(f.listSessions) }},
	{"SessionLister", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			_, _ = m.DeleteSessionsByUserID(context.WithoutCancel(ctx), id, except...)
			return 0, ctx.Err()
		}
	}},
	{"AccountLister", func(f *faulty, m *Memory) { f.listAccounts = dumb(f.listAccounts) }},
	{"AccountUpdater", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			_, _ = m.UpdateAccount(context.WithoutCancel(ctx), provider, id, patch)
			return nil, ctx.Err()
		}
	}},
	{"Checker", func(f *faulty, m *Memory) { f.check = func(context.Context) error { return nil } }},
}

func contextBites() []bite {
	bites := []bite{
		breaks("A context that ends during DeleteUser leaves all or nothing", func(f *faulty, m *Memory) { // without a transaction
			f.deleteUser = func(ctx context.Context, id string) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				_, err := m.DeleteSessionsByUserID(context.WithoutCancel(ctx), id)
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(50 * time.Millisecond):
				}
				return errors.Join(err, m.DeleteUser(ctx, id))
			}
		}),
		breaks("A context that ends during DeleteUser leaves all or nothing", func(f *faulty, m *Memory) {
			f.deleteUser = func(context.Context, string) error { return nil }
		}),
	}
	for _, b := range contextBreaks {
		bites = append(bites,
			breaks("A canceled context stops every method of "+b.store, b.edit),
			breaks("A context that timed out stops every method of "+b.store, b.edit),
		)
	}
	return bites
}

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
