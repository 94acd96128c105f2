package authdb

import (
	"context"
	"fmt"
)

// Unlink removes a provider account from the user, unless the user could not
// sign in any more: then it is [ErrLastSignIn], and nothing is changed. Of two
// calls at once for a user's last two accounts one succeeds. An account that is
// not there, or is another user's, is ErrNotFound, and so is a user who is not
// there.
//
// Ways to sign in are the user's other accounts, and the passkeys, if the
// adapter is an AuthenticatorStore. There, an account of type AccountWebAuthn is
// none by itself, but its passkeys are, and they go with it. Of what the adapter
// does not know, such as a password or a proven address to which magic links are
// sent, other tells: it is asked if nothing else is left, inside the
// transaction, with the adapter and the user as locked. A nil other says that
// there is nothing.
//
//	err := authdb.Unlink(ctx, adapter, user.ID, "github", "583231",
//		func(_ context.Context, _ authdb.Adapter, user *authdb.User) (bool, error) {
//			return user.EmailVerified != nil, nil // magic links
//		})
//
// An adapter needs the extensions Transactor or UserTransactor, UserLocker and AccountLister, and
// AuthenticatorRemover to unlink an account of type AccountWebAuthn where it
// stores passkeys, else it is errors.ErrUnsupported. A transaction of the
// application's (WithTx of an adapter) has to be READ COMMITTED, as for
// [Register]. Other may run again, as what is passed to InTx
// may. Whoever takes away another way to sign in, such as a passkey, does so in
// a transaction that begins with LockUser, or both may go at once.
func Unlink(ctx context.Context, adapter Adapter, userID, provider, providerAccountID string, other func(ctx context.Context, tx Adapter, user *User) (bool, error)) error {
	u := unlinking{userID: userID, provider: provider, providerAccountID: providerAccountID, other: other}
	if err := u.unlink(ctx, adapter); err != nil {
		return fmt.Errorf("authdb: unlink: %w", err)
	}
	return nil
}

// An unlinking is the work of one call of Unlink.
type unlinking struct {
	userID, provider, providerAccountID string

	other func(ctx context.Context, tx Adapter, user *User) (bool, error)
}

func (u unlinking) unlink(ctx context.Context, adapter Adapter) error {
	switch {
	case ctx == nil:
		return fmt.Errorf("%w: nil context: pass context.Background()", ErrInvalid)
	case adapter == nil:
		return fmt.Errorf("%w: nil Adapter", ErrInvalid)
	}
	inTx, err := transactionsOf(adapter)
	if err != nil {
		return err
	}
	return inTx(ctx, u.inTx)
}

func (u unlinking) inTx(ctx context.Context, tx Adapter) error {
	locker, ok := As[UserLocker](tx)
	if !ok {
		return unsupported("UserLocker")
	}
	user, err := locker.LockUser(ctx, u.userID)
	if err != nil {
		return err
	}
	account, err := tx.GetAccount(ctx, u.provider, u.providerAccountID)
	if err != nil {
		return err
	}
	if account.UserID != user.ID {
		return ErrNotFound
	}
	switch left, err := u.anotherWay(ctx, tx, user, account); {
	case err != nil:
		return err
	case !left:
		return ErrLastSignIn
	}
	if account.Type == AccountWebAuthn {
		err := removeAuthenticators(ctx, tx, user.ID, func(p *Authenticator) bool { return p.ProviderAccountID == account.ProviderAccountID })
		if err != nil {
			return err
		}
	}
	return tx.UnlinkAccount(ctx, u.provider, u.providerAccountID)
}

// anotherWay reports whether the user can sign in without the account.
func (u unlinking) anotherWay(ctx context.Context, tx Adapter, user *User, account *Account) (bool, error) {
	lister, ok := As[AccountLister](tx)
	if !ok {
		return false, unsupported("AccountLister")
	}
	accounts, err := lister.ListAccountsByUserID(ctx, user.ID)
	if err != nil {
		return false, err
	}
	passkeys, ok := As[AuthenticatorStore](tx)
	for _, a := range accounts {
		itself := a.Provider == account.Provider && a.ProviderAccountID == account.ProviderAccountID
		byPasskey := ok && a.Type == AccountWebAuthn
		if !itself && !byPasskey {
			return true, nil
		}
	}
	if ok {
		list, err := passkeys.ListAuthenticatorsByUserID(ctx, user.ID)
		if err != nil {
			return false, err
		}
		for _, p := range list {
			if account.Type != AccountWebAuthn || p.ProviderAccountID != account.ProviderAccountID {
				return true, nil
			}
		}
	}
	if u.other == nil {
		return false, nil
	}
	return u.other(ctx, tx, user)
}
