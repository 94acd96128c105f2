package authdb

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
)

// An Option configures an adapter. Not every adapter can honour every option;
// one that can't says so in Validate.
type Option func(*Options)

// Options is what the options come to. Adapters read it; applications use the
// With functions.
type Options struct {
	Models      Models           // the row types; its zero value is the default rows
	Clock       func() time.Time // never nil
	NewID       func() string    // nil: the adapter's default, which is [NewID]
	Synchronize bool

	// ForeignKeys says that every connection enforces them.
	ForeignKeys bool

	// ForeignChanges allows Synchronize to add to tables of another origin.
	ForeignChanges bool

	HashedTokens    *HashedTokens    // nil: tokens are stored as they are
	TokenEncryption *TokenEncryption // nil: provider tokens are stored as they are

	Closer io.Closer // nil: there is nothing to close

	// Err joins what was wrong with the options themselves.
	Err error
}

// NewOptions applies the options to the defaults.
func NewOptions(opts ...Option) Options {
	o := Options{Clock: time.Now}
	for _, opt := range opts {
		if opt == nil {
			o.refuse("a nil Option")
			continue
		}
		opt(&o)
	}
	return o
}

// Only is for the Validate of an adapter that does not honour every option: it
// returns Err, and ErrInvalid for each option that was given and is not among
// the names ("WithIDs", "WithModels", ...). That way an adapter refuses options
// that are newer than itself. WithClock can't be told from its default, so that
// every adapter goes by Clock.
func (o Options) Only(honoured ...string) error {
	err := o.Err
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"WithModels", !reflect.ValueOf(o.Models).IsZero()},
		{"WithIDs", o.NewID != nil},
		{"WithSynchronize", o.Synchronize},
		{"WithForeignKeys", o.ForeignKeys},
		{"WithForeignChanges", o.ForeignChanges},
		{"WithHashedTokens", o.HashedTokens != nil},
		{"WithTokenEncryption", o.TokenEncryption != nil},
		{"WithCloser", o.Closer != nil},
	} {
		if option.given && !slices.Contains(honoured, option.name) {
			err = errors.Join(err, invalid(option.name, "the adapter does not honour it: leave it out"))
		}
	}
	return err
}

func (o *Options) refuse(what string) {
	o.Err = errors.Join(o.Err, fmt.Errorf("authdb: %s", what))
}

// Models are the row types that the records are stored in: values or pointers
// of the application's own structs, as GORM takes them. A nil entry is the
// default row of package models, [Absent] says that there is no such table.
type Models struct {
	User              any
	Account           any
	Session           any
	VerificationToken any
	Authenticator     any

	// Layout says what the row types can't.
	Layout Layout
}

// absent is a constant's type, so that nobody can assign to Absent.
type absent string

// Absent stands in [Models] for a table that the database does not have. What
// needs the table is then unsupported: methods return errors.ErrUnsupported,
// and As finds no such extension. Where users are absent they are kept elsewhere:
// nothing looks at them, and sessions are those of a [DetachedSessionStore].
const Absent absent = "absent"

// ByDatabase stands in [Models] for a table whose columns differ between
// databases: it is the row type for each, by GORM's name of the database
// ("sqlite", "postgres", "mysql"), or [Absent]. What it does not name is
// unsupported on that database.
type ByDatabase map[string]any

// A Key is what a record is known by: no two of the same kind may have the
// same.
type Key string

// The keys of the contract, beside the ids.
const (
	KeyEmail             Key = "User.Email"
	KeyAccount           Key = "Account.Provider+ProviderAccountID"
	KeySession           Key = "Session.SessionToken"
	KeyVerificationToken Key = "VerificationToken.Identifier+Token"
	KeyAuthenticator     Key = "Authenticator.CredentialID"
)

// A Layout says of the tables what Go types can't. The zero value is right for
// tables that Synchronize made.
type Layout struct {
	// Origin is the name of what made the tables and migrates them ("prisma",
	// "typeorm", ...: see package presets). Synchronize adds nothing to such
	// tables, unless WithForeignChanges allows it. Default: none, the tables
	// are this module's.
	Origin string

	// Schema holds the tables: a schema of PostgreSQL, a database of MySQL, an
	// attached database of SQLite. Default: where the connection looks.
	Schema string

	// TablePrefix stands before every table's name. Default: none.
	TablePrefix string

	// Instants says, by database ("sqlite", "postgres", "mysql"), in which
	// form an instant is stored whose row field is a string, an integer or a
	// models.Instant. Other types (models.Time, time.Time, sql.NullTime, ...)
	// have a form of their own. Default: UnixMilli for integers, ISO8601 for
	// strings, and what its type says for a models.Instant.
	Instants map[string]InstantForm

	// Location is the zone in which another process writes instants that name
	// none, into columns that hold none: the zone of a Node process that uses
	// Kysely or MikroORM on MySQL. It counts where a models.Instant says so.
	// Default: UTC.
	Location *time.Location

	// Unguarded are the keys that no unique key of the database guards. The
	// adapter keeps them unique among all processes that write through it: it
	// looks under a lock before it writes. Others that write to the same
	// tables don't take the lock. Default: none, and Check returns ErrSchema
	// where a unique key is missing.
	Unguarded []Key

	// NewID makes the ids that the application gives, where WithIDs does not
	// say otherwise. Default: [NewID].
	NewID func() string

	// ExactKeys says that all key columns compare byte for byte, so that the
	// adapter need not force them to. Default: unknown, until Check or
	// Synchronize has looked.
	ExactKeys bool

	// ForeignKeys says that the database enforces a foreign key from every
	// account, session and authenticator to its user, so that the adapter need
	// not lock the user. Default: unknown, until Check or Synchronize has
	// looked; on SQLite, where it is a setting of each connection, unknown.
	ForeignKeys bool
}

// An InstantForm is a way to store an instant in a column that has no type for
// it.
type InstantForm int

// The forms of instants.
const (
	InstantDefault InstantForm = iota
	UnixMilli                  // milliseconds since 1970, in decimal where the column is text
	ISO8601                    // 2006-01-02T15:04:05.000Z, in UTC
)

// NewID returns a random UUID (version 4), as Auth.js makes them.
func NewID() string { return uuid.NewString() }

// WithModels stores the records in the application's own row types. Default:
// those of package models.
func WithModels(models Models) Option {
	return func(o *Options) { o.Models = models }
}

// WithClock takes the present from now, for expiry and for the columns that
// hold the time of a change. Default: time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *Options) {
		if now == nil {
			o.refuse("WithClock(nil): pass a function, or leave the option out")
			return
		}
		o.Clock = now
	}
}

// WithIDs makes ids with newID, which must never return one twice nor the
// empty string. It is not asked where the database numbers the rows. Default:
// [NewID].
func WithIDs(newID func() string) Option {
	return func(o *Options) {
		if newID == nil {
			o.refuse("WithIDs(nil): pass a function, or leave the option out")
			return
		}
		o.NewID = newID
	}
}

// WithSynchronize makes the adapter's first call synchronise, as [Synchronizer]
// does, while others wait. A first call inside a transaction returns
// ErrNotSynchronized instead. Default: the adapter never creates a table unless
// its method Synchronize is called.
func WithSynchronize() Option {
	return func(o *Options) { o.Synchronize = true }
}

// WithForeignKeys says that every connection of the pool enforces the foreign keys
// that its tables have, so that an adapter which has found one, by Check or
// Synchronize, may rely on it and need not lock the user for what is stored of that
// user. Servers always do; on SQLite it is a setting of each connection
// (foreign_keys), of which the adapter can't know. Package datasource sets both.
// Default: on SQLite, nothing relies on foreign keys.
func WithForeignKeys() Option {
	return func(o *Options) { o.ForeignKeys = true }
}

// WithForeignChanges allows Synchronize to add missing tables, columns and
// indexes to a database whose tables something else made and migrates (see
// Layout.Origin). That something may take them away again, and what they hold:
// TypeORM's adapter does so on every call outside production. It also lets the
// adapter make tables of its own beside those of another origin that have other
// names. Default: nothing is added there, and Synchronize returns ErrSchema where
// something is needed.
func WithForeignChanges() Option {
	return func(o *Options) { o.ForeignChanges = true }
}

// WithCloser makes the adapter's Close close c, once. It is for those who open
// a database for the adapter's sake. Default: Close closes nothing.
func WithCloser(c io.Closer) Option {
	return func(o *Options) {
		if c == nil {
			o.refuse("WithCloser(nil): pass what Close is to close, or leave the option out")
			return
		}
		o.Closer = c
	}
}
