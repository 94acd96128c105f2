package fileadapter

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

// CreateVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	return do(ctx, a, "create verification token", func() (*authdb.VerificationToken, error) {
		t, err := token.Storable()
		if err != nil {
			return nil, err
		}
		if err := noColumns(t.Extra); err != nil {
			return nil, err
		}
		if a.data.tokens[tokenKey{t.Identifier, t.Token}] != nil {
			return nil, fmt.Errorf("%w: Identifier, Token", authdb.ErrDuplicate)
		}
		return t.Clone(), a.commit(change{Tokens: []*authdb.VerificationToken{t}})
	})
}

// UseVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return do(ctx, a, "use verification token", func() (*authdb.VerificationToken, error) {
		key := tokenKey{identifier, token}
		t := a.data.tokens[key]
		if t == nil {
			return nil, authdb.ErrNotFound
		}
		if err := a.commit(change{NoTokens: []tokenKey{key}}); err != nil {
			return nil, err
		}
		if a.expired(t.Expires) {
			return nil, authdb.ErrExpired
		}
		return t, nil // nobody else has it any more
	})
}
