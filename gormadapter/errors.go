package gormadapter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/authdb/authdb"
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
	)
	switch {
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
	if errors.Is(sentinel, errForeignKey) {
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
	case errors.Is(err, sql.ErrTxDone):
		return "the transaction has ended: an adapter on it is of no more use"
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network), errors.As(err, &pgx), isInvalidConn(err):
		return "no connection to the database"
	}
	return ""
}

func innermost(err error) error {
	for next := err; next != nil; next = unwrapOne(next) {
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

// A class is what an error of a database means.
type class struct {
	sentinel error // of the contract, if one applies
	retry    bool  // the server rolled back, or never began: trying again is safe
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
)

// foreignKeyOf returns the sentinel of a foreign key violation: the missing
// user, or what still points at one. Elsewhere it is the application's own key.
func foreignKeyOf(op string) error {
	switch op {
	case opDeleteUser:
		return authdb.ErrReferenced
	case opLinkAccount, opCreateSession, opCreateAuthenticator:
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

// classify finds the database's code in err's chain. No driver is imported for
// it: an error is known by the shape that those of the database's drivers have.
func (d dialect) classify(err error) (class, string) {
	for ; err != nil; err = unwrapOne(err) {
		if d.classOf == nil {
			break
		}
		if class, code, ok := d.classOf(err); ok {
			return class, code
		}
	}
	return class{}, ""
}

// postgresClass knows pgx's and lib/pq's errors.
func postgresClass(err error) (class, string, bool) {
	e, ok := err.(interface{ SQLState() string })
	if !ok && unwrapOne(err) == nil && pgxRange.MatchString(err.Error()) {
		return class{sentinel: authdb.ErrInvalid}, "", true
	}
	if !ok {
		return class{}, "", false
	}
	return lookup(postgresClasses, e.SQLState()), " (SQLSTATE " + e.SQLState() + ")", true
}

// pgxRange is what pgx says of a number that the column can't hold, in the place
// of the server's 22003.
var pgxRange = regexp.MustCompile(`^-?\d+ is (?:greater than maximum|less than minimum) value for int[248]$`)

// mysqlClass knows the errors of go-sql-driver.
func mysqlClass(err error) (class, string, bool) {
	n, ok := number(err, "Number")
	if !ok {
		return class{}, "", false
	}
	return lookup(mysqlClasses, n), " (error " + strconv.FormatInt(n, 10) + ")", true
}

// sqliteClass knows the errors of mattn's driver, which has a field, and of
// modernc's, which has a method.
func sqliteClass(err error) (class, string, bool) {
	n, ok := number(err, "ExtendedCode")
	if e, is := err.(interface{ Code() int }); is && !ok {
		n, ok = int64(e.Code()), true
	}
	if !ok {
		return class{}, "", false
	}
	c := lookup(sqliteClasses, n)
	busy, locked, generic, trigger := int64(5), int64(6), int64(1), int64(1811)
	switch {
	case n&0xff == busy, n&0xff == locked: // of which there are several extended codes
		c.retry = true
	case n == generic && strings.Contains(err.Error(), "no such "): // table, or column: it has no code of its own
		c.sentinel = authdb.ErrSchema
	case n == trigger && strings.Contains(err.Error(), "FOREIGN KEY"): // or a trigger of the application's
		c.sentinel = errForeignKey
	}
	return c, " (SQLite " + strconv.FormatInt(n, 10) + ")", true
}

// unwrapOne follows the chain; of joined errors, the last.
func unwrapOne(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if errs := joined.Unwrap(); len(errs) > 0 {
			return errs[len(errs)-1]
		}
		return nil
	}
	return errors.Unwrap(err)
}

// number returns the exported integer field of that name.
func number(err error, field string) (int64, bool) {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	switch f := v.FieldByName(field); {
	case !f.IsValid():
		return 0, false
	case f.CanInt():
		return f.Int(), true
	case f.CanUint():
		return int64(f.Uint()), true
	}
	return 0, false
}

func lookup[K comparable](classes map[K]class, code K) class {
	c := classes[code]
	c.coded = true
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
var mysqlClasses = map[int64]class{
	1062: duplicate, 1586: duplicate,
	1216: reference, 1217: reference, 1451: reference, 1452: reference,
	1048: invalid, 1264: invalid, 1265: invalid, 1292: invalid, 1364: invalid, 1366: invalid, 1406: invalid, 3819: invalid, 4025: invalid,
	1054: missing, 1146: missing,
	1020: lost, 1205: lost, 1213: lost, 3058: lost, 9007: lost,
	1053: goodbye, 1077: goodbye, 1927: goodbye,
}

// sqliteClasses is by the extended result code.
var sqliteClasses = map[int64]class{
	1555: duplicate, 2067: duplicate, 2579: duplicate,
	787: reference,
	18:  invalid, 275: invalid, 1299: invalid, 3091: invalid,
}
