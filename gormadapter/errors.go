package gormadapter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/sqlcode"
)

// A fault is an error of the adapter's own making. Its text is safe: it names
// fields and types, and never a value.
type fault struct {
	sentinel error
	detail   string
}

func (f *fault) Error() string { return f.sentinel.Error() + ": " + f.detail }
func (f *fault) Unwrap() error { return f.sentinel }

func faultf(sentinel error, format string, args ...any) error {
	return &fault{sentinel, fmt.Sprintf(format, args...)}
}

// An opError is what methods return: the operation, what went wrong, and the
// database's code for it. It does not print the driver's text, which quotes
// tokens and addresses.
type opError struct {
	op       string
	sentinel error  // of the contract, or nil
	what     string // printed
	cause    error
}

func (e *opError) Error() string { return "gormadapter: " + e.op + ": " + e.what }

func (e *opError) Unwrap() []error {
	if e.sentinel == nil {
		return []error{e.cause}
	}
	return []error{e.sentinel, e.cause}
}

// wrap makes the error of an operation. It is the one way in which errors
// leave the package.
func (a *Adapter) wrap(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	var (
		own     *opError
		mine    *fault
		config  *configError
		unknown *unknownOutcome
		gone    *goneError
	)
	switch {
	case errors.As(err, &gone):
		return a.wrapGone(op, gone)
	case errors.As(err, &config), errors.As(err, &own):
		return err
	case errors.As(err, &unknown):
		_, code := a.dialect.classify(unknown.err)
		return &opError{op, authdb.ErrUnknownOutcome, authdb.ErrUnknownOutcome.Error() + code, unknown.err}
	case errors.As(err, &mine):
		return &opError{op, nil, mine.Error(), err}
	case ctx != nil && ended(ctx) != nil:
		return &opError{op, ended(ctx), ended(ctx).Error(), err}
	}
	for _, s := range []error{authdb.ErrExpired, authdb.ErrNotFound, authdb.ErrReference, authdb.ErrDuplicate, errKeyBusy} {
		if errors.Is(err, s) {
			return &opError{op, s, s.Error(), err}
		}
	}
	var printed *catalogueError
	if errors.As(err, &printed) {
		return &opError{op, nil, printed.text(), printed.err}
	}
	class, code := a.dialect.classify(err)
	sentinel := class.sentinel
	switch {
	case class.retry:
		sentinel = authdb.ErrConflict
	case errors.Is(sentinel, errForeignKey):
		sentinel = foreignKeyOf(op)
	}
	switch {
	case sentinel == nil && class.sentinel != nil:
		return &opError{op, nil, "a foreign key that is not the adapter's" + code, err}
	case errors.Is(sentinel, authdb.ErrSchema):
		return &opError{op, sentinel, sentinel.Error() + ": a table or a column is missing: see adapter.Check" + code, err}
	case sentinel != nil:
		return &opError{op, sentinel, sentinel.Error() + code, err}
	}
	what := connection(err)
	if what == "" {
		what = fmt.Sprintf("the database, or a hook of the row type, returned %T", innermost(err))
	}
	return &opError{op, nil, what + code, err}
}

// wrapGone makes the error of what was to be done in a transaction that is lost.
func (a *Adapter) wrapGone(op string, gone *goneError) error {
	_, code := a.dialect.classify(gone.err)
	what, sentinel := gone.Error()+code, error(nil)
	if a.conflict(gone.err) {
		what, sentinel = authdb.ErrConflict.Error()+": "+what, authdb.ErrConflict
	}
	return &opError{op, sentinel, what, gone}
}

// connection says that the connection is what failed, or nothing.
func connection(err error) string {
	var (
		network net.Error
		pgx     interface{ SafeToRetry() bool }
	)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "the context ended"
	case innermost(err).Error() == "sql: database is closed": // database/sql does not export it
		return "the database is closed"
	case rolledBack(err):
		return "the transaction had failed before, and was rolled back"
	case errors.Is(err, sql.ErrTxDone), errors.Is(err, sql.ErrConnDone):
		return "the transaction has ended: an adapter on it is of no more use"
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network), errors.As(err, &pgx), isInvalidConn(err):
		return "no connection to the database"
	}
	return ""
}

func innermost(err error) error {
	for next := err; next != nil; next = sqlcode.Unwrap(next) {
		err = next
	}
	return err
}

// A catalogueError comes from reading or changing the schema. Its text is made
// for print.
type catalogueError struct{ err error }

func (e *catalogueError) Error() string { return e.err.Error() }
func (e *catalogueError) Unwrap() error { return e.err }

func (e *catalogueError) text() string {
	if what := connection(e.err); what != "" {
		return what
	}
	return e.err.Error()
}

// A configError is what is wrong with the adapter itself; every method returns
// it as it is.
type configError struct{ err error }

func (e *configError) Error() string { return e.err.Error() }
func (e *configError) Unwrap() error { return e.err }

// An unknownOutcome is an error of which nobody knows whether it came before
// or after the work was done.
type unknownOutcome struct{ err error }

func (e *unknownOutcome) Error() string { return authdb.ErrUnknownOutcome.Error() }
func (e *unknownOutcome) Unwrap() error { return e.err }

// A hookError is what a find hook returned: nothing was written by it.
type hookError struct{ err error }

func (e *hookError) Error() string { return e.err.Error() }
func (e *hookError) Unwrap() error { return e.err }

// A class is what an error of a database means.
type class struct {
	sentinel error // of the contract, if one applies
	retry    bool  // the server rolled back, or never began: ErrConflict, and trying again is safe
	coded    bool  // the server itself spoke

	// disconnect: the server says that it ends the connection
	disconnect bool
}

// errForeignKey stands for a violation of which the code does not say the
// direction; the operation does.
var errForeignKey = errors.New("foreign key")

// The operations of which the contract says what a foreign key violation means.
const (
	opDeleteUser          = "delete user"
	opLinkAccount         = "link account"
	opCreateSession       = "create session"
	opCreateAuthenticator = "create authenticator"
	opCreateAll           = "create all"
)

// foreignKeyOf returns the sentinel of a foreign key violation: the missing
// user, or what still points at one. Elsewhere it is the application's own key.
func foreignKeyOf(op string) error {
	switch op {
	case opDeleteUser:
		return authdb.ErrReferenced
	case opLinkAccount, opCreateSession, opCreateAuthenticator, opCreateAll:
		return authdb.ErrReference
	}
	return nil
}

// ended returns the context's error, also in the moment between its deadline and
// its own noticing, in which a driver may have noticed already.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

// classify says what err means, and the database's code for it.
func (d dialect) classify(err error) (class, string) {
	if err == nil || d.codes == nil {
		return class{}, ""
	}
	code, of := sqlcode.Find(err, d.codes)
	switch {
	case of != nil:
		c := d.classOf(code, of)
		c.coded = true
		return c, " (" + d.codeName + " " + code + ")"
	case d.outOfRange != nil && d.outOfRange.MatchString(innermost(err).Error()):
		return invalid, ""
	}
	return class{}, ""
}

func sqliteClass(code string, err error) class {
	c := sqliteClasses[code]
	n, _ := strconv.Atoi(code)
	const (
		busy, locked     = 5, 6 // of which there are several extended codes
		generic, trigger = "1", "1811"
	)
	switch {
	case n&0xff == busy, n&0xff == locked:
		c.retry = true
	case code == generic && strings.Contains(err.Error(), "no such "): // table, or column: it has no code of its own
		c.sentinel = authdb.ErrSchema
	case code == trigger && strings.Contains(err.Error(), "FOREIGN KEY"): // or a trigger of the application's
		c.sentinel = errForeignKey
	}
	return c
}

var (
	duplicate = class{sentinel: authdb.ErrDuplicate}
	reference = class{sentinel: errForeignKey}
	invalid   = class{sentinel: authdb.ErrInvalid}
	lost      = class{retry: true}
	goodbye   = class{disconnect: true}
	missing   = class{sentinel: authdb.ErrSchema}
)

// postgresClasses is by SQLSTATE (PostgreSQL, appendix A).
var postgresClasses = map[string]class{
	"23505": duplicate,
	"23503": reference, "23001": reference,
	"22001": invalid, "22003": invalid, "22007": invalid, "22008": invalid, "22021": invalid, "22P02": invalid, "22P05": invalid,
	"23502": invalid, "23514": invalid,
	"42P01": missing, "42703": missing, "3F000": missing,
	"40001": lost, "40P01": lost, "55P03": lost,
	"08000": goodbye, "08003": goodbye, "08006": goodbye, "57P01": goodbye, "57P02": goodbye, "57P03": goodbye,
}

// mysqlClasses is by the server's error number, MySQL's, MariaDB's and TiDB's.
var mysqlClasses = map[string]class{
	"1062": duplicate, "1586": duplicate,
	"1216": reference, "1217": reference, "1451": reference, "1452": reference,
	"1048": invalid, "1264": invalid, "1265": invalid, "1292": invalid, "1364": invalid, "1366": invalid, "1406": invalid, "3819": invalid, "4025": invalid,
	"1054": missing, "1146": missing,
	"1020": lost, "1205": lost, "1213": lost, "3058": lost, "9007": lost,
	"1053": goodbye, "1077": goodbye, "1927": goodbye,
}

// sqliteClasses is by the extended result code.
var sqliteClasses = map[string]class{
	"1555": duplicate, "2067": duplicate, "2579": duplicate,
	"787": reference,
	"18":  invalid, "275": invalid, "1299": invalid, "3091": invalid,
}
