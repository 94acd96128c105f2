package gormadapter

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"

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
func wrap(ctx context.Context, op string, err error) error {
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
		return &opError{op, authdb.ErrUnknownOutcome, authdb.ErrUnknownOutcome.Error() + unknown.code(), unknown.err}
	case errors.As(err, &mine):
		return &opError{op, nil, mine.Error(), mine}
	case ctx.Err() != nil:
		return &opError{op, ctx.Err(), ctx.Err().Error(), err}
	}
	for _, s := range []error{authdb.ErrExpired, authdb.ErrNotFound, authdb.ErrReference} {
		if errors.Is(err, s) {
			return &opError{op, s, s.Error(), err}
		}
	}
	var printed *catalogueError
	if errors.As(err, &printed) {
		return &opError{op, nil, printed.text(), printed.err}
	}
	class, code := classify(err)
	sentinel := class.sentinel
	if errors.Is(sentinel, errForeignKey) {
		sentinel = authdb.ErrReference
		if op == opDeleteUser {
			sentinel = authdb.ErrReferenced
		}
	}
	switch {
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
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "the context ended"
	case innermost(err).Error() == "sql: database is closed": // database/sql does not export it
		return "the database is closed"
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network), isInvalidConn(err):
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
func (e *unknownOutcome) code() string  { _, code := classify(e.err); return code }

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

// opDeleteUser is the operation that others can object to: a foreign key
// violation is somebody else's reference there, and a missing user elsewhere.
const opDeleteUser = "delete user"

// classify finds the database's code in err's chain. No driver is imported for
// it: each is known by the shape of its error.
func classify(err error) (class, string) {
	for ; err != nil; err = unwrapOne(err) {
		if e, ok := err.(interface{ SQLState() string }); ok {
			return lookup(postgresClasses, e.SQLState()), " (SQLSTATE " + e.SQLState() + ")"
		}
		if n, ok := number(err, "ExtendedCode"); ok {
			return sqliteClass(n, err), " (SQLite " + strconv.FormatInt(n, 10) + ")"
		}
		if n, ok := number(err, "Number"); ok {
			return lookup(mysqlClasses, n), " (error " + strconv.FormatInt(n, 10) + ")"
		}
		if e, ok := err.(interface{ Code() int }); ok {
			return sqliteClass(int64(e.Code()), err), " (SQLite " + strconv.Itoa(e.Code()) + ")"
		}
	}
	return class{}, ""
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
	1020: lost, 1205: lost, 1213: lost, 9007: lost,
	1053: goodbye, 1077: goodbye, 1927: goodbye,
}

// sqliteClasses is by the extended result code.
var sqliteClasses = map[int64]class{
	1555: duplicate, 2067: duplicate, 2579: duplicate,
	787: reference, 1811: reference,
	18: invalid, 275: invalid, 1299: invalid, 3091: invalid,
}

func sqliteClass(code int64, err error) class {
	if code == 1 && strings.Contains(err.Error(), "no such ") { // table, or column: it has no code of its own
		return class{sentinel: authdb.ErrSchema, coded: true}
	}
	if c, ok := sqliteClasses[code]; ok {
		c.coded = true
		return c
	}
	busy, locked := int64(5), int64(6) // of which there are several extended codes
	return class{retry: code&0xff == busy || code&0xff == locked, coded: true}
}
