package authdb_test

import (
	"context"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

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
					"Sweeper", "SessionLister", "AccountLister", "AccountUpdater", "Validator")...),
			)
		})
	}
}
