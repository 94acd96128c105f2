package fileadapter

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

// CreateUser implements authdb.UserStore.
func (a *Adapter) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	return do(ctx, a, "create user", func() (*authdb.User, error) {
		u, err := user.Storable()
		if err != nil {
			return nil, err
		}
		if u.ID == "" {
			u.ID = a.options.NewID()
		}
		if a.data.users[u.ID] != nil {
			return nil, fmt.Errorf("%w: ID", authdb.ErrDuplicate)
		}
		return a.storeUser(u)
	})
}

// GetUser implements authdb.UserStore.
func (a *Adapter) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return do(ctx, a, "get user", func() (*authdb.User, error) { return a.user(id) })
}

// GetUserByEmail implements authdb.UserStore.
func (a *Adapter) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return do(ctx, a, "get user by email", func() (*authdb.User, error) {
		return a.user(a.emailOwner(email))
	})
}

// GetUserByAccount implements authdb.UserStore.
func (a *Adapter) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	return do(ctx, a, "get user by account", func() (*authdb.User, error) {
		account := a.data.accounts[accountKey{provider, providerAccountID}]
		if account == nil {
			return nil, authdb.ErrNotFound
		}
		return a.user(account.UserID)
	})
}

// UpdateUser implements authdb.UserStore.
func (a *Adapter) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return do(ctx, a, "update user", func() (*authdb.User, error) {
		u, err := a.user(id)
		if err != nil {
			return nil, err
		}
		patch.Apply(u)
		if u, err = u.Storable(); err != nil {
			return nil, err
		}
		return a.storeUser(u)
	})
}

// DeleteUser implements authdb.UserStore.
func (a *Adapter) DeleteUser(ctx context.Context, id string) error {
	_, err := do(ctx, a, "delete user", func() (none struct{}, err error) {
		if a.data.users[id] != nil {
			err = a.commit(change{NoUsers: []string{id}})
		}
		return none, err
	})
	return err
}

// user returns a copy of the user.
func (a *Adapter) user(id string) (*authdb.User, error) {
	if u := a.data.users[id]; u != nil {
		return u.Clone(), nil
	}
	return nil, authdb.ErrNotFound
}

// emailOwner returns the ID of the user with the address, or "". Nobody has the
// empty address.
func (a *Adapter) emailOwner(email string) string {
	for id, u := range a.data.users {
		if email != "" && u.Email == email {
			return id
		}
	}
	return ""
}

// storeUser stores what Storable returned, and returns a copy.
func (a *Adapter) storeUser(u *authdb.User) (*authdb.User, error) {
	if err := noColumns(u.Extra); err != nil {
		return nil, err
	}
	if owner := a.emailOwner(u.Email); owner != "" && owner != u.ID {
		return nil, fmt.Errorf("%w: Email", authdb.ErrDuplicate)
	}
	return u.Clone(), a.commit(change{Users: []*authdb.User{u}})
}
