package adaptertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

const revived = "UpdateSession returns ErrExpired for an expired session, and never revives it"

// reviving is an adapter that breaks a rule.
func reviving() authdb.Adapter {
	f := newFaulty(NewMemory(authdb.WithClock(time.Now)))
	revive(f, f.Memory, func(*authdb.Session) bool { return true })
	return f
}

func TestWithoutTakesABrokenRule(t *testing.T) {
	results := make(map[string]bool)
	Run(t, func(testing.TB) authdb.Adapter { return reviving() },
		Without(revived, "the adapter is broken for this test"),
		Without("Looking at an expired session leaves it there", "the adapter is broken for this test"),
		Without("An expired session that was looked at is left for DeleteExpired", "the adapter is broken for this test"),
		OnResult(func(rule string, passed bool) { results[rule] = passed }))
	if passed, ran := results[revived]; passed || !ran {
		t.Errorf("OnResult was told that the rule passed: %v, was told at all: %v", passed, ran)
	}
	if !results["DeleteSession removes the session"] {
		t.Error("OnResult was not told that another rule passed")
	}
}

func TestWithoutRefusesARuleThatPasses(t *testing.T) {
	known, c := hasSessions, newConfig(nil)
	rule := updateSessionRules[0]
	s := &suite{config: c, known: known}
	failures := record(t, func(tb testing.TB) { s.runWithout(tb, new(Memory), rule, "no longer true") })
	if len(failures) != 1 || !strings.HasPrefix(failures[0], rule.name) || !strings.Contains(failures[0], "no longer true") {
		t.Errorf("got %q, want one failure with the rule and the reason", failures)
	}
}

func TestWithoutSuspendsWhatIsWatched(t *testing.T) {
	f := newFaulty(new(Memory))
	f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
		u, err := f.Memory.GetUserByEmail(ctx, email)
		return u, quoting(err, email)
	}
	rule := findRule(t, "GetUserByEmail returns the user with this address, or ErrNotFound")
	run := func(opts ...Option) []string {
		s := &suite{config: newConfig(opts)}
		return record(t, func(tb testing.TB) { rule.check(newRig(tb, s, f, rule)) })
	}
	if failures := run(); len(failures) != 1 || !strings.HasPrefix(failures[0], neverQuoted) {
		t.Errorf("got %q, want a failure of the rule that is watched", failures)
	}
	if failures := run(Without(neverQuoted, "known")); len(failures) != 0 {
		t.Errorf("with Without: got %q, want none", failures)
	}
}

func findRule(t *testing.T, name string) rule {
	t.Helper()
	for _, rule := range allRules() {
		if rule.name == name {
			return rule
		}
	}
	t.Fatalf("no rule %q", name)
	return rule{}
}

func TestOptionsAreChecked(t *testing.T) {
	for want, opt := range map[string]Option{
		"there is no such rule":           Without("No rule", "a reason"),
		"say why":                         Without(revived, ""),
		"pass a clock":                    WithClock(nil),
		"want a millisecond to a second":  TimePrecision(time.Microsecond),
		"no instant Born":                 TimePrecision(time.Second, "Born"),
		"no such record":                  Extra("Person", "Role", "a", "b"),
		"a field of the record itself":    Extra("User", "Email", "a", "b"),
		"at least two values":             Extra("User", "Role", "a", nil),
		"of one type, and not zero":       Extra("User", "Role", "a", 1),
		"no text User.EmailVerified":      Length("User", "EmailVerified", 1),
		"no field User.Role":              Drops("User", "Role"),
		`Require("Sweep"): there are Acc`: Require("Sweep"),
		"pass an option":                  nil,
	} {
		c := newConfig([]Option{opt})
		c.checkWithout(allRules())
		if c.err == nil || !strings.Contains(c.err.Error(), want) {
			t.Errorf("got the error %v, want one that says %q", c.err, want)
		}
	}
}

func TestRequire(t *testing.T) {
	f := declining(new(Memory), "SessionStore")
	_, lacks := learn(f, newConfig(nil))
	if err := checkRequired([]string{"Sweeper"}, lacks); err != nil {
		t.Errorf("got %v for what is there", err)
	}
	if err := checkRequired([]string{"Sweeper", "SessionLister"}, lacks); err == nil || !strings.Contains(err.Error(), "no SessionLister") {
		t.Errorf("got %v, want an error that names what is not there", err)
	}
}

func TestRecorder(t *testing.T) {
	failures := record(t, func(tb testing.TB) {
		tb.Error("one", 1)
		tb.Errorf("two %d", 2)
		if !tb.Failed() {
			tb.Error("not failed")
		}
		tb.Fatalf("three %d", 3)
		tb.Error("four")
	})
	if got := strings.Join(failures, ","); got != "one1,two 2,three 3" {
		t.Errorf("got %q", got)
	}
	failures = record(t, func(testing.TB) { panic("lost") })
	if len(failures) != 1 || !strings.Contains(failures[0], "lost") {
		t.Errorf("got %q, want the panic", failures)
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2024, time.February, 29, 0, 0, 0, 0, time.UTC)
	clock := NewClock(start)
	clock.Advance(time.Hour)
	if got := clock.Now(); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("after Advance: got %v", got)
	}
	clock.Set(start)
	if got := clock.Now(); !got.Equal(start) {
		t.Errorf("after Set: got %v", got)
	}
}

func TestMemoryRefusesWhatItCantHonour(t *testing.T) {
	for want, m := range map[string]*Memory{
		"WithModels":        NewMemory(authdb.WithModels(authdb.Models{Authenticator: authdb.Absent})),
		"WithSynchronize":   NewMemory(authdb.WithSynchronize()),
		"WithCloser":        NewMemory(authdb.WithCloser(closer{})),
		"WithClock(nil)":    NewMemory(authdb.WithClock(nil)),
		`no record "Users"`: {Columns: map[string]map[string]any{"Users": {"Role": ""}}},
		"User.Email":        {Columns: map[string]map[string]any{"User": {"Email": ""}}},
		"User.Role":         {Columns: map[string]map[string]any{"User": {"Role": nil}}},
	} {
		err := m.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: got %v, want an error that says %q", err, want)
			continue
		}
		if _, got := m.GetUser(t.Context(), "x"); got == nil || got.Error() != err.Error() {
			t.Errorf("GetUser: got %v, want %v", got, err)
		}
	}
}

type closer struct{}

func (closer) Close() error { return nil }
