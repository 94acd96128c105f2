package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// An Option tells Run what it can't find out itself.
type Option func(*config)

// config is what the options come to.
type config struct {
	clock         *Clock
	precision     time.Duration // of Expires
	verified      time.Duration // of EmailVerified
	idFacts       facts         // and others that an option states
	softDelete    func(ctx context.Context, a authdb.Adapter, userID string) error
	reference     func(ctx context.Context, a authdb.Adapter, userID string) error
	misconfigured func(testing.TB) authdb.Adapter
	extras        []extraColumn
	lengths       map[string]int // by record.field
	drops         map[string]bool
	required      []string
	without       map[string]string // the reasons, by rule
	onResult      func(rule string, passed bool)
	err           error
}

// An extraColumn is a further column of a record.
type extraColumn struct {
	record, field string
	values        []any // not zero, of one type
	nullable      bool
}

func newConfig(opts []Option) *config {
	c := &config{
		precision: time.Millisecond,
		verified:  time.Millisecond,
		lengths:   defaultLengths(),
		drops:     make(map[string]bool),
		without:   make(map[string]string),
		onResult:  func(string, bool) {},
	}
	for _, opt := range opts {
		if opt == nil {
			c.refuse("a nil Option: pass an option, or leave it out")
			continue
		}
		opt(c)
	}
	return c
}

func (c *config) refuse(format string, args ...any) {
	c.err = errors.Join(c.err, fmt.Errorf("adaptertest: "+format, args...))
}

// Without says that the adapter does not keep a rule, and why. The rule is run
// all the same, and it is a failure if it passes, so that lists of exceptions
// don't outlive their reasons. The rule is named by its sentence; a name that
// no rule has, or an empty reason, is a failure too.
//
// Three rules are watched over in all the others as well: those on quoting
// errors, on modified arguments and on results beside errors. Without one of
// them, that is not done.
func Without(rule, reason string) Option {
	return func(c *config) {
		if reason == "" {
			c.refuse("Without(%q): say why", rule)
		}
		c.without[rule] = reason
	}
}

// WithClock says that the adapters go by this clock: the factory passes
// clock.Now to [authdb.WithClock]. With it, expiry is tested to the
// millisecond. Default: the adapters go by time.Now.
func WithClock(clock *Clock) Option {
	return func(c *config) {
		if clock == nil {
			c.refuse("WithClock(nil): pass a clock, or leave the option out")
		}
		c.clock = clock
	}
}

// TimePrecision says that instants are stored, and truncated, to d; if fields
// are named ("EmailVerified", "Expires"), only theirs. Default: a millisecond,
// which the contract asks for.
func TimePrecision(d time.Duration, fields ...string) Option {
	return func(c *config) {
		if d < time.Millisecond || d > time.Second {
			c.refuse("TimePrecision(%v): want a millisecond to a second", d)
			return
		}
		if len(fields) == 0 {
			fields = []string{"EmailVerified", "Expires"}
		}
		for _, field := range fields {
			switch field {
			case "EmailVerified":
				c.verified = d
			case "Expires":
				c.precision = d
			default:
				c.refuse("TimePrecision: no instant %s: there are EmailVerified and Expires", field)
			}
		}
	}
}

// NumberedIDs says that the database numbers the users: their ids are decimal
// integers, and a given one is refused. Default: ids are text, and a given one
// is kept.
func NumberedIDs() Option { return func(c *config) { c.idFacts |= numbersUsers } }

// UUIDs says that the columns of ids hold UUIDs and nothing else. Default: they
// hold text.
func UUIDs() Option { return func(c *config) { c.idFacts |= uuidsOnly } }

// FoldsEmail says that the database's unique key on the email address ignores
// the case of ASCII letters. Default: it does not.
func FoldsEmail() Option { return func(c *config) { c.idFacts |= foldsEmail } }

// HashedTokens says that the adapter stores tokens as hashes (see
// [authdb.WithHashedTokens]), so that nobody knows the tokens of the sessions in
// a list. Default: it knows them.
func HashedTokens() Option { return func(c *config) { c.idFacts |= hidesTokens } }

// SoftDelete says how the application soft-deletes a user. Default: it does
// not, and the rules about it are not run.
func SoftDelete(delete func(ctx context.Context, a authdb.Adapter, userID string) error) Option {
	return func(c *config) { c.softDelete = delete }
}

// Referenced says how the application makes a row, in a table of its own, that
// points at the user and forbids the deletion. Default: there is no such table,
// and the rule about it is not run.
func Referenced(point func(ctx context.Context, a authdb.Adapter, userID string) error) Option {
	return func(c *config) { c.reference = point }
}

// Misconfigured makes adapters that have an error in their configuration.
// Default: the rules about it are not run.
func Misconfigured(newAdapter func(testing.TB) authdb.Adapter) Option {
	return func(c *config) { c.misconfigured = newAdapter }
}

// Extra names a further column of a record ("User", "Account", "Session",
// "VerificationToken" or "Authenticator"), with at least two values, not zero,
// of its Go type. A nil among them says that the column can be NULL. Default:
// the rules about further columns of that record are not run.
func Extra(record, field string, values ...any) Option {
	return func(c *config) {
		column := extraColumn{record: record, field: field}
		for _, v := range values {
			if v == nil {
				column.nullable = true
				continue
			}
			column.values = append(column.values, v)
		}
		if why := column.problem(); why != "" {
			c.refuse("Extra(%q, %q): %s", record, field, why)
			return
		}
		c.extras = append(c.extras, column)
	}
}

func (column extraColumn) problem() string {
	fields, ok := recordFields[column.record]
	switch {
	case !ok:
		return "no such record: " + strings.Join(slices.Sorted(maps.Keys(recordFields)), ", ")
	case slices.Contains(fields, column.field):
		return "a field of the record itself"
	case len(column.values) < 2:
		return "pass at least two values"
	}
	for _, v := range column.values {
		if reflect.TypeOf(v) != reflect.TypeOf(column.values[0]) || reflect.ValueOf(v).IsZero() {
			return "the values must be of one type, and not zero"
		}
	}
	return ""
}

// Length says how many characters the column of a record's field holds; 0 is
// any number. Default: those of the default rows.
func Length(record, field string, characters int) Option {
	return func(c *config) {
		name := record + "." + field
		if _, ok := c.lengths[name]; !ok {
			c.refuse("Length: no text %s", name)
		}
		c.lengths[name] = characters
	}
}

// Drops says that the rows of a record have no place for the fields, which are
// not among those that the contract needs, and come back empty. Default: the
// rows have all.
func Drops(record string, fields ...string) Option {
	return func(c *config) {
		for _, field := range fields {
			if !slices.Contains(recordFields[record], field) {
				c.refuse("Drops: no field %s.%s", record, field)
			}
			c.drops[record+"."+field] = true
		}
	}
}

// Require makes it a failure if As does not find the stores and extensions of
// these names ("AuthenticatorStore", "Sweeper", ...). Default: the rules of
// what As does not find are not run, which the log says.
func Require(names ...string) Option {
	return func(c *config) {
		known := strings.Split(storeNames(), ", ")
		for _, name := range names {
			if !slices.Contains(known, name) {
				c.refuse("Require(%q): there are %s", name, storeNames())
			}
		}
		c.required = append(c.required, names...)
	}
}

// OnResult calls f after each rule that was run, with its sentence. A rule of
// Without has not passed. Default: nobody is told.
func OnResult(f func(rule string, passed bool)) Option {
	return func(c *config) { c.onResult = f }
}

// facts are those that the options tell.
func (c *config) facts() facts {
	known := c.idFacts
	for fact, told := range map[facts]bool{
		withClock:       c.clock != nil,
		softDeletes:     c.softDelete != nil,
		referencesUsers: c.reference != nil,
		misconfigures:   c.misconfigured != nil,
	} {
		if told {
			known |= fact
		}
	}
	for _, column := range c.extras {
		known |= extraFacts[column.record]
	}
	return known
}

var extraFacts = map[string]facts{
	"User":              extraUser,
	"Account":           extraAccount,
	"Session":           extraSession,
	"VerificationToken": extraVerificationToken,
	"Authenticator":     extraAuthenticator,
}

func defaultLengths() map[string]int {
	lengths := make(map[string]int)
	addLengths(lengths, "User", userText)
	addLengths(lengths, "Account", accountText)
	addLengths(lengths, "Session", sessionText)
	addLengths(lengths, "VerificationToken", verificationTokenText)
	addLengths(lengths, "Authenticator", authenticatorText)
	return lengths
}

func addLengths[R any](lengths map[string]int, record string, fields []textField[R]) {
	for _, f := range fields {
		lengths[record+"."+f.name] = f.size
	}
}
