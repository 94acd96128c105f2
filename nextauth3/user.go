package nextauth3

import (
	"context"
	"errors"

	"github.com/authdb/authdb"
)

// CreateUser (createUser) stores a user with the name, address, image and further
// columns of the profile. The address counts as verified from now on if the
// profile says that it ever was. The profile's id is the provider's, and is not
// kept. It returns the user with the ID that was made for it, and
// authdb.ErrDuplicate if the address is taken.
func (in *Instance) CreateUser(ctx context.Context, profile *authdb.User) (*authdb.User, error) {
	return call(ctx, in, "createUser", func() (*authdb.User, error) {
		if profile == nil {
			return in.adapter.CreateUser(ctx, nil)
		}
		user := *profile
		user.ID = ""
		if user.EmailVerified != nil {
			now := in.now()
			user.EmailVerified = &now
		}
		return in.adapter.CreateUser(ctx, &user)
	})
}

// GetUser (getUser) returns the user with the ID, or authdb.ErrNotFound, also for
// an empty one.
func (in *Instance) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return call(ctx, in, "getUser", func() (*authdb.User, error) { return in.adapter.GetUser(ctx, id) })
}

// GetUserByEmail (getUserByEmail) returns the user with exactly this address, or
// authdb.ErrNotFound, also for an empty one.
func (in *Instance) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return call(ctx, in, "getUserByEmail", func() (*authdb.User, error) { return in.adapter.GetUserByEmail(ctx, email) })
}

// GetUserByProviderAccountID (getUserByProviderAccountId) returns the user that
// the account is linked to, or authdb.ErrNotFound.
func (in *Instance) GetUserByProviderAccountID(ctx context.Context, providerID, providerAccountID string) (*authdb.User, error) {
	return call(ctx, in, "getUserByProviderAccountId", func() (*authdb.User, error) {
		return in.adapter.GetUserByAccount(ctx, providerID, providerAccountID)
	})
}

// GetUserByCredentials (getUserByCredentials) returns the user whose credentials
// these are to [Options].Authorize, or authdb.ErrNotFound. Without such a function
// it is errors.ErrUnsupported: the adapter keeps no passwords. Version 3 has the
// method in its documents only.
func (in *Instance) GetUserByCredentials(ctx context.Context, credentials map[string]string) (*authdb.User, error) {
	return call(ctx, in, "getUserByCredentials", func() (*authdb.User, error) {
		if in.options.Authorize == nil {
			return nil, unsupported("Options.Authorize is nil: pass a function that knows the credentials")
		}
		id, err := in.options.Authorize(ctx, credentials)
		switch {
		case errors.Is(err, authdb.ErrNotFound):
			return nil, authdb.ErrNotFound
		case err != nil:
			return nil, callbackError{"Authorize", err}
		}
		return in.adapter.GetUser(ctx, id)
	})
}

// UpdateUser (updateUser) changes exactly the members set in the patch, and
// returns the complete user. Version 3 passes the whole user, of which it writes
// what is there. It returns authdb.ErrNotFound if there is no such user, and
// authdb.ErrDuplicate if the new address is taken.
func (in *Instance) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return call(ctx, in, "updateUser", func() (*authdb.User, error) { return in.adapter.UpdateUser(ctx, id, patch) })
}

// DeleteUser (deleteUser) removes the user with all accounts and sessions of
// theirs. Deleting who is not there is no error. In version 3 it does nothing.
func (in *Instance) DeleteUser(ctx context.Context, id string) error {
	return exec(ctx, in, "deleteUser", func() error { return in.adapter.DeleteUser(ctx, id) })
}
