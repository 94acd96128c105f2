package datasource_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

func ExampleOpen() {
	ctx := context.Background()
	adapter, err := datasource.Open(ctx, datasource.Config{
		Type: "sqlite", Database: ":memory:", Synchronize: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = adapter.Close() }()

	ada, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: "a secret", UserID: ada.ID, Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, user, err := adapter.GetSessionAndUser(ctx, "a secret")
	fmt.Println(user.Name, err)
	// Output: Ada <nil>
}

func ExampleOpen_url() {
	adapter, err := datasource.Open(context.Background(), datasource.Config{
		URL: "sqlite://localhost/:memory:?synchronize=true",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = adapter.Close() }()

	_, err = adapter.GetUserByEmail(context.Background(), "ada@example.com")
	fmt.Println(errors.Is(err, authdb.ErrNotFound))
	// Output: true
}

func ExampleParse() {
	c, err := datasource.Parse("postgres://app:p%40ss%2Fword@db.example.com/app?sslmode=require")
	fmt.Println(c, err)
	fmt.Println(c.Password)
	// Output:
	// datasource.Config{Type=postgres, Host=db.example.com, Username=app, Password=xxxxx, Database=app, Params=[sslmode], Synchronize=false} <nil>
	// p@ss/word
}

// A password that is not percent-encoded may end anywhere.
func ExampleParse_ambiguous() {
	_, err := datasource.Parse("postgres://app:p@ss/word@db.example.com/app")
	fmt.Println(errors.Is(err, authdb.ErrInvalid))
	fmt.Println(err)
	// Output:
	// true
	// datasource: URL: it can be read in more than one way: percent-encode the "@" (%40), "/" (%2F), "?" (%3F), "#" (%23) and "%" (%25) in the username and the password (as url.UserPassword of net/url does), or use the fields of Config
}

func ExampleOpenDB() {
	db, err := datasource.OpenDB(context.Background(), datasource.Config{URL: ":memory:"})
	if err != nil {
		fmt.Println(err)
		return
	}
	pool, err := db.DB()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = pool.Close() }()

	var sum int
	err = db.Raw("SELECT 40 + ?", 2).Scan(&sum).Error
	fmt.Println(sum, err)
	// Output: 42 <nil>
}
