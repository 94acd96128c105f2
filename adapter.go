package authdb

import "context"

// An Adapter stores users, the provider accounts linked to them, their
// sessions and one-time verification tokens. It is the mandatory contract; see
// extensions.go for the optional ones.
//
// The following holds for every method of every adapter, and package
// adaptertest proves it of one.
//
// Concurrency. All methods are safe for concurrent use, by goroutines and by
// processes that share a database. Arguments are neither retained nor
// modified, and results belong to the caller.
//
// Absence has one spelling: a look-up or an update of something that is not
// there returns nil and [ErrNotFound]. Deleting it is no error: deletes are
// idempotent.
//
// Keys (ids, email addresses, tokens, provider + account id, identifiers)
// match byte for byte, whatever the database's collation. A key that is empty,
// is not valid UTF-8, holds a NUL byte, or could not be stored in that column
// ("abc" or "010" where ids are integers, a UUID in another spelling) finds
// nothing. There is one exception, at GetUserByEmail. In tables whose unique
// keys were made to ignore case, a second record whose key differs in case is
// ErrDuplicate: no adapter can store it.
//
// Values to be written are checked before anything is: a required field that
// is empty, text that is not UTF-8 or holds a NUL byte or is longer than its
// column, and instants outside of the years 1000 to 9999 are [ErrInvalid],
// naming the field. An empty Name, Email, Image or provider token is stored as
// SQL NULL, so that any number of users may have no email address. A UserID that
// could be nobody's ("abc" where ids are integers) is [ErrReference]. A given ID
// is kept where the application makes the ids, and is ErrInvalid where the
// database numbers the rows; a record without one gets one if its row has a place
// for it.
//
// Instants are UTC with millisecond precision, truncated, in and out.
//
// Expired means Expires < now, by the adapter's clock (see [WithClock]).
//
// Extra holds further columns of the row, keyed by their Go field name, with
// values of that field's Go type. A key that is present is written, nil as
// NULL; one that the row does not have, or that names a field of the record,
// is ErrInvalid. NULL comes back as the zero value of the field's type.
//
// Errors wrap one of the sentinels of errors.go where one applies, and never
// quote a token, an address or another stored value. A context that is done
// returns its own error and nothing is changed; one that ends during a call
// leaves all of the call's work or none of it.
type Adapter interface {
	UserStore
	AccountStore
	SessionStore
	VerificationTokenStore
}

// A UserStore keeps users.
//
// A user that the application has soft-deleted does not exist for any method but
// DeleteUser, and neither do their accounts, sessions and authenticators: none is
// found, listed, updated or added. Their address and their keys stay taken until
// DeleteUser removes the row.
type UserStore interface {
	// CreateUser stores the user and returns it as stored, with its ID. It
	// returns ErrDuplicate if the ID or the email address is taken, also by a
	// soft-deleted user.
	CreateUser(ctx context.Context, user *User) (*User, error)

	// GetUser returns the user with the given ID, or ErrNotFound.
	GetUser(ctx context.Context, id string) (*User, error)

	// GetUserByEmail returns the user with exactly this address, or
	// ErrNotFound. The adapter does not normalise addresses: see
	// [NormalizeEmail].
	//
	// Where the database's unique key on the address ignores case, it also
	// finds the user whose address differs in the case of ASCII letters only,
	// because no second user could be created; never in accents, width or
	// trailing spaces.
	GetUserByEmail(ctx context.Context, email string) (*User, error)

	// GetUserByAccount returns the user that the provider account is linked
	// to, or ErrNotFound.
	GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*User, error)

	// UpdateUser changes exactly the members set in the patch, and what the
	// row type itself maintains, and returns the complete user. An empty patch
	// reads. It returns ErrNotFound if there is no such user and ErrDuplicate
	// if the new address is taken.
	UpdateUser(ctx context.Context, id string, patch UserPatch) (*User, error)

	// DeleteUser removes the user with all accounts, sessions and
	// authenticators of theirs, for good and in one transaction, whether or
	// not the schema has foreign keys. It returns ErrReferenced, and removes
	// nothing, if a row of another table still points at the user.
	DeleteUser(ctx context.Context, id string) error
}

// An AccountStore keeps the provider accounts that users sign in with. Its key
// is the provider together with the provider's id of the account.
type AccountStore interface {
	// LinkAccount stores the account and returns it as stored. UserID, Type,
	// Provider and ProviderAccountID are required. It returns ErrDuplicate if
	// the account is linked already, to whomever, and ErrReference if there is
	// no such user. An account never outlives its user.
	LinkAccount(ctx context.Context, account *Account) (*Account, error)

	// GetAccount returns the account, or ErrNotFound.
	GetAccount(ctx context.Context, provider, providerAccountID string) (*Account, error)

	// UnlinkAccount removes the account. Removing what is not there is no
	// error.
	UnlinkAccount(ctx context.Context, provider, providerAccountID string) error
}

// A SessionStore keeps sessions. Their key is the session token.
type SessionStore interface {
	// CreateSession stores the session and returns it as stored. SessionToken,
	// UserID and Expires are required; Expires may lie in the past. It returns
	// ErrDuplicate if the token is taken and ErrReference if there is no such
	// user. A session never outlives its user.
	CreateSession(ctx context.Context, session *Session) (*Session, error)

	// GetSessionAndUser returns the session and its user, in one round trip,
	// or neither and ErrNotFound. An expired session is ErrExpired, which is
	// an ErrNotFound too. It writes nothing: the row of an expired session
	// stays until it is deleted or swept.
	GetSessionAndUser(ctx context.Context, sessionToken string) (*Session, *User, error)

	// UpdateSession changes exactly the members set in the patch, and returns
	// the complete session. An empty patch reads. It returns ErrNotFound for
	// an unknown token, ErrExpired for an expired session, which it never
	// revives, and ErrInvalid for an Expires that is NULL or the zero time.
	UpdateSession(ctx context.Context, sessionToken string, patch SessionPatch) (*Session, error)

	// DeleteSession removes the session. Removing what is not there is no
	// error.
	DeleteSession(ctx context.Context, sessionToken string) error
}

// A VerificationTokenStore keeps one-time tokens, such as those of magic
// links. Their key is the identifier (an email address, usually) together with
// the token.
type VerificationTokenStore interface {
	// CreateVerificationToken stores the token and returns it as stored.
	// Identifier, Token and Expires are required. Earlier tokens of the
	// identifier stay valid. It returns ErrDuplicate if the pair is there
	// already.
	CreateVerificationToken(ctx context.Context, token *VerificationToken) (*VerificationToken, error)

	// UseVerificationToken removes the token and returns it. Of any number of
	// concurrent callers, in any number of processes, at most one gets it, and
	// exactly one if no call fails; the others get ErrNotFound. A wrong
	// identifier or token removes nothing. An expired token is removed as well
	// and answers ErrExpired.
	//
	// There is no fallback for this rule: what can't keep it is not an
	// adapter.
	UseVerificationToken(ctx context.Context, identifier, token string) (*VerificationToken, error)
}
