package nextauth3

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/authdb/authdb"
)

// An Error is what a method of version 3 throws. It wraps the error of the
// adapter, and with it the sentinels of package authdb.
type Error struct {
	// Name is that of the method: CreateUserError, LinkAccountError,
	// GetUserByProviderAccountIdError, ... Version 3 answers the first of them
	// with error=OAuthCreateAccount or EmailCreateAccount, and all others by the
	// stage of the sign-in.
	Name string

	Err error
}

// Error returns the name and what went wrong.
func (e *Error) Error() string { return "nextauth3: " + e.Name + ": " + e.Err.Error() }

// Unwrap returns what went wrong.
func (e *Error) Unwrap() error { return e.Err }

// A callbackError is that of a function of the application's, which may say what
// is not to be printed.
type callbackError struct {
	function string
	cause    error
}

func (e callbackError) Error() string { return fmt.Sprintf("%s returned %T", e.function, e.cause) }

func (e callbackError) Unwrap() error { return e.cause }

// call is a call of the method of that name in version 3, as its core makes it.
func call[T any](ctx context.Context, in *Instance, method string, work func() (T, error)) (T, error) {
	name := strings.ToUpper(method[:1]) + method[1:]
	code := strings.ToUpper(in.options.DisplayName + "_" + snake(name))
	if in.app.Logger != nil {
		in.app.Logger.DebugContext(ctx, code)
	}
	result, err := work()
	if err == nil || isAbsence(err) {
		return result, err
	}
	if in.app.Logger != nil {
		in.app.Logger.ErrorContext(ctx, code+"_ERROR", "error", err)
	}
	return result, &Error{Name: name + "Error", Err: err}
}

// exec is call for a method without a result.
func exec(ctx context.Context, in *Instance, method string, work func() error) error {
	_, err := call(ctx, in, method, func() (struct{}, error) { return struct{}{}, work() })
	return err
}

// isAbsence reports whether version 3 would have returned undefined or null. What
// a function of the application's did not find is its own affair.
func isAbsence(err error) bool {
	var callback callbackError
	return errors.Is(err, authdb.ErrNotFound) && !errors.As(err, &callback)
}

// snake puts an underscore before each capital: CreateUser is _Create_User.
func snake(name string) string {
	var b strings.Builder
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return b.String()
}
