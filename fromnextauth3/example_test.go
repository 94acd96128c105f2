package fromnextauth3_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// browser is a session that remembers what NextAuth 3 gave to its scripts.
type browser struct {
	models.Session
	AccessToken *string `gorm:"size:255"`
}

func Example() {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	from, err := datasource.OpenDB(ctx, datasource.Config{URL: ":memory:"})
	check(err)
	v3, err := os.ReadFile("../examples/from-nextauth3/v3.sql")
	check(err)
	check(from.Exec(string(v3)).Error)

	adapter, err := datasource.Open(ctx, datasource.Config{URL: ":memory:", Synchronize: true},
		authdb.WithModels(authdb.Models{Session: &browser{}}))
	check(err)
	defer adapter.Close()
	report, err := fromnextauth3.Run(ctx, from, adapter, fromnextauth3.Options{
		Complete: fromnextauth3.Complete{
			Session: func(old *presets.NextAuth3Session, session *authdb.Session) error {
				session.Extra = map[string]any{"AccessToken": &old.AccessToken}
				return nil
			},
		},
	})
	check(err)
	fmt.Println(report.Users.Moved(), "users and", report.Sessions.Moved(), "session")
	for _, r := range report.Refused {
		fmt.Println(r.Record, r.ID, "is refused:", r.Reason)
	}

	session, user, err := adapter.GetSessionAndUser(ctx, "in-adas-browser")
	check(err)
	fmt.Println(user.Name, "is signed in, and the access token is", *session.Extra["AccessToken"].(*string))
	// Output:
	// 2 users and 1 session
	// Session 3 is refused: no such user
	// Ada Lovelace is signed in, and the access token is a1
}
