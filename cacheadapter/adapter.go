package cacheadapter

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

// An Adapter is another adapter with a cache in front of its GetSessionAndUser. It
// has those extensions of the other that it knows, and is safe for concurrent use.
type Adapter struct {
	inner authdb.Adapter
	tx    *pending // what is to be forgotten after the transaction; nil outside of one

	*shared
}

// shared is what an adapter and those that it makes for transactions have in
// common.
type shared struct {
	opts    Options
	flights flights
	changes atomic.Uint64 // so far; a flight that began before one is not for readers that begin after it
	resting atomic.Int64  // until when the Cache is not read, in nanoseconds since 1970
	doubts  doubts

	counters
}

var (
	_ authdb.Adapter        = (*Adapter)(nil)
	_ authdb.Transactor     = (*Adapter)(nil)
	_ authdb.UserTransactor = (*Adapter)(nil)
	_ authdb.Sweeper        = (*Adapter)(nil)
	_ authdb.SessionLister  = (*Adapter)(nil)
	_ authdb.SessionRevoker = (*Adapter)(nil)
	_ authdb.SessionToucher = (*Adapter)(nil)
	_ authdb.AccountUpdater = (*Adapter)(nil)
)

// New returns an adapter that caches what adapter answers. It does no I/O, and
// starts nothing that would have to be stopped.
func New(adapter authdb.Adapter, opts Options) (*Adapter, error) {
	if adapter == nil {
		return nil, fmt.Errorf("cacheadapter: %w: nil adapter: pass the one to ask", authdb.ErrInvalid)
	}
	if err := opts.complete(); err != nil {
		return nil, err
	}
	return &Adapter{inner: adapter, shared: &shared{opts: opts}}, nil
}

// rest is how long the Cache is left alone after it could not be read: who waits
// for it on every request is worse off than without it.
const rest = time.Second

func (s *shared) restFor(d time.Duration) {
	if d == 0 {
		return
	}
	until := s.opts.Clock().Add(d).UnixNano()
	for {
		now := s.resting.Load()
		if until <= now || s.resting.CompareAndSwap(now, until) {
			return
		}
	}
}

func (s *shared) rests() bool {
	until := s.resting.Load()
	return until != 0 && s.opts.Clock().UnixNano() < until
}

// pending are the keys that a transaction has changed.
type pending struct{ keys map[Key]bool }

// forget makes the Cache forget what was changed, be it known to have been changed
// or not: an error may have come after the work was done, and the work after the
// error. The change is no less done if the Cache fails, so it only costs time: see
// the package comment.
func (a *Adapter) forget(ctx context.Context, err *error, keys ...Key) {
	if a.tx == nil && doubtful(ctx, *err) {
		now := a.opts.Clock()
		if !a.doubts.add(now, now.Add(a.opts.MaxAge), keys) {
			a.restFor(a.opts.MaxAge)
		}
	}
	_ = a.tryForget(ctx, keys...)
}

func (a *Adapter) tryForget(ctx context.Context, keys ...Key) error {
	if a.tx != nil {
		for _, k := range keys {
			a.tx.keys[k] = true
		}
		return nil
	}
	a.changes.Add(1)
	if ctx == nil {
		ctx = context.Background()
	}
	err := a.opts.Cache.Forget(context.WithoutCancel(ctx), keys...)
	if err != nil {
		a.restFor(a.opts.MaxAge)
		a.tell(Event{Outcome: ForgetFailed, Err: err})
	}
	return err
}

// ForgetUser makes the cache forget the sessions of a user, for an application that
// has changed the user or their sessions past this adapter: once the change is
// committed. In an InTx of this adapter it is done after the commit. An error is the
// Cache's; others may then see the change MaxAge later.
func (a *Adapter) ForgetUser(ctx context.Context, userID string) error {
	if err := a.tryForget(ctx, userKey(userID)); err != nil {
		return fmt.Errorf("cacheadapter: forget user: %w", err)
	}
	return nil
}
