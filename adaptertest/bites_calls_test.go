package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// modifies is a bite by an adapter that writes into what it was given.
func (c creation[R]) modifies(edit func(*R)) bite {
	return breaks(neverModified, func(f *faulty, m *Memory) {
		create := c(f)
		next := *create
		*create = func(ctx context.Context, record *R) (*R, error) {
			if record != nil {
				edit(record)
			}
			return next(ctx, record)
		}
	})
}

// retains is a bite by an adapter that keeps what it was given.
func (c creation[R]) retains(rule string, keep func(m *Memory, stored, given *R)) bite {
	return breaks(rule, func(f *faulty, m *Memory) {
		create := c(f)
		next := *create
		*create = func(ctx context.Context, record *R) (*R, error) {
			stored, err := next(ctx, record)
			if err == nil {
				locked(m, func() { keep(m, stored, record) })
			}
			return stored, err
		}
	})
}

var argumentBites = []bite{
	creatingUser.modifies(func(u *authdb.User) { u.ID = authdb.NewID() }),
	creatingUser.modifies(func(u *authdb.User) {
		if u.EmailVerified != nil {
			*u.EmailVerified = u.EmailVerified.UTC().Truncate(time.Millisecond)
		}
	}),
	creatingUser.modifies(func(u *authdb.User) {
		if u.Extra != nil {
			u.Extra["Role"] = nil
		}
	}),
	creatingAccount.modifies(func(a *authdb.Account) { a.ID = authdb.NewID() }),
	creatingSession.modifies(func(s *authdb.Session) { s.Expires = s.Expires.UTC() }),
	creatingToken.modifies(func(t *authdb.VerificationToken) { t.Expires = t.Expires.Truncate(time.Millisecond) }),
	creatingAuthenticator.modifies(func(a *authdb.Authenticator) { a.Counter++ }),

	creatingUser.retains("Arguments are not retained", func(m *Memory, stored, given *authdb.User) {
		m.users[stored.ID].EmailVerified = given.EmailVerified
	}),
	creatingAccount.retains("Arguments are not retained", func(m *Memory, stored, given *authdb.Account) {
		m.accounts[accountKey{stored.Provider, stored.ProviderAccountID}] = given
	}),
	creatingSession.retains("Arguments are not retained", func(m *Memory, stored, given *authdb.Session) {
		m.sessions[stored.SessionToken] = given
	}),
	creatingToken.retains("Arguments are not retained", func(m *Memory, stored, given *authdb.VerificationToken) {
		m.tokens[tokenKey{stored.Identifier, stored.Token}] = given
	}),
	creatingAuthenticator.retains("Arguments are not retained", func(m *Memory, stored, given *authdb.Authenticator) {
		m.authenticators[stored.CredentialID] = given
	}),
	creatingUser.retains("The Extra of an argument is not retained", func(m *Memory, stored, given *authdb.User) {
		m.users[stored.ID].Extra = given.Extra
	}),
	breaks("The Extra of an argument is not retained", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if patch.Extra != nil {
				locked(m, func() { m.users[id].Extra = patch.Extra })
			}
			return u, err
		}
	}),

	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getUser = func(_ context.Context, id string) (*authdb.User, error) { return m.users[id], nil }
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
			u, err := m.GetUserByEmail(ctx, email)
			if err == nil {
				u = m.users[u.ID]
			}
			return u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if err == nil {
				u.EmailVerified = m.users[id].EmailVerified
			}
			return u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			u, err := m.CreateUser(ctx, u)
			if err == nil {
				u = m.users[u.ID]
			}
			return u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getAccount = func(_ context.Context, provider, id string) (*authdb.Account, error) {
			return m.accounts[accountKey{provider, id}], nil
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getUserByAccount = func(ctx context.Context, provider, id string) (*authdb.User, error) {
			u, err := m.GetUserByAccount(ctx, provider, id)
			if err == nil {
				u = m.users[u.ID]
			}
			return u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil {
				u = m.users[s.UserID]
			}
			return s, u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil {
				s = m.sessions[token]
			}
			return s, u, err
		}
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.getAuthenticator = func(_ context.Context, id string) (*authdb.Authenticator, error) { return m.authenticators[id], nil }
	}),
	breaks("Results belong to the caller", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			list, err := m.ListAuthenticatorsByUserID(ctx, id)
			for i, a := range list {
				list[i] = m.authenticators[a.CredentialID]
			}
			return list, err
		}
	}),
}

// quoting makes an error say what the call was about.
func quoting(err error, key any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("faulty: %w: %v", err, key)
}

var errorBites = []bite{
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			created, err := m.CreateUser(ctx, u)
			return created, quoting(err, u)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) {
			u, err := m.GetUser(ctx, id)
			return u, quoting(err, id)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
			u, err := m.GetUserByEmail(ctx, email)
			return u, quoting(err, email)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			return s, u, quoting(err, token)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			created, err := m.CreateSession(ctx, s)
			return created, quoting(err, s)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			created, err := m.LinkAccount(ctx, a)
			return created, quoting(err, a)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			created, err := m.CreateVerificationToken(ctx, t)
			return created, quoting(err, t)
		}
	}),
	breaks(neverQuoted, func(f *faulty, m *Memory) {
		f.createAuthenticator = func(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
			created, err := m.CreateAuthenticator(ctx, a)
			return created, quoting(err, a)
		}
	}),
	breaks(neverBoth, func(f *faulty, m *Memory) {
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) {
			u, err := m.GetUser(ctx, id)
			if err != nil {
				u = new(authdb.User)
			}
			return u, err
		}
	}),
	breaks(neverBoth, func(f *faulty, m *Memory) {
		f.getUser = instead(m.GetUser, authdb.ErrNotFound, func(string) (*authdb.User, error) { return nil, nil })
	}),
	breaks(neverBoth, func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if errors.Is(err, authdb.ErrExpired) {
				s = &authdb.Session{SessionToken: token}
			}
			return s, u, err
		}
	}),
	breaks(neverBoth, func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if errors.Is(err, authdb.ErrExpired) {
				t = &authdb.VerificationToken{Identifier: identifier}
			}
			return t, err
		}
	}),
	breaks(neverBoth, func(f *faulty, m *Memory) { f.listSessions = nilList(f.listSessions) }),
	breaks(neverBoth, func(f *faulty, m *Memory) { f.listAccounts = nilList(f.listAccounts) }),
	breaks(neverBoth, func(f *faulty, m *Memory) { f.listAuthenticators = nilList(f.listAuthenticators) }),
	breaks("Each error is one of the contract's, and no other", func(f *faulty, m *Memory) {
		f.createUser = instead(m.CreateUser, authdb.ErrDuplicate, func(*authdb.User) (*authdb.User, error) {
			return nil, errors.Join(authdb.ErrDuplicate, authdb.ErrInvalid)
		})
	}),
	breaks("Each error is one of the contract's, and no other", func(f *faulty, m *Memory) {
		f.createSession = instead(m.CreateSession, authdb.ErrReference, func(*authdb.Session) (*authdb.Session, error) {
			return nil, errors.Join(authdb.ErrReference, authdb.ErrNotFound)
		})
	}),
}

func nilList[R any](next func(context.Context, string) ([]*R, error)) func(context.Context, string) ([]*R, error) {
	return func(ctx context.Context, id string) ([]*R, error) {
		list, err := next(ctx, id)
		if len(list) == 0 {
			list = nil
		}
		return list, err
	}
}

var configurationBites = []bite{
	breaks("Validate finds no error in a configuration that works", func(f *faulty, m *Memory) {
		f.validate = func() error { return errors.New("faulty: configuration") }
	}),
	misconfigured("Validate returns the errors of the configuration", func(f *faulty) { f.validate = func() error { return nil } }),
	misconfigured("Until Validate returns nil, all other methods return the same error", func(f *faulty) {
		f.validate = func() error { return errors.New("faulty: another error") }
	}),
	misconfigured("Until Validate returns nil, all other methods return the same error", func(f *faulty) {
		f.deleteSession = func(context.Context, string) error { return nil }
	}),
	{rule: "As sets what it finds, and finds nothing that the adapter does not have", broken: func(m *Memory) authdb.Adapter {
		return boastful{newFaulty(m)}
	}},
	{rule: "As sets what it finds, and finds nothing that the adapter does not have", broken: func(m *Memory) authdb.Adapter {
		return absentMinded{newFaulty(m)}
	}},
	breaks("Check finds nothing missing in a database that works", func(f *faulty, m *Memory) {
		f.check = func(context.Context) error { return authdb.ErrSchema }
	}),
	breaks("Check finds nothing missing in a database that works", func(f *faulty, m *Memory) { // it changes something
		checked := false
		f.check = func(context.Context) error {
			if checked {
				return authdb.ErrSchema
			}
			checked = true
			return nil
		}
	}),
	declines("AccountStore"), declines("SessionStore"), declines("VerificationTokenStore"), declines("AuthenticatorStore"),
}

// boastful claims to have whatever it is asked for.
type boastful struct{ *faulty }

func (b boastful) As(target any) bool {
	b.faulty.As(target)
	return true
}

// absentMinded forgets to set what it found.
type absentMinded struct{ *faulty }

func (a absentMinded) As(target any) bool {
	if _, ok := target.(*authdb.Sweeper); ok {
		return true
	}
	return a.faulty.As(target)
}

// misconfigured is a bite by what an adapter with a configuration error does.
func misconfigured(rule string, edit func(f *faulty)) bite {
	b := breaks(rule, func(*faulty, *Memory) {})
	b.opts = []Option{Misconfigured(func(testing.TB) authdb.Adapter {
		m := NewMemory(authdb.WithSynchronize())
		f := newFaulty(m)
		f.deleteUser = m.DeleteUser
		f.check = func(context.Context) error { return m.Validate() }
		edit(f)
		return f
	})}
	return b
}

// declines is a bite by an adapter that works where As says that it does not.
func declines(store string) bite {
	return breaksIn("without "+store, "If As declines "+store+", its methods return errors.ErrUnsupported", func(f *faulty, m *Memory) {
		f.declines = []string{store}
	})
}
