package adaptertest

import "github.com/authdb/authdb"

var softDeleteRules = group("SoftDelete", softDeletes, []rule{
	{name: "A soft-deleted user does not exist for GetUser and GetUserByEmail", check: func(r *rig) {
		user := r.addUser()
		r.softDelete(user)
		_, err := r.GetUser(r.ctx, user.ID)
		r.absent(err, "GetUser")
		_, err = r.GetUserByEmail(r.ctx, user.Email)
		r.absent(err, "GetUserByEmail")
	}},
	{name: "A soft-deleted user does not exist for GetUserByAccount", needs: hasAccounts, check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		r.softDelete(user)
		_, err := r.GetUserByAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetUserByAccount")
	}},
	{name: "A soft-deleted user is signed out at once", needs: hasSessions, check: func(r *rig) {
		user := r.addUser()
		session := r.addSession(user.ID)
		r.softDelete(user)
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser")
	}},
	{name: "The sessions of a soft-deleted user are neither listed nor updated", needs: hasSessions | hasSessionLister, check: func(r *rig) {
		user := r.addUser()
		session := r.addSession(user.ID)
		r.softDelete(user)
		r.sessionsAre(user.ID, "ListSessionsByUserID")
		_, err := r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.absent(err, "UpdateSession")
	}},
	{name: "The accounts of a soft-deleted user are neither found, listed nor updated", needs: hasAccounts | hasAccountLister | hasAccountUpdater, check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		r.softDelete(user)
		_, err := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount")
		r.accountsAre(user.ID)
		_, err = r.UpdateAccount(r.ctx, account.Provider, account.ProviderAccountID, authdb.AccountPatch{Scope: authdb.Set("email")})
		r.absent(err, "UpdateAccount")
	}},
	{name: "The authenticators of a soft-deleted user are neither found, listed nor updated", needs: hasAuthenticators, check: func(r *rig) {
		user := r.addUser()
		authenticator := r.addAuthenticator(user.ID)
		r.softDelete(user)
		_, err := r.GetAuthenticator(r.ctx, authenticator.CredentialID)
		r.absent(err, "GetAuthenticator")
		list, err := r.ListAuthenticatorsByUserID(r.ctx, user.ID)
		r.ok(err, "ListAuthenticatorsByUserID")
		if len(list) != 0 {
			r.Errorf("ListAuthenticatorsByUserID: got %d authenticators, want none", len(list))
		}
		_, err = r.UpdateAuthenticatorCounter(r.ctx, authenticator.CredentialID, 8)
		r.absent(err, "UpdateAuthenticatorCounter")
	}},
	{name: "UpdateUser of a soft-deleted user is ErrNotFound", check: func(r *rig) {
		user := r.addUser()
		r.softDelete(user)
		for _, patch := range []authdb.UserPatch{{}, {Name: authdb.Set("Ada")}} {
			_, err := r.UpdateUser(r.ctx, user.ID, patch)
			r.absent(err, "UpdateUser")
		}
	}},
	{name: "A session, account or authenticator for a soft-deleted user is ErrReference", check: func(r *rig) {
		user := r.addUser()
		r.softDelete(user)
		if r.has(hasSessions) {
			_, err := r.CreateSession(r.ctx, r.newSession(user.ID))
			r.is(err, authdb.ErrReference, "CreateSession")
		}
		if r.has(hasAccounts) {
			_, err := r.LinkAccount(r.ctx, r.newAccount(user.ID))
			r.is(err, authdb.ErrReference, "LinkAccount")
		}
		if r.has(hasAuthenticators) {
			_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(user.ID))
			r.is(err, authdb.ErrReference, "CreateAuthenticator")
		}
	}},
	{name: "The email address of a soft-deleted user stays taken", check: func(r *rig) {
		user, other := r.addUser(), r.addUser()
		r.softDelete(user)
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = user.Email }))
		r.is(err, authdb.ErrDuplicate, "CreateUser")
		_, err = r.UpdateUser(r.ctx, other.ID, authdb.UserPatch{Email: authdb.Set(user.Email)})
		r.is(err, authdb.ErrDuplicate, "UpdateUser")
	}},
	{name: "The keys of what a soft-deleted user has stay taken", needs: hasAccounts | hasSessions, check: func(r *rig) {
		user, other := r.addUser(), r.addUser()
		account, session := r.addAccount(user.ID), r.addSession(user.ID)
		r.softDelete(user)
		_, err := r.LinkAccount(r.ctx, r.newAccount(other.ID, samePair(account)))
		r.is(err, authdb.ErrDuplicate, "LinkAccount")
		_, err = r.CreateSession(r.ctx, r.newSession(other.ID, sameToken(session)))
		r.is(err, authdb.ErrDuplicate, "CreateSession")
	}},
	{name: "DeleteUser removes a soft-deleted user for good", needs: hasAccounts | hasSessions, check: func(r *rig) {
		user, other := r.addUser(), r.addUser()
		account, session := r.addAccount(user.ID), r.addSession(user.ID)
		r.softDelete(user)
		r.ok(r.DeleteUser(r.ctx, user.ID), "DeleteUser")
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = user.Email }))
		r.ok(err, "CreateUser with the address of the user who was")
		_, err = r.LinkAccount(r.ctx, r.newAccount(other.ID, samePair(account)))
		r.ok(err, "LinkAccount of the account of the user who was")
		_, err = r.CreateSession(r.ctx, r.newSession(other.ID, sameToken(session)))
		r.ok(err, "CreateSession with the token of the user who was")
	}},
})

func (r *rig) softDelete(user *authdb.User) {
	r.Helper()
	r.setup(r.config.softDelete(r.ctx, r.adapter, user.ID), "SoftDelete")
}
