package authdb

import (
	"context"
)

// As finds the extension T in the adapter:
//
//	if sweeper, ok := authdb.As[authdb.Sweeper](adapter); ok { ... }
//
// An adapter with a method As(target any) bool decides for itself, and for
// what it wraps: target is a non-nil *T, which it sets if it returns true.
// That is how an adapter declines an extension which its type has and its
// configuration does not serve. Of any other adapter the type decides.
func As[T any](adapter Adapter) (T, bool) {
	var target T
	if a, ok := adapter.(interface{ As(target any) bool }); ok {
		ok = a.As(&target)
		return target, ok
	}
	target, ok := adapter.(T)
	return target, ok
}

// An AuthenticatorStore keeps WebAuthn credentials (passkeys).
type AuthenticatorStore interface {
	// CreateAuthenticator stores the authenticator and returns it as stored.
	// CredentialID, UserID, ProviderAccountID, CredentialPublicKey and
	// CredentialDeviceType are required. A CredentialID that is not printable
	// ASCII without spaces, as base64 and base64url are, is ErrInvalid. It
	// returns ErrDuplicate if the credential is known already, to whomever it
	// belongs, and ErrReference if there is no such user. An authenticator
	// never outlives its user.
	CreateAuthenticator(ctx context.Context, authenticator *Authenticator) (*Authenticator, error)

	// GetAuthenticator returns the authenticator, or ErrNotFound.
	GetAuthenticator(ctx context.Context, credentialID string) (*Authenticator, error)

	// ListAuthenticatorsByUserID returns the user's authenticators in the
	// order of the bytes of CredentialID. Of a user with none, or an unknown
	// one, it returns an empty list and no error.
	ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*Authenticator, error)

	// UpdateAuthenticatorCounter stores the counter as given, be it smaller,
	// and returns the complete authenticator, or ErrNotFound.
	UpdateAuthenticatorCounter(ctx context.Context, credentialID string, counter uint32) (*Authenticator, error)
}

// A Validator checks its own configuration, without I/O. Whoever builds on an
// adapter calls Validate once, at start-up.
type Validator interface {
	// Validate returns every error of the configuration, joined, each naming
	// its remedy. Until it returns nil, all other methods return the same
	// error.
	Validate() error
}

// A Checker checks the database it stands on: tables, columns, keys, and the
// settings of the connection that the contract depends on.
type Checker interface {
	// Check returns ErrSchema, saying what is missing, if the contract can't
	// be kept on this database. It changes nothing.
	Check(ctx context.Context) error
}

// A Synchronizer adds what its tables lack.
type Synchronizer interface {
	// Synchronize creates the tables that are missing, adds the columns that
	// may be NULL and the indexes that are not unique to those that are there,
	// and does nothing where nothing is missing. It never changes or removes
	// what is there: where an existing table does not fit, it adds nothing at
	// all and returns ErrSchema. Tables that something else made and migrates
	// it leaves alone (see Layout.Origin), unless WithForeignChanges allows
	// additions: it returns nil where the rows fit. Any number of processes may
	// call it at the same moment. It may not be called inside a transaction of
	// the caller's.
	Synchronize(ctx context.Context) error
}

// A Sweeper removes what has expired.
type Sweeper interface {
	// DeleteExpired removes at most limit expired sessions and at most limit
	// expired verification tokens, and says how many it removed. A limit of
	// zero or less is ErrInvalid. Call it until it returns less than the
	// limit. Beside an error it says what was removed before it.
	DeleteExpired(ctx context.Context, limit int) (Swept, error)
}

// Swept says how many rows a Sweeper removed.
type Swept struct {
	Sessions           int64
	VerificationTokens int64
}

// A SessionLister lists and revokes the sessions of a user.
type SessionLister interface {
	// ListSessionsByUserID returns the sessions of the user that have not
	// expired, those that last longest first. Of a user with none, or an
	// unknown one, it returns an empty list and no error.
	ListSessionsByUserID(ctx context.Context, userID string) ([]*Session, error)

	// DeleteSessionsByUserID removes all sessions of the user, expired ones
	// too, except those with the given tokens, and says how many.
	DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error)
}

// An AccountLister lists the provider accounts of a user.
type AccountLister interface {
	// ListAccountsByUserID returns the user's accounts in the order of the
	// bytes of Provider and ProviderAccountID. Of a user with none, or an
	// unknown one, it returns an empty list and no error.
	ListAccountsByUserID(ctx context.Context, userID string) ([]*Account, error)
}

// An AccountUpdater changes what a provider says anew at each sign-in.
type AccountUpdater interface {
	// UpdateAccount changes exactly the members set in the patch, and returns
	// the complete account, or ErrNotFound. An empty patch reads.
	UpdateAccount(ctx context.Context, provider, providerAccountID string, patch AccountPatch) (*Account, error)
}
