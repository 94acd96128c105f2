package cacheadapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/authdb/authdb"
)

// As implements the search of authdb.As. Of the extensions of the adapter inside it
// finds those of package authdb alone: by another, something could be written past
// the cache. It also finds the *Adapter itself, under other wrappers.
func (a *Adapter) As(target any) bool {
	switch t := target.(type) {
	case **Adapter:
		*t = a
		return a != nil
	case *authdb.Adapter:
		*t = a
		return true
	case *authdb.UserStore:
		return own(a, t)
	case *authdb.AccountStore:
		return own(a, t)
	case *authdb.SessionStore:
		return own(a, t)
	case *authdb.VerificationTokenStore:
		return own(a, t)
	case *authdb.Transactor:
		return own(a, t)
	case *authdb.UserTransactor:
		return own(a, t)
	case *authdb.Sweeper:
		return own(a, t)
	case *authdb.SessionLister:
		return own(a, t)
	case *authdb.SessionRevoker:
		return own(a, t)
	case *authdb.SessionToucher:
		return own(a, t)
	case *authdb.AccountUpdater:
		return own(a, t)

	// The rest changes nothing that is cached: a new user has no session, and
	// ConvertSecrets only how things are stored.
	case *authdb.Registrar:
		return inner(a, t)
	case *authdb.VerificationTokenReader:
		return inner(a, t)
	case *authdb.UserLocker:
		return inner(a, t)
	case *authdb.AccountLocker:
		return inner(a, t)
	case *authdb.AccountLister:
		return inner(a, t)
	case *authdb.AuthenticatorStore:
		return inner(a, t)
	case *authdb.AuthenticatorRemover:
		return inner(a, t)
	case *authdb.SecretConverter:
		return inner(a, t)
	case *authdb.Validator:
		return inner(a, t)
	case *authdb.Checker:
		return inner(a, t)
	case *authdb.Synchronizer:
		return inner(a, t)
	}
	return false
}

// own finds the extension in a itself, if the adapter inside has it.
func own[T any](a *Adapter, target *T) bool {
	if _, ok := authdb.As[T](a.inner); !ok {
		return false
	}
	t, ok := any(a).(T)
	*target = t
	return ok
}

func inner[T any](a *Adapter, target *T) (ok bool) {
	*target, ok = authdb.As[T](a.inner)
	return ok
}

// extension returns that of the adapter inside, for the methods that the type has
// whatever is inside.
func extension[T any](a *Adapter, name string) (T, error) {
	t, ok := authdb.As[T](a.inner)
	if !ok {
		return t, fmt.Errorf("cacheadapter: %w: the adapter inside has no %s", errors.ErrUnsupported, name)
	}
	return t, nil
}

// InTx implements authdb.Transactor. What is changed in the transaction is forgotten
// when it has ended; what is read in it is asked of the database.
func (a *Adapter) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	transactor, err := extension[authdb.Transactor](a, "Transactor")
	if err != nil {
		return err
	}
	return a.transact(ctx, transactor.InTx, f)
}

// InUserTx implements authdb.UserTransactor, as InTx.
func (a *Adapter) InUserTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	transactor, err := extension[authdb.UserTransactor](a, "UserTransactor")
	if err != nil {
		return err
	}
	return a.transact(ctx, transactor.InUserTx, f)
}

// transact calls begin, which is that of the adapter inside.
func (a *Adapter) transact(ctx context.Context, begin func(context.Context, func(context.Context, authdb.Adapter) error) error, f func(ctx context.Context, tx authdb.Adapter) error) (err error) {
	if f == nil {
		return begin(ctx, nil)
	}
	changed := &pending{keys: make(map[Key]bool)}
	defer a.forgetAll(ctx, &err, changed) // of a savepoint, by what it is in; also if f panics
	return begin(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		return f(ctx, &Adapter{inner: tx, tx: changed, shared: a.shared})
	})
}

func (a *Adapter) forgetAll(ctx context.Context, err *error, changed *pending) {
	keys := make([]Key, 0, len(changed.keys))
	for k := range changed.keys {
		keys = append(keys, k)
	}
	if len(keys) > 0 {
		a.forget(ctx, err, keys...)
	}
}

// DeleteExpired implements authdb.Sweeper.
func (a *Adapter) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	sweeper, err := extension[authdb.Sweeper](a, "Sweeper")
	if err != nil {
		return authdb.Swept{}, err
	}
	swept, err := sweeper.DeleteExpired(ctx, limit)
	if swept.Sessions > 0 || err != nil {
		a.forget(ctx, &err, sweptKey())
	}
	return swept, err
}

// ListSessionsByUserID implements authdb.SessionLister.
func (a *Adapter) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	lister, err := extension[authdb.SessionLister](a, "SessionLister")
	if err != nil {
		return nil, err
	}
	return lister.ListSessionsByUserID(ctx, userID)
}

// DeleteSessionsByUserID implements authdb.SessionLister.
func (a *Adapter) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (_ int64, err error) {
	lister, err := extension[authdb.SessionLister](a, "SessionLister")
	if err != nil {
		return 0, err
	}
	defer a.forget(ctx, &err, userKey(userID))
	return lister.DeleteSessionsByUserID(ctx, userID, exceptTokens...)
}

// DeleteSessionByID implements authdb.SessionRevoker.
func (a *Adapter) DeleteSessionByID(ctx context.Context, userID, sessionID string) (err error) {
	revoker, err := extension[authdb.SessionRevoker](a, "SessionRevoker")
	if err != nil {
		return err
	}
	defer a.forget(ctx, &err, userKey(userID)) // all of theirs: nothing cached is found by its ID
	return revoker.DeleteSessionByID(ctx, userID, sessionID)
}

// TouchSession implements authdb.SessionToucher. LastSeen of a cached session is as
// old as the session, so that the database may be asked more often than every, and
// writes no more often for that.
func (a *Adapter) TouchSession(ctx context.Context, session *authdb.Session, every time.Duration) (bool, error) {
	toucher, err := extension[authdb.SessionToucher](a, "SessionToucher")
	if err != nil {
		return false, err
	}
	wrote, err := toucher.TouchSession(ctx, session, every)
	if session != nil && (wrote || err != nil) {
		a.forget(ctx, &err, sessionKey(session.SessionToken))
	}
	return wrote, err
}

// UpdateAccount implements authdb.AccountUpdater. It counts as a change of the user,
// as LinkAccount does.
func (a *Adapter) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	updater, err := extension[authdb.AccountUpdater](a, "AccountUpdater")
	if err != nil {
		return nil, err
	}
	account, err := updater.UpdateAccount(ctx, provider, providerAccountID, patch)
	if err == nil {
		a.forget(ctx, &err, userKey(account.UserID))
	}
	return account, err
}
