package rediscache_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/rediscache"
)

// Where no Redis answers, as perhaps here, the database does.
func Example() {
	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true}) // yours to close
	cache, err := rediscache.New(client, rediscache.Options{Secret: []byte("32 random bytes from the settings")})
	if err != nil {
		log.Fatal(err)
	}
	var database adaptertest.Memory // or gormadapter, or whatever keeps the contract
	adapter, err := cacheadapter.New(&database, cacheadapter.Options{Cache: cache})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	ada, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = adapter.CreateSession(ctx, &authdb.Session{SessionToken: "secret", UserID: ada.ID, Expires: time.Now().Add(time.Hour)})
	if err != nil {
		log.Fatal(err)
	}
	_, user, err := adapter.GetSessionAndUser(ctx, "secret")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Name, "is signed in")
	// Output: Ada is signed in
}
