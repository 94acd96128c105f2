package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// A session that was stored plain stays valid while it is converted, and what is
// in the database afterwards lets nobody in.
func ExampleAdapter_ConvertSecrets() {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:/example_secrets?vfs=memdb"}, &gorm.Config{})
	check(err)
	before := gormadapter.New(db)
	check(before.Synchronize(ctx))
	user, err := before.CreateUser(ctx, &authdb.User{Name: "Ada"})
	check(err)
	_, err = before.CreateSession(ctx, &authdb.Session{SessionToken: "a-secret", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	check(err)

	keys := []authdb.SecretKey{{ID: "k1", Key: []byte("32 bytes from the secret store..")}}
	adapter := gormadapter.New(db, authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys, Plain: true}))
	_, user, err = adapter.GetSessionAndUser(ctx, "a-secret")
	check(err)
	fmt.Println("before:", user.Name, "is signed in")

	check(adapter.ConvertSecrets(ctx, func(p authdb.SecretProgress) {
		if p.Record == "Session" {
			fmt.Println("converted:", p.Rewritten, "of", p.Total)
		}
	}))
	_, user, err = adapter.GetSessionAndUser(ctx, "a-secret")
	check(err)
	fmt.Println("afterwards:", user.Name, "is signed in")

	var stored string
	check(db.Raw("SELECT session_token FROM sessions").Scan(&stored).Error)
	fmt.Println("stored:", stored[:strings.LastIndex(stored, ":")+1]+"...")
	_, _, err = adapter.GetSessionAndUser(ctx, stored)
	fmt.Println("who presents that:", errors.Is(err, authdb.ErrNotFound))
	// Output:
	// before: Ada is signed in
	// converted: 1 of 1
	// afterwards: Ada is signed in
	// stored: hmac:k1:...
	// who presents that: true
}
