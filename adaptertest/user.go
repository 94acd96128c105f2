package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

var userRules = group("UserStore", 0, []rule{
	{name: "CreateUser stores the user and returns it as stored", check: func(r *rig) {
		want := r.newUser()
		got, err := r.CreateUser(r.ctx, want)
		r.ok(err, "CreateUser")
		r.sameUser(got, want, "CreateUser")
		want.ID = got.ID
		r.userIs(want, "after CreateUser")
	}},
	{name: "CreateUser gives an ID to a user without one", check: func(r *rig) {
		ada, err := r.CreateUser(r.ctx, r.newUser())
		r.ok(err, "CreateUser")
		bob, err := r.CreateUser(r.ctx, r.newUser())
		r.ok(err, "CreateUser of a second user")
		if ada.ID == "" || bob.ID == "" || ada.ID == bob.ID {
			r.Errorf("CreateUser: two users have the IDs %q and %q, want two IDs", ada.ID, bob.ID)
		}
	}},
	{name: "CreateUser keeps a given ID", unless: numbersUsers, check: func(r *rig) {
		want := r.newUser()
		want.ID = r.unknownID()
		got, err := r.CreateUser(r.ctx, want)
		r.ok(err, "CreateUser")
		r.sameUser(got, want, "CreateUser")
		r.userIs(want, "after CreateUser")
	}},
	{name: "CreateUser returns ErrDuplicate if the ID is taken", unless: numbersUsers, check: func(r *rig) {
		ada := r.addUser()
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = ada.ID }))
		r.is(err, authdb.ErrDuplicate, "CreateUser with the ID of another user")
		r.userIs(ada, "after the refusal")
	}},
	{name: "CreateUser returns ErrInvalid for a given ID where the database numbers the users", needs: numbersUsers, check: func(r *rig) {
		user := r.newUser()
		user.ID = r.unknownID()
		_, err := r.CreateUser(r.ctx, user)
		r.invalid(err, "ID", "CreateUser with an ID")
		_, err = r.GetUserByEmail(r.ctx, user.Email)
		r.absent(err, "GetUserByEmail of the user who was refused")
	}},
	{name: "CreateUser returns ErrDuplicate if the email address is taken", check: func(r *rig) {
		ada := r.addUser()
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = ada.Email }))
		r.is(err, authdb.ErrDuplicate, "CreateUser with the address of another user")
		r.userIs(ada, "after the refusal")
	}},
	{name: "Any number of users may have no email address", check: func(r *rig) {
		nobody := func(u *authdb.User) { u.Email = "" }
		for range 3 {
			want := r.newUser(nobody)
			got, err := r.CreateUser(r.ctx, want)
			r.ok(err, "CreateUser without an address")
			r.sameUser(got, want, "CreateUser without an address")
		}
	}},
	{name: "A user may have nothing but an ID", check: func(r *rig) {
		got, err := r.CreateUser(r.ctx, &authdb.User{})
		r.ok(err, "CreateUser of an empty user")
		r.sameUser(got, &authdb.User{}, "CreateUser of an empty user")
		r.userIs(&authdb.User{ID: got.ID}, "after CreateUser of an empty user")
	}},
	{name: "GetUser returns the user with the given ID, or ErrNotFound", check: func(r *rig) {
		ada, _ := r.addUser(), r.addUser()
		r.userIs(ada, "with another user there")
		_, err := r.GetUser(r.ctx, r.unknownID())
		r.absent(err, "GetUser of an unknown ID")
	}},
	{name: "GetUserByEmail returns the user with this address, or ErrNotFound", check: func(r *rig) {
		ada, _ := r.addUser(), r.addUser()
		got, err := r.GetUserByEmail(r.ctx, ada.Email)
		r.ok(err, "GetUserByEmail")
		r.sameUser(got, ada, "GetUserByEmail")
		_, err = r.GetUserByEmail(r.ctx, r.freshEmail())
		r.absent(err, "GetUserByEmail of an unknown address")
	}},
	{name: "GetUserByAccount returns the user that the provider account is linked to, or ErrNotFound", needs: hasAccounts, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		account, other := r.addAccount(ada.ID), r.addAccount(bob.ID)
		got, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.ok(err, "GetUserByAccount")
		r.sameUser(got, ada, "GetUserByAccount")
		_, err = r.GetUserByAccount(r.ctx, account.Provider, other.ProviderAccountID)
		r.absent(err, "GetUserByAccount of one account's provider and another's id")
		_, err = r.GetUserByAccount(r.ctx, other.Provider, account.ProviderAccountID)
		r.absent(err, "GetUserByAccount of another account's provider and one's id")
	}},
	{name: "DeleteUser removes the user for every look-up", check: func(r *rig) {
		ada := r.addUser()
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		_, err := r.GetUser(r.ctx, ada.ID)
		r.absent(err, "GetUser after DeleteUser")
		_, err = r.GetUserByEmail(r.ctx, ada.Email)
		r.absent(err, "GetUserByEmail after DeleteUser")
		_, err = r.UpdateUser(r.ctx, ada.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
		r.absent(err, "UpdateUser after DeleteUser")
	}},
	{name: "DeleteUser removes the accounts of the user", needs: hasAccounts, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		one, two, other := r.addAccount(ada.ID), r.addAccount(ada.ID), r.addAccount(bob.ID)
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		for _, a := range []*authdb.Account{one, two} {
			_, err := r.GetAccount(r.ctx, a.Provider, a.ProviderAccountID)
			r.absent(err, "GetAccount after DeleteUser")
			_, err = r.GetUserByAccount(r.ctx, a.Provider, a.ProviderAccountID)
			r.absent(err, "GetUserByAccount after DeleteUser")
			_, err = r.LinkAccount(r.ctx, r.newAccount(bob.ID, samePair(a)))
			r.ok(err, "LinkAccount to somebody else after DeleteUser")
		}
		r.accountIs(other, "of another user, after DeleteUser")
	}},
	{name: "DeleteUser removes the sessions of the user", needs: hasSessions, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		live, expired, other := r.addSession(ada.ID), r.addSession(ada.ID, expires(r.past())), r.addSession(bob.ID)
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		for _, s := range []*authdb.Session{live, expired} {
			_, _, err := r.GetSessionAndUser(r.ctx, s.SessionToken)
			r.absent(err, "GetSessionAndUser after DeleteUser")
			_, err = r.CreateSession(r.ctx, r.newSession(bob.ID, sameToken(s)))
			r.ok(err, "CreateSession of the same token for somebody else after DeleteUser")
		}
		r.sessionIs(other, "of another user, after DeleteUser")
	}},
	{name: "DeleteUser removes the authenticators of the user", needs: hasAuthenticators, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		one, other := r.addAuthenticator(ada.ID), r.addAuthenticator(bob.ID)
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		_, err := r.GetAuthenticator(r.ctx, one.CredentialID)
		r.absent(err, "GetAuthenticator after DeleteUser")
		list, err := r.ListAuthenticatorsByUserID(r.ctx, ada.ID)
		r.ok(err, "ListAuthenticatorsByUserID after DeleteUser")
		if len(list) != 0 {
			r.Errorf("ListAuthenticatorsByUserID after DeleteUser: got %d, want none", len(list))
		}
		_, err = r.CreateAuthenticator(r.ctx, r.newAuthenticator(bob.ID, sameCredential(one)))
		r.ok(err, "CreateAuthenticator of the same credential for somebody else after DeleteUser")
		r.authenticatorIs(other, "of another user, after DeleteUser")
	}},
	{name: "DeleteUser leaves other users and the verification tokens", needs: hasTokens, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		token := r.addToken(func(t *authdb.VerificationToken) { t.Identifier = ada.Email })
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		r.userIs(bob, "after DeleteUser of another user")
		_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
		r.ok(err, "UseVerificationToken of the user's address after DeleteUser")
	}},
	{name: "DeleteUser of a user who is not there is no error", check: func(r *rig) {
		r.ok(r.DeleteUser(r.ctx, r.unknownID()), "DeleteUser of an unknown ID")
		ada := r.addUser()
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser for the second time")
	}},
	{name: "DeleteUser frees the email address", check: func(r *rig) {
		ada := r.addUser()
		r.ok(r.DeleteUser(r.ctx, ada.ID), "DeleteUser")
		again, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = ada.Email }))
		r.ok(err, "CreateUser with the address of a deleted user")
		r.userIs(again, "with the address of a deleted user")
	}},
	{name: "DeleteUser returns ErrReferenced and removes nothing if another table points at the user", needs: referencesUsers | hasAccounts | hasSessions, check: func(r *rig) {
		ada := r.addUser()
		account, session := r.addAccount(ada.ID), r.addSession(ada.ID)
		r.setup(r.config.reference(r.ctx, r.adapter, ada.ID), "Referenced")
		r.is(r.DeleteUser(r.ctx, ada.ID), authdb.ErrReferenced, "DeleteUser of a user that another table points at")
		r.userIs(ada, "after the refusal")
		r.accountIs(account, "after the refusal")
		r.sessionIs(session, "after the refusal")
	}},
})

var updateUserRules = group("UserStore", 0, []rule{
	{name: "UpdateUser changes exactly the members set in the patch and returns the complete user", check: func(r *rig) {
		want := r.addUser()
		later := r.truncateVerified(verifiedAt.Add(time.Hour))
		r.updatesUser(want, authdb.UserPatch{Name: authdb.Set("Ada")}, func() { want.Name = "Ada" })
		image := r.fresh("image")
		r.updatesUser(want, authdb.UserPatch{Image: authdb.Set(image)}, func() { want.Image = image })
		email := r.freshEmail()
		r.updatesUser(want, authdb.UserPatch{Email: authdb.Set(email)}, func() { want.Email = email })
		r.updatesUser(want, authdb.UserPatch{EmailVerified: authdb.Set(later)}, func() { want.EmailVerified = &later })
	}},
	{name: "UpdateUser changes all members at once", check: func(r *rig) {
		user, want := r.addUser(), r.newUser()
		want.ID = user.ID
		at := r.truncateVerified(verifiedAt.Add(time.Hour))
		want.EmailVerified = &at
		patch := authdb.UserPatch{
			Name: authdb.Set(want.Name), Email: authdb.Set(want.Email),
			Image: authdb.Set(want.Image), EmailVerified: authdb.Set(at),
		}
		r.updatesUser(want, patch, func() {})
	}},
	{name: "UpdateUser empties what the patch sets to Null", check: func(r *rig) {
		want := r.addUser()
		r.updatesUser(want, authdb.UserPatch{Name: authdb.Null[string]()}, func() { want.Name = "" })
		r.updatesUser(want, authdb.UserPatch{Image: authdb.Null[string]()}, func() { want.Image = "" })
		r.updatesUser(want, authdb.UserPatch{EmailVerified: authdb.Null[time.Time]()}, func() { want.EmailVerified = nil })
	}},
	{name: "UpdateUser takes an empty email address for none", check: func(r *rig) {
		for range 2 { // a second empty one would be a duplicate, if it were stored
			want := r.addUser()
			r.updatesUser(want, authdb.UserPatch{Email: authdb.Set("")}, func() { want.Email = "" })
		}
		want := r.addUser()
		r.updatesUser(want, authdb.UserPatch{Email: authdb.Null[string]()}, func() { want.Email = "" })
	}},
	{name: "An empty UserPatch reads", check: func(r *rig) {
		want := r.addUser()
		r.updatesUser(want, authdb.UserPatch{}, func() {})
		_, err := r.UpdateUser(r.ctx, r.unknownID(), authdb.UserPatch{})
		r.absent(err, "UpdateUser of an unknown ID with an empty patch")
	}},
	{name: "UpdateUser with what is stored already succeeds", check: func(r *rig) {
		want := r.addUser()
		patch := authdb.UserPatch{
			Name: authdb.Set(want.Name), Email: authdb.Set(want.Email),
			Image: authdb.Set(want.Image), EmailVerified: authdb.Set(*want.EmailVerified),
		}
		r.updatesUser(want, patch, func() {})
	}},
	{name: "UpdateUser leaves other users as they are", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		_, err := r.UpdateUser(r.ctx, ada.ID, authdb.UserPatch{Name: authdb.Set("Ada"), Image: authdb.Null[string]()})
		r.ok(err, "UpdateUser")
		r.userIs(bob, "after UpdateUser of another user")
	}},
	{name: "UpdateUser returns ErrNotFound if there is no such user, and creates none", check: func(r *rig) {
		id, email := r.unknownID(), r.freshEmail()
		_, err := r.UpdateUser(r.ctx, id, authdb.UserPatch{Email: authdb.Set(email)})
		r.absent(err, "UpdateUser of an unknown ID")
		_, err = r.GetUser(r.ctx, id)
		r.absent(err, "GetUser afterwards")
		_, err = r.GetUserByEmail(r.ctx, email)
		r.absent(err, "GetUserByEmail afterwards")
	}},
	{name: "UpdateUser returns ErrDuplicate if the new address is taken, and changes nothing", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		_, err := r.UpdateUser(r.ctx, ada.ID, authdb.UserPatch{Name: authdb.Set("Ada"), Email: authdb.Set(bob.Email)})
		r.is(err, authdb.ErrDuplicate, "UpdateUser with the address of another user")
		r.userIs(ada, "after the refusal")
		r.userIs(bob, "whose address it is, after the refusal")
	}},
	{name: "UpdateUser frees the former address", check: func(r *rig) {
		ada, email := r.addUser(), r.freshEmail()
		_, err := r.UpdateUser(r.ctx, ada.ID, authdb.UserPatch{Email: authdb.Set(email)})
		r.ok(err, "UpdateUser")
		_, err = r.GetUserByEmail(r.ctx, ada.Email)
		r.absent(err, "GetUserByEmail of the former address")
		got, err := r.GetUserByEmail(r.ctx, email)
		r.ok(err, "GetUserByEmail of the new address")
		if got.ID != ada.ID {
			r.Errorf("GetUserByEmail of the new address found %q, want %q", got.ID, ada.ID)
		}
		_, err = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = ada.Email }))
		r.ok(err, "CreateUser with the former address")
	}},
})

// updatesUser patches the user, and edits what is wanted alike.
func (r *rig) updatesUser(want *authdb.User, patch authdb.UserPatch, edit func()) {
	r.Helper()
	edit()
	got, err := r.UpdateUser(r.ctx, want.ID, patch)
	r.ok(err, "UpdateUser")
	r.sameUser(got, want, "UpdateUser")
	r.userIs(want, "after UpdateUser")
}
