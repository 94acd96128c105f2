package cacheadapter

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

// doubts are the keys of changes that may yet be made: a database may go on with a
// statement whose caller has gone, after what it changes was forgotten. For MaxAge
// the database is asked for what they are of, and its answers are not cached.
type doubts struct {
	some atomic.Bool // whether there are any, for those who need not wait for mu

	mu    sync.Mutex
	until map[Key]time.Time
}

// mostDoubts is how many keys are doubted by name. Beyond it everything is.
const mostDoubts = 10_000

// doubtful reports whether a change may yet be made of which err was returned.
func doubtful(ctx context.Context, err error) bool {
	return err != nil && (ctx != nil && ctx.Err() != nil || errors.Is(err, authdb.ErrUnknownOutcome) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// add doubts the keys until then, or reports false if there are too many.
func (d *doubts) add(now, until time.Time, keys []Key) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.until)+len(keys) > mostDoubts {
		for k, at := range d.until {
			if !now.Before(at) {
				delete(d.until, k)
			}
		}
		if len(d.until)+len(keys) > mostDoubts {
			return false
		}
	}
	if d.until == nil {
		d.until = make(map[Key]time.Time)
	}
	for _, k := range keys {
		d.until[k] = until
	}
	d.some.Store(true)
	return true
}

// has reports whether the key is doubted.
func (d *doubts) has(now time.Time, key Key) bool {
	if !d.some.Load() {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	until, ok := d.until[key]
	if ok && !now.Before(until) {
		delete(d.until, key)
		d.some.Store(len(d.until) > 0)
		return false
	}
	return ok
}
