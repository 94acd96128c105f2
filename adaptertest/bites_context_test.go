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
	{"SecretConverter", func(f *faulty, _ *Memory) {
		f.convert = func(ctx context.Context, progress func(authdb.SecretProgress)) error {
			return f.convertNothing(context.WithoutCancel(ctx), progress)
		}
	}},
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
	{"VerificationTokenReader", func(f *faulty, m *Memory) {
		f.getToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			return m.GetVerificationToken(context.WithoutCancel(ctx), identifier, token)
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
	{"SessionRevoker", func(f *faulty, m *Memory) {
		f.deleteSessionByID = func(ctx context.Context, userID, id string) error {
			_ = m.DeleteSessionByID(context.WithoutCancel(ctx), userID, id)
			return ctx.Err()
		}
	}},
	{"SessionRevoker", func(f *faulty, m *Memory) {
		f.deleteSessionByID = func(ctx context.Context, userID, id string) error {
			return m.DeleteSessionByID(context.WithoutCancel(ctx), userID, id)
		}
	}},
	{"SessionToucher", func(f *faulty, m *Memory) {
		f.touchSession = func(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
			_, _ = m.TouchSession(context.WithoutCancel(ctx), s, every)
			return false, ctx.Err()
		}
	}},
	{"AuthenticatorRemover", func(f *faulty, m *Memory) {
		f.deleteAuthenticator = func(ctx context.Context, id string) error {
			_ = m.DeleteAuthenticator(context.WithoutCancel(ctx), id)
			return ctx.Err()
		}
	}},
	{"AccountLister", func(f *faulty, m *Memory) { f.listAccounts = dumb(f.listAccounts) }},
	{"AccountUpdater", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			_, _ = m.UpdateAccount(context.WithoutCancel(ctx), provider, id, patch)
			return nil, ctx.Err()
		}
	}},
	{"Registrar", func(f *faulty, _ *Memory) {
		f.createUserWithAccount = func(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if _, _, err := f.createBoth(context.WithoutCancel(ctx), u, a); err != nil {
				return nil, nil, err
			}
			return nil, nil, ctx.Err()
		}
	}},
	{"Registrar", func(f *faulty, _ *Memory) {
		f.createUserWithAccount = func(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if ctx.Err() != nil {
				return nil, nil, errors.New("faulty: can't begin")
			}
			return f.createBoth(ctx, u, a)
		}
	}},
	{"Transactor", func(f *faulty, m *Memory) {
		f.inTx = func(ctx context.Context, work func(context.Context, authdb.Adapter) error) error {
			_ = f.transaction(context.WithoutCancel(ctx), work)
			return ctx.Err()
		}
	}},
	{"Transactor", func(f *faulty, m *Memory) {
		f.inTx = func(ctx context.Context, work func(context.Context, authdb.Adapter) error) error {
			if ctx.Err() != nil {
				return errors.New("faulty: can't begin")
			}
			return f.transaction(ctx, work)
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
