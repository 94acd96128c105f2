package compositions_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// A through makes one call of a store's, or does something else.
type through func(method string, call func() error) error

func (f through) err(method string, call func() error) error {
	if f == nil {
		return call()
	}
	return f(method, call)
}

func via[R any](f through, method string, call func() (R, error)) (result R, err error) {
	err = f.err(method, func() (err error) { result, err = call(); return err })
	if err != nil {
		var zero R
		return zero, err
	}
	return result, nil
}

// faultyUsers and faultyParts are stores whose calls may go wrong.
type (
	faultyUsers struct {
		authdb.Adapter
		call *through
	}
	faultyParts struct {
		adaptertest.DetachedMemory
		call *through
	}
)

func (u faultyUsers) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return via(*u.call, "GetUser", func() (*authdb.User, error) { return u.Adapter.GetUser(ctx, id) })
}

func (u faultyUsers) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return via(*u.call, "UpdateUser", func() (*authdb.User, error) { return u.Adapter.UpdateUser(ctx, id, patch) })
}

func (u faultyUsers) DeleteUser(ctx context.Context, id string) error {
	return u.call.err("DeleteUser", func() error { return u.Adapter.DeleteUser(ctx, id) })
}

func (p faultyParts) LinkAccount(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
	return via(*p.call, "LinkAccount", func() (*authdb.Account, error) { return p.DetachedMemory.LinkAccount(ctx, a) })
}

func (p faultyParts) UnlinkAccount(ctx context.Context, provider, id string) error {
	return p.call.err("UnlinkAccount", func() error { return p.DetachedMemory.UnlinkAccount(ctx, provider, id) })
}

func (p faultyParts) ListAccountsByUserID(ctx context.Context, id string) ([]*authdb.Account, error) {
	return via(*p.call, "ListAccountsByUserID", func() ([]*authdb.Account, error) { return p.DetachedMemory.ListAccountsByUserID(ctx, id) })
}

func (p faultyParts) CreateSession(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
	return via(*p.call, "CreateSession", func() (*authdb.Session, error) { return p.DetachedMemory.CreateSession(ctx, s) })
}

func (p faultyParts) DeleteSession(ctx context.Context, token string) error {
	return p.call.err("DeleteSession", func() error { return p.DetachedMemory.DeleteSession(ctx, token) })
}

func (p faultyParts) DeleteSessionsByUserID(ctx context.Context, id string, except ...string) (int64, error) {
	return via(*p.call, "DeleteSessionsByUserID", func() (int64, error) { return p.DetachedMemory.DeleteSessionsByUserID(ctx, id, except...) })
}

func (p faultyParts) CreateAuthenticator(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
	return via(*p.call, "CreateAuthenticator", func() (*authdb.Authenticator, error) { return p.DetachedMemory.CreateAuthenticator(ctx, a) })
}

func (p faultyParts) ListAuthenticatorsByUserID(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
	return via(*p.call, "ListAuthenticatorsByUserID", func() ([]*authdb.Authenticator, error) {
		return p.DetachedMemory.ListAuthenticatorsByUserID(ctx, id)
	})
}

func (p faultyParts) DeleteAuthenticator(ctx context.Context, id string) error {
	return p.call.err("DeleteAuthenticator", func() error { return p.DetachedMemory.DeleteAuthenticator(ctx, id) })
}

// A world is a composition whose calls go through call, and its stores, to be looked
// into past it.
type world struct {
	*authdb.Composition
	users *adaptertest.Memory
	apart adaptertest.DetachedMemory
	call  *through
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{users: adaptertest.NewMemory(), apart: adaptertest.NewDetachedMemory(nil), call: new(through)}
	parts := faultyParts{w.apart, w.call}
	w.Composition = composed(t, authdb.Stores{
		Users: faultyUsers{w.users, w.call}, Accounts: parts, Sessions: parts, VerificationTokens: parts, Authenticators: parts,
	})
	return w
}

// A kind is one kind of record that is kept apart.
type kind struct {
	name   string
	create func(ctx context.Context, w *world, userID, key string) error
	get    func(ctx context.Context, s lookups, key string) error
	list   func(ctx context.Context, s lookups, userID string) (int, error)
}

// lookups are what a composition and a DetachedMemory have in common.
type lookups interface {
	authdb.AccountStore
	authdb.AccountLister
	authdb.SessionLister
	authdb.AuthenticatorStore
}

// getSession is by what the store has.
func getSession(ctx context.Context, s lookups, token string) error {
	if d, found := s.(authdb.DetachedSessionStore); found {
		_, err := d.GetSession(ctx, token)
		return err
	}
	_, _, err := s.(authdb.SessionStore).GetSessionAndUser(ctx, token)
	return err
}

var kinds = []kind{
	{
		"Session",
		func(ctx context.Context, w *world, userID, key string) error {
			_, err := w.CreateSession(ctx, &authdb.Session{SessionToken: key, UserID: userID, Expires: time.Now().Add(time.Hour)})
			return err
		},
		getSession,
		func(ctx context.Context, s lookups, userID string) (int, error) {
			list, err := s.ListSessionsByUserID(ctx, userID)
			return len(list), err
		},
	},
	{
		"Account",
		func(ctx context.Context, w *world, userID, key string) error {
			_, err := w.LinkAccount(ctx, &authdb.Account{UserID: userID, Type: authdb.AccountOAuth, Provider: "github", ProviderAccountID: key})
			return err
		},
		func(ctx context.Context, s lookups, key string) error {
			_, err := s.GetAccount(ctx, "github", key)
			return err
		},
		func(ctx context.Context, s lookups, userID string) (int, error) {
			list, err := s.ListAccountsByUserID(ctx, userID)
			return len(list), err
		},
	},
	{
		"Authenticator",
		func(ctx context.Context, w *world, userID, key string) error {
			_, err := w.CreateAuthenticator(ctx, &authdb.Authenticator{
				CredentialID: key, UserID: userID, ProviderAccountID: "p", CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
			})
			return err
		},
		func(ctx context.Context, s lookups, key string) error {
			_, err := s.GetAuthenticator(ctx, key)
			return err
		},
		func(ctx context.Context, s lookups, userID string) (int, error) {
			list, err := s.ListAuthenticatorsByUserID(ctx, userID)
			return len(list), err
		},
	},
}

// counted returns how many records the store has of the user, and how many of the
// keys it finds.
func counted(t *testing.T, s lookups, userID string, keys ...string) (found int) {
	t.Helper()
	for _, k := range kinds {
		n, err := k.list(t.Context(), s, userID)
		ok(t, err)
		found += n
		for _, key := range keys {
			switch err := k.get(t.Context(), s, key); {
			case err == nil:
				found++
			case !errors.Is(err, authdb.ErrNotFound):
				t.Fatal(err)
			}
		}
	}
	return found
}

func (w *world) newUser(t *testing.T, keys ...string) string {
	t.Helper()
	user, err := w.users.CreateUser(t.Context(), new(authdb.User))
	ok(t, err)
	for _, key := range keys {
		for _, k := range kinds {
			ok(t, k.create(t.Context(), w, user.ID, key))
		}
	}
	return user.ID
}
