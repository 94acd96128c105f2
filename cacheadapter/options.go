package cacheadapter

import (
	"errors"
	"fmt"
	"time"

	"github.com/authdb/authdb"
)

// Longest is the longest MaxAge. Who can wait longer until a revoked session ends
// wants sessions without a database.
const Longest = 10 * time.Minute

const defaultMaxAge = 10 * time.Second

// Options say what is cached, where, and for how long. Its zero value is ready to
// use.
type Options struct {
	// MaxAge is the time after which a change that was made past the adapter is
	// seen at the latest: another process's sign-out, for one. Default: 10
	// seconds. At most Longest.
	MaxAge time.Duration

	// NegativeMaxAge is the same for the answers ErrNotFound and ErrExpired: how
	// long a session may be missed that was created past the adapter. It is
	// worth something where many requests come with the same dead token. At most
	// MaxAge. Default: they are not cached.
	NegativeMaxAge time.Duration

	// Cache keeps the answers. Adapters of several processes can share one (see
	// package rediscache), and so can several of one process. Default: a new
	// Memory of Size.
	Cache Cache

	// Size is the number of sessions that the default Cache keeps. Default:
	// 10,000.
	Size int

	// Clock is the adapter's own, which authdb.WithClock gave it: MaxAge is
	// measured by it, and expiry. Default: time.Now.
	Clock func() time.Time

	// Observe is told what became of each GetSessionAndUser, and of failures of
	// the Cache. It is called by those who call the adapter, so it must be safe
	// for concurrent use and soon be done. Default: nobody is told.
	Observe func(Event)
}

func (o *Options) complete() error {
	var errs []error
	refuse := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("cacheadapter: %w: "+format, append([]any{authdb.ErrInvalid}, args...)...))
	}
	if o.MaxAge == 0 {
		o.MaxAge = defaultMaxAge
	}
	if o.MaxAge < 0 || o.MaxAge > Longest {
		refuse("MaxAge %v: want more than 0, and %v at most", o.MaxAge, Longest)
	}
	if o.NegativeMaxAge < 0 || o.NegativeMaxAge > o.MaxAge {
		refuse("NegativeMaxAge %v: want 0, or up to MaxAge, which is %v", o.NegativeMaxAge, o.MaxAge)
	}
	if o.Size < 0 || o.Size > 0 && o.Cache != nil {
		refuse("Size %d: want a number of sessions, and none beside a Cache, which has its own size", o.Size)
	}
	if o.Cache == nil {
		o.Cache = NewMemory(o.Size)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	return errors.Join(errs...)
}
