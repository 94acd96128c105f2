package authdb

import (
	"context"
	"time"
)

// As finds the extension T in the adapter:
//
//	if sweeper, ok := authdb.As[authdb.Sweeper](adapter); ok { ... }
//
// An adapter with a method As(target any) bool decides for itself, and for
// what it wraps: target is a non-nil *T, which it sets if it returns true.
// That is how an adapter declines an extension which its type has and its
// configuration does not serve. Of any other adapter the type decides.
//
// A wrapper that overrides methods has the adapter in a field of type Adapter, or
// an As and an InTx of its own: a struct that embeds *gormadapter.Adapter
// inherits its As, and with it extensions past the wrapper.
func As[T any](adapter Adapter) (T, bool) {
	var target T
	if a, ok := adapter.(interface{ As(target any) bool }); ok {
		ok = a.As(&target)
		return target, ok
	}
	target, ok := adapter.(T)
	return target, ok
}

// A Transactor does several things in one transaction.
type Transactor interface {
	// InTx calls f with an adapter that works inside one transaction, and
	// commits if f returns nil. If f returns an error or panics, all is rolled
	// back, and InTx returns f's error as it is, or goes on panicking.
	//
	// f may run several times: where the database has rolled the work back in
	// favour of others (a deadlock, a serialization failure, a lock that was
	// not to be had), all of f is done again, a bounded number of times, also
	// if f has swallowed that error. So f does nothing outside of the
	// transaction that may not be done twice. When the attempts are used up,
	// InTx returns ErrConflict.
	//
	// An error of one of tx's methods, such as ErrDuplicate, leaves the
	// transaction usable: the method has done nothing. After an ErrConflict, or
	// an error by which the transaction itself was lost, every further call
	// returns an error, and nothing is committed.
	//
	// InTx of tx, which has this extension too, is a savepoint: what its f did
	// is undone if it fails, and the transaction goes on. It is never repeated
	// by itself.
	//
	// tx is for one goroutine at a time and of no use after f has returned. In
	// f, use tx: what another adapter does there is not part of the
	// transaction, and may wait for it.
	InTx(ctx context.Context, f func(ctx context.Context, tx Adapter) error) error
}

// A UserTransactor is what an adapter has that keeps sessions or verification
// tokens elsewhere than users, accounts and authenticators, and so is no
// Transactor. It is what Register, Unlink and Refresher need.
type UserTransactor interface {
	// InUserTx is InTx for users, accounts and authenticators, and for what else is
	// kept with them. The rest f does with tx at once, beside the transaction, and
	// it is not undone: to list and remove sessions, or to use a token. To create a
	// session that is kept elsewhere is errors.ErrUnsupported, and so is then to
	// delete a user.
	InUserTx(ctx context.Context, f func(ctx context.Context, tx Adapter) error) error
}

// A Registrar stores a new person as a whole, in fewer statements than a
// transaction of the caller's would take. Register goes by it, and then calls
// neither CreateUser nor LinkAccount: a wrapper that overrides one of them has a
// CreateUserWithAccount too, or does not let As find it.
type Registrar interface {
	// CreateUserWithAccount is CreateUser, and LinkAccount for the user that it
	// has created: both or neither. The account's UserID is to be empty. If the
	// user's address or id is taken, or the account, it is ErrDuplicate, and
	// nothing is stored. The arguments are not modified. In a transaction (see
	// Transactor) it is part of that, which has this extension too.
	CreateUserWithAccount(ctx context.Context, user *User, account *Account) (*User, *Account, error)
}

// A UserLocker keeps a user as it is until the end of a transaction.
type UserLocker interface {
	// LockUser is GetUser, and nobody else changes or deletes the user before
	// the transaction has ended. Outside of a transaction it is ErrInvalid.
	LockUser(ctx context.Context, id string) (*User, error)
}

// An AccountLocker keeps one account as it is until the end of a transaction,
// and nothing else: a database that can only be locked as a whole, as SQLite,
// does not have it.
type AccountLocker interface {
	// LockAccount is GetAccount, and nobody else changes or removes the
	// account before the transaction has ended. Outside of a transaction it is
	// ErrInvalid.
	LockAccount(ctx context.Context, provider, providerAccountID string) (*Account, error)
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

// An AuthenticatorRemover removes WebAuthn credentials.
type AuthenticatorRemover interface {
	// DeleteAuthenticator removes the authenticator. Removing what is not
	// there is no error.
	DeleteAuthenticator(ctx context.Context, credentialID string) error
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

// A DetachedSessionStore keeps sessions whose users are kept elsewhere: it looks at
// no user, neither when it stores a session nor when it returns one. Compose makes
// a SessionStore of it and of a UserStore, and keeps sessions from outliving their
// users by means of DeleteSessionsByUserID.
type DetachedSessionStore interface {
	SessionLister

	// CreateSession is that of SessionStore, but never ErrReference: any UserID
	// that is not empty is stored.
	CreateSession(ctx context.Context, session *Session) (*Session, error)

	// GetSession returns the session, or ErrNotFound, or ErrExpired if it has
	// expired. It writes nothing.
	GetSession(ctx context.Context, sessionToken string) (*Session, error)

	// UpdateSession and DeleteSession are those of SessionStore.
	UpdateSession(ctx context.Context, sessionToken string, patch SessionPatch) (*Session, error)
	DeleteSession(ctx context.Context, sessionToken string) error
}

// A VerificationTokenReader looks at a verification token and leaves it. Whoever
// lets somebody in calls UseVerificationToken: of two callers of this, both get
// the token.
type VerificationTokenReader interface {
	// GetVerificationToken returns the token, or ErrNotFound, or ErrExpired if
	// it has expired. It writes nothing.
	GetVerificationToken(ctx context.Context, identifier, token string) (*VerificationToken, error)
}

// A SessionRevoker ends a session by its ID, for a page that shows a user their
// sessions and must not show the tokens. Rows without an ID don't have it.
type SessionRevoker interface {
	// DeleteSessionByID removes the session with that ID if it is the user's.
	// Removing what is not there, or is somebody else's, is no error and
	// removes nothing.
	DeleteSessionByID(ctx context.Context, userID, sessionID string) error
}

// A SessionToucher remembers when a session was last used. It needs a row with
// a field LastSeen for an instant, as models.SessionDetails has one.
type SessionToucher interface {
	// TouchSession stores the present as LastSeen of the session, as
	// GetSessionAndUser returned it, unless LastSeen is younger than every: then
	// it writes nothing, and if the session's Extra says so, it sends nothing. Of
	// any number of callers at once one writes. It changes no other column and
	// calls no hooks, and reports whether it wrote. A session that is gone or
	// has expired is false, and no error.
	TouchSession(ctx context.Context, session *Session, every time.Duration) (bool, error)
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

// A SecretConverter rewrites what is stored otherwise than WithHashedTokens and
// WithTokenEncryption say now.
type SecretConverter interface {
	// ConvertSecrets hashes the tokens that are stored plain and encrypts the
	// provider tokens that are stored plain or under another key than the
	// first, in small transactions, and calls progress, unless it is nil, after
	// each. It may be stopped and called again, at any time and from several
	// processes, beside everything else. What it can't read it leaves as it is,
	// goes on, and returns ErrSecret at the end.
	ConvertSecrets(ctx context.Context, progress func(SecretProgress)) error
}

// SecretProgress says how far ConvertSecrets is with one record.
type SecretProgress struct {
	Record                 string // "Session", "VerificationToken" or "Account"
	Total, Read, Rewritten int64  // rows
	Skipped                int64  // those of which it could not read something, or not store it
	Outdated               int64  // those hashed by another key than the first, which only the token could change
}
