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

// GetVerificationToken implements VerificationTokenReader.
func (c *Composition) GetVerificationToken(ctx context.Context, identifier, token string) (*VerificationToken, error) {
	reader, err := need[VerificationTokenReader](c.tokens.store)
	if err != nil {
		return nil, err
	}
	return reader.GetVerificationToken(ctx, identifier, token)
}
