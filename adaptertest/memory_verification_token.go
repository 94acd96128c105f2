package adaptertest

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

var _ authdb.VerificationTokenReader = (*Memory)(nil)

// CreateVerificationToken implements [authdb.VerificationTokenStore].
func (m *Memory) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	return do(ctx, m, "create verification token", func() (*authdb.VerificationToken, error) {
		t, err := token.Storable()
		if err != nil {
			return nil, err
		}
		if t.Extra, err = m.withExtra("VerificationToken", nil, t.Extra); err != nil {
			return nil, err
		}
		key := tokenKey{t.Identifier, t.Token}
		if m.tokens[key] != nil {
			return nil, duplicate("Identifier, Token")
		}
		m.tokens[key] = t
		return cloneVerificationToken(t), nil
	})
}

// GetVerificationToken implements [authdb.VerificationTokenReader].
func (m *Memory) GetVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return do(ctx, m, "get verification token", func() (*authdb.VerificationToken, error) {
		t := m.tokens[tokenKey{identifier, token}]
		switch {
		case t == nil:
			return nil, authdb.ErrNotFound
		case m.expired(t.Expires):
			return nil, authdb.ErrExpired
		}
		return cloneVerificationToken(t), nil
	})
}

// UseVerificationToken implements [authdb.VerificationTokenStore].
func (m *Memory) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return do(ctx, m, "use verification token", func() (*authdb.VerificationToken, error) {
		key := tokenKey{identifier, token}
		t := m.tokens[key]
		if t == nil {
			return nil, authdb.ErrNotFound
		}
		delete(m.tokens, key)
		if m.expired(t.Expires) {
			return nil, authdb.ErrExpired
		}
		return cloneVerificationToken(t), nil // a transaction that is rolled back keeps its own
	})
}

// DeleteExpired implements [authdb.Sweeper].
func (m *Memory) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	return do(ctx, m, "delete expired", func() (authdb.Swept, error) {
		var swept authdb.Swept
		if limit <= 0 {
			return swept, fmt.Errorf("%w: limit: %d, want at least 1", authdb.ErrInvalid, limit)
		}
		for key, s := range m.sessions {
			if swept.Sessions < int64(limit) && m.expired(s.Expires) {
				delete(m.sessions, key)
				swept.Sessions++
			}
		}
		for key, t := range m.tokens {
			if swept.VerificationTokens < int64(limit) && m.expired(t.Expires) {
				delete(m.tokens, key)
				swept.VerificationTokens++
			}
		}
		return swept, nil
	})
}
