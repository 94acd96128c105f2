package readme_test

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/nextauth3"
	"github.com/authdb/authdb/presets"
)

var _ = version3

func version3(ctx context.Context, db *gorm.DB, secret, githubID string) error {
	adapter := nextauth3.New(gormadapter.New(db, authdb.WithModels(presets.NextAuth3())), nextauth3.Options{})

	v3, err := adapter.GetAdapter(ctx, nextauth3.AppOptions{Secret: secret, BaseURL: "https://app.example.com"})
	if err != nil {
		return err
	}
	user, err := v3.GetUserByProviderAccountID(ctx, "github", githubID)
	if errors.Is(err, authdb.ErrNotFound) { // where JavaScript has null or undefined
		return errors.New("sign up first")
	}
	if err != nil {
		return err // a *nextauth3.Error: GetUserByProviderAccountIdError
	}
	session, err := v3.CreateSession(ctx, user.ID) // with a session token and an access token
	if err != nil {
		return err
	}
	session, renewed, err := v3.UpdateSession(ctx, session, false) // once a day
	if err != nil {
		return err
	}
	fmt.Println(session.Expires, renewed)
	return nil
}
