package redisadapter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
)

// A fault is an error of this package's own making. Its text is safe: it names
// fields, and never a value.
type fault struct {
	sentinel error
	detail   string
}

func (f *fault) Error() string { return f.sentinel.Error() + ": " + f.detail }
func (f *fault) Unwrap() error { return f.sentinel }

func faultf(sentinel error, format string, args ...any) error {
	return &fault{sentinel, fmt.Sprintf(format, args...)}
}

// A configError is what is wrong with the store itself; every method returns it as
// it is.
type configError struct{ err error }

func (e *configError) Error() string { return e.err.Error() }
func (e *configError) Unwrap() error { return e.err }

// An unknownOutcome is an error after which nobody knows whether the work was done.
type unknownOutcome struct{ err error }

func (e *unknownOutcome) Error() string { return authdb.ErrUnknownOutcome.Error() }
func (e *unknownOutcome) Unwrap() error { return e.err }

// An opError is what methods return. It does not print what the server says, which
// may quote the command's arguments; Unwrap has it.
type opError struct {
	op       string
	sentinel error
	what     string
	cause    error
}

func (e *opError) Error() string { return "redisadapter: " + e.op + ": " + e.what }

func (e *opError) Unwrap() []error {
	if e.sentinel == nil {
		return []error{e.cause}
	}
	return []error{e.sentinel, e.cause}
}

// wrap makes the error of an operation. It is the one way in which errors leave
// the package.
func wrap(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	var (
		config  *configError
		unknown *unknownOutcome
		mine    *fault
		answer  redis.Error
	)
	switch {
	case errors.As(err, &config):
		return err
	case errors.As(err, &unknown):
		return &opError{op, authdb.ErrUnknownOutcome, unknown.Error(), errors.Join(ended(ctx), unknown.err)}
	case errors.As(err, &mine):
		return &opError{op, nil, mine.Error(), err}
	}
	if ended := ended(ctx); ended != nil {
		return &opError{op, ended, ended.Error(), err}
	}
	for _, s := range []error{authdb.ErrExpired, authdb.ErrNotFound, authdb.ErrDuplicate, authdb.ErrConflict} {
		if errors.Is(err, s) {
			return &opError{op, nil, s.Error(), err}
		}
	}
	what := "no connection to Redis"
	switch {
	case errors.As(err, &answer):
		code, _, _ := strings.Cut(answer.Error(), " ")
		what = "Redis returned the error " + code
	case errors.Is(err, redis.ErrClosed):
		what = "the client is closed"
	}
	return &opError{op, nil, what, err}
}

// ended returns the context's error, also in the moment between its deadline and
// its own noticing.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
