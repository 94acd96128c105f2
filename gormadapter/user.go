package gormadapter

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// CreateUser implements authdb.UserStore.
func (a *Adapter) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	created, err := create(ctx, a, a.users, user)
	return created, a.wrap(ctx, "create user", err)
}

// GetUser implements authdb.UserStore.
func (a *Adapter) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	user, err := get[authdb.User](ctx, a, a.users, id)
	return user, a.wrap(ctx, "get user", err)
}

// GetUserByEmail implements authdb.UserStore.
func (a *Adapter) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	user, err := a.getUserByEmail(ctx, email)
	return user, a.wrap(ctx, "get user by email", err)
}

// getUserByEmail takes what the column's collation finds, which is more than
// the exact address only where its unique key folds case as well.
func (a *Adapter) getUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	if err := a.begun(ctx, a.users); err != nil {
		return nil, err
	}
	arg, ok := a.users.bind(ctx, a.users.column("Email"), email)
	if !ok {
		return nil, authdb.ErrNotFound
	}
	var user *authdb.User
	err := a.retry(ctx, func() error {
		return a.upToDate(func(tx *gorm.DB) error {
			found, err := recordsFrom[authdb.User](ctx, a, tx, a.queries().userByEmail, []any{arg})
			if err == nil {
				user, err = withEmail(found, email)
			}
			return err
		})
	})
	return user, err
}

// withEmail returns the user with the address, or else one with the same in other
// case.
func withEmail(users []*authdb.User, email string) (*authdb.User, error) {
	var folded *authdb.User
	for _, user := range users {
		switch {
		case user.Email == email:
			return user, nil
		case lowerASCII(user.Email) == lowerASCII(email):
			folded = user
		}
	}
	if folded == nil {
		return nil, authdb.ErrNotFound
	}
	return folded, nil
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// GetUserByAccount implements authdb.UserStore.
func (a *Adapter) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	user, err := a.getUserByAccount(ctx, provider, providerAccountID)
	return user, a.wrap(ctx, "get user by account", err)
}

func (a *Adapter) getUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	if a.users == nil {
		return nil, a.begun(ctx, a.users)
	}
	var room room
	args, err := a.keys(ctx, room[:0], a.accounts, provider, providerAccountID)
	if err != nil {
		return nil, err
	}
	return readOne[authdb.User](ctx, a, a.queries().userByAccount, args)
}

// UpdateUser implements authdb.UserStore.
func (a *Adapter) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	user, err := edit[authdb.User](ctx, a, a.users, userPatch(patch), id)
	return user, a.wrap(ctx, "update user", err)
}

// DeleteUser implements authdb.UserStore.
func (a *Adapter) DeleteUser(ctx context.Context, id string) error {
	return a.wrap(ctx, opDeleteUser, a.deleteUser(ctx, id))
}

func (a *Adapter) deleteUser(ctx context.Context, id string) error {
	args, err := a.keys(ctx, nil, a.users, id)
	if errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(a.children(), func(t *table) bool { return a.queries().facts.cascades[t] && !t.deleteHooks() })
	if len(left) == 0 && !a.users.deleteHooks() {
		return a.once(ctx, func(tx *gorm.DB) error {
			_, err := a.remove(tx, a.users, a.matches(a.users, args), reflect.Value{})
			return err
		})
	}
	return a.inTx(ctx, func(tx *gorm.DB) error {
		defer sendsAgain(tx)()
		// The lock comes first: whoever adds to the user waits, and finds
		// nobody.
		found, err := a.find(ctx, tx, a.queries().of[a.users].any, args...)
		if err != nil || len(found) == 0 {
			return err
		}
		user := found[0][0]
		for _, t := range left {
			if err := a.removeChildren(ctx, tx, t, id); err != nil {
				return err
			}
		}
		if !a.users.deleteHooks() {
			user = reflect.Value{}
		}
		_, err = a.remove(tx, a.users, a.matches(a.users, args), user)
		return err
	})
}

// removeChildren deletes the rows that point at the user.
func (a *Adapter) removeChildren(ctx context.Context, tx *gorm.DB, t *table, userID string) error {
	ref := t.column("UserID")
	arg, ok := t.bind(ctx, ref, userID)
	if !ok {
		return nil
	}
	where := a.holds([]*column{ref}, []any{arg})
	if !t.deleteHooks() {
		_, err := a.remove(tx, t, where, reflect.Value{})
		return err
	}
	found, err := a.find(ctx, tx, a.queries().of[t].anyByUser, arg)
	if err != nil {
		return err
	}
	return a.removeEach(ctx, tx, t, found)
}
