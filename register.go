package authdb

import (
	"context"
	"errors"
	"fmt"
)

// A Registration is what [Register] did. At most one of Created and Linked is
// true; neither is, where the account was known.
type Registration struct {
	User    *User    // as stored
	Account *Account // as stored
	Created bool     // the user is new
	Linked  bool     // the account is new, and the user is not
	Reset   bool     // Linked, and all that the user had before was removed: see LinkPolicy
}

// registerAttempts bounds how often Register begins again after it lost a race.
const registerAttempts = 5

// Register is the sign-in with a provider, the first one and every later one:
// it returns the user that the provider account belongs to.
//
// If the account is known, its user is returned as stored, and the account's
// tokens are renewed with those that the provider gave this time
// ([Account.TokenPatch]), if the adapter is an AccountUpdater. There is no
// transaction, and of the given user nothing is looked at.
//
// Else the user and the account are stored, both or neither: by the adapter if it
// is a Registrar, or in a transaction, as always where somebody has the address.
// Of any number of callers at once, in any number of processes, all get the one
// user, and one of them is told Created. EmailVerified is stored only if the
// policy trusts the provider, since a later decision goes by it. The account's
// UserID has to be empty; the user's ID may be given.
//
// If another user has the email address already, the policy decides. The zero
// LinkPolicy refuses with [ErrEmailTaken], and nothing is changed; another may
// link the account to that user, who is otherwise returned as stored, or reset
// that user. Where only a soft-deleted user has the address, or an ID is taken,
// it is ErrDuplicate. Users without an address are always new.
//
// In a transaction of the caller's (see Transactor) Register is part of it, and
// so may what the application does for a new user be:
//
//	err := transactor.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
//		registration, err := authdb.Register(ctx, tx, user, account, policy)
//		if err != nil || !registration.Created {
//			return err
//		}
//		...
//	})
//
// A session that is created in the same transaction is one of the user as found:
// one that is created later may be that of somebody whom a reset has just
// thrown out. A transaction of the application's (WithTx of an adapter) has to
// be READ COMMITTED, which on MySQL is not the default: at a stricter level it
// does not see what others have committed while it waited.
//
// After ErrUnknownOutcome, call Register again. An adapter needs the extension
// Transactor or UserTransactor, which a Registrar needs only for who is not new in every respect,
// to link a UserLocker, and to reset also AccountLister,
// SessionLister and AuthenticatorRemover, for as much of it as it stores; else
// it is errors.ErrUnsupported, and nothing is changed. The arguments are not
// modified.
func Register(ctx context.Context, adapter Adapter, user *User, account *Account, policy LinkPolicy) (*Registration, error) {
	r := registration{user: user, account: account, policy: policy}
	result, err := r.register(ctx, adapter)
	if err != nil {
		return nil, fmt.Errorf("authdb: register: %w", err)
	}
	return result, nil
}

// TokenPatch returns what a provider said anew with this account: its tokens,
// and what goes with them, as far as they are there. What the provider left out
// stays as it is stored, such as a refresh token that is given only once; but a
// new AccessToken without ExpiresAt is one that is not known to expire, and
// empties ExpiresAt. Extra is not part of it.
func (a *Account) TokenPatch() AccountPatch {
	var patch AccountPatch
	for _, f := range []struct {
		given string
		to    *Field[string]
	}{
		{a.RefreshToken, &patch.RefreshToken},
		{a.AccessToken, &patch.AccessToken},
		{a.TokenType, &patch.TokenType},
		{a.Scope, &patch.Scope},
		{a.IDToken, &patch.IDToken},
		{a.SessionState, &patch.SessionState},
	} {
		if f.given != "" {
			*f.to = Set(f.given)
		}
	}
	if a.ExpiresAt != 0 || a.AccessToken != "" {
		patch.ExpiresAt = Set(a.ExpiresAt)
	}
	return patch
}

// A registration is the work of one call of Register.
type registration struct {
	user    *User
	account *Account
	policy  LinkPolicy
}

// errLostRace says that what was read has changed, so that all is to be done
// again. It is not an ErrConflict, which would be InTx's to repeat.
var errLostRace = errors.New("lost a race")

func (r registration) register(ctx context.Context, adapter Adapter) (*Registration, error) {
	if err := r.validate(ctx, adapter); err != nil {
		return nil, err
	}
	result, err := r.known(ctx, adapter)
	if !errors.Is(err, ErrNotFound) {
		return result, err
	}
	// Nobody is asked for the address: most who are new with an account are new
	// with that too, and the keys know.
	if registrar, ok := As[Registrar](adapter); ok {
		result, err = r.newcomer(ctx, registrar)
		if !errors.Is(err, ErrDuplicate) {
			return result, err
		}
	}
	inTx, err := transactionsOf(adapter)
	if err != nil {
		return nil, err
	}
	for i := 1; ; i++ {
		err = inTx(ctx, func(ctx context.Context, tx Adapter) (err error) {
			result, err = r.first(ctx, tx)
			return err
		})
		switch lost := errors.Is(err, errLostRace); {
		case err == nil:
			return result, nil
		case errors.Is(err, ErrEmailTaken), !lost && !errors.Is(err, ErrDuplicate):
			return nil, err
		case i == registerAttempts && lost:
			return nil, ErrConflict
		case i == registerAttempts:
			return nil, err
		}
	}
}

func (r registration) validate(ctx context.Context, adapter Adapter) error {
	switch {
	case ctx == nil:
		return fmt.Errorf("%w: nil context: pass context.Background()", ErrInvalid)
	case adapter == nil:
		return fmt.Errorf("%w: nil Adapter", ErrInvalid)
	case r.user == nil:
		return fmt.Errorf("%w: nil User", ErrInvalid)
	case r.account == nil:
		return fmt.Errorf("%w: nil Account", ErrInvalid)
	case r.account.Provider == "":
		return fmt.Errorf("%w: Provider: required", ErrInvalid)
	case r.account.ProviderAccountID == "":
		return fmt.Errorf("%w: ProviderAccountID: required", ErrInvalid)
	case r.account.UserID != "":
		return fmt.Errorf("%w: UserID: leave it empty: Register finds out whose the account is, and LinkAccount links it to a user who is signed in", ErrInvalid)
	}
	return r.policy.validate()
}

// known is a sign-in with an account that is linked. If it isn't, it is
// ErrNotFound.
func (r registration) known(ctx context.Context, adapter Adapter) (*Registration, error) {
	user, err := adapter.GetUserByAccount(ctx, r.account.Provider, r.account.ProviderAccountID)
	if err != nil {
		return nil, err
	}
	account, err := r.renew(ctx, adapter)
	if err != nil {
		return nil, err // ErrNotFound: unlinked just now
	}
	if account.UserID != user.ID { // and linked to somebody else
		user, err = adapter.GetUser(ctx, account.UserID)
		if err != nil {
			return nil, err
		}
	}
	return &Registration{User: user, Account: account}, nil
}

// renew stores the tokens that the provider gave, and returns the account.
func (r registration) renew(ctx context.Context, adapter Adapter) (*Account, error) {
	if updater, ok := As[AccountUpdater](adapter); ok {
		return updater.UpdateAccount(ctx, r.account.Provider, r.account.ProviderAccountID, r.account.TokenPatch())
	}
	return adapter.GetAccount(ctx, r.account.Provider, r.account.ProviderAccountID)
}

// first is a sign-in with an account that nobody had, so far as is known.
func (r registration) first(ctx context.Context, tx Adapter) (*Registration, error) {
	// The address is looked up before the account: who registers at this moment
	// commits both at once, and is found by the account if by the address.
	var existing *User
	if r.user.Email != "" {
		var err error
		existing, err = tx.GetUserByEmail(ctx, r.user.Email)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	result, err := r.known(ctx, tx)
	switch {
	case !errors.Is(err, ErrNotFound):
		return result, err
	case existing == nil:
		return r.create(ctx, tx)
	case r.policy.Decide(existing, r.user, r.account) == LinkRefuse:
		return nil, ErrEmailTaken
	}
	return r.link(ctx, tx, existing)
}

// newcomer stores user and account at once.
func (r registration) newcomer(ctx context.Context, registrar Registrar) (*Registration, error) {
	user, account, err := registrar.CreateUserWithAccount(ctx, r.trusted(), r.account)
	if err != nil {
		return nil, err
	}
	return &Registration{User: user, Account: account, Created: true}, nil
}

// trusted returns the user to store.
func (r registration) trusted() *User {
	user := *r.user
	if !r.policy.trusts(r.account) {
		user.EmailVerified = nil
	}
	return &user
}

// create stores user and account.
func (r registration) create(ctx context.Context, tx Adapter) (*Registration, error) {
	user, err := tx.CreateUser(ctx, r.trusted())
	if err != nil {
		return nil, err
	}
	account, err := r.add(ctx, tx, user)
	return &Registration{User: user, Account: account, Created: true}, err
}

func (r registration) add(ctx context.Context, tx Adapter, user *User) (*Account, error) {
	account := *r.account
	account.UserID = user.ID
	return tx.LinkAccount(ctx, &account)
}

// link gives the account to the user who has the address. It decides again
// under the lock, by which nobody changes the user any more.
func (r registration) link(ctx context.Context, tx Adapter, existing *User) (*Registration, error) {
	locker, ok := As[UserLocker](tx)
	if !ok {
		return nil, unsupported("UserLocker")
	}
	user, err := locker.LockUser(ctx, existing.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, errLostRace
	case err != nil:
		return nil, err
	case user.Email != existing.Email:
		return nil, errLostRace
	}
	decision := r.policy.Decide(user, r.user, r.account)
	switch decision {
	case LinkRefuse:
		return nil, ErrEmailTaken
	case LinkReset:
		if user, err = r.reset(ctx, tx, user); err != nil {
			return nil, err
		}
	}
	account, err := r.add(ctx, tx, user)
	return &Registration{User: user, Account: account, Linked: true, Reset: decision == LinkReset}, err
}

// reset removes all that somebody could sign in with as the user.
func (r registration) reset(ctx context.Context, tx Adapter, user *User) (*User, error) {
	if err := removeAccounts(ctx, tx, user.ID); err != nil {
		return nil, err
	}
	if err := removeSessions(ctx, tx, user.ID); err != nil {
		return nil, err
	}
	if err := removeAuthenticators(ctx, tx, user.ID, func(*Authenticator) bool { return true }); err != nil {
		return nil, err
	}
	patch := r.policy.Reset
	patch.EmailVerified = Set(*r.user.EmailVerified)
	return tx.UpdateUser(ctx, user.ID, patch)
}

func removeAccounts(ctx context.Context, tx Adapter, userID string) error {
	lister, ok := As[AccountLister](tx)
	if !ok {
		return unsupported("AccountLister")
	}
	accounts, err := lister.ListAccountsByUserID(ctx, userID)
	for _, a := range accounts {
		if err := tx.UnlinkAccount(ctx, a.Provider, a.ProviderAccountID); err != nil {
			return err
		}
	}
	return err
}

func removeSessions(ctx context.Context, tx Adapter, userID string) error {
	if _, ok := As[SessionStore](tx); !ok {
		return nil // there are none
	}
	lister, ok := As[SessionLister](tx)
	if !ok {
		return unsupported("SessionLister")
	}
	_, err := lister.DeleteSessionsByUserID(ctx, userID)
	return err
}

// removeAuthenticators removes those of the user's passkeys that are meant.
func removeAuthenticators(ctx context.Context, tx Adapter, userID string, meant func(*Authenticator) bool) error {
	store, ok := As[AuthenticatorStore](tx)
	if !ok {
		return nil // there are none
	}
	remover, ok := As[AuthenticatorRemover](tx)
	if !ok {
		return unsupported("AuthenticatorRemover")
	}
	authenticators, err := store.ListAuthenticatorsByUserID(ctx, userID)
	for _, a := range authenticators {
		if !meant(a) {
			continue
		}
		if err := remover.DeleteAuthenticator(ctx, a.CredentialID); err != nil {
			return err
		}
	}
	return err
}

// transactionsOf returns what runs a function in a transaction of the users and
// their accounts.
func transactionsOf(adapter Adapter) (func(ctx context.Context, f func(ctx context.Context, tx Adapter) error) error, error) {
	if t, ok := As[Transactor](adapter); ok {
		return t.InTx, nil
	}
	if t, ok := As[UserTransactor](adapter); ok {
		return t.InUserTx, nil
	}
	return nil, unsupported("Transactor")
}

func unsupported(extension string) error {
	return fmt.Errorf("%w: the adapter is no %s", errors.ErrUnsupported, extension)
}
