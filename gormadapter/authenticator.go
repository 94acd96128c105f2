package gormadapter

import (
	"cmp"
	"context"
	"slices"

	"github.com/authdb/authdb"
)

// CreateAuthenticator implements authdb.AuthenticatorStore.
func (a *Adapter) CreateAuthenticator(ctx context.Context, authenticator *authdb.Authenticator) (*authdb.Authenticator, error) {
	created, err := create(ctx, a, a.authenticators, authenticator)
	return created, a.wrap(ctx, opCreateAuthenticator, err)
}

// GetAuthenticator implements authdb.AuthenticatorStore.
func (a *Adapter) GetAuthenticator(ctx context.Context, credentialID string) (*authdb.Authenticator, error) {
	authenticator, err := get[authdb.Authenticator](ctx, a, a.authenticators, credentialID)
	return authenticator, a.wrap(ctx, "get authenticator", err)
}

// ListAuthenticatorsByUserID implements authdb.AuthenticatorStore.
func (a *Adapter) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*authdb.Authenticator, error) {
	authenticators, err := list[authdb.Authenticator](ctx, a, a.authenticators, userID)
	slices.SortFunc(authenticators, func(x, y *authdb.Authenticator) int { return cmp.Compare(x.CredentialID, y.CredentialID) })
	return authenticators, a.wrap(ctx, "list authenticators", err)
}

// UpdateAuthenticatorCounter implements authdb.AuthenticatorStore.
func (a *Adapter) UpdateAuthenticatorCounter(ctx context.Context, credentialID string, counter uint32) (*authdb.Authenticator, error) {
	p := &patch{changes: []change{{"Counter", true, counter}}}
	authenticator, err := edit[authdb.Authenticator](ctx, a, a.authenticators, p, credentialID)
	return authenticator, a.wrap(ctx, "update authenticator counter", err)
}
