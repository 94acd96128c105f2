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
	if err == nil && !a.tx.own {
		a.tx.settled = true
	}
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
	args, err := a.keys(ctx, nil, t, key...)
	if err != nil {
		return nil, err
	}
	if a.dialect.forUpdate == "" && !a.tx.own {
		if err := a.once(ctx, a.lockDatabase); err != nil {
			return nil, err
		}
	}
	var q *query
	err = a.retry(ctx, func() (err error) {
		q, _, err = a.reach(ctx, a.session(ctx), t, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	return readOne[R](ctx, a, q, args)
}

// reach returns the query that locks the rows of a key and no others, and the
// condition that picks them.
func (a *Adapter) reach(ctx context.Context, tx *gorm.DB, t *table, args []any) (*query, clause.Where, error) {
	q, where := a.queries().of[t], a.matches(t, args)
	if q.located == nil || a.tx != nil && !a.tx.own { // whose first look may be long ago
		return q.locked, where, nil
	}
	found, err := a.find(ctx, tx, q.located, args...)
	if err == nil && len(found) == 0 {
		err = authdb.ErrNotFound
	}
	if err != nil {
		return nil, where, err
	}
	s := a.there(a.queries().facts, t, t.whole())
	for _, c := range t.surrogate().columns {
		held := holding(ctx, t, c.field, found)
		s, where.Exprs = s.that(held), append(where.Exprs, held)
	}
	return s.byKey(t).end(a.dialect.forUpdate), where, nil
}

// lockDatabase makes a transaction the one that writes, without writing: it
// may have begun as one that only reads, which SQLite refuses to let write once
// another has.
func (a *Adapter) lockDatabase(tx *gorm.DB) error {
	t := a.users
	if t == nil {
		t = a.tables()[0]
	}
	c := clause.Column{Name: t.key[0].field.DBName}
	none := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "1 = 0"}}}
	row := t.newRow().Interface()
	return into(tx, t).Model(row).Session(&gorm.Session{SkipHooks: true}).
		Clauses(none, clause.Set{{Column: c, Value: c}}).UpdateColumns(row).Error
}
