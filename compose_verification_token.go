package authdb

import "context"

// CreateVerificationToken implements VerificationTokenStore.
func (c *Composition) CreateVerificationToken(ctx context.Context, token *VerificationToken) (*VerificationToken, error) {
	if !c.tokens.is() {
		return nil, unsupported("VerificationTokenStore")
	}
	return c.tokens.by.CreateVerificationToken(ctx, token)
}

// UseVerificationToken implements VerificationTokenStore.
func (c *Composition) UseVerificationToken(ctx context.Context, identifier, token string) (*VerificationToken, error) {
	if !c.tokens.is() {
		return nil, unsupported("VerificationTokenStore")
	}
	return c.tokens.by.UseVerificationToken(ctx, identifier, token)
}
