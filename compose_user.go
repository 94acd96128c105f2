package authdb

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// settling bounds what a composition does after the step by which it can't go back,
// whatever becomes of the caller's context.
const settling = 10 * time.Second

// settle returns a context for that.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), settling)
}

// CreateUser implements UserStore.
func (c *Composition) CreateUser(ctx context.Context, user *User) (*User, error) {
	return c.users.CreateUser(ctx, user)
}

// GetUser implements UserStore.
func (c *Composition) GetUser(ctx context.Context, id string) (*User, error) {
	return c.users.GetUser(ctx, id)
}

// GetUserByEmail implements UserStore.
func (c *Composition) GetUserByEmail(ctx context.Context, email string) (*User, error) {
	return c.users.GetUserByEmail(ctx, email)
}

// GetUserByAccount implements UserStore. With accounts apart it is two round trips.
func (c *Composition) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*User, error) {
	if !c.accounts.apart {
		return c.users.GetUserByAccount(ctx, provider, providerAccountID)
	}
	account, err := c.accounts.by.GetAccount(ctx, provider, providerAccountID)
	if err != nil {
		return nil, err
	}
	return c.users.GetUser(ctx, account.UserID)
}

// UpdateUser implements UserStore.
func (c *Composition) UpdateUser(ctx context.Context, id string, patch UserPatch) (*User, error) {
	return c.users.UpdateUser(ctx, id, patch)
}

// DeleteUser implements UserStore. What is apart from the users is removed after
// the user; see RuleOneTransaction.
//
// The user goes first, because that step is the one that may be refused, by
// ErrReferenced, and then nothing has been done. It also decides for all others:
// from here on no look-up finds what is theirs, and nothing is stored for them that
// its writer does not remove again (see add). So what was there before is removed
// now or, if this fails, by any later call: it removes what a user has who is not
// there any more.
func (c *Composition) DeleteUser(ctx context.Context, id string) error {
	if !c.apart() {
		return c.users.DeleteUser(ctx, id)
	}
	if c.inTx {
		return c.outsideOfTx("delete user")
	}
	if err := c.users.DeleteUser(ctx, id); err != nil {
		return err
	}
	ctx, cancel := settle(ctx)
	defer cancel()
	if err := c.removeApart(ctx, id); err != nil {
		return fmt.Errorf("authdb: delete user: the user is deleted, and not yet all that is kept elsewhere, which nobody sees: call DeleteUser again: %w", err)
	}
	return nil
}

// removeApart removes what is the user's and kept apart, as much as it can.
func (c *Composition) removeApart(ctx context.Context, userID string) error {
	var errs []error
	if c.detached.is() {
		_, err := c.detached.by.DeleteSessionsByUserID(ctx, userID)
		errs = append(errs, err)
	}
	if c.accounts.apart {
		errs = append(errs, c.removeAccounts(ctx, userID))
	}
	if c.authenticators.apart {
		errs = append(errs, c.removeAuthenticators(ctx, userID))
	}
	return errors.Join(errs...)
}

func (c *Composition) removeAccounts(ctx context.Context, userID string) error {
	lister, err := need[AccountLister](c.accounts.store)
	if err != nil {
		return err
	}
	list, err := lister.ListAccountsByUserID(ctx, userID)
	errs := []error{err}
	for _, a := range list {
		errs = append(errs, c.accounts.by.UnlinkAccount(ctx, a.Provider, a.ProviderAccountID))
	}
	return errors.Join(errs...)
}

func (c *Composition) removeAuthenticators(ctx context.Context, userID string) error {
	remover, err := need[AuthenticatorRemover](c.authenticators.store)
	if err != nil {
		return err
	}
	list, err := c.authenticators.by.ListAuthenticatorsByUserID(ctx, userID)
	errs := []error{err}
	for _, a := range list {
		errs = append(errs, remover.DeleteAuthenticator(ctx, a.CredentialID))
	}
	return errors.Join(errs...)
}

// outsideOfTx is the error of what can't be part of a transaction.
func (c *Composition) outsideOfTx(operation string) error {
	return fmt.Errorf("authdb: %s: %w: what is kept elsewhere than the users is no part of the transaction: do it after its end", operation, errors.ErrUnsupported)
}

// listOf returns list's records of the user, or none if there is no such user.
func listOf[R any](ctx context.Context, c *Composition, userID string, list func(ctx context.Context, userID string) ([]*R, error)) ([]*R, error) {
	_, err := c.users.GetUser(ctx, userID)
	switch {
	case errors.Is(err, ErrNotFound):
		return []*R{}, nil
	case err != nil:
		return nil, err
	}
	return list(ctx, userID)
}

// add stores a record apart from its user, so that it does not outlive them. remove
// removes it again.
//
// Let the user be deleted meanwhile. Either the second look at the user comes
// before DeleteUser's first step: then the record was stored before that too, and
// DeleteUser's later step finds and removes it. Or the look comes after, finds
// nobody, and the record is removed here. The second look is an UpdateUser that
// changes nothing, because a GetUser may be answered by a replica that has not heard
// of the deletion yet.
func add[R any](ctx context.Context, c *Composition, operation, userID string, store func(context.Context) (*R, error), remove func(context.Context) error) (*R, error) {
	noUser := func() error { return fmt.Errorf("authdb: %s: %w", operation, ErrReference) }
	if userID != "" { // which is invalid, as the store says
		switch _, err := c.users.GetUser(ctx, userID); {
		case errors.Is(err, ErrNotFound):
			return nil, noUser()
		case err != nil:
			return nil, err
		}
	}
	record, err := store(ctx)
	if err != nil && didNothing(err) {
		return nil, err
	}
	ctx, cancel := settle(ctx)
	defer cancel()
	_, gone := c.users.UpdateUser(ctx, userID, UserPatch{})
	missing := errors.Is(gone, ErrNotFound)
	if err != nil && !missing || gone == nil { // of a record that may be there or not, as the error says
		return record, err
	}
	if removeErr := remove(ctx); removeErr != nil {
		if missing {
			return nil, fmt.Errorf("%w: what was stored for them is left, and nobody sees it: call DeleteUser: %w", noUser(), removeErr)
		}
		return nil, fmt.Errorf("authdb: %s: %w: the user can't be looked up, nor the record removed again: %w", operation, ErrUnknownOutcome, errors.Join(gone, removeErr))
	}
	switch {
	case !missing:
		return nil, gone
	case err != nil:
		return nil, err
	}
	return nil, noUser()
}

// didNothing reports whether a write that returned the error has surely stored
// nothing.
func didNothing(err error) bool {
	for _, target := range []error{ErrDuplicate, ErrInvalid, ErrReference, ErrConflict, ErrSchema, ErrNotSynchronized, errors.ErrUnsupported} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
