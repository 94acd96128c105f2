package gormadapter

import (
	"context"
	"errors"
	"reflect"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// DeleteSessionByID implements authdb.SessionRevoker.
func (a *Adapter) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	return a.wrap(ctx, "delete session by id", a.deleteSessionByID(ctx, userID, sessionID))
}

func (a *Adapter) deleteSessionByID(ctx context.Context, userID, sessionID string) error {
	if err := a.begun(ctx, a.sessions); err != nil {
		return err
	}
	t := a.sessions
	if !t.revokes() {
		return faultf(errors.ErrUnsupported, "%v has no ID", t.schema.ModelType)
	}
	columns := []*column{t.column("ID"), t.column("UserID")}
	args, err := a.keyArgs(ctx, nil, t, columns, []string{sessionID, userID})
	if errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !t.deleteHooks() {
		return a.once(ctx, func(tx *gorm.DB) error {
			_, err := a.remove(tx, t, a.holds(columns, args), reflect.Value{})
			return err
		})
	}
	return a.inTx(ctx, func(tx *gorm.DB) error {
		s := a.selectFrom(a.queries().facts, t, nil, t.deleted())
		for i, c := range columns {
			s.where(c, slot(i))
		}
		found, err := a.find(ctx, tx, s.end(a.dialect.forUpdate), args...)
		if err != nil {
			return err
		}
		return a.removeEach(ctx, tx, t, found)
	})
}

// revokes reports whether the rows are known by an ID.
func (t *table) revokes() bool { return t.column("ID") != nil }

// DeleteAuthenticator implements authdb.AuthenticatorRemover.
func (a *Adapter) DeleteAuthenticator(ctx context.Context, credentialID string) error {
	return a.wrap(ctx, "delete authenticator", a.drop(ctx, a.authenticators, credentialID))
}
