package authdb

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A renewal is the work of one flight: asking the provider once, and storing
// what it said.
type renewal struct {
	*Refresher
	flightKey

	asked bool
	old   *Account     // what Refresh was asked with
	patch AccountPatch // what it answered, if err is nil
	err   error
}

func (n *renewal) run(ctx context.Context) (*Account, error) {
	var account *Account
	var err error
	if has[AccountLocker](n.adapter) {
		account, err = n.locked(ctx)
	} else {
		account, err = n.unlocked(ctx)
	}
	if n.asked && n.err == nil && account == nil {
		return n.store(ctx)
	}
	return account, err
}

// locked asks the provider while the account is locked.
func (n *renewal) locked(ctx context.Context) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*n.timeout()) // for the lock, and for Refresh
	defer cancel()
	var account *Account
	err := n.inTx(ctx, func(ctx context.Context, tx Adapter) error {
		stored, err := n.read(ctx, tx)
		if err != nil {
			return err
		}
		account = stored
		if !n.expired(stored) {
			return nil
		}
		if err := n.ask(ctx, stored); err != nil {
			return err
		}
		account, err = n.update(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return account, nil
}

// unlocked asks the provider in no transaction, and leaves it to store.
func (n *renewal) unlocked(ctx context.Context) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*n.timeout())
	defer cancel()
	stored, err := n.adapter.GetAccount(ctx, n.provider, n.providerAccountID)
	if err != nil || !n.expired(stored) {
		return stored, err
	}
	if err := n.ask(ctx, stored); err != nil {
		// The provider may have refused because another process was first.
		now, readErr := n.adapter.GetAccount(ctx, n.provider, n.providerAccountID)
		if readErr == nil && !n.expired(now) {
			return now, nil
		}
		return nil, err
	}
	return nil, nil
}

// ask calls Refresh, but once.
func (n *renewal) ask(ctx context.Context, stored *Account) error {
	if n.asked {
		return n.err
	}
	// Anew: what the wait for the lock has used up is not the provider's to lack.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.timeout())
	defer cancel()
	n.asked, n.old = true, stored
	n.patch, n.err = n.Refresh(ctx, cloneAccount(stored))
	if n.err == nil && n.patch.AccessToken.Value() == "" {
		n.err = fmt.Errorf("%w: AccessToken: Refresh returned none", ErrInvalid)
	}
	n.patch = whatWasSaid(n.patch)
	return n.err
}

// whatWasSaid leaves what a provider did not say as it is stored.
func whatWasSaid(patch AccountPatch) AccountPatch {
	for _, f := range []*Field[string]{&patch.RefreshToken, &patch.TokenType, &patch.Scope, &patch.IDToken, &patch.SessionState} {
		if f.IsNull() {
			*f = Field[string]{}
		}
	}
	if !patch.ExpiresAt.IsSet() {
		patch.ExpiresAt = Null[int64]()
	}
	return patch
}

// store writes what Refresh returned, until it is stored, or can't be, or the
// time is over.
func (n *renewal) store(ctx context.Context) (*Account, error) {
	ctx, cancel := context.WithTimeout(ctx, n.timeout())
	defer cancel()
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		account, err := n.put(ctx)
		if err == nil {
			return account, nil
		}
		if !permanent(err) {
			select {
			case <-time.After(pause):
				continue
			case <-ctx.Done():
			}
		}
		return nil, fmt.Errorf("the tokens that Refresh returned could not be stored, and are lost: %w", err)
	}
}

// permanent reports whether the same call would fail again.
func permanent(err error) bool {
	for _, target := range []error{ErrNotFound, ErrInvalid, ErrDuplicate, ErrSecret, ErrSchema, ErrNotSynchronized, errors.ErrUnsupported} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// put stores the tokens, unless others are stored by now: another process's, or
// these, where the outcome was unknown.
func (n *renewal) put(ctx context.Context) (*Account, error) {
	var account *Account
	err := n.inTx(ctx, func(ctx context.Context, tx Adapter) (err error) {
		account, err = n.read(ctx, tx)
		if err != nil || !sameTokens(account, n.old) {
			return err
		}
		account, err = n.update(ctx, tx)
		return err
	})
	return account, err
}

func sameTokens(a, b *Account) bool {
	return a.AccessToken == b.AccessToken && a.RefreshToken == b.RefreshToken && a.ExpiresAt == b.ExpiresAt
}

func (n *renewal) inTx(ctx context.Context, f func(ctx context.Context, tx Adapter) error) error {
	inTx, err := transactionsOf(n.adapter)
	if err != nil {
		return err
	}
	return inTx(ctx, f)
}

// read locks the account, where one can be.
func (n *renewal) read(ctx context.Context, tx Adapter) (*Account, error) {
	if locker, ok := As[AccountLocker](tx); ok {
		return locker.LockAccount(ctx, n.provider, n.providerAccountID)
	}
	return tx.GetAccount(ctx, n.provider, n.providerAccountID)
}

func (n *renewal) update(ctx context.Context, tx Adapter) (*Account, error) {
	updater, ok := As[AccountUpdater](tx)
	if !ok {
		return nil, unsupported("AccountUpdater")
	}
	return updater.UpdateAccount(ctx, n.provider, n.providerAccountID, n.patch)
}
