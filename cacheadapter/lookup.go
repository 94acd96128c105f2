package cacheadapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/authdb/authdb"
)

// freshKey is the key of a context that Fresh made.
type freshKey struct{}

// Fresh returns a context with which GetSessionAndUser asks the database, for what
// must not be done on the word of an answer that may be MaxAge old.
func Fresh(ctx context.Context) context.Context { return context.WithValue(ctx, freshKey{}, true) }

// GetSessionAndUser implements authdb.SessionStore. The answer is cached, unless
// this is a transaction's adapter or the context is one of Fresh.
func (a *Adapter) GetSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	if a.tx != nil || ctx == nil || ctx.Err() != nil {
		return a.inner.GetSessionAndUser(ctx, sessionToken)
	}
	key := sessionKey(sessionToken)
	if ctx.Value(freshKey{}) != nil {
		return a.fresh(ctx, key, sessionToken)
	}
	for {
		l := a.look(ctx, key)
		if event, ok := a.serves(l); ok {
			a.tell(event)
			return a.answer(l.entry, sessionToken)
		}
		f, first := a.flights.join(l.flightKey, l.now, a.opts.MaxAge)
		if first {
			a.tell(Event{Outcome: Miss})
			return a.load(ctx, l, f, sessionToken)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			a.tell(Event{Outcome: Shared})
			return nil, nil, fmt.Errorf("cacheadapter: get session and user: %w", ctx.Err())
		}
		switch {
		case f.entry != nil:
			a.tell(Event{Outcome: Shared})
			return a.answer(f.entry, sessionToken)
		case f.err != nil:
			a.tell(Event{Outcome: Shared})
			return nil, nil, f.err
		}
	}
}

func (a *Adapter) fresh(ctx context.Context, key Key, sessionToken string) (*authdb.Session, *authdb.User, error) {
	a.tell(Event{Outcome: Bypass})
	session, user, err := a.inner.GetSessionAndUser(ctx, sessionToken)
	if errors.Is(err, authdb.ErrNotFound) {
		_ = a.tryForget(ctx, key) // or the next page would show them signed in again
	}
	return session, user, err
}

// A look is what was found out before the database is asked.
type look struct {
	flightKey
	entry *Entry    // nil if nothing is cached
	now   time.Time // not before the stamp
	usual bool      // the Cache works
}

func (a *Adapter) look(ctx context.Context, key Key) look {
	l := look{flightKey: flightKey{key: key, changes: a.changes.Load()}}
	if !a.rests() && !a.doubts.has(a.opts.Clock(), key) {
		entry, stamp, err := a.opts.Cache.Get(ctx, key)
		if err != nil {
			a.failed(ctx, err, rest)
		} else {
			l.entry, l.stamp, l.usual = entry, stamp, true
		}
	}
	l.now = a.opts.Clock()
	return l
}

// failed leaves a Cache alone that could not be read, unless it is the caller who
// gave up.
func (a *Adapter) failed(ctx context.Context, err error, rest time.Duration) {
	if ctx.Err() == nil {
		a.restFor(rest)
		a.tell(Event{Outcome: ReadFailed, Err: err})
	}
}

// serves reports whether what is cached is an answer now, and which.
func (a *Adapter) serves(l look) (Event, bool) {
	e := l.entry
	if e == nil {
		return Event{}, false
	}
	event, maxAge := Event{Outcome: Hit, Age: l.now.Sub(e.Loaded)}, a.opts.MaxAge
	switch {
	case e.Session == nil:
		event.Outcome, maxAge = NegativeHit, a.opts.NegativeMaxAge
		// What has expired is swept some day, or deleted with its user, and then it
		// is no longer what has expired. Nobody can say whose it was.
		if e.Expired && e.Stamp != l.stamp {
			return Event{}, false
		}
	case expired(e.Session, l.now):
		return Event{}, false // another process may have extended it
	case a.doubts.has(l.now, e.UserKey):
		return Event{}, false
	}
	return event, event.Age >= 0 && event.Age < maxAge
}

// expired is Expires < now by the millisecond, as it is stored.
func expired(s *authdb.Session, now time.Time) bool {
	return s.Expires.Before(now.Truncate(time.Millisecond))
}

// answer returns the entry's records, which then are the caller's.
func (a *Adapter) answer(e *Entry, sessionToken string) (*authdb.Session, *authdb.User, error) {
	err := authdb.ErrNotFound
	switch {
	case e.Session != nil && !expired(e.Session, a.opts.Clock()):
		session := cloneSession(e.Session)
		session.SessionToken = sessionToken
		return session, cloneUser(e.User), nil
	case e.Session != nil || e.Expired:
		err = authdb.ErrExpired
	}
	return nil, nil, fmt.Errorf("cacheadapter: get session and user: %w", err)
}

// load asks the database, for all who wait in the flight.
func (a *Adapter) load(ctx context.Context, l look, f *flight, sessionToken string) (*authdb.Session, *authdb.User, error) {
	defer a.flights.end(l.flightKey, f) // also if the adapter panics: then others ask again
	session, user, err := a.inner.GetSessionAndUser(ctx, sessionToken)
	switch {
	case err == nil || errors.Is(err, authdb.ErrNotFound):
		e := newEntry(l, session, user, err)
		a.put(ctx, l, e)
		f.entry = e
	case ctx.Err() == nil: // else it is the caller's own
		f.err = err
	}
	return session, user, err
}

func newEntry(l look, session *authdb.Session, user *authdb.User, err error) *Entry {
	e := &Entry{Stamp: l.stamp, Loaded: l.now, Expired: errors.Is(err, authdb.ErrExpired)}
	if err == nil {
		e.Session, e.User, e.UserKey = cloneSession(session), cloneUser(user), userKey(user.ID)
		e.Session.SessionToken = ""
	}
	return e
}

// put caches an entry for what is left of its time.
func (a *Adapter) put(ctx context.Context, l look, e *Entry) {
	maxAge := a.opts.MaxAge
	if e.Session == nil {
		maxAge = a.opts.NegativeMaxAge
	}
	left := maxAge - a.opts.Clock().Sub(e.Loaded)
	if !l.usual || left <= 0 {
		return
	}
	if err := a.opts.Cache.Put(ctx, l.key, e, left); err != nil {
		a.failed(ctx, err, 0)
	}
}
