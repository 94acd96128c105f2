package adaptertest

import (
	"context"
	"errors"

	"github.com/authdb/authdb"
)

// registering is a bite by another CreateUserWithAccount.
func registering(rule string, broken func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error)) bite {
	return breaks(rule, func(f *faulty, _ *Memory) {
		f.createUserWithAccount = func(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			return broken(ctx, f, u, a)
		}
	})
}

// oneByOne creates the user and then links the account, without a transaction.
func oneByOne(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
	if a == nil || a.UserID != "" {
		return nil, nil, invalid("UserID", "not empty")
	}
	created, err := f.CreateUser(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	yield()
	theirs := *a
	theirs.UserID = created.ID
	linked, err := f.LinkAccount(ctx, &theirs)
	if err != nil {
		return nil, nil, err
	}
	return created, linked, nil
}

// accountFirst stores the account before it knows whose it is.
func accountFirst(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
	if u == nil || a == nil || a.UserID != "" {
		return f.createBoth(ctx, u, a)
	}
	theirs := *u
	if theirs.ID == "" {
		theirs.ID = authdb.NewID()
	}
	linked := cloneAccount(a)
	linked.ID, linked.UserID = authdb.NewID(), theirs.ID
	locked(f.Memory, func() { f.accounts[accountKey{a.Provider, a.ProviderAccountID}] = linked })
	created, err := f.CreateUser(ctx, &theirs)
	if err != nil {
		return nil, nil, err
	}
	return created, cloneAccount(linked), nil
}

// registered edits what a sound CreateUserWithAccount is given and returns.
func registered(rule string, given, returned func(u *authdb.User, a *authdb.Account)) bite {
	return registering(rule, func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		u, a = cloneUser(u), cloneAccount(a)
		if given != nil && u != nil && a != nil {
			given(u, a)
		}
		created, linked, err := f.createBoth(ctx, u, a)
		if returned != nil && err == nil {
			returned(created, linked)
		}
		return created, linked, err
	})
}

const (
	storesBoth         = "CreateUserWithAccount stores the user and the account, and returns both as stored"
	failsInTransaction = "CreateUserWithAccount that fails in a transaction has done nothing, and the transaction goes on"
)

var registrarBites = []bite{
	registered(storesBoth, func(_ *authdb.User, a *authdb.Account) { a.IDToken = "" }, nil), // a column that was forgotten
	registered(storesBoth, func(u *authdb.User, _ *authdb.Account) { u.EmailVerified = nil }, nil),
	registered(storesBoth, nil, func(u *authdb.User, _ *authdb.Account) { u.ID = "" }),
	registered(storesBoth, nil, func(_ *authdb.User, a *authdb.Account) { a.UserID = "" }), // as given
	registering(storesBoth, func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, err := f.CreateUser(ctx, u)
		if err != nil {
			return nil, nil, err
		}
		linked := cloneAccount(a) // and stores it never
		linked.ID, linked.UserID = authdb.NewID(), created.ID
		return created, linked, nil
	}),
	registered("CreateUserWithAccount keeps a given ID of the user", func(u *authdb.User, _ *authdb.Account) { u.ID = "" }, nil),
	registering("CreateUserWithAccount needs no more of a user and an account than CreateUser and LinkAccount",
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if u != nil && u.Name == "" {
				return nil, nil, invalid("Name", "required")
			}
			return f.createBoth(ctx, u, a)
		}),
	registering("CreateUserWithAccount needs no more of a user and an account than CreateUser and LinkAccount",
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if a != nil && a.AccessToken == "" {
				return nil, nil, invalid("AccessToken", "required")
			}
			return f.createBoth(ctx, u, a)
		}),
	registering("CreateUserWithAccount of nil is ErrInvalid, and stores nothing",
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if a == nil {
				if _, err := f.CreateUser(ctx, u); err != nil {
					return nil, nil, err
				}
			}
			return f.createBoth(ctx, u, a)
		}),
	registering("CreateUserWithAccount of nil is ErrInvalid, and stores nothing",
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if u == nil {
				u = new(authdb.User)
			}
			return f.createBoth(ctx, u, a)
		}),
	registered("CreateUserWithAccount of an account with a UserID is ErrInvalid, and stores nothing",
		func(_ *authdb.User, a *authdb.Account) { a.UserID = "" }, nil),
	registering("CreateUserWithAccount of an account that can't be stored is ErrInvalid, and leaves no user", oneByOne),
	registering("CreateUserWithAccount with an address that is taken is ErrDuplicate, and links no account", accountFirst),
	registering("CreateUserWithAccount with an address that is taken is ErrDuplicate, and links no account", // an upsert
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			created, linked, err := f.createBoth(ctx, u, a)
			if errors.Is(err, authdb.ErrDuplicate) {
				if old, err := f.GetUserByEmail(ctx, u.Email); err == nil {
					theirs := *a
					theirs.UserID = old.ID
					linked, err = f.LinkAccount(ctx, &theirs)
					return old, linked, err
				}
			}
			return created, linked, err
		}),
	registering("CreateUserWithAccount with an account that is taken is ErrDuplicate, and leaves no user", oneByOne),
	registering("CreateUserWithAccount with an account that is taken is ErrDuplicate, and leaves no user", // moves it
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if a != nil {
				_ = f.UnlinkAccount(ctx, a.Provider, a.ProviderAccountID)
			}
			return f.createBoth(ctx, u, a)
		}),
	registering("CreateUserWithAccount with an ID that is taken is ErrDuplicate, and links no account", accountFirst),
	registering("CreateUserWithAccount in a transaction is undone with it", // on another connection
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			created, linked, err := f.createBoth(ctx, u, a)
			if root := f.state.outer; root != nil && err == nil {
				root.mu.Lock()
				defer root.mu.Unlock()
				root.users[created.ID] = cloneUser(created)
				root.accounts[accountKey{a.Provider, a.ProviderAccountID}] = cloneAccount(linked)
			}
			return created, linked, err
		}),
	breaks("CreateUserWithAccount in a transaction is undone with it", func(f *faulty, _ *Memory) {
		if !f.isOutermost() {
			f.declines = []string{"Registrar"}
		}
	}),
	registering(failsInTransaction, oneByOne),
	breaks(failsInTransaction, func(f *faulty, _ *Memory) { // poisoned, as on PostgreSQL
		poisoned := false
		f.createUserWithAccount = func(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if poisoned && !f.isOutermost() {
				return nil, nil, errors.New("faulty: current transaction is aborted")
			}
			created, linked, err := f.createBoth(ctx, u, a)
			poisoned = poisoned || errors.Is(err, authdb.ErrDuplicate)
			return created, linked, err
		}
	}),
	breaks("Of concurrent callers of CreateUserWithAccount with one person one wins, the others get ErrDuplicate", keyless),
	registering("Of concurrent callers of CreateUserWithAccount with one person one wins, the others get ErrDuplicate", // a look-up instead of the key's error
		func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			if _, err := f.GetUserByEmail(ctx, u.Email); err == nil {
				return nil, nil, duplicate("Email")
			}
			yield()
			created, linked, err := f.createBoth(ctx, u, a)
			if errors.Is(err, authdb.ErrDuplicate) {
				err = errors.New("faulty: unique constraint")
			}
			return created, linked, err
		}),
	registering("Of concurrent callers of CreateUserWithAccount with one account one wins, and of the others no user is left", oneByOne),

	registering(neverModified, func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, linked, err := f.createBoth(ctx, u, a)
		if err == nil {
			a.UserID = created.ID
		}
		return created, linked, err
	}),
	registering(neverModified, func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, linked, err := f.createBoth(ctx, u, a)
		if err == nil {
			u.ID = created.ID
		}
		return created, linked, err
	}),
	registering("Arguments are not retained", func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, linked, err := f.createBoth(ctx, u, a)
		if err == nil {
			locked(f.Memory, func() { f.users[created.ID].EmailVerified = u.EmailVerified })
		}
		return created, linked, err
	}),
	registering("Results belong to the caller", func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, linked, err := f.createBoth(ctx, u, a)
		if err == nil {
			locked(f.Memory, func() { linked = f.accounts[accountKey{a.Provider, a.ProviderAccountID}] })
		}
		return created, linked, err
	}),
	registering(neverQuoted, func(ctx context.Context, f *faulty, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
		created, linked, err := f.createBoth(ctx, u, a)
		return created, linked, quoting(err, a)
	}),
	breaksIn("without AccountStore", "If As declines AccountStore, its methods return errors.ErrUnsupported", func(f *faulty, m *Memory) {
		decline(f, "AccountStore")
		f.createUserWithAccount = m.CreateUserWithAccount
	}),
	// A sound Registrar hides nothing of what Register does without one.
	breaks("A registration whose account can't be linked leaves no user", func(f *faulty, m *Memory) {
		f.createUserWithAccount = m.CreateUserWithAccount
		f.inTx = func(ctx context.Context, do work) error { return direct(ctx, f, do) }
	}),
	breaks("Of concurrent registrations of one person all get the one user, and one is told Created", func(f *faulty, m *Memory) {
		keyless(f, m)
		f.createUserWithAccount = m.CreateUserWithAccount
	}),
	breaks("Register stores a new user with the account, and finds both at the next sign-in", func(f *faulty, m *Memory) { // a Registrar that does not
		f.createUserWithAccount = func(ctx context.Context, u *authdb.User, a *authdb.Account) (*authdb.User, *authdb.Account, error) {
			created, linked, err := f.createBoth(ctx, u, a)
			if err == nil {
				err = m.UnlinkAccount(ctx, a.Provider, a.ProviderAccountID)
			}
			return created, linked, err
		}
	}),
}
