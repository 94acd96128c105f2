package bench_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/rediscache"
)

// BenchmarkCache compares GetSessionAndUser with a cache, when all is in it and when
// nothing is, with the adapter inside. They take turns:
//
//	go test ./bench -run '^$' -bench Cache -benchtime 21x
func BenchmarkCache(b *testing.B) {
	for _, d := range databases() {
		if d.name != "sqlite" && d.name != "postgres" {
			continue
		}
		b.Run(d.name, func(b *testing.B) {
			inside := d.adapter(b)
			fill(b, inside, userOf)
			for name, open := range map[string]func(*testing.B) cacheadapter.Cache{"memory": inMemory, "redis": inRedis} {
				cached := must[*cacheadapter.Adapter](b)(cacheadapter.New(inside, cacheadapter.Options{MaxAge: cacheadapter.Longest, Cache: open(b)}))
				cold := must[*cacheadapter.Adapter](b)(cacheadapter.New(inside, cacheadapter.Options{MaxAge: cacheadapter.Longest, Cache: sieve{open(b)}}))
				for _, key := range keysFrom("", known()) {
					if err := ask(cached)(b.Context(), key); err != nil {
						b.Fatal(err)
					}
				}
				for what, a := range map[string]authdb.Adapter{"hit": cached, "miss": cold} {
					for _, goroutines := range []int{1, 16} {
						b.Run(fmt.Sprintf("%s/%s/%d", name, what, goroutines), func(b *testing.B) {
							d := duel{ask(a), ask(inside), someKeys}
							d.rounds(b, goroutines)
							if goroutines == 1 {
								d.allocations(b)
							}
						})
					}
				}
				hit, miss := cached.Stats(), cold.Stats()
				if hit.Misses > uint64(known()) || miss.Hits > 0 || hit.ReadsFailed+miss.ReadsFailed > 0 {
					b.Errorf("measured something else: %+v, %+v", hit, miss)
				}
			}
		})
	}
}

func ask(a authdb.Adapter) work {
	return func(ctx context.Context, key string) error {
		session, user, err := a.GetSessionAndUser(ctx, "session-"+key)
		if err == nil && session.UserID != user.ID {
			err = errors.New("somebody else")
		}
		return err
	}
}

// sieve finds nothing of what it keeps.
type sieve struct{ cacheadapter.Cache }

func (s sieve) Get(ctx context.Context, key cacheadapter.Key) (*cacheadapter.Entry, cacheadapter.Stamp, error) {
	_, stamp, err := s.Cache.Get(ctx, key)
	return nil, stamp, err
}

func inMemory(*testing.B) cacheadapter.Cache { return cacheadapter.NewMemory(0) }

func inRedis(b *testing.B) cacheadapter.Cache {
	b.Helper()
	// As one has a cache: what it loses is no loss.
	options := must[*redis.Options](b)(redis.ParseURL(testdb.PrivateRedis(b, "--appendonly", "no").URL))
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	b.Cleanup(func() { _ = client.Close() })
	return must[*rediscache.Cache](b)(rediscache.New(client, rediscache.Options{Secret: bytes.Repeat([]byte("s"), 32), Timeout: time.Minute}))
}
