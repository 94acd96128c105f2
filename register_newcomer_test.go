package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// soundly is a CreateUserWithAccount without a fault.
func soundly(ctx context.Context, a *altered, u *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
	return a.Memory.CreateUserWithAccount(ctx, u, account)
}

// calling returns an adapter with the extension Registrar, and what it is called.
func calling(m *adaptertest.Memory) (a *altered, called *[]string) {
	called = new([]string)
	a = &altered{Memory: m, registers: soundly}
	a.before = func(_ context.Context, tx *altered, method string) error {
		if tx.inside {
			method = "in a transaction: " + method
		}
		*called = append(*called, method)
		return nil
	}
	return a, called
}

func TestRegisterAsksNobodyForTheAddressOfANewcomer(t *testing.T) {
	a, called := calling(new(adaptertest.Memory))
	for name, policy := range map[string]authdb.LinkPolicy{"google": google, "": {}} {
		*called = nil
		user := newUser(func(u *authdb.User) { u.Email = name + "@example.com" })
		account := newAccount(func(a *authdb.Account) { a.ProviderAccountID = name + "1" })
		wantUser, wantAccount := *user, *account
		got, err := authdb.Register(t.Context(), a, user, account, policy)
		ok(t, err)
		if !got.Created || got.Linked || got.Reset || got.Account.UserID != got.User.ID {
			t.Errorf("got %+v, want Created and nothing else", got)
		}
		if want := []string{"GetUserByAccount", "CreateUserWithAccount"}; !slices.Equal(*called, want) {
			t.Errorf("called %q, want %q", *called, want)
		}
		if trusted := len(policy.Trusted) > 0; (got.User.EmailVerified != nil) != trusted {
			t.Errorf("EmailVerified is %v where the provider is trusted: %t", got.User.EmailVerified, trusted)
		}
		if !reflect.DeepEqual(*user, wantUser) || !reflect.DeepEqual(*account, wantAccount) {
			t.Error("the arguments were modified")
		}
	}
}

// Where the keys refuse, Register finds out why, in a transaction.
func TestRegisterOfATakenAddress(t *testing.T) {
	m := new(adaptertest.Memory)
	user := full(t, m)
	before := record(t, m, user.ID)
	a, called := calling(m)
	_, err := authdb.Register(t.Context(), a, newUser(), newAccount(), authdb.LinkPolicy{})
	is(t, err, authdb.ErrEmailTaken)
	if after := record(t, m, user.ID); after != before {
		t.Errorf("a registration that was refused has changed\n%s\nto\n%s", before, after)
	}
	want := []string{
		"GetUserByAccount", "CreateUserWithAccount",
		"in a transaction: GetUserByEmail", "in a transaction: GetUserByAccount",
	}
	if !slices.Equal(*called, want) {
		t.Errorf("called %q, want %q", *called, want)
	}
	got, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
	ok(t, err)
	if got.Created || !got.Linked || got.User.ID != user.ID {
		t.Errorf("got %+v, want the account linked to who has the address", got)
	}
}

// Somebody registers the same account after it was looked for, as the same person
// or as another.
func TestRegisterOfAnAccountLinkedMeanwhile(t *testing.T) {
	for _, email := range []string{"ada@example.com", "bob@example.com", ""} {
		m := new(adaptertest.Memory)
		var first *authdb.Registration
		a := &altered{Memory: m}
		a.registers = func(ctx context.Context, a *altered, u *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
			var err error
			first, err = authdb.Register(ctx, m, newUser(func(u *authdb.User) { u.Email = email }), newAccount(), google)
			ok(t, err)
			return soundly(ctx, a, u, account)
		}
		got, err := authdb.Register(t.Context(), a, newUser(), newAccount(func(a *authdb.Account) { a.AccessToken = "access-2" }), authdb.LinkPolicy{})
		ok(t, err)
		if got.Created || got.Linked || got.User.ID != first.User.ID || got.Account.AccessToken != "access-2" {
			t.Errorf("%q: got %+v, want the user of the other, and the tokens renewed", email, got)
		}
		if _, err := m.GetUserByEmail(t.Context(), "ada@example.com"); email != "ada@example.com" && !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("%q: a user without an account is left: %v", email, err)
		}
	}
}

// What is no ErrDuplicate is no reason to try in another way: after
// ErrUnknownOutcome it may be stored.
func TestRegisterReturnsOtherErrorsOfARegistrar(t *testing.T) {
	for _, want := range []error{
		authdb.ErrUnknownOutcome, authdb.ErrInvalid, authdb.ErrConflict, authdb.ErrReference, authdb.ErrSecret, context.Canceled, errFault, errors.ErrUnsupported,
	} {
		a, called := calling(new(adaptertest.Memory))
		a.registers = func(context.Context, *altered, *authdb.User, *authdb.Account) (*authdb.User, *authdb.Account, error) {
			return nil, nil, fmt.Errorf("wrapped: %w", want)
		}
		got, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
		is(t, err, want)
		if got != nil || len(*called) != 2 {
			t.Errorf("%v: got %+v after the calls %q", want, got, *called)
		}
	}
}

// A Registrar without transactions serves those who are new, and says of others
// what is missing.
func TestRegisterWithoutATransactor(t *testing.T) {
	a := &altered{Memory: new(adaptertest.Memory), registers: soundly, hides: []string{"Transactor"}}
	got, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
	if err != nil || !got.Created {
		t.Fatalf("got %+v and %v", got, err)
	}
	_, err = authdb.Register(t.Context(), a, newUser(), newAccount(func(a *authdb.Account) { a.Provider = "github" }), google)
	is(t, err, errors.ErrUnsupported)
	if _, err := a.GetAccount(t.Context(), "github", "1098765"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("GetAccount: %v", err)
	}
}

// In a transaction of the caller's, the keys may refuse and the transaction goes on.
func TestRegisterOfATakenAddressInside(t *testing.T) {
	m := new(adaptertest.Memory)
	user := full(t, m)
	a, called := calling(m)
	ok(t, a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		got, err := authdb.Register(ctx, tx, newUser(), newAccount(), google)
		if err != nil || !got.Linked || got.User.ID != user.ID {
			t.Errorf("got %+v and %v", got, err)
		}
		return err
	}))
	if !slices.Contains(*called, "in a transaction: CreateUserWithAccount") {
		t.Errorf("called %q", *called)
	}
	owner, err := m.GetUserByAccount(t.Context(), "google", "1098765")
	if err != nil || owner.ID != user.ID {
		t.Errorf("GetUserByAccount: %v, %v", owner, err)
	}
}
