// Command quickstart is the program on the README's first screen.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	adapter, err := datasource.Open(ctx, datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true})
	if err != nil {
		return err
	}
	defer adapter.Close()

	ada, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		return err
	}
	expires := time.Now().AddDate(0, 1, 0)
	if _, err = adapter.CreateSession(ctx, &authdb.Session{SessionToken: "secret", UserID: ada.ID, Expires: expires}); err != nil {
		return err
	}
	for _, cookie := range []string{"secret", "Secret"} {
		switch _, user, err := adapter.GetSessionAndUser(ctx, cookie); {
		case errors.Is(err, authdb.ErrNotFound):
			fmt.Println(cookie, "is nobody's cookie")
		case err != nil:
			return err
		default:
			fmt.Println(cookie, "is the cookie of", user.Name)
		}
	}
	return nil
}
