package adaptertest

import "github.com/authdb/authdb"

// writes are what one transaction stored: one record of each kind, of a user
// of its own.
type writes struct {
	user          *authdb.User
	account       *authdb.Account
	session       *authdb.Session
	token         *authdb.VerificationToken
	authenticator *authdb.Authenticator
}

// write stores one record of each kind that the adapter has.
func (r *rig) write() *writes {
	r.Helper()
	w := &writes{user: r.addUser()}
	if r.has(hasAccounts) {
		w.account = r.addAccount(w.user.ID)
	}
	if r.has(hasSessions) {
		w.session = r.addSession(w.user.ID)
	}
	if r.has(hasTokens) {
		w.token = r.addToken()
	}
	if r.has(hasAuthenticators) {
		w.authenticator = r.addAuthenticator(w.user.ID)
	}
	return w
}

// written checks that all of it is there.
func (r *rig) written(w *writes, what string) {
	r.Helper()
	r.userIs(w.user, what)
	if w.account != nil {
		r.accountIs(w.account, what)
		owner, err := r.GetUserByAccount(r.ctx, w.account.Provider, w.account.ProviderAccountID)
		r.ok(err, what+": GetUserByAccount")
		r.sameUser(owner, w.user, what+": GetUserByAccount")
	}
	if w.session != nil {
		r.sessionIs(w.session, what)
	}
	if w.authenticator != nil {
		r.authenticatorIs(w.authenticator, what)
	}
	if w.token != nil { // a duplicate, and not used up
		_, err := r.CreateVerificationToken(r.ctx, w.token)
		r.is(err, authdb.ErrDuplicate, what+": CreateVerificationToken of the same")
	}
}

// unwritten checks that none of it is there.
func (r *rig) unwritten(w *writes, what string) {
	r.Helper()
	got, err := r.GetUser(r.ctx, w.user.ID)
	if !r.has(numbersUsers) || got == nil || got.Email == w.user.Email { // a number may be given again
		r.absent(err, what+": GetUser")
	}
	_, err = r.GetUserByEmail(r.ctx, w.user.Email)
	r.absent(err, what+": GetUserByEmail")
	if w.account != nil {
		_, err := r.GetAccount(r.ctx, w.account.Provider, w.account.ProviderAccountID)
		r.absent(err, what+": GetAccount")
	}
	if w.session != nil {
		_, _, err := r.GetSessionAndUser(r.ctx, w.session.SessionToken)
		r.absent(err, what+": GetSessionAndUser")
	}
	if w.authenticator != nil {
		_, err := r.GetAuthenticator(r.ctx, w.authenticator.CredentialID)
		r.absent(err, what+": GetAuthenticator")
	}
	if w.token != nil {
		r.usedUp(w.token, what+": UseVerificationToken")
	}
}

// overwrite changes the user, and removes the rest.
func (r *rig) overwrite(w *writes) {
	r.Helper()
	_, err := r.UpdateUser(r.ctx, w.user.ID, authdb.UserPatch{Name: authdb.Set("overwritten")})
	r.ok(err, "UpdateUser in a transaction")
	if w.account != nil {
		r.ok(r.UnlinkAccount(r.ctx, w.account.Provider, w.account.ProviderAccountID), "UnlinkAccount in a transaction")
	}
	if w.session != nil {
		r.ok(r.DeleteSession(r.ctx, w.session.SessionToken), "DeleteSession in a transaction")
	}
	if w.authenticator != nil {
		_, err := r.UpdateAuthenticatorCounter(r.ctx, w.authenticator.CredentialID, w.authenticator.Counter+1)
		r.ok(err, "UpdateAuthenticatorCounter in a transaction")
	}
	if w.token != nil {
		r.uses(w.token, "UseVerificationToken in a transaction")
	}
}

// overwritten checks that.
func (r *rig) overwritten(w *writes, what string) {
	r.Helper()
	user := cloneUser(w.user)
	user.Name = "overwritten"
	r.userIs(user, what+", after UpdateUser")
	if w.account != nil {
		_, err := r.GetAccount(r.ctx, w.account.Provider, w.account.ProviderAccountID)
		r.absent(err, what+": GetAccount after UnlinkAccount")
	}
	if w.session != nil {
		_, _, err := r.GetSessionAndUser(r.ctx, w.session.SessionToken)
		r.absent(err, what+": GetSessionAndUser after DeleteSession")
	}
	if w.authenticator != nil {
		authenticator := cloneAuthenticator(w.authenticator)
		authenticator.Counter++
		r.authenticatorIs(authenticator, what+", after UpdateAuthenticatorCounter")
	}
	if w.token != nil {
		r.usedUp(w.token, what+": UseVerificationToken for the second time")
	}
}
