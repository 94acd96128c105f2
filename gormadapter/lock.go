package gormadapter

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// LockUser implements authdb.UserLocker. On SQLite nobody else writes at all
// until the transaction has ended.
func (a *Adapter) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	user, err := lock[authdb.User](ctx, a, a.users, id)
	return user, a.wrap(ctx, "lock user", err)
}

// LockAccount implements authdb.AccountLocker, which SQLite does not have.
func (a *Adapter) LockAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	account, err := a.opened(lockAccount(ctx, a, provider, providerAccountID))
	return account, a.wrap(ctx, "lock account", err)
}

func lockAccount(ctx context.Context, a *Adapter, provider, providerAccountID string) (*authdb.Account, error) {
	if a.err == nil && a.dialect.forUpdate == "" {
		return nil, faultf(errors.ErrUnsupported, "%s locks the database and not a row", a.dialect.name)
	}
	return lock[authdb.Account](ctx, a, a.accounts, provider, providerAccountID)
}

// lock reads one record by its key, and keeps it from others until the
// transaction ends.
func lock[R any](ctx context.Context, a *Adapter, t *table, key ...string) (*R, error) {
	if err := a.begun(ctx, t); err != nil {
		return nil, err
	}
	if a.tx == nil {
		return nil, faultf(authdb.ErrInvalid, "a lock lasts to the end of a transaction, and this is none: call it in InTx, of the adapter that it gives, or of WithTx")
	}
	args, err := a.keys(ctx, t, key...)
	if err != nil {
		return nil, err
	}
	if a.dialect.forUpdate == "" && !a.tx.own {
		if err := a.once(ctx, a.lockDatabase); err != nil {
			return nil, err
		}
	}
	return readOne[R](ctx, a, a.queries().of[t].locked, args)
}

// lockDatabase makes a transaction the one that writes, without writing: it
// may have begun as one that only reads, which SQLite refuses to let write once
// another has.
func (a *Adapter) lockDatabase(tx *gorm.DB) error {
	t := a.users
	c := clause.Column{Name: t.key[0].field.DBName}
	none := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "1 = 0"}}}
	row := t.newRow().Interface()
	return into(tx, t).Model(row).Session(&gorm.Session{SkipHooks: true}).
		Clauses(none, clause.Set{{Column: c, Value: c}}).UpdateColumns(row).Error
}
