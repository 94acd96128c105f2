// Package compositions_test is of authdb.Compose, on the databases too: in the tests of
// package authdb it would make whoever imports that download them.
package compositions_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newUser(edits ...func(*authdb.User)) *authdb.User {
	proven := time.Date(2024, time.February, 29, 12, 0, 0, 0, time.UTC)
	u := &authdb.User{Name: "Ada", Email: "ada@example.com", EmailVerified: &proven}
	for _, edit := range edits {
		edit(u)
	}
	return u
}

func newAccount(edits ...func(*authdb.Account)) *authdb.Account {
	a := &authdb.Account{Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765", AccessToken: "access-1", RefreshToken: "refresh-1", ExpiresAt: 1_709_210_096}
	for _, edit := range edits {
		edit(a)
	}
	return a
}

// everything accepts all that a composition may not keep.
var everything = []authdb.Rule{authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives, authdb.RuleSignIn}

func composed(t testing.TB, stores authdb.Stores) *authdb.Composition {
	t.Helper()
	c, err := authdb.Compose(stores, everything...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// columns are further ones.
var columns = map[string]map[string]any{
	"User":              {"Role": ""},
	"Account":           {"Label": ""},
	"Session":           {"IP": ""},
	"VerificationToken": {"Purpose": ""},
	"Authenticator":     {"Nickname": ""},
}

// TestComposeMemories runs the suite on every way to spread records over Memories.
func TestComposeMemories(t *testing.T) {
	type parts struct {
		users *adaptertest.Memory
		apart adaptertest.DetachedMemory
		third adaptertest.DetachedMemory
	}
	for _, c := range []struct {
		name   string
		stores func(p parts) authdb.Stores
		finds  []string
	}{
		{"one", func(p parts) authdb.Stores { return authdb.Stores{Users: p.users} }, []string{"Transactor", "UserLocker", "AccountLocker", "Registrar"}},
		{"sessions apart", func(p parts) authdb.Stores { return authdb.Stores{Users: p.users, Sessions: p.apart} }, []string{"UserLocker", "AccountLocker", "Registrar"}},
		{"tokens apart", func(p parts) authdb.Stores { return authdb.Stores{Users: p.users, VerificationTokens: p.apart} }, []string{"UserLocker", "AccountLocker", "Registrar"}},
		{"accounts apart", func(p parts) authdb.Stores { return authdb.Stores{Users: p.users, Accounts: p.apart} }, nil},
		{"authenticators apart", func(p parts) authdb.Stores { return authdb.Stores{Users: p.users, Authenticators: p.apart} }, []string{"Registrar"}},
		{"users alone", func(p parts) authdb.Stores {
			return authdb.Stores{Users: p.users, Accounts: p.apart, Sessions: p.apart, VerificationTokens: p.third, Authenticators: p.third}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := adaptertest.NewClock(time.Now())
			users := map[authdb.Adapter]*adaptertest.Memory{}
			adaptertest.Run(t, func(t testing.TB) authdb.Adapter {
				p := parts{
					adaptertest.NewMemory(authdb.WithClock(clock.Now)),
					adaptertest.NewDetachedMemory(columns, authdb.WithClock(clock.Now)),
					adaptertest.NewDetachedMemory(columns, authdb.WithClock(clock.Now)),
				}
				p.users.Columns = columns
				a := composed(t, c.stores(p))
				users[a] = p.users
				return a
			},
				adaptertest.WithClock(clock),
				adaptertest.Extra("User", "Role", "admin", "member", nil),
				adaptertest.Extra("Account", "Label", "work", "home", nil),
				adaptertest.Extra("Session", "IP", "192.0.2.1", "192.0.2.2", nil),
				adaptertest.Extra("VerificationToken", "Purpose", "sign-in", "invitation", nil),
				adaptertest.Extra("Authenticator", "Nickname", "phone", "laptop", nil),
				adaptertest.SoftDelete(func(_ context.Context, a authdb.Adapter, id string) error {
					users[a].SoftDeleteUser(id)
					return nil
				}),
				adaptertest.Require(append(c.finds, "AccountStore", "SessionStore", "VerificationTokenStore", "AuthenticatorStore", "AuthenticatorRemover",
					"Sweeper", "SessionLister", "AccountLister", "AccountUpdater", "VerificationTokenReader", "Validator")...),
			)
		})
	}
}

// TestComposeRefuses what can't be, and says what to do.
func TestComposeRefuses(t *testing.T) {
	users, apart := new(adaptertest.Memory), adaptertest.NewDetachedMemory(nil)
	sessions := authdb.Stores{Users: users, Sessions: apart}
	accounts := authdb.Stores{Users: users, Accounts: apart}
	all := []string{"RuleOneRoundTrip", "RuleOneTransaction", "RuleNeverOutlives", "RuleSignIn"}
	for _, c := range []struct {
		name   string
		stores authdb.Stores
		accept []authdb.Rule
		want   []string // nil: it is composed
	}{
		{"one", authdb.Stores{Users: users}, nil, nil},
		{"tokens", authdb.Stores{Users: users, VerificationTokens: apart}, nil, nil},
		{"tokens in a whole adapter", authdb.Stores{Users: users, VerificationTokens: new(adaptertest.Memory)}, nil, nil},
		{"the users' own", authdb.Stores{Users: users, Accounts: users, VerificationTokens: users, Authenticators: users}, nil, nil},
		{"more than needed", authdb.Stores{Users: users}, everything, nil},
		{"sessions", sessions, nil, all[:3]},
		{"sessions, one accepted", sessions, everything[:1], all[1:3]},
		{"sessions, two accepted", sessions, everything[:2], all[2:3]},
		{"sessions, all accepted", sessions, everything[:3], nil},
		{"accounts", accounts, nil, all[1:]},
		{"accounts, two accepted", accounts, everything[1:3], all[3:]},
		{"accounts, all accepted", accounts, everything[1:], nil},
		{"authenticators", authdb.Stores{Users: users, Authenticators: apart}, nil, all[1:]},
		{"no users", authdb.Stores{Sessions: apart}, everything, []string{"Stores.Users is nil"}},
		{"no such rule", sessions, []authdb.Rule{"Fast"}, []string{`no rule "Fast"`}},
		{"accounts beside other users", authdb.Stores{Users: users, Accounts: new(adaptertest.Memory)}, everything, []string{"Stores.Accounts", "users of its own"}},
		{"authenticators beside other users", authdb.Stores{Users: users, Authenticators: new(adaptertest.Memory)}, everything, []string{"Stores.Authenticators", "users of its own"}},
		{"accounts that can't be listed", authdb.Stores{Users: users, Accounts: struct{ authdb.AccountStore }{apart}}, everything, []string{"Stores.Accounts", "AccountLister"}},
		{"authenticators that can't be removed", authdb.Stores{Users: users, Authenticators: struct{ authdb.AuthenticatorStore }{apart}}, everything, []string{"Stores.Authenticators", "AuthenticatorRemover"}},
		{"several at once", authdb.Stores{Users: users, Accounts: new(adaptertest.Memory), Authenticators: new(adaptertest.Memory)}, everything, []string{"Stores.Accounts", "Stores.Authenticators"}},
		{"misconfigured", authdb.Stores{Users: adaptertest.NewMemory(authdb.WithSynchronize())}, everything, []string{"WithSynchronize"}},
		{"misconfigured elsewhere", authdb.Stores{Users: users, VerificationTokens: adaptertest.NewMemory(authdb.WithSynchronize())}, everything, []string{"WithSynchronize"}},
	} {
		got, err := authdb.Compose(c.stores, c.accept...)
		if (got == nil) != (c.want != nil) || (err != nil) != (c.want != nil) {
			t.Errorf("%s: %v, %v", c.name, got, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\ndoes not say %s", c.name, err, want)
			}
		}
		for _, rule := range all {
			if err != nil && !slices.Contains(c.want, rule) && strings.Contains(err.Error(), rule+" (") {
				t.Errorf("%s: %v\nnames %s", c.name, err, rule)
			}
		}
		if err != nil && !strings.HasPrefix(c.name, "misconfigured") && !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%s: %v is no ErrInvalid", c.name, err)
		}
	}
}

// TestComposeOfGORM refuses adapters that keep something else than they are to.
func TestComposeOfGORM(t *testing.T) {
	db, err := datasource.OpenDB(t.Context(), datasource.Config{Type: "sqlite", Database: ":memory:"})
	ok(t, err)
	adapter := func(m authdb.Models) *gormadapter.Adapter { return gormadapter.New(db, authdb.WithModels(m)) }
	whole := adapter(authdb.Models{})
	for _, c := range []struct {
		stores authdb.Stores
		want   []string
	}{
		{authdb.Stores{Users: whole, Sessions: whole}, nil},
		{authdb.Stores{Users: whole, Sessions: adapter(authdb.Models{User: authdb.Absent})}, nil},
		{authdb.Stores{Users: whole, Sessions: adapter(authdb.Models{})}, []string{"Stores.Sessions", "users of its own", "Absent"}},
		{authdb.Stores{Users: whole, Sessions: adapter(apartFrom("tokens"))}, []string{"Stores.Sessions", "Absent"}},
		{authdb.Stores{Users: whole, VerificationTokens: adapter(apartFrom("sessions"))}, []string{"Stores.VerificationTokens", "Absent"}},
		{authdb.Stores{Users: adapter(apartFrom("sessions"))}, []string{"Stores.Users", "Absent"}},
		{authdb.Stores{Users: gormadapter.New(nil)}, []string{"nil *gorm.DB"}},
	} {
		_, err := authdb.Compose(c.stores, everything...)
		if (err != nil) != (c.want != nil) {
			t.Errorf("%v, want %q", err, c.want)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v\ndoes not say %s", err, want)
			}
		}
	}
	one := composed(t, authdb.Stores{Users: whole})
	if found, _ := authdb.As[*gormadapter.Adapter](one); found != whole || !finds[authdb.Transactor](one) || finds[authdb.UserTransactor](one) {
		t.Error("As of a composition of one adapter is not that adapter's")
	}
}
