package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/sqlcode"
)

// A serverError is what the database refused. It prints what was being done
// and the number, never the driver's words, which may quote values. Those are
// reached with Unwrap.
type serverError struct {
	what  string
	cause error
}

func (e *serverError) Error() string {
	switch {
	case errors.Is(e.cause, context.Canceled), errors.Is(e.cause, context.DeadlineExceeded):
		return e.what + ": the context ended"
	}
	code := code(e.cause)
	switch hint := hints[code]; {
	case hint != "":
		return fmt.Sprintf("%s: %s (%s)", e.what, hint, code)
	case code != "":
		return fmt.Sprintf("%s: refused by the database (%s)", e.what, code)
	}
	return e.what + ": refused by the database or its driver"
}

func (e *serverError) Unwrap() error { return e.cause }

// A denial is a statement that the database did not allow, and those that
// somebody with the right to can run instead.
type denial struct {
	cause      error
	statements []string
}

func (e *denial) Error() string {
	return fmt.Sprintf("%v: %v; let somebody who has it run: %s", authdb.ErrSchema, e.cause, strings.Join(e.statements, "; "))
}

func (e *denial) Unwrap() []error { return []error{authdb.ErrSchema, e.cause} }

// denied makes a denial of an error that is one.
func denied(err error, statements []string) error {
	var known *denial
	if err == nil || errors.As(err, &known) || !rights[code(err)] || len(statements) == 0 {
		return err
	}
	return &denial{err, statements}
}

// rights are the numbers that say that a right is missing.
var rights = map[string]bool{
	"42501": true, "25006": true, // PostgreSQL
	"1142": true, "1044": true, "1227": true, "1290": true, "1836": true, "1792": true, // MySQL
	"8": true, "264": true, "520": true, "776": true, "1032": true, "1288": true, "1544": true, // SQLite
}

// describe says what was being done when err came up, unless it has been said.
func describe(what string, err error) error {
	var known *serverError
	if err == nil || errors.As(err, &known) || errors.As(err, new(plainError)) {
		return err
	}
	return &serverError{what, err}
}

// ended says that the context was done when err came up, where the driver's
// error does not: some report that they were interrupted.
func ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return &serverError{"the catalogue", errors.Join(ctx.Err(), err)}
}

// A plainError has no words but ours and may be printed.
type plainError struct{ error }

func (e plainError) Unwrap() error { return errors.Unwrap(e.error) }

func plainf(format string, args ...any) error { return plainError{fmt.Errorf(format, args...)} }

// hints are the numbers that someone has to do something about.
var hints = map[string]string{
	"42501": "the database user lacks a right: CREATE on the schema, REFERENCES on the users, or to own the table",
	"55P03": "a table was locked for too long: end what holds it, or try again",
	"1205":  "a table was locked for too long: end what holds it, or try again",
	"25006": "the database is read-only",
	"3F000": "no schema to create in: set search_path, or name the schema",
	"1142":  "the database user lacks a right: CREATE, ALTER, REFERENCES or INDEX",
	"1044":  "the database user has no right to this database",
	"1049":  "no such database",
	"1046":  "no database is selected",
	"1071":  "a key is too long: give the field a smaller size",
	"1290":  "the server is read-only",
	"1836":  "the server is read-only",
	"8":     "the database is read-only",
	"1544":  "the database is read-only",
	"5":     "the database was locked for too long",
	"6":     "the database was locked for too long",
}

// code returns the SQLSTATE or number of a driver's error, "" if it has none.
func code(err error) string {
	code, _ := sqlcode.Find(err, sqlcode.Postgres, sqlcode.SQLite, sqlcode.MySQL)
	return code
}
