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
	r.is(err, want, what)
	for _, sentinel := range []error{
		authdb.ErrNotFound, authdb.ErrExpired, authdb.ErrDuplicate, authdb.ErrReference, authdb.ErrReferenced,
		authdb.ErrInvalid, authdb.ErrUnknownOutcome, authdb.ErrNotSynchronized, authdb.ErrSchema,
	} {
		if errors.Is(err, sentinel) && !errors.Is(want, sentinel) {
			r.Errorf("%s: got the error %q, which is %q, want %q only", what, err, sentinel, want)
		}
	}
}

// provoke makes every call that is to fail, with keys and values that no error
// may quote. Whether it fails is for other rules to say.
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

// bad are values that can't be stored; each holds a secret.
func (r *rig) bad() []string {
	return []string{r.fresh("x") + "\x00", r.fresh("x") + "\xff", r.fresh("x") + strings.Repeat("x", 5000)}
}

func (r *rig) provokeUsers(canceled context.Context) {
	r.Helper()
	user, other := r.addUser(), r.addUser()
	_, _ = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = user.Email }))
	_, _ = r.UpdateUser(r.ctx, other.ID, authdb.UserPatch{Email: authdb.Set(user.Email)})
	_, _ = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = user.ID }))
	for _, bad := range r.bad() {
		_, _ = r.GetUser(r.ctx, bad)
		_, _ = r.UpdateUser(r.ctx, bad, authdb.UserPatch{Name: authdb.Set("Ada")})
		_, _ = r.GetUserByEmail(r.ctx, bad)
		_, _ = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = bad }))
		_, _ = r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = bad }))
	}
	_, _ = r.CreateUser(canceled, r.newUser())
	_, _ = r.GetUserByEmail(canceled, user.Email)
	_ = r.DeleteUser(canceled, user.ID)
}

func (r *rig) provokeAccounts(canceled context.Context) {
	r.Helper()
	account := r.addAccount(r.addUser().ID)
	_, _ = r.LinkAccount(r.ctx, r.newAccount(account.UserID, samePair(account)))
	_, _ = r.LinkAccount(r.ctx, r.newAccount(r.fresh("user")))
	for _, bad := range r.bad() {
		_, _ = r.GetAccount(r.ctx, account.Provider, bad)
		_, _ = r.GetUserByAccount(r.ctx, bad, account.ProviderAccountID)
	}
	for _, bad := range r.bad()[:2] {
		_, _ = r.LinkAccount(r.ctx, r.newAccount(account.UserID, func(a *authdb.Account) { a.AccessToken = bad }))
	}
	_, _ = r.LinkAccount(canceled, r.newAccount(account.UserID))
	if r.has(hasRegistrar) {
		_, _, _ = r.CreateUserWithAccount(r.ctx, r.newUser(), r.newAccount("", samePair(account)))
		_, _, _ = r.CreateUserWithAccount(r.ctx, r.newUser(), r.newAccount(r.fresh("user")))
		for _, bad := range r.bad()[:2] {
			_, _, _ = r.CreateUserWithAccount(r.ctx, r.newUser(func(u *authdb.User) { u.Email = bad }), r.newAccount(""))
		}
		_, _, _ = r.CreateUserWithAccount(canceled, r.newUser(), r.newAccount(""))
	}
	_ = r.UnlinkAccount(canceled, account.Provider, account.ProviderAccountID)
}

func (r *rig) provokeSessions(canceled context.Context) {
	r.Helper()
	session := r.addSession(r.addUser().ID)
	expired := r.addSession(session.UserID, expires(r.past()))
	_, _ = r.CreateSession(r.ctx, r.newSession(session.UserID, sameToken(session)))
	_, _ = r.CreateSession(r.ctx, r.newSession(r.fresh("user")))
	for _, token := range append(r.bad(), expired.SessionToken) {
		_, _, _ = r.GetSessionAndUser(r.ctx, token)
		_, _ = r.UpdateSession(r.ctx, token, authdb.SessionPatch{Expires: authdb.Set(r.future())})
	}
	for _, bad := range r.bad()[:2] {
		_, _ = r.CreateSession(r.ctx, r.newSession(session.UserID, func(s *authdb.Session) { s.SessionToken = bad }))
	}
	_, _ = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(time.Time{})})
	_, _ = r.CreateSession(canceled, r.newSession(session.UserID))
	_, _, _ = r.GetSessionAndUser(canceled, session.SessionToken)
}

func (r *rig) provokeTokens(canceled context.Context) {
	r.Helper()
	token, expired := r.addToken(), r.addToken(tokenExpires(r.past()))
	_, _ = r.CreateVerificationToken(r.ctx, r.newToken(sameKey(token)))
	_, _ = r.UseVerificationToken(r.ctx, expired.Identifier, expired.Token)
	for _, bad := range r.bad() {
		_, _ = r.UseVerificationToken(r.ctx, token.Identifier, bad)
		_, _ = r.UseVerificationToken(r.ctx, bad, token.Token)
	}
	for _, bad := range r.bad()[:2] {
		_, _ = r.CreateVerificationToken(r.ctx, r.newToken(func(t *authdb.VerificationToken) { t.Token = bad }))
	}
	_, _ = r.UseVerificationToken(canceled, token.Identifier, token.Token)
	if r.has(hasTokenReader) {
		_, _ = r.GetVerificationToken(canceled, token.Identifier, token.Token)
		for _, bad := range r.bad() {
			_, _ = r.GetVerificationToken(r.ctx, token.Identifier, bad)
			_, _ = r.GetVerificationToken(r.ctx, bad, token.Token)
		}
	}
}

func (r *rig) provokeAuthenticators(canceled context.Context) {
	r.Helper()
	authenticator := r.addAuthenticator(r.addUser().ID)
	_, _ = r.CreateAuthenticator(r.ctx, r.newAuthenticator(authenticator.UserID, sameCredential(authenticator)))
	_, _ = r.CreateAuthenticator(r.ctx, r.newAuthenticator(r.fresh("user")))
	for _, bad := range r.bad() {
		_, _ = r.GetAuthenticator(r.ctx, bad)
		_, _ = r.UpdateAuthenticatorCounter(r.ctx, bad, 8)
	}
	_, _ = r.CreateAuthenticator(canceled, r.newAuthenticator(authenticator.UserID))
}
