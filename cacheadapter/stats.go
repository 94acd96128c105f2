package cacheadapter

import (
	"sync/atomic"
	"time"
)

// An Outcome is what became of a GetSessionAndUser, or of the Cache.
type Outcome int

// The outcomes.
const (
	Hit          Outcome = iota // answered with a cached session
	NegativeHit                 // answered by what is cached with ErrNotFound or ErrExpired
	Miss                        // asked the database, to cache the answer
	Shared                      // got the answer that another caller was asking the database for
	Bypass                      // asked the database because it had to: see Fresh
	ReadFailed                  // the Cache could not be read from or put to: the database was asked
	ForgetFailed                // the Cache could not be told of a change: others may see it MaxAge later
)

// String returns the outcome's name.
func (o Outcome) String() string {
	names := [...]string{"Hit", "NegativeHit", "Miss", "Shared", "Bypass", "ReadFailed", "ForgetFailed"}
	if o < 0 || int(o) >= len(names) {
		return "Outcome(?)"
	}
	return names[o]
}

// An Event is what Options.Observe is told.
type Event struct {
	Outcome Outcome
	Age     time.Duration // of the answer, of a Hit or NegativeHit: how stale it can be at most
	Err     error         // of ReadFailed and ForgetFailed: what the Cache said
}

// Stats are numbers since the adapter was made. Hits, NegativeHits, Misses, Shared
// and Bypasses add up to the calls of GetSessionAndUser outside of transactions.
type Stats struct {
	Hits, NegativeHits, Misses, Shared, Bypasses uint64

	Forgotten     uint64        // changes that the Cache was told of, or was to be
	ReadsFailed   uint64        // of the Cache
	ForgetsFailed uint64        // of Forgotten
	Evictions     uint64        // of the Cache, if it counts them, for all its adapters
	Oldest        time.Duration // the greatest age of an answer that was returned from the cache
}

// HitRate returns the part of the answers that the database was not asked for, or
// 0 of none.
func (s Stats) HitRate() float64 {
	saved := s.Hits + s.NegativeHits + s.Shared
	all := saved + s.Misses + s.Bypasses
	if all == 0 {
		return 0
	}
	return float64(saved) / float64(all)
}

// Stats returns the numbers. They are read one by one, while others go on.
func (a *Adapter) Stats() Stats {
	n := func(o Outcome) uint64 { return a.outcomes[o].Load() }
	s := Stats{
		Hits: n(Hit), NegativeHits: n(NegativeHit), Misses: n(Miss), Shared: n(Shared), Bypasses: n(Bypass),
		Forgotten: a.changes.Load(), ReadsFailed: n(ReadFailed), ForgetsFailed: n(ForgetFailed),
		Oldest: time.Duration(a.oldest.Load()),
	}
	if c, ok := a.opts.Cache.(interface{ Evictions() uint64 }); ok {
		s.Evictions = c.Evictions()
	}
	return s
}

// counters are what Stats is made of.
type counters struct {
	outcomes [ForgetFailed + 1]atomic.Uint64
	oldest   atomic.Int64
}

func (s *shared) tell(e Event) {
	s.outcomes[e.Outcome].Add(1)
	for {
		oldest := s.oldest.Load()
		if int64(e.Age) <= oldest || s.oldest.CompareAndSwap(oldest, int64(e.Age)) {
			break
		}
	}
	s.opts.Observe(e)
}
