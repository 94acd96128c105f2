package cacheadapter

import (
	"sync"
	"time"
)

// flights are the questions that the database is being asked. The first who asks
// does so with their own context and in their own goroutine, and the others wait.
// If the first gives up, one of the others asks.
type flights struct {
	mu      sync.Mutex
	current map[flightKey]*flight
}

// A flightKey is of one session, and of a time in which nothing was changed: who
// begins to read after a change does not get what was asked before it.
type flightKey struct {
	key     Key
	stamp   Stamp
	changes uint64
}

type flight struct {
	began time.Time
	done  chan struct{} // closed when the rest is there

	entry *Entry // neither this nor err: ask again
	err   error
}

// join returns the flight of the key, and whether it is new, so that the caller is
// to ask and to end it. One that has been asking for longer than maxAge is left to
// those who wait for it.
func (f *flights) join(key flightKey, now time.Time, maxAge time.Duration) (_ *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.current[key]; c != nil && now.Sub(c.began) < maxAge {
		return c, false
	}
	if f.current == nil {
		f.current = make(map[flightKey]*flight)
	}
	c := &flight{began: now, done: make(chan struct{})}
	f.current[key] = c
	return c, true
}

func (f *flights) end(key flightKey, c *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.current, key) // if it is another by now, the next one who asks begins a third
	close(c.done)
}
