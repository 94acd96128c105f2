package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

func Example() {
	ctx := context.Background()
	var adapter authdb.Adapter = new(adaptertest.Memory) // or one of gormadapter, or of datasource

	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = adapter.LinkAccount(ctx, &authdb.Account{
		UserID: user.ID, Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765",
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: "secret", UserID: user.ID, Expires: time.Now().Add(30 * 24 * time.Hour),
	})
	if err != nil {
		log.Fatal(err)
	}

	_, found, err := adapter.GetSessionAndUser(ctx, "secret")
	fmt.Println(found.Name, err)
	_, _, err = adapter.GetSessionAndUser(ctx, "another")
	fmt.Println(errors.Is(err, authdb.ErrNotFound))
	// Output:
	// Ada <nil>
	// true
}

func ExampleAs() {
	var adapter authdb.Adapter = new(adaptertest.Memory)
	if sweeper, ok := authdb.As[authdb.Sweeper](adapter); ok {
		swept, err := sweeper.DeleteExpired(context.Background(), 1000)
		fmt.Println(swept.Sessions, swept.VerificationTokens, err)
	}
	// Output: 0 0 <nil>
}

// Users and accounts stay where they are, and sessions go to another store.
func ExampleCompose() {
	ctx := context.Background()
	users := new(adaptertest.Memory)               // in practice one of gormadapter
	sessions := adaptertest.NewDetachedMemory(nil) // and one of redisadapter, or of gormadapter with Models.User Absent

	_, err := authdb.Compose(authdb.Stores{Users: users, Sessions: sessions}, authdb.RuleOneRoundTrip)
	fmt.Println(err)

	adapter, err := authdb.Compose(authdb.Stores{Users: users, Sessions: sessions},
		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
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
	_, found, err := adapter.GetSessionAndUser(ctx, "secret")
	fmt.Println(found.Name, err)
	fmt.Println(adapter.DeleteUser(ctx, ada.ID))
	_, err = sessions.GetSession(ctx, "secret")
	fmt.Println(errors.Is(err, authdb.ErrNotFound))
	// Output:
	// authdb: compose: authdb: invalid: these stores together do not keep RuleOneTransaction (DeleteUser is several steps, and to be repeated if it fails), RuleNeverOutlives (what is stored while its user is deleted may be left, unseen, if the process dies): pass the names to Compose to accept what is said there
	// Ada <nil>
	// <nil>
	// true
}
