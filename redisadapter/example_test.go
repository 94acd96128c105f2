package redisadapter_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/redisadapter"
)

// Users in a database, sessions and verification tokens in Redis.
func Example() {
	ctx := context.Background()
	users, err := datasource.Open(ctx, datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true})
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
	store := redisadapter.New(client)

	adapter, err := authdb.Compose(authdb.Stores{Users: users, Sessions: store, VerificationTokens: store},
		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
	if err != nil {
		log.Fatal(err)
	}
	if err := adapter.Check(ctx); err != nil { // both the tables and Redis
		log.Fatal(err)
	}

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
	fmt.Println(user.Name, "is signed in") // Ada is signed in
}

// What the servers are, before the first request.
func ExampleStore_Servers() {
	ctx := context.Background()
	client := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{"redis-1:6379", "redis-2:6379", "redis-3:6379"}, IsClusterMode: true})
	store := redisadapter.New(client)

	servers, err := store.Servers(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, server := range servers {
		if !server.AppendOnly {
			log.Printf("a Redis %s without appendonly: what it loses may come back, revoked sessions too", server.Version)
		}
	}
}
