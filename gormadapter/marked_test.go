package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

const secret = "s3cr3t-marker"

// TestNothingLeaks provokes errors with marked values, with the application's
// TranslateError on and off, and looks for the mark in errors and in the log.
func TestNothingLeaks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		for _, translate := range []bool{false, true} {
			log := new(journal)
			db := db.Session(&gorm.Session{Logger: log})
			db.TranslateError = translate
			a := gormadapter.New(db)
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			mark := secret + authdb.NewID()
			for i, err := range provoke(t, a, mark) {
				if err == nil {
					t.Errorf("error %d: nil", i)
				} else if strings.Contains(err.Error(), secret) {
					t.Errorf("error %d leaks: %v", i, err)
				}
			}
			for i, s := range log.statements {
				if strings.Contains(s, secret) {
					t.Errorf("the log leaks: %s", s)
				}
				if err := log.errors[i]; err != nil {
					t.Errorf("the log has an error that the contract expects: %v of %s", err, s)
				}
			}
		}
	})
}

// provoke returns the errors of the contract, each made with the mark.
func provoke(t *testing.T, a *gormadapter.Adapter, mark string) []error {
	ctx := t.Context()
	later := time.Now().Add(time.Hour)
	u, err := a.CreateUser(ctx, &authdb.User{Email: mark, Name: mark})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	only := func(_ any, err error) error { return err }
	account := &authdb.Account{UserID: u.ID, Type: "oauth", Provider: "p", ProviderAccountID: mark, AccessToken: mark}
	session := &authdb.Session{SessionToken: mark, UserID: u.ID, Expires: later}
	token := &authdb.VerificationToken{Identifier: mark, Token: mark, Expires: later}
	must(only(a.LinkAccount(ctx, account)))
	must(only(a.CreateSession(ctx, session)))
	must(only(a.CreateVerificationToken(ctx, token)))
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, _, unknown := a.GetSessionAndUser(ctx, mark+"x")
	return []error{
		only(a.CreateUser(ctx, &authdb.User{Email: mark})),
		only(a.LinkAccount(ctx, account)),
		only(a.CreateSession(ctx, session)),
		only(a.CreateVerificationToken(ctx, token)),
		only(a.CreateSession(ctx, &authdb.Session{SessionToken: mark + "2", UserID: mark, Expires: later})),
		only(a.CreateUser(ctx, &authdb.User{Email: mark + "\x00"})),
		only(a.CreateUser(ctx, &authdb.User{Email: mark + strings.Repeat("x", 400)})),
		only(a.CreateUser(ctx, &authdb.User{Email: mark + "3", Extra: map[string]any{"Nope": mark}})),
		only(a.GetUser(canceled, mark)),
		only(a.UseVerificationToken(ctx, mark, "other")),
		unknown,
	}
}

// TestDriverErrorIsReachable: what is not printed is still there for those who
// look.
func TestDriverErrorIsReachable(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		if !errors.Is(err, authdb.ErrDuplicate) {
			t.Fatal(err)
		}
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok || len(joined.Unwrap()) != 2 {
			t.Fatalf("%T has no cause", err)
		}
		if cause := joined.Unwrap()[1]; cause == nil || strings.HasPrefix(cause.Error(), "gormadapter") {
			t.Errorf("the cause is %v", cause)
		}
	})
}
