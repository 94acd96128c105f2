package adaptertest

import "github.com/authdb/authdb"

// samePair is an edit that makes an account a second one of the same provider
// account.
func samePair(other *authdb.Account) func(*authdb.Account) {
	return func(a *authdb.Account) {
		a.Provider, a.ProviderAccountID = other.Provider, other.ProviderAccountID
	}
}

var accountRules = group("AccountStore", hasAccounts, []rule{
	{name: "LinkAccount stores the account and returns it as stored", check: func(r *rig) {
		want := r.newAccount(r.addUser().ID)
		got, err := r.LinkAccount(r.ctx, want)
		r.ok(err, "LinkAccount")
		r.sameAccount(got, want, "LinkAccount")
		r.accountIs(got, "after LinkAccount")
	}},
	{name: "An account may have nothing but what is required", check: func(r *rig) {
		want := &authdb.Account{
			UserID: r.addUser().ID, Type: authdb.AccountWebAuthn,
			Provider: r.fresh("provider"), ProviderAccountID: r.fresh("account"),
		}
		got, err := r.LinkAccount(r.ctx, want)
		r.ok(err, "LinkAccount")
		r.sameAccount(got, want, "LinkAccount")
		r.accountIs(got, "after LinkAccount")
	}},
	{name: "An account is of any type", check: func(r *rig) {
		user := r.addUser()
		for _, kind := range []string{
			authdb.AccountOAuth, authdb.AccountOIDC, authdb.AccountEmail, authdb.AccountCredentials, authdb.AccountWebAuthn, "passkey",
		} {
			want := r.newAccount(user.ID, func(a *authdb.Account) { a.Type = kind })
			got, err := r.LinkAccount(r.ctx, want)
			r.ok(err, "LinkAccount of type "+kind)
			r.sameAccount(got, want, "LinkAccount of type "+kind)
		}
	}},
	{name: "LinkAccount returns ErrDuplicate if the account is linked already, to whomever", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		account := r.addAccount(ada.ID)
		for _, user := range []*authdb.User{ada, bob} {
			_, err := r.LinkAccount(r.ctx, r.newAccount(user.ID, samePair(account)))
			r.is(err, authdb.ErrDuplicate, "LinkAccount of an account that is linked")
		}
		r.accountIs(account, "after the refusal")
	}},
	{name: "The key of an account is the provider together with the provider's id", check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		otherID := r.newAccount(user.ID, func(a *authdb.Account) { a.Provider = account.Provider })
		otherProvider := r.newAccount(user.ID, func(a *authdb.Account) { a.ProviderAccountID = account.ProviderAccountID })
		for _, want := range []*authdb.Account{otherID, otherProvider} {
			_, err := r.LinkAccount(r.ctx, want)
			r.ok(err, "LinkAccount of an account that shares half of its key")
			r.accountIs(want, "that shares half of its key")
		}
		r.accountIs(account, "half of whose key is shared")
	}},
	{name: "LinkAccount returns ErrReference if there is no such user", check: func(r *rig) {
		account := r.newAccount(r.unknownID())
		_, err := r.LinkAccount(r.ctx, account)
		r.is(err, authdb.ErrReference, "LinkAccount to an unknown user")
		_, err = r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount after the refusal")
		_, err = r.LinkAccount(r.ctx, r.newAccount(r.addUser().ID, samePair(account)))
		r.ok(err, "LinkAccount to a user after the refusal")
	}},
	{name: "GetAccount returns the account, or ErrNotFound", check: func(r *rig) {
		user := r.addUser()
		account, other := r.addAccount(user.ID), r.addAccount(user.ID)
		r.accountIs(account, "with another account there")
		_, err := r.GetAccount(r.ctx, account.Provider, other.ProviderAccountID)
		r.absent(err, "GetAccount of one account's provider and another's id")
		_, err = r.GetAccount(r.ctx, other.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount of another account's provider and one's id")
	}},
	{name: "UnlinkAccount removes the account", check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		r.ok(r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID), "UnlinkAccount")
		_, err := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount after UnlinkAccount")
		_, err = r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetUserByAccount after UnlinkAccount")
	}},
	{name: "UnlinkAccount leaves the user and all other accounts", check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		otherID := r.addAccount(user.ID, func(a *authdb.Account) { a.Provider = account.Provider })
		otherProvider := r.addAccount(user.ID, func(a *authdb.Account) { a.ProviderAccountID = account.ProviderAccountID })
		r.ok(r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID), "UnlinkAccount")
		r.userIs(user, "after UnlinkAccount")
		r.accountIs(otherID, "of the same provider, after UnlinkAccount")
		r.accountIs(otherProvider, "with the same id at another provider, after UnlinkAccount")
	}},
	{name: "UnlinkAccount of what is not there is no error", check: func(r *rig) {
		r.ok(r.UnlinkAccount(r.ctx, r.fresh("provider"), r.fresh("account")), "UnlinkAccount of an unknown account")
		account := r.addAccount(r.addUser().ID)
		r.ok(r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID), "UnlinkAccount")
		r.ok(r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID), "UnlinkAccount for the second time")
	}},
	{name: "An account that was unlinked can be linked again, to anybody", check: func(r *rig) {
		account := r.addAccount(r.addUser().ID)
		r.ok(r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID), "UnlinkAccount")
		bob := r.addUser()
		_, err := r.LinkAccount(r.ctx, r.newAccount(bob.ID, samePair(account)))
		r.ok(err, "LinkAccount after UnlinkAccount")
		got, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.ok(err, "GetUserByAccount")
		r.sameUser(got, bob, "GetUserByAccount of the account linked again")
	}},
	{name: "ExpiresAt holds seconds beyond the year 2038", check: func(r *rig) {
		want := r.newAccount(r.addUser().ID, func(a *authdb.Account) { a.ExpiresAt = 1 << 33 })
		got, err := r.LinkAccount(r.ctx, want)
		r.ok(err, "LinkAccount")
		r.sameAccount(got, want, "LinkAccount")
		r.accountIs(got, "after LinkAccount")
	}},
})
