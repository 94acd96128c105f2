package rediscache

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
)

// Options say how a Cache uses Redis. Secret is required.
type Options struct {
	// Secret are at least 32 random bytes, the same in all processes that share
	// the cache. Another secret is another, empty cache.
	Secret []byte

	// Name tells several caches in one Redis apart, and is the beginning of their
	// keys. Default: "authdb".
	Name string

	// Timeout is how long a request waits for Redis before the database is asked.
	// Ten times as long is waited until what was changed is forgotten. Default: 100
	// milliseconds.
	Timeout time.Duration
}

// A Cache is a cacheadapter.Cache in Redis. It is safe for concurrent use.
type Cache struct {
	client  redis.UniversalClient
	secret  []byte
	prefix  string
	timeout time.Duration
	shape   atomic.Pointer[shape]

	get, forget *redis.Script
}

var _ cacheadapter.Cache = (*Cache)(nil)

// New returns a Cache that uses the client, which stays the caller's to close. It
// does no I/O. The client's options must have ContextTimeoutEnabled, or Redis not
// answering would hold up every request for as long as the client's own timeouts.
func New(client redis.UniversalClient, opts Options) (*Cache, error) {
	var errs []error
	refuse := func(what string) { errs = append(errs, fmt.Errorf("rediscache: %w: %s", authdb.ErrInvalid, what)) }
	if !endsInTime(client) {
		refuse("the client: pass a *redis.Client, *redis.ClusterClient or *redis.Ring whose options have ContextTimeoutEnabled: true")
	}
	if len(opts.Secret) < 32 {
		refuse("Secret: want at least 32 random bytes, the same in all processes")
	}
	if opts.Name == "" {
		opts.Name = "authdb"
	}
	if strings.ContainsAny(opts.Name, "{}") {
		refuse("Name: want one without braces, which stand for a hash tag")
	}
	if opts.Timeout == 0 {
		opts.Timeout = 100 * time.Millisecond
	}
	if opts.Timeout < 0 {
		refuse("Timeout: want more than 0")
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Cache{
		client: client, secret: slices.Clone(opts.Secret), prefix: "{" + opts.Name + "}:", timeout: opts.Timeout,
		get: redis.NewScript(getScript), forget: redis.NewScript(forgetScript),
	}, nil
}

func endsInTime(client redis.UniversalClient) bool {
	switch c := client.(type) {
	case *redis.Client:
		return c != nil && c.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		return c != nil && c.Options().ContextTimeoutEnabled
	case *redis.Ring:
		return c != nil && c.Options().ContextTimeoutEnabled
	}
	return false
}

// getScript returns the stamp of what was forgotten last, and the entry unless its
// session or its user was forgotten since. The user is in the entry, so that its
// name can't be among KEYS, but that it was forgotten is in a set that is.
const getScript = `
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local stamp = newest[2] or '0'
local entry = redis.call('GET', KEYS[2])
if not entry then
	return {stamp}
end
local loaded = tonumber(string.sub(entry, 1, 16))
if loaded < tonumber(stamp) then
	for _, member in ipairs({ARGV[1], string.sub(entry, 17, 59)}) do
		local at = redis.call('ZSCORE', KEYS[1], member)
		if at and tonumber(at) > loaded then
			return {stamp}
		end
	end
end
return {stamp, entry}`

// forgetScript stamps the members with a number that is greater than all before. It
// is the time in microseconds, so that it also is where Redis has lost all of them.
// ARGV begins with how long they are kept, in milliseconds.
const forgetScript = `
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stamp = string.format('%.0f', math.max(now, (tonumber(newest[2]) or 0) + 1))
for i = 2, #ARGV do
	redis.call('ZADD', KEYS[1], stamp, ARGV[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[1] * 1000))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('UNLINK', unpack(KEYS, 2))
return stamp`

// kept is how long it is known what was forgotten: longer than any entry lasts.
const kept = cacheadapter.Longest + time.Minute

// batch is how many keys are forgotten at once: Lua unpacks some thousands.
const batch = 1000

// Get implements cacheadapter.Cache.
func (c *Cache) Get(ctx context.Context, key cacheadapter.Key) (*cacheadapter.Entry, cacheadapter.Stamp, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	member := c.member(key)
	reply, err := c.get.Run(ctx, c.client, []string{c.prefix + "forgotten", c.prefix + member}, member).StringSlice()
	if err != nil || len(reply) == 0 {
		return nil, 0, fmt.Errorf("rediscache: get: %w", err)
	}
	stamp, err := strconv.ParseFloat(reply[0], 64) // as Redis prints scores
	if err != nil {
		return nil, 0, fmt.Errorf("rediscache: get: %w", err)
	}
	if len(reply) == 1 {
		return nil, cacheadapter.Stamp(stamp), nil
	}
	return c.open(key, member, reply[1]), cacheadapter.Stamp(stamp), nil
}

// Put implements cacheadapter.Cache.
func (c *Cache) Put(ctx context.Context, key cacheadapter.Key, entry *cacheadapter.Entry, ttl time.Duration) error {
	member := c.member(key)
	value, err := c.seal(key, member, entry)
	if err != nil {
		return fmt.Errorf("rediscache: put: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := c.client.Set(ctx, c.prefix+member, value, max(ttl, time.Millisecond)).Err(); err != nil {
		return fmt.Errorf("rediscache: put: %w", err)
	}
	return nil
}

// Forget implements cacheadapter.Cache.
func (c *Cache) Forget(ctx context.Context, keys ...cacheadapter.Key) error {
	ctx, cancel := context.WithTimeout(ctx, 10*c.timeout)
	defer cancel()
	for some := range slices.Chunk(keys, batch) {
		names, args := []string{c.prefix + "forgotten"}, []any{kept.Milliseconds()}
		for _, key := range some {
			member := c.member(key)
			names, args = append(names, c.prefix+member), append(args, member)
		}
		if err := c.forget.Run(ctx, c.client, names, args...).Err(); err != nil {
			return fmt.Errorf("rediscache: forget: %w", err)
		}
	}
	return nil
}

// member is what Redis knows a session or a user by: 43 characters.
func (c *Cache) member(key cacheadapter.Key) string {
	return base64.RawURLEncoding.EncodeToString(c.mac("name", key))
}

func (c *Cache) mac(purpose string, key cacheadapter.Key) []byte {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte(purpose))
	mac.Write(key[:])
	return mac.Sum(nil)
}
