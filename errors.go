package authdb

import (
	"errors"
	"fmt"
)

// The errors of the contract. Test for them with errors.Is: adapters wrap them
// with what they know, which never includes a stored value.
var (
	// ErrNotFound is returned by look-ups and updates of something that is not
	// there.
	ErrNotFound = errors.New("authdb: not found")

	// ErrExpired is returned instead of what is there but has expired. It is
	// an ErrNotFound too.
	ErrExpired = fmt.Errorf("authdb: expired: %w", ErrNotFound)

	// ErrDuplicate is returned when a record would break a uniqueness rule:
	// ids, a user's email, an account's provider + id, a session's token, an
	// authenticator's credential id, a verification token's identifier +
	// token, or a unique key that the application has added.
	ErrDuplicate = errors.New("authdb: duplicate")

	// ErrReference is returned when the user that a record points at does not
	// exist, or could not.
	ErrReference = errors.New("authdb: no such user")

	// ErrReferenced is returned by DeleteUser when something that is not the
	// adapter's still points at the user.
	ErrReferenced = errors.New("authdb: still referenced")

	// ErrInvalid is returned for a value that can't be written, naming the
	// field, and for a configuration that can't work, naming the remedy.
	ErrInvalid = errors.New("authdb: invalid")

	// ErrUnknownOutcome is returned when the connection was lost while the
	// work was being committed: it may have been done or not. Read before
	// trying again.
	ErrUnknownOutcome = errors.New("authdb: unknown outcome")

	// ErrConflict is returned when the database has rolled the work back in
	// favour of others: a deadlock, a serialization failure, a lock that was not
	// to be had in time. Nothing was done, and all of it may be done again. The
	// adapter does so where the transaction is its own, so this is what is left
	// when its attempts are used up, and what a call inside the application's
	// own transaction returns.
	ErrConflict = errors.New("authdb: gave way to others, and nothing was done")

	// ErrEmailTaken is returned by Register where the email address belongs to
	// another user and the policy does not link. It is an ErrDuplicate too.
	ErrEmailTaken = fmt.Errorf("authdb: email address taken by another user: %w", ErrDuplicate)

	// ErrLastSignIn is returned by Unlink where the user could not sign in any
	// more.
	ErrLastSignIn = errors.New("authdb: the user's last way to sign in")

	// ErrSecret is returned for a stored secret that can't be read: it was
	// encrypted under a key that is not among those of WithTokenEncryption, for
	// another account, or was changed.
	ErrSecret = errors.New("authdb: unreadable secret")

	// ErrNotSynchronized is returned by an adapter that is to synchronise
	// (see WithSynchronize) when its first call comes inside a transaction.
	// Call Synchronize before.
	ErrNotSynchronized = errors.New("authdb: not synchronized")

	// ErrSchema is returned when the tables do not fit the rows, or can't keep
	// the contract. The error says where.
	ErrSchema = errors.New("authdb: schema")
)
