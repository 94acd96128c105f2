package adaptertest

import (
	"context"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// memoryColumns are further columns for the rules about them.
var memoryColumns = map[string]map[string]any{
	"User":              {"Role": "", "Visits": 0},
	"Account":           {"Label": ""},
	"Session":           {"IP": ""},
	"VerificationToken": {"Purpose": ""},
	"Authenticator":     {"Nickname": ""},
}

// memoryOptions switch on every rule that plain Memory can show.
func memoryOptions(clock *Clock) []Option {
	return []Option{
		WithClock(clock),
		Extra("User", "Role", "admin", "member", nil),
		Extra("User", "Visits", 1, 2, nil),
		Extra("Account", "Label", "work", "home", nil),
		Extra("Session", "IP", "192.0.2.1", "192.0.2.2", nil),
		Extra("VerificationToken", "Purpose", "sign-in", "invitation", nil),
		Extra("Authenticator", "Nickname", "phone", "laptop", nil),
		SoftDelete(func(_ context.Context, a authdb.Adapter, id string) error {
			memory, _ := authdb.As[interface {
				authdb.Adapter
				SoftDeleteUser(id string)
			}](a)
			memory.SoftDeleteUser(id)
			return nil
		}),
		Misconfigured(func(testing.TB) authdb.Adapter { return NewMemory(authdb.WithSynchronize()) }),
	}
}

func newClock() *Clock { return NewClock(time.Date(2024, time.May, 6, 7, 8, 9, 123_456_789, time.UTC)) }

func TestMemory(t *testing.T) {
	clock := newClock()
	Run(t, func(testing.TB) authdb.Adapter {
		m := NewMemory(authdb.WithClock(clock.Now))
		m.Columns = memoryColumns
		return m
	}, memoryOptions(clock)...)
}

func TestZeroMemory(t *testing.T) {
	shared := new(Memory)
	count := 0
	Run(t, func(testing.TB) authdb.Adapter { return shared }, OnResult(func(_ string, passed bool) {
		if passed {
			count++
		}
	}))
	t.Logf("%d rules passed", count)
}
