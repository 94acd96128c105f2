package readme_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// Team is a row of the application's own.
type Team struct {
	ID      uint
	OwnerID string `gorm:"size:64"`
	Name    string
}

func withOwnWrites(ctx context.Context, adapter *gormadapter.Adapter, user *authdb.User, account *authdb.Account, policy authdb.LinkPolicy) error {
	err := adapter.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		registration, err := authdb.Register(ctx, tx, user, account, policy)
		if err != nil || !registration.Created {
			return err
		}
		team := Team{OwnerID: registration.User.ID, Name: "Mine"}
		return tx.(*gormadapter.Adapter).DB(ctx).Create(&team).Error // in the same transaction
	})
	return err
}

func inTheApplications(ctx context.Context, db *gorm.DB, adapter *gormadapter.Adapter) error {
	err := db.Transaction(func(tx *gorm.DB) error {
		user, err := adapter.WithTx(tx).CreateUser(ctx, &authdb.User{Email: "grace@example.com"})
		if err != nil {
			return err
		}
		return tx.Create(&Team{OwnerID: user.ID, Name: "Hers"}).Error
	})
	return err
}

func signIn(ctx context.Context, adapter authdb.Adapter, now time.Time) error {
	// What the provider says: who it is, and the tokens of the account.
	user := &authdb.User{Name: "Ada", Email: "ada@example.com", EmailVerified: &now}
	account := &authdb.Account{
		Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765",
		AccessToken: "secret", ExpiresAt: now.Add(time.Hour).Unix(),
	}
	policy := authdb.LinkPolicy{Trusted: []string{"google"}}

	registration, err := authdb.Register(ctx, adapter, user, account, policy)
	if errors.Is(err, authdb.ErrEmailTaken) {
		return err // "sign in as before, and connect Google from there"
	}
	if err != nil {
		return err
	}
	fmt.Println(registration.User.Name, registration.Created, registration.Linked)
	return nil
}

func takeOver(ctx context.Context, adapter authdb.Adapter, user *authdb.User, account *authdb.Account) (*authdb.Registration, error) {
	policy := authdb.LinkPolicy{
		Trusted:       []string{"google"},
		ResetUnproven: true,
		Reset:         authdb.UserPatch{Extra: map[string]any{"PasswordHash": nil}},
	}
	return authdb.Register(ctx, adapter, user, account, policy)
}

var _ = takeOver // is only compiled: no row here has the column

func disconnect(ctx context.Context, adapter authdb.Adapter, user *authdb.User) error {
	err := authdb.Unlink(ctx, adapter, user.ID, "google", "1098765",
		func(_ context.Context, _ authdb.Adapter, user *authdb.User) (bool, error) {
			return user.EmailVerified != nil, nil // signs in by magic link
		})
	if errors.Is(err, authdb.ErrLastSignIn) {
		fmt.Println("connect something else first")
		return nil
	}
	return err
}

// newRefresher is what the README leaves to the application.
func newRefresher(ask func(ctx context.Context, refreshToken string) (access, refresh string, expires time.Time, err error)) *authdb.Refresher {
	refresher := &authdb.Refresher{
		Refresh: func(ctx context.Context, account *authdb.Account) (authdb.AccountPatch, error) {
			access, refresh, expires, err := ask(ctx, account.RefreshToken) // golang.org/x/oauth2, or what you use
			if err != nil {
				return authdb.AccountPatch{}, err
			}
			answer := authdb.Account{AccessToken: access, RefreshToken: refresh, ExpiresAt: expires.Unix()}
			return answer.TokenPatch(), nil // what is empty stays as it is stored
		},
	}
	return refresher
}

func accessToken(ctx context.Context, adapter authdb.Adapter, refresher *authdb.Refresher) (string, error) {
	account, err := refresher.Account(ctx, adapter, "google", "1098765")
	if err != nil {
		return "", err
	}
	return account.AccessToken, nil // fresh
}

func Example_signIn() {
	onSQLite(func(ctx context.Context, db *gorm.DB) error {
		adapter := gormadapter.New(db)
		if err := errors.Join(adapter.Synchronize(ctx), db.AutoMigrate(&Team{})); err != nil {
			return err
		}
		now := time.Now()
		if err := signIn(ctx, adapter, now.Add(-2*time.Hour)); err != nil {
			return err
		}
		if err := signIn(ctx, adapter, now.Add(-2*time.Hour)); err != nil {
			return err
		}
		refresher := newRefresher(func(context.Context, string) (string, string, time.Time, error) {
			fmt.Println("asking Google")
			return "new", "", now.Add(time.Hour), nil
		})
		for range 2 {
			token, err := accessToken(ctx, adapter, refresher)
			if err != nil {
				return err
			}
			fmt.Println(token)
		}

		ada, err := adapter.GetUserByEmail(ctx, "ada@example.com")
		if err != nil {
			return err
		}
		if _, err := adapter.UpdateUser(ctx, ada.ID, authdb.UserPatch{EmailVerified: authdb.Null[time.Time]()}); err != nil {
			return err
		}
		if err := disconnect(ctx, adapter, ada); err != nil {
			return err
		}
		github := &authdb.Account{Type: authdb.AccountOAuth, Provider: "github", ProviderAccountID: "583231"}
		if err := withOwnWrites(ctx, adapter, &authdb.User{Name: "Grace"}, github, authdb.LinkPolicy{}); err != nil {
			return err
		}
		if err := inTheApplications(ctx, db, adapter); err != nil {
			return err
		}
		var teams []Team
		err = db.Find(&teams).Error
		fmt.Println(len(teams), "teams")
		return err
	})
	// Output:
	// Ada true false
	// Ada false false
	// asking Google
	// new
	// new
	// connect something else first
	// 2 teams
}
