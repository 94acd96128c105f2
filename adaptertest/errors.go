package adaptertest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

var errorRules = group("Errors", 0, []rule{
	// Calls are watched: see call.
	{name: neverQuoted, check: (*rig).provoke},
	{name: neverBoth, check: func(r *rig) {
		r.provoke()
		user := r.addUser()
		_, err := r.GetUser(r.ctx, user.ID)
		r.ok(err, "GetUser")
		if r.has(hasSessionLister | hasSessions) {
			_, err = r.ListSessionsByUserID(r.ctx, user.ID)
			r.ok(err, "ListSessionsByUserID of a user without sessions")
		}
		if r.has(hasAccountLister | hasAccounts) {
			_, err = r.ListAccountsByUserID(r.ctx, user.ID)
			r.ok(err, "ListAccountsByUserID of a user without accounts")
		}
		if r.has(hasAuthenticators) {
			_, err = r.ListAuthenticatorsByUserID(r.ctx, user.ID)
			r.ok(err, "ListAuthenticatorsByUserID of a user without authenticators")
		}
	}},
	{name: "Each error is one of the contract's, and no other", check: func(r *rig) {
		user := r.addUser()
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = user.Email }))
		r.isOnly(err, authdb.ErrDuplicate, "CreateUser with the address of another user")
		_, err = r.GetUser(r.ctx, r.unknownID())
		r.isOnly(err, authdb.ErrNotFound, "GetUser of an unknown ID")
		_, err = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Name = "\x00" }))
		r.isOnly(err, authdb.ErrInvalid, "CreateUser with a NUL byte in Name")
		if r.has(hasSessions) {
			_, err = r.CreateSession(r.ctx, r.newSession(r.unknownID()))
			r.isOnly(err, authdb.ErrReference, "CreateSession for an unknown user")
		}
	}},
})

// isOnly checks that the error is this one of the contract's.
func (r *rig) isOnly(err, want error, what string) {
	r.Helper()
	for _, sentinel := range []error{
		authdb.ErrNotFound, authdb.ErrExpired, authdb.ErrDuplicate, authdb.ErrReference, authdb.ErrReferenced,
		authdb.ErrInvalid, authdb.ErrUnknownOutcome, authdb.ErrNotSynchronized, authdb.ErrSchema,
	} {
		if sentinel == want {
			r.is(err, want, what)
		} else if errors.Is(err, sentinel) {
			r.Errorf("%s: got the error %q, which is %q, want %q only", what, err, sentinel, want)
		}
	}
}

// provoke makes every call that fails, with keys and values that no error may
// quote.
func (r *rig) provoke() {
	r.Helper()
	canceled, cancel := context.WithCancel(r.ctx)
	cancel()
	r.provokeUsers(canceled)
	if r.has(hasAccounts) {
		r.provokeAccounts(canceled)
	}
	if r.has(hasSessions) {
		r.provokeSessions(canceled)
	}
	if r.has(hasTokens) {
		r.provokeTokens(canceled)
	}
	if r.has(hasAuthenticators) {
		r.provokeAuthenticators(canceled)
	}
}

// fails checks that a call failed at all, so that there was an error to look
// at.
func (r *rig) fails(err error, what string) {
	r.Helper()
	if err == nil {
		r.Errorf("%s: got no error", what)
	}
}

// bad are values that can't be stored; each holds a secret.
func (r *rig) bad() []string {
	return []string{r.fresh("x") + "\x00", r.fresh("x") + "\xff", r.fresh("x") + strings.Repeat("x", 5000)}
}

func (r *rig) provokeUsers(canceled context.Context) {
	r.Helper()
	user, other := r.addUser(), r.addUser()
	_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = user.Email }))
	r.fails(err, "CreateUser with the address of another user")
	_, err = r.UpdateUser(r.ctx, other.ID, authdb.UserPatch{Email: authdb.Set(user.Email)})
	r.fails(err, "UpdateUser with the address of another user")
	_, err = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = user.ID }))
	r.fails(err, "CreateUser with the ID of another user")
	for _, bad := range r.bad() {
		_, err = r.GetUser(r.ctx, bad)
		r.fails(err, "GetUser")
		_, err = r.UpdateUser(r.ctx, bad, authdb.UserPatch{Name: authdb.Set("Ada")})
		r.fails(err, "UpdateUser")
		_, err = r.GetUserByEmail(r.ctx, bad)
		r.fails(err, "GetUserByEmail")
		_, err = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = bad }))
		r.fails(err, "CreateUser with a bad ID")
		if r.config.lengths["User.Email"] > 0 || len(bad) < 5000 {
			_, err = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = bad }))
			r.fails(err, "CreateUser with a bad address")
		}
	}
	_, err = r.CreateUser(canceled, r.newUser())
	r.fails(err, "CreateUser with a canceled context")
	_, err = r.GetUserByEmail(canceled, user.Email)
	r.fails(err, "GetUserByEmail with a canceled context")
	r.fails(r.DeleteUser(canceled, user.ID), "DeleteUser with a canceled context")
}

func (r *rig) provokeAccounts(canceled context.Context) {
	r.Helper()
	account := r.addAccount(r.addUser().ID)
	_, err := r.LinkAccount(r.ctx, r.newAccount(account.UserID, samePair(account)))
	r.fails(err, "LinkAccount of an account that is linked")
	_, err = r.LinkAccount(r.ctx, r.newAccount(r.fresh("user")))
	r.fails(err, "LinkAccount to an unknown user")
	for _, bad := range r.bad() {
		_, err = r.GetAccount(r.ctx, account.Provider, bad)
		r.fails(err, "GetAccount")
		_, err = r.GetUserByAccount(r.ctx, bad, account.ProviderAccountID)
		r.fails(err, "GetUserByAccount")
	}
	for _, bad := range r.bad()[:2] {
		_, err = r.LinkAccount(r.ctx, r.newAccount(account.UserID, func(a *authdb.Account) { a.AccessToken = bad }))
		r.fails(err, "LinkAccount with a bad AccessToken")
	}
	_, err = r.LinkAccount(canceled, r.newAccount(account.UserID))
	r.fails(err, "LinkAccount with a canceled context")
	r.fails(r.UnlinkAccount(canceled, account.Provider, account.ProviderAccountID), "UnlinkAccount with a canceled context")
}

func (r *rig) provokeSessions(canceled context.Context) {
	r.Helper()
	session := r.addSession(r.addUser().ID)
	expired := r.addSession(session.UserID, expires(r.past()))
	_, err := r.CreateSession(r.ctx, r.newSession(session.UserID, sameToken(session)))
	r.fails(err, "CreateSession with the token of another session")
	_, err = r.CreateSession(r.ctx, r.newSession(r.fresh("user")))
	r.fails(err, "CreateSession for an unknown user")
	for _, token := range append(r.bad(), expired.SessionToken) {
		_, _, err = r.GetSessionAndUser(r.ctx, token)
		r.fails(err, "GetSessionAndUser")
		_, err = r.UpdateSession(r.ctx, token, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.fails(err, "UpdateSession")
	}
	for _, bad := range r.bad()[:2] {
		_, err = r.CreateSession(r.ctx, r.newSession(session.UserID, func(s *authdb.Session) { s.SessionToken = bad }))
		r.fails(err, "CreateSession with a bad token")
	}
	_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(time.Time{})})
	r.fails(err, "UpdateSession with a zero Expires")
	_, err = r.CreateSession(canceled, r.newSession(session.UserID))
	r.fails(err, "CreateSession with a canceled context")
	_, _, err = r.GetSessionAndUser(canceled, session.SessionToken)
	r.fails(err, "GetSessionAndUser with a canceled context")
}

func (r *rig) provokeTokens(canceled context.Context) {
	r.Helper()
	token, expired := r.addToken(), r.addToken(tokenExpires(r.past()))
	_, err := r.CreateVerificationToken(r.ctx, r.newToken(sameKey(token)))
	r.fails(err, "CreateVerificationToken of the same pair")
	_, err = r.UseVerificationToken(r.ctx, expired.Identifier, expired.Token)
	r.fails(err, "UseVerificationToken of an expired token")
	for _, bad := range r.bad() {
		_, err = r.UseVerificationToken(r.ctx, token.Identifier, bad)
		r.fails(err, "UseVerificationToken with a bad token")
		_, err = r.UseVerificationToken(r.ctx, bad, token.Token)
		r.fails(err, "UseVerificationToken with a bad identifier")
	}
	for _, bad := range r.bad()[:2] {
		_, err = r.CreateVerificationToken(r.ctx, r.newToken(func(t *authdb.VerificationToken) { t.Token = bad }))
		r.fails(err, "CreateVerificationToken with a bad token")
	}
	_, err = r.UseVerificationToken(canceled, token.Identifier, token.Token)
	r.fails(err, "UseVerificationToken with a canceled context")
}

func (r *rig) provokeAuthenticators(canceled context.Context) {
	r.Helper()
	authenticator := r.addAuthenticator(r.addUser().ID)
	_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(authenticator.UserID, sameCredential(authenticator)))
	r.fails(err, "CreateAuthenticator with a known credential")
	_, err = r.CreateAuthenticator(r.ctx, r.newAuthenticator(r.fresh("user")))
	r.fails(err, "CreateAuthenticator for an unknown user")
	for _, bad := range r.bad() {
		_, err = r.GetAuthenticator(r.ctx, bad)
		r.fails(err, "GetAuthenticator")
		_, err = r.UpdateAuthenticatorCounter(r.ctx, bad, 8)
		r.fails(err, "UpdateAuthenticatorCounter")
	}
	_, err = r.CreateAuthenticator(canceled, r.newAuthenticator(authenticator.UserID))
	r.fails(err, "CreateAuthenticator with a canceled context")
}
