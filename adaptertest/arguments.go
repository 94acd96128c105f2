package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

var argumentRules = group("Arguments", 0, []rule{
	{name: neverModified, check: func(r *rig) {
		// The calls themselves are watched.
		east := time.FixedZone("", 3600)
		at := verifiedAt.In(east).Add(time.Nanosecond)
		user, err := r.CreateUser(r.ctx, &authdb.User{Email: r.fresh("x") + "@example.com", EmailVerified: &at, Extra: map[string]any{}})
		r.ok(err, "CreateUser")
		if r.has(hasAccounts) {
			_, err = r.LinkAccount(r.ctx, r.newAccount(user.ID))
			r.ok(err, "LinkAccount")
		}
		if r.has(hasRegistrar | hasAccounts) {
			newcomer := &authdb.User{Email: r.freshEmail(), EmailVerified: &at, Extra: map[string]any{}}
			_, _, err = r.CreateUserWithAccount(r.ctx, newcomer, r.newAccount(""))
			r.ok(err, "CreateUserWithAccount")
		}
		if r.has(hasSessions) {
			_, err = r.CreateSession(r.ctx, r.newSession(user.ID, expires(r.future().In(east).Add(time.Nanosecond))))
			r.ok(err, "CreateSession")
		}
		if r.has(hasTokens) {
			_, err = r.CreateVerificationToken(r.ctx, r.newToken(tokenExpires(r.future().In(east).Add(time.Nanosecond))))
			r.ok(err, "CreateVerificationToken")
		}
		if r.has(hasAuthenticators) {
			_, err = r.CreateAuthenticator(r.ctx, r.newAuthenticator(user.ID))
			r.ok(err, "CreateAuthenticator")
		}
	}},
	{name: "Arguments are not retained", check: func(r *rig) {
		user := r.newUser()
		created, err := r.CreateUser(r.ctx, user)
		r.ok(err, "CreateUser")
		want := cloneUser(created)
		user.Name, *user.EmailVerified = "changed", time.Time{}
		r.userIs(want, "after a change of what CreateUser was given")
		if r.has(hasAccounts) {
			account := r.newAccount(created.ID)
			want := *account
			_, err := r.LinkAccount(r.ctx, account)
			r.ok(err, "LinkAccount")
			account.Scope = "changed"
			r.accountIs(&want, "after a change of what LinkAccount was given")
		}
		if r.has(hasRegistrar | hasAccounts) {
			r.keepsNoRegistrant()
		}
		if r.has(hasSessions) {
			session := r.newSession(created.ID)
			want := *session
			_, err := r.CreateSession(r.ctx, session)
			r.ok(err, "CreateSession")
			session.Expires = time.Time{}
			r.sessionIs(&want, "after a change of what CreateSession was given")
		}
		if r.has(hasTokens) {
			token := r.newToken()
			want := *token
			_, err := r.CreateVerificationToken(r.ctx, token)
			r.ok(err, "CreateVerificationToken")
			token.Expires = time.Time{}
			r.uses(&want, "after a change of what CreateVerificationToken was given")
		}
		if r.has(hasAuthenticators) {
			authenticator := r.newAuthenticator(created.ID)
			want := *authenticator
			_, err := r.CreateAuthenticator(r.ctx, authenticator)
			r.ok(err, "CreateAuthenticator")
			authenticator.Counter = 99
			r.authenticatorIs(&want, "after a change of what CreateAuthenticator was given")
		}
	}},
	{name: "The Extra of an argument is not retained", needs: extraUser, check: func(r *rig) {
		column := r.columns("User")[0]
		extra := map[string]any{column.field: column.values[0]}
		user := r.addUser(func(u *authdb.User) { u.Extra = extra })
		extra[column.field] = column.values[1]
		userCreator.hasExtra(r, user, map[string]any{column.field: column.values[0]})
		patch := map[string]any{column.field: column.values[1]}
		_, err := r.UpdateUser(r.ctx, user.ID, authdb.UserPatch{Extra: patch})
		r.ok(err, "UpdateUser")
		patch[column.field] = column.values[0]
		userCreator.hasExtra(r, user, map[string]any{column.field: column.values[1]})
	}},
	{name: "Results belong to the caller", check: func(r *rig) {
		user := r.addUser()
		want := cloneUser(user)
		r.scribble(user)
		for range 2 {
			got, err := r.GetUser(r.ctx, want.ID)
			r.ok(err, "GetUser")
			r.sameUser(got, want, "GetUser after a change of what was returned before")
			r.scribble(got)
			got, err = r.GetUserByEmail(r.ctx, want.Email)
			r.ok(err, "GetUserByEmail")
			r.sameUser(got, want, "GetUserByEmail after a change of what was returned before")
			r.scribble(got)
			got, err = r.UpdateUser(r.ctx, want.ID, authdb.UserPatch{})
			r.ok(err, "UpdateUser")
			r.sameUser(got, want, "UpdateUser after a change of what was returned before")
			r.scribble(got)
		}
		if r.has(hasAccounts) {
			r.ownsAccounts(want.ID)
		}
		if r.has(hasRegistrar | hasAccounts) {
			r.ownsRegistrant()
		}
		if r.has(hasSessions) {
			r.ownsSessions(want)
		}
		if r.has(hasAuthenticators) {
			r.ownsAuthenticators(want.ID)
		}
	}},
})

// scribble changes whatever the result leads to.
func (r *rig) scribble(u *authdb.User) {
	u.Name, u.Email, u.Image = "changed", "changed", "changed"
	if u.EmailVerified != nil {
		*u.EmailVerified = time.Time{}
	}
	for key := range u.Extra {
		u.Extra[key] = "changed"
	}
}

func (r *rig) ownsAccounts(userID string) {
	r.Helper()
	account := r.addAccount(userID)
	want := *account
	account.Scope = "changed"
	got, err := r.GetAccount(r.ctx, want.Provider, want.ProviderAccountID)
	r.ok(err, "GetAccount")
	r.sameAccount(got, &want, "GetAccount after a change of what LinkAccount returned")
	got.Scope = "changed"
	r.accountIs(&want, "after a change of what GetAccount returned")
	user, err := r.GetUserByAccount(r.ctx, want.Provider, want.ProviderAccountID)
	r.ok(err, "GetUserByAccount")
	before := cloneUser(user)
	r.scribble(user)
	r.userIs(before, "after a change of what GetUserByAccount returned")
}

func (r *rig) ownsSessions(user *authdb.User) {
	r.Helper()
	session := r.addSession(user.ID)
	want := *session
	session.Expires = time.Time{}
	got, owner, err := r.GetSessionAndUser(r.ctx, want.SessionToken)
	r.ok(err, "GetSessionAndUser")
	r.sameSession(got, &want, "GetSessionAndUser after a change of what CreateSession returned")
	got.Expires = time.Time{}
	r.scribble(owner)
	r.sessionIs(&want, "after a change of what GetSessionAndUser returned")
	r.userIs(user, "after a change of what GetSessionAndUser returned")
}

func (r *rig) ownsAuthenticators(userID string) {
	r.Helper()
	authenticator := r.addAuthenticator(userID)
	want := *authenticator
	authenticator.Counter = 99
	got, err := r.GetAuthenticator(r.ctx, want.CredentialID)
	r.ok(err, "GetAuthenticator")
	r.sameAuthenticator(got, &want, "GetAuthenticator after a change of what CreateAuthenticator returned")
	got.Counter = 99
	r.authenticatorIs(&want, "after a change of what GetAuthenticator returned")
	list, err := r.ListAuthenticatorsByUserID(r.ctx, userID)
	r.ok(err, "ListAuthenticatorsByUserID")
	list[0].Counter = 99
	r.authenticatorIs(&want, "after a change of what ListAuthenticatorsByUserID returned")
}
