package adaptertest

import (
	"cmp"
	"context"
	"slices"

	"github.com/authdb/authdb"
)

// CreateAuthenticator implements [authdb.AuthenticatorStore].
func (m *Memory) CreateAuthenticator(ctx context.Context, authenticator *authdb.Authenticator) (*authdb.Authenticator, error) {
	return do(ctx, m, "create authenticator", func() (*authdb.Authenticator, error) {
		a, err := authenticator.Storable()
		if err != nil {
			return nil, err
		}
		if a.Extra, err = m.withExtra("Authenticator", nil, a.Extra); err != nil {
			return nil, err
		}
		if m.authenticators[a.CredentialID] != nil {
			return nil, duplicate("CredentialID")
		}
		if err := m.reference(a.UserID); err != nil {
			return nil, err
		}
		m.authenticators[a.CredentialID] = a
		return cloneAuthenticator(a), nil
	})
}

// GetAuthenticator implements [authdb.AuthenticatorStore].
func (m *Memory) GetAuthenticator(ctx context.Context, credentialID string) (*authdb.Authenticator, error) {
	return do(ctx, m, "get authenticator", func() (*authdb.Authenticator, error) {
		a, err := m.authenticator(credentialID)
		return cloneAuthenticator(a), err
	})
}

// ListAuthenticatorsByUserID implements [authdb.AuthenticatorStore].
func (m *Memory) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*authdb.Authenticator, error) {
	return do(ctx, m, "list authenticators", func() ([]*authdb.Authenticator, error) {
		list := []*authdb.Authenticator{}
		for id, a := range m.authenticators {
			if _, err := m.authenticator(id); err == nil && a.UserID == userID {
				list = append(list, cloneAuthenticator(a))
			}
		}
		slices.SortFunc(list, func(a, b *authdb.Authenticator) int {
			return cmp.Compare(a.CredentialID, b.CredentialID)
		})
		return list, nil
	})
}

// UpdateAuthenticatorCounter implements [authdb.AuthenticatorStore].
func (m *Memory) UpdateAuthenticatorCounter(ctx context.Context, credentialID string, counter uint32) (*authdb.Authenticator, error) {
	return do(ctx, m, "update authenticator counter", func() (*authdb.Authenticator, error) {
		stored, err := m.authenticator(credentialID)
		if err != nil {
			return nil, err
		}
		a := cloneAuthenticator(stored)
		a.Counter = counter
		m.authenticators[credentialID] = a
		return cloneAuthenticator(a), nil
	})
}

// authenticator returns the authenticator as all look-ups see it.
func (m *Memory) authenticator(credentialID string) (*authdb.Authenticator, error) {
	a := m.authenticators[credentialID]
	if a == nil || m.softDeleted[a.UserID] {
		return nil, authdb.ErrNotFound
	}
	return a, nil
}
