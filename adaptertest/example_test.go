package adaptertest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// The test of an adapter is one call. Here, the adapter goes by a clock of the
// test's, has a further column, and soft-deletes users.
func ExampleRun() {
	TestAdapter := func(t *testing.T) {
		clock := adaptertest.NewClock(time.Now())
		newAdapter := func(testing.TB) authdb.Adapter {
			memory := adaptertest.NewMemory(authdb.WithClock(clock.Now))
			memory.Columns = map[string]map[string]any{"User": {"Role": ""}}
			return memory
		}
		adaptertest.Run(t, newAdapter,
			adaptertest.WithClock(clock),
			adaptertest.Require("AuthenticatorStore", "Sweeper"),
			adaptertest.Extra("User", "Role", "admin", "member", nil),
			adaptertest.SoftDelete(func(_ context.Context, a authdb.Adapter, userID string) error {
				a.(*adaptertest.Memory).SoftDeleteUser(userID)
				return nil
			}),
		)
	}
	_ = TestAdapter // go test finds it, where it is a function of the file
	// Output:
}

// Memory is what tests of code that takes an authdb.Adapter want.
func ExampleMemory() {
	ctx := context.Background()
	var adapter authdb.Adapter = new(adaptertest.Memory)

	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: "a-secret", UserID: user.ID, Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, user, err = adapter.GetSessionAndUser(ctx, "a-secret")
	fmt.Println(user.Name, err)

	_, err = adapter.CreateUser(ctx, &authdb.User{Name: "Eve", Email: "ada@example.com"})
	fmt.Println(err)
	_, _, err = adapter.GetSessionAndUser(ctx, "another")
	fmt.Println(errors.Is(err, authdb.ErrNotFound))
	// Output:
	// Ada <nil>
	// adaptertest: create user: authdb: duplicate: Email
	// true
}

// A test that is about time brings a clock.
func ExampleClock() {
	ctx := context.Background()
	clock := adaptertest.NewClock(time.Date(2024, time.February, 29, 12, 0, 0, 0, time.UTC))
	memory := adaptertest.NewMemory(authdb.WithClock(clock.Now))

	_, err := memory.CreateVerificationToken(ctx, &authdb.VerificationToken{
		Identifier: "ada@example.com", Token: "a-hash", Expires: clock.Now().Add(15 * time.Minute),
	})
	fmt.Println(err)
	clock.Advance(time.Hour)
	_, err = memory.UseVerificationToken(ctx, "ada@example.com", "a-hash")
	fmt.Println(errors.Is(err, authdb.ErrExpired))
	// Output:
	// <nil>
	// true
}

// Further columns have names and types.
func ExampleMemory_columns() {
	memory := &adaptertest.Memory{Columns: map[string]map[string]any{"User": {"Role": "", "Visits": 0}}}

	user, err := memory.CreateUser(context.Background(), &authdb.User{Extra: map[string]any{"Role": "admin"}})
	fmt.Println(user.Extra["Role"], user.Extra["Visits"], err)
	_, err = memory.CreateUser(context.Background(), &authdb.User{Extra: map[string]any{"Visits": "three"}})
	fmt.Println(err)
	// Output:
	// admin <nil> <nil>
	// adaptertest: create user: authdb: invalid: Visits: want int
}
