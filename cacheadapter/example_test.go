package cacheadapter_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
)

func Example() {
	ctx := context.Background()
	var database adaptertest.Memory // or gormadapter, or whatever keeps the contract
	adapter, err := cacheadapter.New(&database, cacheadapter.Options{MaxAge: 10 * time.Second})
	if err != nil {
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
	for range 3 { // three requests
		if _, _, err := adapter.GetSessionAndUser(ctx, "secret"); err != nil {
			log.Fatal(err)
		}
	}
	stats := adapter.Stats()
	fmt.Println("asked the database:", stats.Misses, "answered from the cache:", stats.Hits)

	// For a transfer of money the cache is not asked.
	if _, _, err := adapter.GetSessionAndUser(cacheadapter.Fresh(ctx), "secret"); err != nil {
		log.Fatal(err)
	}

	// What is changed through the adapter is seen at once.
	if err := adapter.DeleteSession(ctx, "secret"); err != nil {
		log.Fatal(err)
	}
	_, _, err = adapter.GetSessionAndUser(ctx, "secret")
	fmt.Println(err)

	// Output:
	// asked the database: 1 answered from the cache: 2
	// adaptertest: get session and user: authdb: not found
}
