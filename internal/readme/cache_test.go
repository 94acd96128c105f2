package readme_test

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/rediscache"
)

var _, _, _ = inProcess, inRedis, pay

func inProcess(adapter authdb.Adapter) (*cacheadapter.Adapter, error) {
	return cacheadapter.New(adapter, cacheadapter.Options{MaxAge: 10 * time.Second})
}

func inRedis(adapter authdb.Adapter, secret []byte) (*cacheadapter.Adapter, error) {
	client := redis.NewClient(&redis.Options{Addr: "redis.example.com:6379", ContextTimeoutEnabled: true})
	cache, err := rediscache.New(client, rediscache.Options{Secret: secret}) // 32 random bytes
	if err != nil {
		return nil, err
	}
	return cacheadapter.New(adapter, cacheadapter.Options{Cache: cache})
}

func pay(ctx context.Context, cached *cacheadapter.Adapter, token string) error {
	session, user, err := cached.GetSessionAndUser(cacheadapter.Fresh(ctx), token)
	if err != nil {
		return err
	}
	_, _ = session, user
	return nil
}
