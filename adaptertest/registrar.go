package adaptertest

import (
	"reflect"
	"time"

	"github.com/authdb/authdb"
)

var registrarRules = group("Registrar", hasRegistrar|hasAccounts, []rule{
	{name: "CreateUserWithAccount stores the user and the account, and returns both as stored", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		created, linked, err := r.CreateUserWithAccount(r.ctx, user, account)
		r.ok(err, "CreateUserWithAccount")
		if created.ID == "" || linked.UserID != created.ID {
			r.Errorf("CreateUserWithAccount: want a user with an ID, and the account to be the user's")
		}
		r.sameUser(created, user, "CreateUserWithAccount")
		account.UserID = created.ID
		r.sameAccount(linked, account, "CreateUserWithAccount")
		r.isRegistered(created, linked, "after CreateUserWithAccount")
	}},
	{name: "CreateUserWithAccount keeps a given ID of the user", unless: numbersUsers, check: func(r *rig) {
		user := r.newUser(func(u *authdb.User) { u.ID = authdb.NewID() })
		created, linked, err := r.CreateUserWithAccount(r.ctx, user, r.newAccount(""))
		r.ok(err, "CreateUserWithAccount")
		r.sameUser(created, user, "CreateUserWithAccount")
		r.isRegistered(created, linked, "after CreateUserWithAccount")
	}},
	{name: "CreateUserWithAccount needs no more of a user and an account than CreateUser and LinkAccount", check: func(r *rig) {
		account := &authdb.Account{Type: authdb.AccountOIDC, Provider: r.fresh("provider"), ProviderAccountID: r.fresh("account")}
		created, linked, err := r.CreateUserWithAccount(r.ctx, &authdb.User{Email: r.freshEmail()}, account)
		r.ok(err, "CreateUserWithAccount of what is required")
		r.isRegistered(created, linked, "after CreateUserWithAccount of what is required")
	}},
	{name: "CreateUserWithAccount of nil is ErrInvalid, and stores nothing", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		_, _, err := r.CreateUserWithAccount(r.ctx, user, nil)
		r.is(err, authdb.ErrInvalid, "CreateUserWithAccount without an account")
		_, _, err = r.CreateUserWithAccount(r.ctx, nil, account)
		r.is(err, authdb.ErrInvalid, "CreateUserWithAccount without a user")
		r.notRegistered(user, account, "afterwards")
	}},
	{name: "CreateUserWithAccount of an account with a UserID is ErrInvalid, and stores nothing", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount(r.addUser().ID)
		_, _, err := r.CreateUserWithAccount(r.ctx, user, account)
		r.invalid(err, "UserID", "CreateUserWithAccount of an account with a UserID")
		r.notRegistered(user, account, "afterwards")
	}},
	{name: "CreateUserWithAccount of an account that can't be stored is ErrInvalid, and leaves no user", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("", func(a *authdb.Account) { a.Type = "" })
		_, _, err := r.CreateUserWithAccount(r.ctx, user, account)
		r.invalid(err, "Type", "CreateUserWithAccount of an account without Type")
		r.notRegistered(user, account, "afterwards")
	}},
	{name: "CreateUserWithAccount with an address that is taken is ErrDuplicate, and links no account", check: func(r *rig) {
		other, account := r.addUser(), r.newAccount("")
		_, _, err := r.CreateUserWithAccount(r.ctx, r.newUser(func(u *authdb.User) { u.Email = other.Email }), account)
		r.is(err, authdb.ErrDuplicate, "CreateUserWithAccount with the address of another user")
		r.userIs(other, "who has the address, afterwards")
		r.notLinked(account, "afterwards")
	}},
	{name: "CreateUserWithAccount with an account that is taken is ErrDuplicate, and leaves no user", check: func(r *rig) {
		old, user := r.addAccount(r.addUser().ID), r.newUser()
		_, _, err := r.CreateUserWithAccount(r.ctx, user, r.newAccount("", samePair(old)))
		r.is(err, authdb.ErrDuplicate, "CreateUserWithAccount with the account of another user")
		r.accountIs(old, "of another user, afterwards")
		_, err = r.GetUserByEmail(r.ctx, user.Email)
		r.absent(err, "GetUserByEmail afterwards")
	}},
	{name: "CreateUserWithAccount with an ID that is taken is ErrDuplicate, and links no account", unless: numbersUsers, check: func(r *rig) {
		other, account := r.addUser(), r.newAccount("")
		user := r.newUser(func(u *authdb.User) { u.ID = other.ID })
		_, _, err := r.CreateUserWithAccount(r.ctx, user, account)
		r.is(err, authdb.ErrDuplicate, "CreateUserWithAccount with the ID of another user")
		r.userIs(other, "who has the ID, afterwards")
		r.notRegistered(user, account, "afterwards")
	}},
	{name: "CreateUserWithAccount in a transaction is undone with it", needs: transactsUsers, check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		r.is(r.inTx(func(tx *rig) error {
			tx.mustRegister()
			created, linked, err := tx.CreateUserWithAccount(tx.ctx, user, account)
			tx.ok(err, "CreateUserWithAccount in a transaction")
			tx.isRegistered(created, linked, "in the transaction")
			return errUndo
		}), errUndo, "InTx")
		r.notRegistered(user, account, "after the transaction was undone")
	}},
	{name: "CreateUserWithAccount that fails in a transaction has done nothing, and the transaction goes on", needs: transactsUsers, check: failsToRegisterInside},
	{name: "Of concurrent callers of CreateUserWithAccount with one person one wins, the others get ErrDuplicate", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		r.oneWins(registrants, authdb.ErrDuplicate, "CreateUserWithAccount", func(int) error {
			_, _, err := r.CreateUserWithAccount(r.ctx, user, account)
			return err
		})
		stored, err := r.GetUserByEmail(r.ctx, user.Email)
		r.ok(err, "GetUserByEmail")
		r.ownsOne(account, stored)
	}},
	{name: "Of concurrent callers of CreateUserWithAccount with one account one wins, and of the others no user is left", check: func(r *rig) {
		account, people := r.newAccount(""), make([]*authdb.User, registrants)
		for i := range people {
			people[i] = r.newUser()
		}
		r.oneWins(registrants, authdb.ErrDuplicate, "CreateUserWithAccount", func(i int) error {
			_, _, err := r.CreateUserWithAccount(r.ctx, people[i], account)
			return err
		})
		var left []*authdb.User
		for _, user := range people {
			if stored, err := r.GetUserByEmail(r.ctx, user.Email); err == nil {
				left = append(left, stored)
			}
		}
		if len(left) != 1 {
			r.Fatalf("CreateUserWithAccount by %d callers with one account: %d users are left, want one", registrants, len(left))
		}
		r.ownsOne(account, left[0])
	}},
})

// failsToRegisterInside fails in every way that a key can, and goes on.
func failsToRegisterInside(r *rig) {
	other := r.addUser()
	old := r.addAccount(other.ID)
	user, account := r.newUser(), r.newAccount("")
	var created *authdb.User
	var linked *authdb.Account
	r.ok(r.inTx(func(tx *rig) error {
		tx.mustRegister()
		before := tx.addUser()
		_, _, err := tx.CreateUserWithAccount(tx.ctx, tx.newUser(func(u *authdb.User) { u.Email = other.Email }), account)
		tx.is(err, authdb.ErrDuplicate, "CreateUserWithAccount in a transaction, with an address that is taken")
		_, _, err = tx.CreateUserWithAccount(tx.ctx, user, tx.newAccount("", samePair(old)))
		tx.is(err, authdb.ErrDuplicate, "CreateUserWithAccount in a transaction, with an account that is taken")
		tx.notRegistered(user, account, "in the transaction, after CreateUserWithAccount failed")
		_, _, err = tx.CreateUserWithAccount(tx.ctx, user, tx.newAccount("", func(a *authdb.Account) { a.Type = "" }))
		tx.is(err, authdb.ErrInvalid, "CreateUserWithAccount in a transaction, of an account without Type")
		tx.userIs(before, "of before, in the transaction")
		created, linked, err = tx.CreateUserWithAccount(tx.ctx, user, account) // all of it is free
		tx.ok(err, "CreateUserWithAccount in the transaction, after others have failed")
		return nil
	}), "InTx")
	r.isRegistered(created, linked, "after the transaction")
	r.userIs(other, "who has the address, after the transaction")
	r.accountIs(old, "that was taken, after the transaction")
}

// mustRegister ends the rule if the adapter of a transaction lacks the extension.
func (r *rig) mustRegister() {
	r.Helper()
	if r.registrar == nil {
		r.Fatalf("As finds no Registrar in a transaction, and one outside of it")
	}
}

// isRegistered checks that both are found by whatever they are found by.
func (r *rig) isRegistered(user *authdb.User, account *authdb.Account, what string) {
	r.Helper()
	r.userIs(user, what)
	r.accountIs(account, what)
	owner, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
	r.ok(err, "GetUserByAccount, "+what)
	r.sameUser(owner, user, "GetUserByAccount, "+what)
	if user.Email != "" {
		found, err := r.GetUserByEmail(r.ctx, user.Email)
		r.ok(err, "GetUserByEmail, "+what)
		r.sameUser(found, user, "GetUserByEmail, "+what)
	}
}

// notRegistered checks that neither is there.
func (r *rig) notRegistered(user *authdb.User, account *authdb.Account, what string) {
	r.Helper()
	_, err := r.GetUserByEmail(r.ctx, user.Email)
	r.absent(err, "GetUserByEmail, "+what)
	r.notLinked(account, what)
}

func (r *rig) notLinked(account *authdb.Account, what string) {
	r.Helper()
	_, err := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
	r.absent(err, "GetAccount, "+what)
}

// ownsOne checks that the account is the user's, who has no other.
func (r *rig) ownsOne(account *authdb.Account, user *authdb.User) {
	r.Helper()
	owner, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
	r.ok(err, "GetUserByAccount")
	r.sameUser(owner, user, "GetUserByAccount")
	if r.has(hasAccountLister) {
		r.hasAccountCount(user.ID, 1, "of several callers at once")
	}
}

// keepsNoRegistrant changes what CreateUserWithAccount was given.
func (r *rig) keepsNoRegistrant() {
	r.Helper()
	user, account := r.newUser(), r.newAccount("")
	created, linked, err := r.CreateUserWithAccount(r.ctx, user, account)
	r.ok(err, "CreateUserWithAccount")
	wantUser, wantAccount := cloneUser(created), cloneAccount(linked)
	user.Name, *user.EmailVerified = "changed", time.Time{}
	account.Scope = "changed"
	r.userIs(wantUser, "after a change of what CreateUserWithAccount was given")
	r.accountIs(wantAccount, "after a change of what CreateUserWithAccount was given")
}

// ownsRegistrant changes what CreateUserWithAccount returned.
func (r *rig) ownsRegistrant() {
	r.Helper()
	created, linked, err := r.CreateUserWithAccount(r.ctx, r.newUser(), r.newAccount(""))
	r.ok(err, "CreateUserWithAccount")
	wantUser, wantAccount := cloneUser(created), cloneAccount(linked)
	r.scribble(created)
	linked.Scope = "changed"
	r.userIs(wantUser, "after a change of what CreateUserWithAccount returned")
	r.accountIs(wantAccount, "after a change of what CreateUserWithAccount returned")
}

// withoutRegistrar is an adapter that lacks the extension.
type withoutRegistrar struct{ authdb.Adapter }

// As finds what the adapter has, but for the one.
func (w withoutRegistrar) As(target any) bool {
	if _, ok := target.(*authdb.Registrar); ok {
		return false
	}
	if a, ok := w.Adapter.(interface{ As(target any) bool }); ok {
		return a.As(target)
	}
	v := reflect.ValueOf(target).Elem()
	if !reflect.TypeOf(w.Adapter).AssignableTo(v.Type()) {
		return false
	}
	v.Set(reflect.ValueOf(w.Adapter))
	return true
}
