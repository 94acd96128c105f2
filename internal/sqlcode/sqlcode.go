// Package sqlcode finds the code that a database gave an error. No driver may be
// imported for it, so that an adapter costs nobody one: an error is known by the
// shape that those of the database's drivers have. What a code means, its users
// know.
package sqlcode

import (
	"errors"
	"reflect"
	"strconv"
)

// A Shape reads the code from one error, without what it wraps.
type Shape func(err error) (code string, ok bool)

// Postgres reads the SQLSTATE of pgx's and lib/pq's errors.
func Postgres(err error) (code string, ok bool) {
	e, ok := err.(interface{ SQLState() string })
	if !ok {
		return "", false
	}
	return e.SQLState(), true
}

// MySQL reads the number of go-sql-driver's errors.
func MySQL(err error) (code string, ok bool) { return number(err, "Number") }

// SQLite reads the extended result code of mattn's errors, which have a field,
// and of modernc's, which have a method.
func SQLite(err error) (code string, ok bool) {
	if e, is := err.(interface{ Code() int }); is {
		return strconv.Itoa(e.Code()), true
	}
	return number(err, "ExtendedCode")
}

// Find returns the first code in err's chain that has one of the shapes, and the
// error that it was read from, which is nil where there is none.
func Find(err error, shapes ...Shape) (code string, of error) {
	for ; err != nil; err = Unwrap(err) {
		for _, shape := range shapes {
			if code, ok := shape(err); ok {
				return code, err
			}
		}
	}
	return "", nil
}

// Unwrap returns the next error of err's chain. Of several it is the last: before
// it stands what the error means, or what came of it.
func Unwrap(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if errs := joined.Unwrap(); len(errs) > 0 {
			return errs[len(errs)-1]
		}
		return nil
	}
	return errors.Unwrap(err)
}

// number returns the exported integer field of that name. It is not printed as
// its type would.
func number(err error, field string) (string, bool) {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return "", false
	}
	switch f := v.FieldByName(field); {
	case !f.IsValid():
		return "", false
	case f.CanInt():
		return strconv.FormatInt(f.Int(), 10), true
	case f.CanUint():
		return strconv.FormatUint(f.Uint(), 10), true
	}
	return "", false
}
