package adaptertest

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

// breaks is a bite by an adapter with an edit.
func breaks(rule string, edit func(f *faulty, m *Memory)) bite {
	return bite{rule: rule, broken: func(m *Memory) authdb.Adapter {
		f := newFaulty(m)
		edit(f, m)
		return f
	}}
}

// breaksIn is breaks in another world, in which the adapter is sound but for
// the edit.
func breaksIn(where, rule string, edit func(f *faulty, m *Memory)) bite {
	b := breaks(rule, edit)
	b.world = where
	return b
}

// storing edits what is about to be stored.
func storing[R any](next func(context.Context, *R) (*R, error), edit func(*R)) func(context.Context, *R) (*R, error) {
	return func(ctx context.Context, record *R) (*R, error) {
		if record != nil {
			c := *record
			edit(&c)
			record = &c
		}
		return next(ctx, record)
	}
}

// returning edits the result of a call by one argument.
func returning[A, R any](next func(context.Context, A) (*R, error), edit func(*R)) func(context.Context, A) (*R, error) {
	return func(ctx context.Context, arg A) (*R, error) {
		result, err := next(ctx, arg)
		if err == nil {
			edit(result)
		}
		return result, err
	}
}

// instead answers one error with another call.
func instead[A, R any](next func(context.Context, A) (*R, error), of error, other func(A) (*R, error)) func(context.Context, A) (*R, error) {
	return func(ctx context.Context, arg A) (*R, error) {
		result, err := next(ctx, arg)
		if errors.Is(err, of) {
			return other(arg)
		}
		return result, err
	}
}

// instead2 is instead for a call by a pair.
func instead2[R any](next func(context.Context, string, string) (*R, error), of error, other func(a, b string) (*R, error)) func(context.Context, string, string) (*R, error) {
	return func(ctx context.Context, a, b string) (*R, error) {
		result, err := next(ctx, a, b)
		if errors.Is(err, of) {
			return other(a, b)
		}
		return result, err
	}
}

// locked runs f on the maps of the Memory.
func locked(m *Memory, f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begin()
	f()
}

// somebody returns any user.
func somebody(m *Memory) (user *authdb.User) {
	locked(m, func() {
		for _, u := range m.users {
			user = cloneUser(u)
		}
	})
	return user
}

// orphaned returns the accounts, sessions and authenticators without a user to
// the Memory: it undoes what DeleteUser removed of one kind.
func keepsWhat(f *faulty, m *Memory, kind string) {
	f.deleteUser = func(ctx context.Context, id string) error {
		accounts, sessions, authenticators := maps.Clone(m.accounts), maps.Clone(m.sessions), maps.Clone(m.authenticators)
		err := m.DeleteUser(ctx, id)
		locked(m, func() {
			switch kind {
			case "accounts":
				m.accounts = accounts
			case "sessions":
				m.sessions = sessions
			case "authenticators":
				m.authenticators = authenticators
			}
		})
		return err
	}
}

var userBites = []bite{
	breaks("CreateUser stores the user and returns it as stored", func(f *faulty, m *Memory) {
		f.createUser = returning(m.CreateUser, func(u *authdb.User) { u.Image = "" })
	}),
	breaks("CreateUser stores the user and returns it as stored", func(f *faulty, m *Memory) {
		f.createUser = storing(m.CreateUser, func(u *authdb.User) { u.EmailVerified = nil })
	}),
	breaks("CreateUser gives an ID to a user without one", func(f *faulty, m *Memory) {
		f.createUser = returning(m.CreateUser, func(u *authdb.User) { u.ID = "" })
	}),
	breaks("CreateUser keeps a given ID", func(f *faulty, m *Memory) {
		f.createUser = storing(m.CreateUser, func(u *authdb.User) { u.ID = authdb.NewID() })
	}),
	breaks("CreateUser returns ErrDuplicate if the ID is taken", func(f *faulty, m *Memory) { // an upsert
		f.createUser = instead(m.CreateUser, authdb.ErrDuplicate, func(u *authdb.User) (*authdb.User, error) {
			locked(m, func() { m.users[u.ID] = cloneUser(u) })
			return cloneUser(u), nil
		})
	}),
	breaksIn("numbered", "CreateUser returns ErrInvalid for a given ID where the database numbers the users", func(f *faulty, m *Memory) {}),
	breaks("CreateUser returns ErrDuplicate if the email address is taken", func(f *faulty, m *Memory) {
		f.createUser = instead(m.CreateUser, authdb.ErrDuplicate, func(u *authdb.User) (*authdb.User, error) {
			c := cloneUser(u)
			c.ID = authdb.NewID()
			locked(m, func() { m.users[c.ID] = c })
			return cloneUser(c), nil
		})
	}),
	breaks("Any number of users may have no email address", func(f *faulty, m *Memory) { // '' instead of NULL
		none := false
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if u.Email == "" && none {
				return nil, authdb.ErrDuplicate
			}
			none = none || u.Email == ""
			return m.CreateUser(ctx, u)
		}
	}),
	breaks("A user may have nothing but an ID", func(f *faulty, m *Memory) {
		f.createUser = func(ctx context.Context, u *authdb.User) (*authdb.User, error) {
			if u.Name == "" {
				return nil, invalid("Name", "required")
			}
			return m.CreateUser(ctx, u)
		}
	}),
	breaks("GetUser returns the user with the given ID, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getUser = instead(m.GetUser, authdb.ErrNotFound, func(string) (*authdb.User, error) { return somebody(m), nil })
	}),
	breaks("GetUser returns the user with the given ID, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getUser = instead(m.GetUser, authdb.ErrNotFound, func(string) (*authdb.User, error) { return nil, errors.New("faulty") })
	}),
	breaks("GetUserByEmail returns the user with this address, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getUserByEmail = instead(m.GetUserByEmail, authdb.ErrNotFound, func(string) (*authdb.User, error) { return somebody(m), nil })
	}),
	breaks("GetUserByAccount returns the user that the provider account is linked to, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getUserByAccount = func(ctx context.Context, provider, id string) (*authdb.User, error) { // ignores the provider
			for key, a := range maps.Clone(m.accounts) {
				if key.id == id {
					return m.GetUser(ctx, a.UserID)
				}
			}
			return nil, authdb.ErrNotFound
		}
	}),
	breaks("DeleteUser removes the user for every look-up", func(f *faulty, m *Memory) {
		f.deleteUser = func(context.Context, string) error { return nil }
	}),
	breaks("DeleteUser removes the accounts of the user", func(f *faulty, m *Memory) { keepsWhat(f, m, "accounts") }),
	breaks("DeleteUser removes the sessions of the user", func(f *faulty, m *Memory) { keepsWhat(f, m, "sessions") }),
	breaks("DeleteUser removes the authenticators of the user", func(f *faulty, m *Memory) { keepsWhat(f, m, "authenticators") }),
	breaks("DeleteUser leaves other users and the verification tokens", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error {
			locked(m, func() { clear(m.tokens) })
			return m.DeleteUser(ctx, id)
		}
	}),
	breaks("DeleteUser leaves other users and the verification tokens", func(f *faulty, m *Memory) {
		f.deleteUser = func(context.Context, string) error {
			locked(m, func() { clear(m.users) })
			return nil
		}
	}),
	breaks("DeleteUser of a user who is not there is no error", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error {
			if _, err := m.GetUser(ctx, id); err != nil {
				return err
			}
			return m.DeleteUser(ctx, id)
		}
	}),
	breaks("DeleteUser frees the email address", func(f *faulty, m *Memory) { // a soft delete
		f.deleteUser = func(_ context.Context, id string) error {
			m.SoftDeleteUser(id)
			return nil
		}
	}),
	breaks("DeleteUser returns ErrReferenced and removes nothing if another table points at the user", func(f *faulty, m *Memory) {
		f.deleteUser = m.DeleteUser
	}),
	breaks("DeleteUser returns ErrReferenced and removes nothing if another table points at the user", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error { // without a transaction
			locked(m, func() { clear(m.sessions) })
			return f.deleteUnpinned(ctx, id)
		}
	}),
}

// patching edits the patch of UpdateUser.
func patching(m *Memory, edit func(*authdb.UserPatch)) func(context.Context, string, authdb.UserPatch) (*authdb.User, error) {
	return func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
		edit(&patch)
		return m.UpdateUser(ctx, id, patch)
	}
}

var updateUserBites = []bite{
	breaks("UpdateUser changes exactly the members set in the patch and returns the complete user", func(f *faulty, m *Memory) {
		f.updateUser = patching(m, func(p *authdb.UserPatch) { // absent is NULL
			if !p.Image.IsSet() {
				p.Image = authdb.Null[string]()
			}
		})
	}),
	breaks("UpdateUser changes exactly the members set in the patch and returns the complete user", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) { // only what was patched
			u, err := m.UpdateUser(ctx, id, patch)
			if err == nil && !patch.Email.IsSet() {
				u.Email = ""
			}
			return u, err
		}
	}),
	breaks("UpdateUser changes all members at once", func(f *faulty, m *Memory) {
		f.updateUser = patching(m, func(p *authdb.UserPatch) {
			if p.Name.IsSet() {
				p.Image = authdb.Field[string]{}
			}
		})
	}),
	breaks("UpdateUser empties what the patch sets to Null", func(f *faulty, m *Memory) {
		f.updateUser = patching(m, func(p *authdb.UserPatch) { // zero values are skipped
			if p.EmailVerified.IsNull() {
				p.EmailVerified = authdb.Field[time.Time]{}
			}
		})
	}),
	breaks("UpdateUser takes an empty email address for none", func(f *faulty, m *Memory) {
		none := false
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if patch.Email.IsNull() && none {
				return nil, authdb.ErrDuplicate
			}
			none = none || patch.Email.IsNull()
			return m.UpdateUser(ctx, id, patch)
		}
	}),
	breaks("An empty UserPatch reads", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if !patch.Name.IsSet() && !patch.Email.IsSet() && !patch.Image.IsSet() && !patch.EmailVerified.IsSet() && patch.Extra == nil {
				return nil, errors.New("faulty: UPDATE users SET WHERE")
			}
			return m.UpdateUser(ctx, id, patch)
		}
	}),
	breaks("UpdateUser with what is stored already succeeds", func(f *faulty, m *Memory) { // no rows affected
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if u, err := m.GetUser(ctx, id); err == nil && patch.Name.Value() == u.Name && patch.Image.Value() == u.Image {
				return nil, authdb.ErrNotFound
			}
			return m.UpdateUser(ctx, id, patch)
		}
	}),
	breaks("UpdateUser leaves other users as they are", func(f *faulty, m *Memory) { // without WHERE
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			locked(m, func() {
				for _, other := range m.users {
					apply(&other.Name, patch.Name)
				}
			})
			return u, err
		}
	}),
	breaks("UpdateUser returns ErrNotFound if there is no such user, and creates none", func(f *faulty, m *Memory) { // an upsert
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if errors.Is(err, authdb.ErrNotFound) {
				return m.CreateUser(ctx, &authdb.User{ID: id, Email: patch.Email.Value()})
			}
			return u, err
		}
	}),
	breaks("UpdateUser returns ErrDuplicate if the new address is taken, and changes nothing", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if errors.Is(err, authdb.ErrDuplicate) { // column by column
				patch.Email = authdb.Field[string]{}
				_, _ = m.UpdateUser(ctx, id, patch)
			}
			return u, err
		}
	}),
	breaks("UpdateUser returns ErrDuplicate if the new address is taken, and changes nothing", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			u, err := m.UpdateUser(ctx, id, patch)
			if errors.Is(err, authdb.ErrDuplicate) {
				return nil, errors.New("faulty: constraint failed")
			}
			return u, err
		}
	}),
	breaks("UpdateUser frees the former address", func(f *faulty, m *Memory) { // an index that is not maintained
		former := make(map[string]string)
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if u, err := m.GetUser(ctx, id); err == nil && patch.Email.IsSet() {
				former[u.Email] = id
			}
			return m.UpdateUser(ctx, id, patch)
		}
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
			if id, ok := former[email]; ok {
				return m.GetUser(ctx, id)
			}
			return m.GetUserByEmail(ctx, email)
		}
	}),
}

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

var sessionBites = []bite{
	breaks("CreateSession stores the session and returns it as stored", func(f *faulty, m *Memory) {
		f.createSession = storing(m.CreateSession, func(s *authdb.Session) { s.Expires = s.Expires.Truncate(time.Minute) })
	}),
	breaks("A user may have several sessions", func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			_, _ = m.DeleteSessionsByUserID(ctx, s.UserID)
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("The Expires of a new session may lie in the past", func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			if m.expired(s.Expires) {
				return nil, invalid("Expires", "past")
			}
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("CreateSession returns ErrDuplicate if the token is taken", func(f *faulty, m *Memory) { // an upsert
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			_ = m.DeleteSession(ctx, s.SessionToken)
			return m.CreateSession(ctx, s)
		}
	}),
	breaks("CreateSession returns ErrReference if there is no such user", func(f *faulty, m *Memory) { // no foreign key
		f.createSession = instead(m.CreateSession, authdb.ErrReference, func(s *authdb.Session) (*authdb.Session, error) {
			locked(m, func() { m.sessions[s.SessionToken] = cloneSession(s) })
			return cloneSession(s), nil
		})
	}),
	breaks("CreateSession returns ErrReference if there is no such user", func(f *faulty, m *Memory) {
		f.createSession = instead(m.CreateSession, authdb.ErrReference, func(s *authdb.Session) (*authdb.Session, error) {
			return nil, errors.New("faulty: constraint failed")
		})
	}),
	breaks("GetSessionAndUser returns the session and its user", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil { // a column that the join dropped
				u.EmailVerified = nil
			}
			return s, u, err
		}
	}),
	breaks("GetSessionAndUser returns neither and ErrNotFound for an unknown token", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if errors.Is(err, authdb.ErrNotFound) {
				return nil, nil, nil
			}
			return s, u, err
		}
	}),
	breaks("GetSessionAndUser returns ErrExpired, which is an ErrNotFound too, for an expired session", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if errors.Is(err, authdb.ErrExpired) {
				err = authdb.ErrNotFound
			}
			return s, u, err
		}
	}),
	breaks("Looking at an expired session leaves it there", sweepsOnSight),
	breaks("A session whose Expires is now has not expired, one of a moment before has", func(f *faulty, m *Memory) {
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			s, u, err := m.GetSessionAndUser(ctx, token)
			if err == nil && !s.Expires.After(m.options.Clock()) { // <= now
				return nil, nil, authdb.ErrExpired
			}
			return s, u, err
		}
	}),
	breaks("DeleteSession removes the session", func(f *faulty, m *Memory) {
		f.deleteSession = func(context.Context, string) error { return nil }
	}),
	breaks("DeleteSession removes the session", func(f *faulty, m *Memory) { // all of the user
		f.deleteSession = func(ctx context.Context, token string) error {
			s, _, err := m.GetSessionAndUser(ctx, token)
			if err == nil {
				_, err = m.DeleteSessionsByUserID(ctx, s.UserID)
			}
			return err
		}
	}),
	breaks("DeleteSession removes an expired session too", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			if _, _, err := m.GetSessionAndUser(ctx, token); err != nil {
				return nil
			}
			return m.DeleteSession(ctx, token)
		}
	}),
	breaks("DeleteSession of what is not there is no error", func(f *faulty, m *Memory) {
		f.deleteSession = func(ctx context.Context, token string) error {
			if _, _, err := m.GetSessionAndUser(ctx, token); err != nil {
				return err
			}
			return m.DeleteSession(ctx, token)
		}
	}),
	breaks("The token of a deleted session can be used again", func(f *faulty, m *Memory) { // a soft delete
		gone := make(map[string]bool)
		f.deleteSession = func(ctx context.Context, token string) error {
			gone[token] = true
			return m.DeleteSession(ctx, token)
		}
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			if gone[s.SessionToken] {
				return nil, authdb.ErrDuplicate
			}
			return m.CreateSession(ctx, s)
		}
	}),
}

// sweepsOnSight deletes an expired session when somebody looks at it.
func sweepsOnSight(f *faulty, m *Memory) {
	f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
		s, u, err := m.GetSessionAndUser(ctx, token)
		if errors.Is(err, authdb.ErrExpired) {
			_ = m.DeleteSession(ctx, token)
		}
		return s, u, err
	}
	f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
		s, err := m.UpdateSession(ctx, token, patch)
		if errors.Is(err, authdb.ErrNotFound) {
			return nil, authdb.ErrExpired
		}
		return s, err
	}
}

// revive makes UpdateSession ignore expiry if it may.
func revive(f *faulty, m *Memory, may func(*authdb.Session) bool) {
	f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
		locked(m, func() {
			if s := m.sessions[token]; s != nil && m.expired(s.Expires) && may(s) {
				s.Expires = m.options.Clock().Add(time.Minute)
			}
		})
		return m.UpdateSession(ctx, token, patch)
	}
}

var updateSessionBites = []bite{
	breaks("UpdateSession changes exactly the members set in the patch and returns the complete session", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			s, err := m.UpdateSession(ctx, token, patch)
			if err == nil { // not read back
				s.UserID = ""
			}
			return s, err
		}
	}),
	breaks("UpdateSession changes exactly the members set in the patch and returns the complete session", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) { // never sooner
			s, _, err := m.GetSessionAndUser(ctx, token)
			if err == nil && patch.Expires.Value().Before(s.Expires) {
				return s, nil
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("An empty SessionPatch reads", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if !patch.Expires.IsSet() && patch.Extra == nil {
				return nil, errors.New("faulty: UPDATE sessions SET WHERE")
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("UpdateSession with what is stored already succeeds", func(f *faulty, m *Memory) { // no rows affected
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			if s, _, err := m.GetSessionAndUser(ctx, token); err == nil && patch.Expires.Value().Equal(s.Expires) {
				return nil, authdb.ErrNotFound
			}
			return m.UpdateSession(ctx, token, patch)
		}
	}),
	breaks("UpdateSession leaves other sessions as they are", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			s, err := m.UpdateSession(ctx, token, patch)
			locked(m, func() {
				for _, other := range m.sessions {
					apply(&other.Expires, patch.Expires)
				}
			})
			return s, err
		}
	}),
	breaks("UpdateSession returns ErrNotFound for an unknown token, and creates nothing", func(f *faulty, m *Memory) {
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) { // an upsert
			s, err := m.UpdateSession(ctx, token, patch)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Session{SessionToken: token, Expires: patch.Expires.Value()}, nil
			}
			return s, err
		}
	}),
	breaks("UpdateSession returns ErrExpired for an expired session, and never revives it", func(f *faulty, m *Memory) {
		revive(f, m, func(*authdb.Session) bool { return true })
	}),
	breaks("UpdateSession knows a session whose Expires is now, and not one of a moment before", func(f *faulty, m *Memory) {
		revive(f, m, func(s *authdb.Session) bool { return m.options.Clock().Sub(s.Expires) < time.Second })
	}),
}

var tokenBites = []bite{
	breaks("CreateVerificationToken stores the token and returns it as stored", func(f *faulty, m *Memory) {
		f.createToken = returning(m.CreateVerificationToken, func(t *authdb.VerificationToken) { t.Identifier = strings.ToUpper(t.Identifier) })
	}),
	breaks("UseVerificationToken returns the token as stored", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil { // not what was stored
				t.Expires = m.options.Clock()
			}
			return t, err
		}
	}),
	breaks("UseVerificationToken removes the token", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil {
				return m.CreateVerificationToken(ctx, t)
			}
			return t, err
		}
	}),
	breaks("UseVerificationToken of an unknown token is ErrNotFound", func(f *faulty, m *Memory) {
		f.useToken = instead2(m.UseVerificationToken, authdb.ErrNotFound, func(string, string) (*authdb.VerificationToken, error) {
			return nil, authdb.ErrExpired
		})
	}),
	breaks("A wrong identifier removes nothing", func(f *faulty, m *Memory) { // deletes by token
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.token == token })
			})
			return t, err
		}
	}),
	breaks("A wrong token removes nothing", func(f *faulty, m *Memory) { // deletes by identifier
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.identifier == identifier })
			})
			return t, err
		}
	}),
	breaks("Earlier tokens of an identifier stay valid", func(f *faulty, m *Memory) {
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.identifier == t.Identifier })
			})
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("The same token for two identifiers is two tokens", func(f *faulty, m *Memory) { // the token alone is unique
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			for key := range maps.Clone(m.tokens) {
				if key.token == t.Token {
					return nil, authdb.ErrDuplicate
				}
			}
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("CreateVerificationToken returns ErrDuplicate if the pair is there already", func(f *faulty, m *Memory) {
		f.createToken = instead(m.CreateVerificationToken, authdb.ErrDuplicate, func(t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			return cloneVerificationToken(t), nil
		})
	}),
	breaks("A token that was used can be made again", func(f *faulty, m *Memory) {
		used := make(map[tokenKey]bool)
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			used[tokenKey{identifier, token}] = true
			return m.UseVerificationToken(ctx, identifier, token)
		}
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			if used[tokenKey{t.Identifier, t.Token}] {
				return nil, authdb.ErrDuplicate
			}
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("An expired token is removed and answers ErrExpired", func(f *faulty, m *Memory) { // left for the sweeper
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			if t := m.tokens[tokenKey{identifier, token}]; t != nil && m.expired(t.Expires) {
				return nil, authdb.ErrExpired
			}
			return m.UseVerificationToken(ctx, identifier, token)
		}
	}),
	breaks("An expired token is removed and answers ErrExpired", func(f *faulty, m *Memory) { // the caller is to look at Expires
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t := cloneVerificationToken(m.tokens[tokenKey{identifier, token}])
			got, err := m.UseVerificationToken(ctx, identifier, token)
			if errors.Is(err, authdb.ErrExpired) {
				return t, nil
			}
			return got, err
		}
	}),
	breaks("A token whose Expires is now has not expired, one of a moment before has", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil && !t.Expires.After(m.options.Clock()) {
				return nil, authdb.ErrExpired
			}
			return t, err
		}
	}),
}

var authenticatorBites = []bite{
	breaks("CreateAuthenticator stores the authenticator and returns it as stored", func(f *faulty, m *Memory) {
		f.createAuthenticator = storing(m.CreateAuthenticator, func(a *authdb.Authenticator) { a.CredentialBackedUp = false })
	}),
	breaks("An authenticator may have nothing but what is required", func(f *faulty, m *Memory) {
		f.createAuthenticator = func(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
			if a.Transports == "" {
				return nil, invalid("Transports", "required")
			}
			return m.CreateAuthenticator(ctx, a)
		}
	}),
	creatingAuthenticator.edits("A CredentialID that is not ASCII is ErrInvalid", func(a *authdb.Authenticator) { // as latin1 does
		a.CredentialID = strings.ReplaceAll(a.CredentialID, "é", "?")
	}),
	breaks("CreateAuthenticator returns ErrDuplicate if the credential is known already, to whomever it belongs", func(f *faulty, m *Memory) {
		f.createAuthenticator = instead(m.CreateAuthenticator, authdb.ErrDuplicate, func(a *authdb.Authenticator) (*authdb.Authenticator, error) {
			if old, _ := m.GetAuthenticator(context.Background(), a.CredentialID); old.UserID == a.UserID {
				return nil, authdb.ErrDuplicate
			}
			return cloneAuthenticator(a), nil
		})
	}),
	breaks("CreateAuthenticator returns ErrReference if there is no such user", func(f *faulty, m *Memory) {
		f.createAuthenticator = instead(m.CreateAuthenticator, authdb.ErrReference, func(a *authdb.Authenticator) (*authdb.Authenticator, error) {
			locked(m, func() { m.authenticators[a.CredentialID] = cloneAuthenticator(a) })
			return cloneAuthenticator(a), nil
		})
	}),
	breaks("GetAuthenticator returns the authenticator, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getAuthenticator = instead(m.GetAuthenticator, authdb.ErrNotFound, func(string) (*authdb.Authenticator, error) { return nil, nil })
	}),
	breaks("GetAuthenticator returns the authenticator, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getAuthenticator = instead(m.GetAuthenticator, authdb.ErrNotFound, func(string) (*authdb.Authenticator, error) {
			return nil, errors.New("faulty: no rows")
		})
	}),
	breaks("ListAuthenticatorsByUserID returns the user's authenticators in order of CredentialID", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			list, err := m.ListAuthenticatorsByUserID(ctx, id)
			reverse(list)
			return list, err
		}
	}),
	breaks("ListAuthenticatorsByUserID returns the user's authenticators in order of CredentialID", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) { // of all users
			var all []*authdb.Authenticator
			for _, a := range maps.Clone(m.authenticators) {
				all = append(all, cloneAuthenticator(a))
			}
			return all, nil
		}
	}),
	breaks("The list of authenticators of a user with none, or an unknown one, is empty", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			if _, err := m.GetUser(ctx, id); err != nil {
				return nil, err
			}
			return m.ListAuthenticatorsByUserID(ctx, id)
		}
	}),
	breaks("UpdateAuthenticatorCounter stores the counter as given, be it smaller, and returns the complete authenticator", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) { // never smaller
			a, err := m.GetAuthenticator(ctx, id)
			if err == nil && counter < a.Counter {
				return a, nil
			}
			return m.UpdateAuthenticatorCounter(ctx, id, counter)
		}
	}),
	breaks("UpdateAuthenticatorCounter stores the counter as given, be it smaller, and returns the complete authenticator", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) { // not read back
			_, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			return &authdb.Authenticator{CredentialID: id, Counter: counter}, err
		}
	}),
	breaks("Counters go up to 4294967295", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			return m.UpdateAuthenticatorCounter(ctx, id, counter&0x7fffffff)
		}
	}),
	breaks("UpdateAuthenticatorCounter leaves other authenticators as they are", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			a, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			locked(m, func() {
				for _, other := range m.authenticators {
					other.Counter = counter
				}
			})
			return a, err
		}
	}),
	breaks("UpdateAuthenticatorCounter of an unknown credential is ErrNotFound", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			a, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Authenticator{CredentialID: id, Counter: counter}, nil
			}
			return a, err
		}
	}),
}

func reverse[T any](list []T) {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
}
