package nextauth3_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/nextauth3"
)

// A sign-in with a provider, and one with a link in a mail.
func Example() {
	ctx := context.Background()
	// Or gormadapter.New(db, authdb.WithModels(presets.NextAuth3())).
	adapter := nextauth3.New(new(adaptertest.Memory), nextauth3.Options{})

	v3, err := adapter.GetAdapter(ctx, nextauth3.AppOptions{Secret: "NEXTAUTH_SECRET", BaseURL: "https://app.example.com"})
	check(err)
	ada, err := v3.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	check(err)
	_, err = v3.LinkAccount(ctx, &authdb.Account{UserID: ada.ID, Provider: "github", Type: "oauth", ProviderAccountID: "583231"})
	check(err)
	session, err := v3.CreateSession(ctx, ada.ID)
	check(err)
	session, renewed, err := v3.UpdateSession(ctx, session, false)
	check(err)
	fmt.Println(len(session.SessionToken), len(session.AccessToken), renewed)

	provider := &nextauth3.Provider{ID: "email", SendVerificationRequest: func(_ context.Context, r nextauth3.VerificationRequest) error {
		fmt.Println("To", r.Identifier+":", r.URL)
		return nil
	}}
	const link = "https://app.example.com/api/auth/callback/email?email=ada%40example.com&token=1234"
	check(v3.CreateVerificationRequest(ctx, "ada@example.com", link, "1234", provider))
	_, err = v3.UseVerificationRequest(ctx, "ada@example.com", "1234")
	check(err)
	_, err = v3.UseVerificationRequest(ctx, "ada@example.com", "1234")
	fmt.Println(errors.Is(err, authdb.ErrNotFound))

	_, err = v3.CreateUser(ctx, &authdb.User{Email: "ada@example.com"})
	var thrown *nextauth3.Error
	fmt.Println(errors.As(err, &thrown) && thrown.Name == "CreateUserError", errors.Is(err, authdb.ErrDuplicate))
	// Output:
	// 64 64 false
	// To ada@example.com: https://app.example.com/api/auth/callback/email?email=ada%40example.com&token=1234
	// true
	// true true
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
