package gormadapter

import (
	"context"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// CreateUserWithAccount implements authdb.Registrar.
func (a *Adapter) CreateUserWithAccount(ctx context.Context, user *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
	created, linked, err := a.createUserWithAccount(ctx, user, account)
	if err != nil {
		return nil, nil, a.wrap(ctx, "create user with account", err)
	}
	return created, linked, nil
}

func (a *Adapter) createUserWithAccount(ctx context.Context, user *authdb.User, account *authdb.Account) (created *authdb.User, linked *authdb.Account, err error) {
	if err := a.begun(ctx, a.accounts); err != nil {
		return nil, nil, err
	}
	switch {
	case account == nil:
		return nil, nil, faultf(authdb.ErrInvalid, "nil *Account")
	case account.UserID != "":
		return nil, nil, faultf(authdb.ErrInvalid, "Account.UserID: leave it empty: it is the new user's")
	}
	err = a.together(ctx, func(tx *Adapter) error {
		if created, err = tx.CreateUser(ctx, user); err != nil {
			return err
		}
		if tx.whole != nil {
			tx.whole.newcomer = created.ID
		}
		theirs := *account
		theirs.UserID = created.ID
		linked, err = tx.LinkAccount(ctx, &theirs)
		return err
	})
	return created, linked, err
}

// A whole is work that any error undoes as a whole, so that no step of it needs a
// savepoint. What hooks do with adapters of their own is no part of it: they may
// go on after an error.
type whole struct {
	newcomer string // the user whom it has created: nobody else can delete them
}

// creates reports whether the user is the work's own.
func (w *whole) creates(userID string) bool {
	return w != nil && w.newcomer != "" && w.newcomer == userID
}

// together runs f as a whole: in one savepoint if there is a transaction, or else
// in one of its own.
func (a *Adapter) together(ctx context.Context, f func(tx *Adapter) error) error {
	if a.tx != nil {
		return a.inSavepoint(ctx, func(*gorm.DB) error {
			b := *a
			b.whole = new(whole)
			return f(&b)
		})
	}
	if len(a.queries().taken) > 0 { // whose locks may outlast a transaction
		return a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error { return f(tx.(*Adapter)) })
	}
	begin := func() (*gorm.DB, endTx, error) { return a.begin(ctx, a.dialect.isolation) }
	return a.transact(ctx, begin, func(tx *gorm.DB) error {
		t := a.begunByUs()
		defer func() { t.ended = true }()
		app := a.app.WithContext(ctx)
		app.Statement.ConnPool = tx.Statement.ConnPool
		b := a.on(t, app)
		b.whole = new(whole)
		if err := f(b); err != nil {
			return err
		}
		return t.usable() // a hook may not have passed it on
	})
}
