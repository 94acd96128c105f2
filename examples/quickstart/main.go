// Command quickstart is the program on the README's first screen.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

func main() {
	ctx := context.Background()
	adapter, err := datasource.Open(ctx, datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true})
	check(err)
	defer adapter.Close()

	ada, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	check(err)
	_, err = adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: "secret", UserID: ada.ID, Expires: time.Now().AddDate(0, 1, 0),
	})
	check(err)

	_, user, err := adapter.GetSessionAndUser(ctx, "secret")
	check(err)
	fmt.Println(user.Name, "is signed in")
	_, _, err = adapter.GetSessionAndUser(ctx, "Secret")
	fmt.Println(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
