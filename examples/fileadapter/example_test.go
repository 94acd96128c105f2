package fileadapter

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/authdb/authdb"
)

// Two processes have the file open.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "fileadapter")
	check(err)
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "auth.log")
	one, err := Open(path)
	check(err)
	defer one.Close()
	other, err := Open(path)
	check(err)
	defer other.Close()

	ada, err := one.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	check(err)
	_, err = one.CreateSession(ctx, &authdb.Session{
		SessionToken: "secret", UserID: ada.ID, Expires: time.Now().Add(time.Hour),
	})
	check(err)
	_, user, err := other.GetSessionAndUser(ctx, "secret")
	check(err)
	fmt.Println(user.Name, "is signed in")

	check(other.DeleteUser(ctx, ada.ID))
	_, _, err = one.GetSessionAndUser(ctx, "secret")
	fmt.Println(errors.Is(err, authdb.ErrNotFound), err)
	// Output:
	// Ada is signed in
	// true fileadapter: get session and user: authdb: not found
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
