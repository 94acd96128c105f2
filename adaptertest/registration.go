package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

// registrants is how many sign a person in at once.
const registrants = 64

// register calls authdb.Register on the adapter.
func (r *rig) register(user *authdb.User, account *authdb.Account, policy authdb.LinkPolicy) (*authdb.Registration, error) {
	r.Helper()
	adapter := r.adapter
	if r.generic {
		adapter = withoutRegistrar{adapter}
	}
	return call(r.watched, "Register", func() (*authdb.Registration, error) {
		return authdb.Register(r.ctx, adapter, user, account, policy)
	}, user, account)
}

// eitherWay is the rules, and each again as if the adapter were no Registrar: then
// Register takes a transaction, as it does when the keys refuse.
func eitherWay(rules []rule) []rule {
	for i, once := range rules {
		rules[i].check = func(r *rig) {
			once.check(r)
			if !r.has(hasRegistrar) || r.Failed() {
				return
			}
			defer func() {
				if r.Failed() {
					r.Logf("That was without the extension Registrar: with it the rule has passed.")
				}
			}()
			r.generic = true
			once.check(r)
		}
	}
	return rules
}

// trusting is a policy that trusts the account's provider, and takes over a
// user who has not proven the address.
func trusting(a *authdb.Account) authdb.LinkPolicy {
	return authdb.LinkPolicy{Trusted: []string{a.Provider}, ResetUnproven: true}
}

func unproven(u *authdb.User) { u.EmailVerified = nil }

var registerRules = eitherWay(group("Register", transactsUsers|hasAccounts, []rule{
	{name: "Register stores a new user with the account, and finds both at the next sign-in", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		first, err := r.register(user, account, trusting(account))
		r.ok(err, "Register")
		r.registered(first, true, false, "Register")
		r.sameUser(first.User, user, "Register")
		r.userIs(first.User, "after Register")
		r.accountIs(first.Account, "after Register")
		again, err := r.register(r.newUser(), account, authdb.LinkPolicy{})
		r.ok(err, "Register at the next sign-in")
		r.registered(again, false, false, "Register at the next sign-in")
		r.sameUser(again.User, first.User, "Register at the next sign-in")
	}},
	{name: "Register renews the tokens at the next sign-in, and keeps what the provider leaves out", needs: hasAccountUpdater, check: func(r *rig) {
		account := r.newAccount("")
		first, err := r.register(r.newUser(), account, authdb.LinkPolicy{})
		r.ok(err, "Register")
		want := first.Account
		want.AccessToken, want.ExpiresAt = r.fresh("access"), 0
		_, err = r.register(r.newUser(), r.newAccount("", samePair(account), func(a *authdb.Account) {
			*a = authdb.Account{Provider: a.Provider, ProviderAccountID: a.ProviderAccountID, AccessToken: want.AccessToken}
		}), authdb.LinkPolicy{})
		r.ok(err, "Register at the next sign-in")
		r.accountIs(want, "after the next sign-in")
	}},
	{name: "Of concurrent registrations of one person all get the one user, and one is told Created", check: func(r *rig) {
		r.registersOne(r.newUser(), "Register")
	}},
	{name: "Of concurrent registrations of one person without an address all get the one user, and one is told Created", check: func(r *rig) {
		r.registersOne(r.newUser(func(u *authdb.User) { u.Email = "" }), "Register")
	}},
	{name: "Concurrent registrations of one person with several accounts leave one user with all of them", needs: hasUserLocker | hasAccountLister, check: func(r *rig) {
		user := r.newUser()
		accounts := make([]*authdb.Account, rivals)
		policy := authdb.LinkPolicy{}
		for i := range accounts {
			accounts[i] = r.newAccount("")
			policy.Trusted = append(policy.Trusted, accounts[i].Provider)
		}
		var created atomic.Int64
		r.succeedTogether(rivals, "Register", func(i int) error {
			result, err := r.register(user, accounts[i], policy)
			if err == nil && result.Created {
				created.Add(1)
			}
			return err
		})
		if created.Load() != 1 {
			r.Errorf("Register: %d callers were told Created, want one", created.Load())
		}
		stored, err := r.GetUserByEmail(r.ctx, user.Email)
		r.ok(err, "GetUserByEmail")
		r.hasAccountCount(stored.ID, rivals, "after as many registrations")
	}},
	{name: "A registration whose account can't be linked leaves no user", check: func(r *rig) {
		user := r.newUser()
		_, err := r.register(user, r.newAccount("", func(a *authdb.Account) { a.Type = "" }), authdb.LinkPolicy{})
		r.is(err, authdb.ErrInvalid, "Register with an account that can't be stored")
		_, err = r.GetUserByEmail(r.ctx, user.Email)
		r.absent(err, "GetUserByEmail afterwards")
	}},
	{name: "Register refuses an address that another user has, and changes nothing", check: func(r *rig) {
		user := r.addUser()
		for _, policy := range []authdb.LinkPolicy{{}, {Trusted: []string{r.fresh("provider")}}} {
			account := r.newAccount("")
			_, err := r.register(r.newUser(func(u *authdb.User) { u.Email = user.Email }), account, policy)
			r.is(err, authdb.ErrEmailTaken, "Register")
			r.userIs(user, "after Register was refused")
			_, err = r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
			r.absent(err, "GetAccount after Register was refused")
		}
	}},
	{name: "Register links an account to the user who has the address, where the policy says so", needs: hasUserLocker, check: func(r *rig) {
		user := r.addUser()
		old, account := r.addAccount(user.ID), r.newAccount("")
		result, err := r.register(r.newUser(func(u *authdb.User) { u.Email = user.Email }), account, trusting(account))
		r.ok(err, "Register")
		r.registered(result, false, true, "Register")
		r.userIs(user, "after Register has linked an account")
		r.accountIs(old, "of before, after Register has linked another")
		owner, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.ok(err, "GetUserByAccount")
		r.sameUser(owner, user, "GetUserByAccount of the account that was linked")
	}},
	{name: "Register takes over a user whose address was never proven, and all that was there is gone", needs: hasUserLocker | hasAccountLister | hasSessionLister, check: takesOver},
	{name: "Register in a transaction is part of it", check: func(r *rig) {
		user, account := r.newUser(), r.newAccount("")
		r.is(r.inTx(func(tx *rig) error {
			result, err := tx.register(user, account, authdb.LinkPolicy{})
			tx.ok(err, "Register in a transaction")
			tx.registered(result, true, false, "Register in a transaction")
			return errUndo
		}), errUndo, "InTx")
		_, err := r.GetUserByEmail(r.ctx, user.Email)
		r.absent(err, "GetUserByEmail after the transaction was undone")
		_, err = r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount after the transaction was undone")
	}},
}))

func (r *rig) registered(got *authdb.Registration, created, linked bool, what string) {
	r.Helper()
	if got.User == nil || got.Account == nil {
		r.Fatalf("%s: got no user or no account", what)
	}
	if got.Created != created || got.Linked != linked || got.Account.UserID != got.User.ID {
		r.Errorf("%s: got Created %t and Linked %t, want %t and %t, and the account to be the user's", what, got.Created, got.Linked, created, linked)
	}
}

// registersOne signs one person in by many callers at once.
func (r *rig) registersOne(user *authdb.User, what string) {
	r.Helper()
	account := r.newAccount("")
	var mu sync.Mutex
	created, ids := 0, make(map[string]bool)
	r.succeedTogether(registrants, what, func(int) error {
		result, err := r.register(user, account, authdb.LinkPolicy{})
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		ids[result.User.ID] = true
		if result.Created {
			created++
		}
		return nil
	})
	if len(ids) != 1 || created != 1 {
		r.Errorf("%s by %d callers: got %d users, and %d were told Created, want one", what, registrants, len(ids), created)
	}
	owner, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
	r.ok(err, "GetUserByAccount")
	if !ids[owner.ID] {
		r.Errorf("%s: the account is another user's than who was returned", what)
	}
	if user.Email != "" {
		stored, err := r.GetUserByEmail(r.ctx, user.Email)
		r.ok(err, "GetUserByEmail")
		r.sameUser(stored, owner, "GetUserByEmail")
	}
}

func (r *rig) hasAccountCount(userID string, want int, what string) {
	r.Helper()
	list, err := r.ListAccountsByUserID(r.ctx, userID)
	r.ok(err, "ListAccountsByUserID")
	if len(list) != want {
		r.Errorf("%s: got %d accounts, want %d", what, len(list), want)
	}
}

func takesOver(r *rig) {
	user := r.addUser(unproven)
	old, session := r.addAccount(user.ID), (*authdb.Session)(nil)
	if r.has(hasSessions) {
		session = r.addSession(user.ID)
	}
	if r.has(hasAuthenticators) {
		r.addAuthenticator(user.ID)
	}
	incoming, account := r.newUser(func(u *authdb.User) { u.Email = user.Email }), r.newAccount("")
	policy := trusting(account)
	policy.Reset.Name = authdb.Null[string]()
	result, err := r.register(incoming, account, policy)
	_, removes := authdb.As[authdb.AuthenticatorRemover](r.adapter)
	if r.has(hasAuthenticators) && !removes {
		r.is(err, errors.ErrUnsupported, "Register, where passkeys can't be removed")
		r.userIs(user, "after Register was refused")
		r.accountIs(old, "after Register was refused")
		return
	}
	r.ok(err, "Register")
	r.registered(result, false, true, "Register")
	user.Name, user.EmailVerified = "", incoming.EmailVerified
	r.sameUser(result.User, user, "Register")
	r.userIs(user, "after Register has taken it over")
	r.accountsAre(user.ID, result.Account)
	if session != nil {
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser of who was there before")
	}
	if r.has(hasAuthenticators) {
		list, err := r.ListAuthenticatorsByUserID(r.ctx, user.ID)
		r.ok(err, "ListAuthenticatorsByUserID")
		if len(list) != 0 {
			r.Errorf("after Register has taken the user over: %d passkeys are left", len(list))
		}
	}
}

// unlink calls authdb.Unlink on the adapter.
func (r *rig) unlink(userID string, a *authdb.Account) error {
	r.Helper()
	_, err := call(r.watched, "Unlink", func() (struct{}, error) {
		return struct{}{}, authdb.Unlink(r.ctx, r.adapter, userID, a.Provider, a.ProviderAccountID, nil)
	})
	return err
}

var unlinkRules = group("Unlink", transactsUsers|hasUserLocker|hasAccountLister|hasAccounts, []rule{
	{name: "Unlink removes an account, but not the last way to sign in", check: func(r *rig) {
		user := r.addUser()
		one, two := r.addAccount(user.ID), r.addAccount(user.ID)
		r.ok(r.unlink(user.ID, one), "Unlink of one of two accounts")
		r.accountsAre(user.ID, two)
		r.is(r.unlink(user.ID, two), authdb.ErrLastSignIn, "Unlink of the last account")
		r.accountsAre(user.ID, two)
		if r.has(hasAuthenticators) {
			r.addAuthenticator(user.ID)
			r.ok(r.unlink(user.ID, two), "Unlink of the last account of a user with a passkey")
			r.accountsAre(user.ID)
		}
	}},
	{name: "Unlink of an account that is not the user's is ErrNotFound, and removes nothing", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		one, two := r.addAccount(bob.ID), r.addAccount(bob.ID)
		r.absent(r.unlink(ada.ID, one), "Unlink of another user's account")
		r.absent(r.unlink(bob.ID, r.newAccount("")), "Unlink of an unknown account")
		r.absent(r.unlink(r.unknownID(), one), "Unlink for an unknown user")
		r.accountIs(one, "afterwards")
		r.accountIs(two, "afterwards")
	}},
	{name: "Unlink of an account of passkeys removes its passkeys, and no others", needs: hasAuthenticators | hasAuthenticatorRemover, check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID, func(a *authdb.Account) { a.Type = authdb.AccountWebAuthn })
		its := r.addAuthenticator(user.ID, func(p *authdb.Authenticator) { p.ProviderAccountID = account.ProviderAccountID })
		other := r.addAuthenticator(user.ID)
		r.ok(r.unlink(user.ID, account), "Unlink of an account of passkeys")
		_, err := r.GetAuthenticator(r.ctx, its.CredentialID)
		r.absent(err, "GetAuthenticator of a passkey of the account")
		_, err = r.GetAuthenticator(r.ctx, other.CredentialID)
		r.ok(err, "GetAuthenticator of a passkey of another account")
	}},
	{name: "Of concurrent Unlinks of a user's last two accounts one succeeds, the other gets ErrLastSignIn", check: func(r *rig) {
		for range rounds {
			user := r.addUser()
			accounts := []*authdb.Account{r.addAccount(user.ID), r.addAccount(user.ID)}
			r.oneWins(2, authdb.ErrLastSignIn, "Unlink", func(i int) error { return r.unlink(user.ID, accounts[i]) })
			r.hasAccountCount(user.ID, 1, "after two Unlinks at once")
		}
	}},
})

// A provider is who is asked for new tokens.
type provider struct {
	r     *rig
	calls atomic.Int64
}

func (p *provider) refresh(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
	n := p.calls.Add(1)
	time.Sleep(pause)
	return authdb.AccountPatch{
		AccessToken: authdb.Set(fmt.Sprint(p.r.fresh("access"), n)),
		ExpiresAt:   authdb.Set(int64(2_000_000_000)), // in 2033: some columns end in 2038
	}, nil
}

// refreshes has n callers ask for the account at once, and checks that all get
// what is stored. It returns how often the provider was asked.
func (r *rig) refreshes(n int, refresher func(p *provider) *authdb.Refresher) int64 {
	r.Helper()
	old := r.addAccount(r.addUser().ID)
	p := &provider{r: r}
	got := make([]*authdb.Account, n)
	r.succeedTogether(n, "Refresher.Account", func(i int) (err error) {
		got[i], err = call(r.watched, "Refresher.Account", func() (*authdb.Account, error) {
			return refresher(p).Account(r.ctx, r.adapter, old.Provider, old.ProviderAccountID)
		})
		return err
	})
	stored, err := r.GetAccount(r.ctx, old.Provider, old.ProviderAccountID)
	r.ok(err, "GetAccount")
	if stored.AccessToken == old.AccessToken || stored.RefreshToken != old.RefreshToken {
		r.Errorf("Refresher.Account: the new access token is not stored, or the old refresh token is gone")
	}
	for _, a := range got {
		if a != nil {
			r.sameAccount(a, stored, "Refresher.Account")
		}
	}
	return p.calls.Load()
}

var refresherRules = group("Refresher", transactsUsers|hasAccountUpdater|hasAccounts, []rule{
	{name: "A Refresher asks the provider once for all who wait, and stores the answer", check: func(r *rig) {
		var shared *authdb.Refresher
		var once sync.Once
		n := r.refreshes(rivals, func(p *provider) *authdb.Refresher {
			once.Do(func() { shared = &authdb.Refresher{Refresh: p.refresh} })
			return shared
		})
		if n != 1 {
			r.Errorf("Refresher.Account by %d callers: the provider was asked %d times, want once", rivals, n)
		}
	}},
	{name: "Several Refreshers on one database ask the provider once", needs: hasAccountLocker, check: func(r *rig) {
		n := r.refreshes(rivals, func(p *provider) *authdb.Refresher { return &authdb.Refresher{Refresh: p.refresh} })
		if n != 1 {
			r.Errorf("Refresher.Account of %d Refreshers: the provider was asked %d times, want once", rivals, n)
		}
	}},
	{name: "Several Refreshers on one database all get what is stored", unless: hasAccountLocker, check: func(r *rig) {
		r.refreshes(rivals, func(p *provider) *authdb.Refresher { return &authdb.Refresher{Refresh: p.refresh} })
	}},
})
