package gormadapter

import (
	"context"
	"reflect"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// CreateVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	created, err := create(ctx, a, a.tokens, token)
	return created, a.wrap(ctx, "create verification token", err)
}

// UseVerificationToken implements authdb.VerificationTokenStore.
func (a *Adapter) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	used, err := a.useVerificationToken(ctx, identifier, token)
	return used, a.wrap(ctx, "use verification token", err)
}

// useVerificationToken reads the row under a lock and deletes it; whose DELETE
// has a row to delete has the token. It is one way for all databases: MySQL has
// no DELETE that returns its rows.
func (a *Adapter) useVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	t := a.tokens
	args, err := a.keys(ctx, t, identifier, token)
	if err != nil {
		return nil, err
	}
	var row reflect.Value
	err = a.inTx(ctx, func(tx *gorm.DB) error {
		found, err := a.one(ctx, tx, a.queries().of[t].locked, args...)
		if err != nil {
			return err
		}
		loaded := reflect.Value{}
		if row = found[0]; t.deleteHooks() {
			loaded = row
		}
		n, err := a.remove(tx, t, a.matches(t.key, args), loaded)
		if err == nil && n == 0 {
			err = authdb.ErrNotFound // somebody was faster
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	used, err := decodeTo[authdb.VerificationToken](ctx, t, row)
	if err != nil {
		return nil, err
	}
	if used.Expires.Before(a.now()) {
		return nil, authdb.ErrExpired
	}
	return used, nil
}
