package nextauth3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/authdb/authdb"
)

// CompoundID returns the compoundId of version 3's accounts, by which their table
// keeps them unique: the SHA-256 of "providerID:providerAccountID" in hex. The
// rows of presets.NextAuth3 make it by themselves.
func CompoundID(providerID, providerAccountID string) string {
	sum := sha256.Sum256([]byte(providerID + ":" + providerAccountID))
	return hex.EncodeToString(sum[:])
}

// LinkAccount (linkAccount) stores the account and returns it as stored. It
// returns authdb.ErrDuplicate if it is linked already, to whomever, and
// authdb.ErrReference if there is no such user.
//
// The arguments of version 3 are the account's UserID, Provider, Type,
// ProviderAccountID, RefreshToken, AccessToken and ExpiresAt, which is a Date
// there (accessTokenExpires) and has whole seconds here. What else the account
// has is stored where the rows have a place for it; an ID is made.
func (in *Instance) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	return call(ctx, in, "linkAccount", func() (*authdb.Account, error) {
		if account == nil {
			return in.adapter.LinkAccount(ctx, nil)
		}
		link := *account
		link.ID = ""
		return in.adapter.LinkAccount(ctx, &link)
	})
}

// UnlinkAccount (unlinkAccount) removes the account if it is that user's. Removing
// what is not there, or is somebody else's, is no error and removes nothing. It
// does not ask whether the user can still sign in: see [authdb.Unlink]. In version
// 3 it does nothing.
func (in *Instance) UnlinkAccount(ctx context.Context, userID, providerID, providerAccountID string) error {
	return exec(ctx, in, "unlinkAccount", func() error {
		unlink := func(ctx context.Context, a authdb.Adapter, get accountGetter) error {
			account, err := get(ctx, providerID, providerAccountID)
			if errors.Is(err, authdb.ErrNotFound) || err == nil && account.UserID != userID {
				return nil
			}
			if err != nil {
				return err
			}
			return a.UnlinkAccount(ctx, providerID, providerAccountID)
		}
		inTx := in.transactions()
		if inTx == nil {
			return unlink(ctx, in.adapter, in.adapter.GetAccount)
		}
		return inTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if locker, ok := authdb.As[authdb.AccountLocker](tx); ok { // or it may be linked to another meanwhile
				return unlink(ctx, tx, locker.LockAccount)
			}
			return unlink(ctx, tx, tx.GetAccount)
		})
	})
}

type accountGetter func(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error)

// transactions returns what runs a function in a transaction of users and accounts, or
// nil.
func (in *Instance) transactions() func(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	if t, ok := authdb.As[authdb.Transactor](in.adapter); ok {
		return t.InTx
	}
	if t, ok := authdb.As[authdb.UserTransactor](in.adapter); ok {
		return t.InUserTx
	}
	return nil
}
