package redisadapter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// A Store keeps sessions and verification tokens in Redis. It is safe for
// concurrent use, by goroutines and by processes.
type Store struct {
	client  redis.UniversalClient
	layout  Layout
	options authdb.Options
	hash    *secret.Hasher // nil: tokens are stored as they are
	err     error          // what is wrong with the configuration

	// noGetdel remembers that the server has no GETDEL.
	noGetdel atomic.Bool
}

var (
	_ authdb.DetachedSessionStore    = (*Store)(nil)
	_ authdb.SessionRevoker          = (*Store)(nil)
	_ authdb.VerificationTokenStore  = (*Store)(nil)
	_ authdb.VerificationTokenReader = (*Store)(nil)
	_ authdb.Sweeper                 = (*Store)(nil)
	_ authdb.Validator               = (*Store)(nil)
	_ authdb.Checker                 = (*Store)(nil)
)

// New returns a store with the keys of Auth.js. The client may be one of a server,
// of a Sentinel's primary, of a cluster or of a ring, and remains the caller's. Set
// ContextTimeoutEnabled in its options: without, a context's deadline ends no command
// that is under way.
//
// Of the options it knows authdb.WithClock, WithIDs, WithHashedTokens and
// WithCloser. Any other is an error of Validate.
func New(client redis.UniversalClient, opts ...authdb.Option) *Store {
	return NewWithLayout(client, Layout{}, opts...)
}

// NewWithLayout is New with other keys.
func NewWithLayout(client redis.UniversalClient, layout Layout, opts ...authdb.Option) *Store {
	s := &Store{client: client, layout: layout.withDefaults(), options: authdb.NewOptions(opts...)}
	if s.options.NewID == nil {
		s.options.NewID = authdb.NewID
	}
	if h := s.options.HashedTokens; h != nil {
		s.hash = secret.NewHasher(*h)
	}
	s.err = s.validate()
	return s
}

func (s *Store) validate() error {
	o := s.options
	errs := []error{o.Err, s.layout.validate()}
	refuse := func(given bool, option, why string) {
		if given {
			errs = append(errs, fmt.Errorf("%w: %s: %s: leave the option out", authdb.ErrInvalid, option, why))
		}
	}
	if s.client == nil {
		errs = append(errs, fmt.Errorf("%w: New(nil): pass a client", authdb.ErrInvalid))
	}
	refuse(!reflect.ValueOf(o.Models).IsZero(), "WithModels", "there are no tables")
	refuse(o.Synchronize, "WithSynchronize", "there are no tables")
	refuse(o.ForeignKeys, "WithForeignKeys", "there are no tables")
	refuse(o.ForeignChanges, "WithForeignChanges", "there are no tables")
	refuse(o.TokenEncryption != nil, "WithTokenEncryption", "accounts are not stored here")
	if err := errors.Join(errs...); err != nil {
		return &configError{fmt.Errorf("redisadapter: %w", err)}
	}
	return nil
}

// Validate implements authdb.Validator.
func (s *Store) Validate() error { return s.err }

// Close closes what authdb.WithCloser has named. It leaves the client open.
func (s *Store) Close() error {
	if s.options.Closer == nil {
		return nil
	}
	return s.options.Closer.Close()
}

// begin is the beginning of every method.
func (s *Store) begin(ctx context.Context) error {
	if s.err != nil {
		return s.err
	}
	return ended(ctx)
}

// now is the present to the millisecond, by the store's clock.
func (s *Store) now() time.Time { return s.options.Clock().UTC().Truncate(time.Millisecond) }

// stay returns for how long from now, and until when, what expires then is to stay,
// in milliseconds. Redis is told a duration, and not an instant, so that its clock
// does not matter.
func (s *Store) stay(expires time.Time) (milliseconds, until int64) {
	now := s.now().UnixMilli() // a time.Duration ends after 292 years
	milliseconds = max(expires.UnixMilli()-now, 0) + s.layout.Grace.Milliseconds()
	return milliseconds, now + milliseconds
}

// get reads a key, or returns ErrNotFound.
func (s *Store) get(ctx context.Context, key string) (string, error) {
	value, err := s.client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "WRONGTYPE") {
		return "", authdb.ErrNotFound
	}
	return value, err
}

// getdel removes a key and returns what was there, or ErrNotFound.
func (s *Store) getdel(ctx context.Context, again bool, key string) (string, error) {
	if !s.noGetdel.Load() {
		value, err := text(s.write(ctx, again, "GETDEL", key))
		if !redis.HasErrorPrefix(err, "unknown command") {
			return value, err
		}
		s.noGetdel.Store(true)
	}
	return text(s.script(ctx, again, getdelScript, key))
}

// text is an answer that is a text, or ErrNotFound.
func text(answer any, err error) (string, error) {
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "WRONGTYPE") {
		return "", authdb.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	value, ok := answer.(string)
	if !ok {
		return "", faultf(authdb.ErrSchema, "Redis answered with something else than a text")
	}
	return value, nil
}

// isKey reports whether a key of the contract could be there at all.
func isKey(text string) bool {
	return text != "" && utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// checkText refuses a text that is not to be written.
func checkText(field, text string) error {
	switch {
	case text == "":
		return faultf(authdb.ErrInvalid, "%s: is required", field)
	case !utf8.ValidString(text):
		return faultf(authdb.ErrInvalid, "%s: is not UTF-8", field)
	case strings.Contains(text, "\x00"):
		return faultf(authdb.ErrInvalid, "%s: holds a NUL byte", field)
	}
	return nil
}

// checkInstant makes of *at the instant as it is stored.
func checkInstant(field string, at *time.Time) error {
	if at.IsZero() {
		return faultf(authdb.ErrInvalid, "%s: is required", field)
	}
	*at = at.UTC()
	if year := at.Year(); year < 1000 || year > 9999 {
		return faultf(authdb.ErrInvalid, "%s: the year is not within 1000 to 9999", field)
	}
	*at = at.Truncate(time.Millisecond)
	return nil
}

// checkExtra refuses all: the records have no further members of ours.
func checkExtra(record string, extra map[string]any) error {
	for name := range extra {
		return faultf(authdb.ErrInvalid, "%s.Extra[%q]: the record has no further field", record, name)
	}
	return nil
}
