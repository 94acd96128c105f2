package cacheadapter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
)

// bare has no extensions.
type bare struct{ authdb.Adapter }

// TestAs finds what the adapter inside has and this package knows.
func TestAs(t *testing.T) {
	adapter := cached(t, new(adaptertest.Memory), cacheadapter.Options{})
	if _, ok := authdb.As[interface{ SoftDeleteUser(string) }](adapter); ok {
		t.Error("finds an extension that it does not know, past the cache")
	}
	if _, ok := authdb.As[interface{ Close() error }](cached(t, onSQLite(t, authdb.Models{}), cacheadapter.Options{})); ok {
		t.Error("finds what only the As of the adapter inside finds")
	}
	if found, ok := authdb.As[*cacheadapter.Adapter](bareAs{adapter}); !ok || found != adapter {
		t.Error("does not find itself")
	}
	if found, _ := authdb.As[authdb.Transactor](adapter); found != authdb.Transactor(adapter) {
		t.Error("finds a Transactor past the cache")
	}
	none := cached(t, bare{new(adaptertest.Memory)}, cacheadapter.Options{})
	if _, ok := authdb.As[authdb.SessionStore](none); !ok {
		t.Error("finds no SessionStore")
	}
	if _, ok := authdb.As[authdb.Transactor](none); ok {
		t.Error("finds a Transactor that is not there")
	}
	for name, err := range map[string]error{
		"InTx":                   none.InTx(t.Context(), func(context.Context, authdb.Adapter) error { return nil }),
		"DeleteExpired":          second(none.DeleteExpired(t.Context(), 1)),
		"ListSessionsByUserID":   second(none.ListSessionsByUserID(t.Context(), "x")),
		"DeleteSessionsByUserID": second(none.DeleteSessionsByUserID(t.Context(), "x")),
		"DeleteSessionByID":      none.DeleteSessionByID(t.Context(), "x", "x"),
		"TouchSession":           second(none.TouchSession(t.Context(), &authdb.Session{}, 0)),
		"UpdateAccount":          second(none.UpdateAccount(t.Context(), "x", "x", authdb.AccountPatch{})),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// bareAs wraps another adapter as it should be done.
type bareAs struct{ authdb.Adapter }

func (b bareAs) As(target any) bool { return b.Adapter.(*cacheadapter.Adapter).As(target) }

func TestOptions(t *testing.T) {
	for name, options := range map[string]cacheadapter.Options{
		"negative MaxAge":          {MaxAge: -1},
		"MaxAge over Longest":      {MaxAge: cacheadapter.Longest + 1},
		"negative NegativeMaxAge":  {NegativeMaxAge: -1},
		"NegativeMaxAge over both": {MaxAge: 1, NegativeMaxAge: 2},
		"negative Size":            {Size: -1},
		"Size beside a Cache":      {Size: 1, Cache: cacheadapter.NewMemory(1)},
	} {
		if a, err := cacheadapter.New(new(adaptertest.Memory), options); !errors.Is(err, authdb.ErrInvalid) || a != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cacheadapter.New(nil, cacheadapter.Options{}); !errors.Is(err, authdb.ErrInvalid) {
		t.Errorf("nil adapter: %v", err)
	}
}

// TestInUserTx: what is changed in a transaction of the users alone is forgotten after
// it, and signing in goes by that through the cache.
func TestInUserTx(t *testing.T) {
	composed, err := authdb.Compose(authdb.Stores{Users: adaptertest.NewMemory(), Sessions: adaptertest.NewDetachedMemory(nil)},
		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
	if err != nil {
		t.Fatal(err)
	}
	ctx, adapter := t.Context(), cached(t, composed, cacheadapter.Options{})
	account := &authdb.Account{Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1"}
	signedIn, err := authdb.Register(ctx, adapter, &authdb.User{Name: "Ada", Email: "ada@example.com"}, account, authdb.LinkPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := adapter.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: signedIn.User.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	name := func() string {
		t.Helper()
		_, user, err := adapter.GetSessionAndUser(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		return user.Name
	}
	for range 2 {
		if got := name(); got != "Ada" {
			t.Fatal(got)
		}
	}
	if adapter.Stats().Hits != 1 {
		t.Fatal("it is not cached")
	}
	transactor, ok := authdb.As[authdb.UserTransactor](adapter)
	if !ok {
		t.Fatal("As finds no UserTransactor")
	}
	err = transactor.InUserTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		_, err := tx.UpdateUser(ctx, signedIn.User.ID, authdb.UserPatch{Name: authdb.Set("Ada L.")})
		return err
	})
	if err != nil || name() != "Ada L." {
		t.Errorf("after InUserTx: %v, %s", err, name())
	}
}
