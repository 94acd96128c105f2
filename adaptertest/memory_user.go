package adaptertest

import (
	"context"
	"maps"

	"github.com/authdb/authdb"
)

// CreateUser implements [authdb.UserStore].
func (m *Memory) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	return do(ctx, m, "create user", func() (*authdb.User, error) { return m.newUser(user) })
}

func (m *Memory) newUser(user *authdb.User) (*authdb.User, error) {
	u, err := user.Storable()
	if err != nil {
		return nil, err
	}
	if u.ID == "" {
		u.ID = m.newID()
	}
	if m.users[u.ID] != nil {
		return nil, duplicate("ID")
	}
	return m.storeUser(u, nil, u.Extra)
}

// CreateUserWithAccount implements [authdb.Registrar].
func (m *Memory) CreateUserWithAccount(ctx context.Context, user *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
	r, err := do(ctx, m, "create user with account", func() (registrant, error) {
		switch {
		case account == nil:
			return registrant{}, invalid("account", "nil")
		case account.UserID != "":
			return registrant{}, invalid("UserID", "not empty: it is the new user's")
		}
		u, err := m.newUser(user)
		if err != nil {
			return registrant{}, err
		}
		theirs := *account
		theirs.UserID = u.ID
		a, err := m.newAccount(&theirs)
		if err != nil {
			delete(m.users, u.ID)
			return registrant{}, err
		}
		return registrant{u, a}, nil
	})
	return r.user, r.account, err
}

// GetUser implements [authdb.UserStore].
func (m *Memory) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return do(ctx, m, "get user", func() (*authdb.User, error) {
		u, err := m.user(id)
		return cloneUser(u), err
	})
}

// GetUserByEmail implements [authdb.UserStore].
func (m *Memory) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return do(ctx, m, "get user by email", func() (*authdb.User, error) {
		id, ok := m.emailOwner(email)
		if !ok {
			return nil, authdb.ErrNotFound
		}
		u, err := m.user(id)
		return cloneUser(u), err
	})
}

// GetUserByAccount implements [authdb.UserStore].
func (m *Memory) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	return do(ctx, m, "get user by account", func() (*authdb.User, error) {
		a := m.accounts[accountKey{provider, providerAccountID}]
		if a == nil {
			return nil, authdb.ErrNotFound
		}
		u, err := m.user(a.UserID)
		return cloneUser(u), err
	})
}

// UpdateUser implements [authdb.UserStore].
func (m *Memory) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return do(ctx, m, "update user", func() (*authdb.User, error) {
		stored, err := m.user(id)
		if err != nil {
			return nil, err
		}
		u := cloneUser(stored)
		patch.Apply(u)
		return m.storeUser(u, stored.Extra, patch.Extra)
	})
}

// DeleteUser implements [authdb.UserStore].
func (m *Memory) DeleteUser(ctx context.Context, id string) error {
	return exec(ctx, m, "delete user", func() error {
		for key, a := range m.accounts {
			if a.UserID != id {
				continue
			}
			if err := m.free(key); err != nil {
				return err
			}
		}
		delete(m.users, id)
		delete(m.softDeleted, id)
		maps.DeleteFunc(m.accounts, func(_ accountKey, a *authdb.Account) bool { return a.UserID == id })
		maps.DeleteFunc(m.sessions, func(_ string, s *authdb.Session) bool { return s.UserID == id })
		maps.DeleteFunc(m.authenticators, func(_ string, a *authdb.Authenticator) bool { return a.UserID == id })
		return nil
	})
}

// storeUser checks the user, writes it, and returns what it wrote.
func (m *Memory) storeUser(u *authdb.User, extra, written map[string]any) (*authdb.User, error) {
	u, err := u.Storable()
	if err != nil {
		return nil, err
	}
	if owner, ok := m.emailOwner(u.Email); ok && owner != u.ID {
		return nil, duplicate("Email")
	}
	if u.Extra, err = m.withExtra("User", extra, written); err != nil {
		return nil, err
	}
	m.users[u.ID] = u
	return cloneUser(u), nil
}

// emailOwner returns the ID of the user with the address, soft-deleted ones
// included. Nobody has the empty address: it is NULL.
func (m *Memory) emailOwner(email string) (id string, ok bool) {
	if email == "" {
		return "", false
	}
	for id, u := range m.users {
		if u.Email == email {
			return id, true
		}
	}
	return "", false
}
