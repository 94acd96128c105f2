package authdb

import (
	"errors"
	"fmt"
	"io"
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
	Closer      io.Closer // nil: there is nothing to close

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
// and As finds no such extension. Users can't be absent.
const Absent absent = "absent"

// A Layout says of the tables what Go types can't. The zero value is right for
// tables that Synchronize made.
type Layout struct {
	// Schema holds the tables: a schema of PostgreSQL, a database of MySQL, an
	// attached database of SQLite. Default: where the connection looks.
	Schema string

	// TablePrefix stands before every table's name. Default: none.
	TablePrefix string

	// Instants says, by database ("sqlite", "postgres", "mysql"), in which
	// form an instant is stored whose row field is a string or an integer.
	// Other types (models.Time, time.Time, sql.NullTime, ...) have a form of
	// their own. Default: UnixMilli for integers, ISO8601 for strings.
	Instants map[string]InstantForm

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
