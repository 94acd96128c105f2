package cacheadapter

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const defaultSize = 10_000

// A Memory is a Cache in the process: those who used it least recently go first.
// Adapters that have one in common see each other's changes at once.
type Memory struct {
	somebody *lru.Cache[Key, *Entry]
	nobody   *lru.Cache[Key, *Entry] // by itself: whoever sends random tokens signs nobody out of the cache
	evicted  atomic.Uint64

	mu        sync.RWMutex
	stamp     Stamp
	forgotten map[Key]Stamp // at most limit of them
	earlier   map[Key]Stamp // the limit before those
	floor     Stamp         // entries with an older one don't hold, whatever they are of
	limit     int
}

var _ Cache = (*Memory)(nil)

// NewMemory returns a Memory of at most size sessions, and a tenth as many answers
// that there is none. Of a size below one it is 10,000.
func NewMemory(size int) *Memory {
	if size < 1 {
		size = defaultSize
	}
	return &Memory{
		somebody: newLRU(size), nobody: newLRU(size/10 + 1),
		forgotten: make(map[Key]Stamp), limit: size,
	}
}

func newLRU(size int) *lru.Cache[Key, *Entry] {
	c, err := lru.New[Key, *Entry](size)
	if err != nil { // of a size below one
		panic(err)
	}
	return c
}

// Get implements Cache.
func (m *Memory) Get(_ context.Context, key Key) (*Entry, Stamp, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, c := range []*lru.Cache[Key, *Entry]{m.somebody, m.nobody} {
		if e, ok := c.Get(key); ok && m.holds(key, e) {
			return e, m.stamp, nil
		}
	}
	return nil, m.stamp, nil
}

func (m *Memory) holds(key Key, e *Entry) bool {
	if e.Stamp == m.stamp {
		return true
	}
	for _, k := range []Key{key, e.UserKey} {
		if max(m.forgotten[k], m.earlier[k], m.floor) > e.Stamp {
			return false
		}
	}
	return true
}

// Put implements Cache. The adapter looks at the age of what it gets, so the entry
// stays until there is no room for it.
func (m *Memory) Put(_ context.Context, key Key, entry *Entry, _ time.Duration) error {
	to, from := m.somebody, m.nobody
	if entry.Session == nil {
		to, from = from, to
	}
	from.Remove(key)
	if to.Add(key, entry) {
		m.evicted.Add(1)
	}
	return nil
}

// Forget implements Cache.
func (m *Memory) Forget(_ context.Context, keys ...Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stamp++
	for _, k := range keys {
		if len(m.forgotten) >= m.limit {
			for _, at := range m.earlier {
				m.floor = max(m.floor, at)
			}
			m.earlier, m.forgotten = m.forgotten, make(map[Key]Stamp)
		}
		m.forgotten[k] = m.stamp
	}
	return nil
}

// Evictions returns how many answers had to go for others.
func (m *Memory) Evictions() uint64 { return m.evicted.Load() }
