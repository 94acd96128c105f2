package authdb

import (
	"context"
	"errors"
)

// CreateAuthenticator implements AuthenticatorStore.
func (c *Composition) CreateAuthenticator(ctx context.Context, authenticator *Authenticator) (*Authenticator, error) {
	switch {
	case !c.authenticators.is():
		return nil, unsupported("AuthenticatorStore")
	case !c.authenticators.apart || authenticator == nil:
		return c.authenticators.by.CreateAuthenticator(ctx, authenticator)
	}
	return add(ctx, c, "create authenticator", authenticator.UserID,
		func(ctx context.Context) (*Authenticator, error) {
			return c.authenticators.by.CreateAuthenticator(ctx, authenticator)
		},
		func(ctx context.Context) error { return c.removeOwn(ctx, authenticator) })
}

// removeOwn removes the authenticator unless it is another user's.
func (c *Composition) removeOwn(ctx context.Context, authenticator *Authenticator) error {
	stored, err := c.authenticators.by.GetAuthenticator(ctx, authenticator.CredentialID)
	if errors.Is(err, ErrNotFound) || err == nil && stored.UserID != authenticator.UserID {
		return nil
	}
	if err != nil {
		return err
	}
	return c.DeleteAuthenticator(ctx, authenticator.CredentialID)
}

// GetAuthenticator implements AuthenticatorStore.
func (c *Composition) GetAuthenticator(ctx context.Context, credentialID string) (*Authenticator, error) {
	if !c.authenticators.is() {
		return nil, unsupported("AuthenticatorStore")
	}
	authenticator, err := c.authenticators.by.GetAuthenticator(ctx, credentialID)
	if err != nil || !c.authenticators.apart {
		return authenticator, err
	}
	if _, err := c.users.GetUser(ctx, authenticator.UserID); err != nil {
		return nil, err
	}
	return authenticator, nil
}

// ListAuthenticatorsByUserID implements AuthenticatorStore.
func (c *Composition) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*Authenticator, error) {
	switch {
	case !c.authenticators.is():
		return nil, unsupported("AuthenticatorStore")
	case c.authenticators.apart:
		return listOf(ctx, c, userID, c.authenticators.by.ListAuthenticatorsByUserID)
	}
	return c.authenticators.by.ListAuthenticatorsByUserID(ctx, userID)
}

// UpdateAuthenticatorCounter implements AuthenticatorStore.
func (c *Composition) UpdateAuthenticatorCounter(ctx context.Context, credentialID string, counter uint32) (*Authenticator, error) {
	if !c.authenticators.is() {
		return nil, unsupported("AuthenticatorStore")
	}
	if c.authenticators.apart {
		if _, err := c.GetAuthenticator(ctx, credentialID); err != nil {
			return nil, err
		}
	}
	return c.authenticators.by.UpdateAuthenticatorCounter(ctx, credentialID, counter)
}

// DeleteAuthenticator implements AuthenticatorRemover.
func (c *Composition) DeleteAuthenticator(ctx context.Context, credentialID string) error {
	remover, err := need[AuthenticatorRemover](c.authenticators.store)
	if err != nil {
		return err
	}
	return remover.DeleteAuthenticator(ctx, credentialID)
}
