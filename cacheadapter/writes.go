package cacheadapter

import (
	"context"

	"github.com/authdb/authdb"
)

// What a write names, be it a session or a user, is forgotten after it, whatever it
// returned. Those that name neither are passed on as they are: accounts, passkeys
// and verification tokens are no part of a cached answer.

// CreateUser implements authdb.UserStore.
func (a *Adapter) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	return a.inner.CreateUser(ctx, user)
}

// GetUser implements authdb.UserStore.
func (a *Adapter) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return a.inner.GetUser(ctx, id)
}

// GetUserByEmail implements authdb.UserStore.
func (a *Adapter) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return a.inner.GetUserByEmail(ctx, email)
}

// GetUserByAccount implements authdb.UserStore.
func (a *Adapter) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	return a.inner.GetUserByAccount(ctx, provider, providerAccountID)
}

// UpdateUser implements authdb.UserStore.
func (a *Adapter) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (_ *authdb.User, err error) {
	defer a.forget(ctx, &err, userKey(id))
	return a.inner.UpdateUser(ctx, id, patch)
}

// DeleteUser implements authdb.UserStore.
func (a *Adapter) DeleteUser(ctx context.Context, id string) (err error) {
	defer a.forget(ctx, &err, userKey(id))
	return a.inner.DeleteUser(ctx, id)
}

// LinkAccount implements authdb.AccountStore. It counts as a change of the user: a
// hook of the row may copy a name or a picture.
func (a *Adapter) LinkAccount(ctx context.Context, account *authdb.Account) (_ *authdb.Account, err error) {
	if account != nil {
		defer a.forget(ctx, &err, userKey(account.UserID))
	}
	return a.inner.LinkAccount(ctx, account)
}

// GetAccount implements authdb.AccountStore.
func (a *Adapter) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	return a.inner.GetAccount(ctx, provider, providerAccountID)
}

// UnlinkAccount implements authdb.AccountStore.
func (a *Adapter) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	return a.inner.UnlinkAccount(ctx, provider, providerAccountID)
}

// CreateSession implements authdb.SessionStore. It counts as a change of the user too,
// as LinkAccount does.
func (a *Adapter) CreateSession(ctx context.Context, session *authdb.Session) (_ *authdb.Session, err error) {
	if session != nil {
		defer a.forget(ctx, &err, sessionKey(session.SessionToken), userKey(session.UserID))
	}
	return a.inner.CreateSession(ctx, session)
}

// UpdateSession implements authdb.SessionStore.
func (a *Adapter) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (_ *authdb.Session, err error) {
	defer a.forget(ctx, &err, sessionKey(sessionToken))
	return a.inner.UpdateSession(ctx, sessionToken, patch)
}

// DeleteSession implements authdb.SessionStore.
func (a *Adapter) DeleteSession(ctx context.Context, sessionToken string) (err error) {
	defer a.forget(ctx, &err, sessionKey(sessionToken))
	return a.inner.DeleteSession(ctx, sessionToken)
}

// CreateVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	return a.inner.CreateVerificationToken(ctx, token)
}

// UseVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return a.inner.UseVerificationToken(ctx, identifier, token)
}
