package adaptertest

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/authdb/authdb"
)

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
