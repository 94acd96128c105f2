package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// person is a user with what they sign in with.
type person struct {
	accounts []*authdb.Account
	passkeys []*authdb.Authenticator
}

func (p person) store(t *testing.T, m *adaptertest.Memory) *authdb.User {
	t.Helper()
	user, err := m.CreateUser(t.Context(), newUser())
	ok(t, err)
	for _, a := range p.accounts {
		a.UserID = user.ID
		_, err := m.LinkAccount(t.Context(), a)
		ok(t, err)
	}
	for _, k := range p.passkeys {
		k.UserID, k.CredentialPublicKey, k.CredentialDeviceType = user.ID, "key", "singleDevice"
		_, err := m.CreateAuthenticator(t.Context(), k)
		ok(t, err)
	}
	return user
}

func accountOf(kind, provider, id string) *authdb.Account {
	return &authdb.Account{Type: kind, Provider: provider, ProviderAccountID: id}
}

func passkeyOf(account, id string) *authdb.Authenticator {
	return &authdb.Authenticator{CredentialID: id, ProviderAccountID: account}
}

func TestUnlink(t *testing.T) {
	says := func(is bool, err error) func(context.Context, authdb.Adapter, *authdb.User) (bool, error) {
		return func(context.Context, authdb.Adapter, *authdb.User) (bool, error) { return is, err }
	}
	for name, c := range map[string]struct {
		accounts []*authdb.Account // the first of which is unlinked
		passkeys []*authdb.Authenticator
		other    func(context.Context, authdb.Adapter, *authdb.User) (bool, error)
		hides    string
		want     error
	}{
		"the only account": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1")},
			want:     authdb.ErrLastSignIn,
		},
		"one of two": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1"), accountOf("oidc", "google", "2")},
		},
		"a passkey is left": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1")},
			passkeys: []*authdb.Authenticator{passkeyOf("1", "c")},
		},
		"the passkey goes with its account": {
			accounts: []*authdb.Account{accountOf("webauthn", "passkey", "1")},
			passkeys: []*authdb.Authenticator{passkeyOf("1", "c")},
			want:     authdb.ErrLastSignIn,
		},
		"another passkey is left": {
			accounts: []*authdb.Account{accountOf("webauthn", "passkey", "1"), accountOf("webauthn", "passkey", "2")},
			passkeys: []*authdb.Authenticator{passkeyOf("1", "c"), passkeyOf("2", "d")},
		},
		"an account of passkeys without one": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1"), accountOf("webauthn", "passkey", "2")},
			want:     authdb.ErrLastSignIn,
		},
		"an account of passkeys, which are elsewhere": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1"), accountOf("webauthn", "passkey", "2")},
			hides:    "AuthenticatorStore",
		},
		"other says yes": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1")},
			other:    says(true, nil),
		},
		"other says no": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1")},
			other:    says(false, nil),
			want:     authdb.ErrLastSignIn,
		},
		"other fails": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1")},
			other:    says(true, errFault),
			want:     errFault,
		},
		"other is not asked": {
			accounts: []*authdb.Account{accountOf("oidc", "google", "1"), accountOf("oidc", "github", "1")},
			other:    says(false, errFault),
		},
		"no Transactor":    {accounts: []*authdb.Account{accountOf("oidc", "google", "1")}, hides: "Transactor", want: errors.ErrUnsupported},
		"no UserLocker":    {accounts: []*authdb.Account{accountOf("oidc", "google", "1")}, hides: "UserLocker", want: errors.ErrUnsupported},
		"no AccountLister": {accounts: []*authdb.Account{accountOf("oidc", "google", "1")}, hides: "AccountLister", want: errors.ErrUnsupported},
	} {
		a := &altered{Memory: new(adaptertest.Memory), hides: []string{c.hides}}
		user := person{c.accounts, c.passkeys}.store(t, a.Memory)
		before := record(t, a.Memory, user.ID)
		goes := c.accounts[0]
		err := authdb.Unlink(t.Context(), a, user.ID, goes.Provider, goes.ProviderAccountID, c.other)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		_, found := a.Memory.GetAccount(t.Context(), goes.Provider, goes.ProviderAccountID)
		if (c.want == nil) != errors.Is(found, authdb.ErrNotFound) {
			t.Errorf("%s: GetAccount afterwards: %v", name, found)
		}
		if c.want != nil && record(t, a.Memory, user.ID) != before {
			t.Errorf("%s: changed, and failed", name)
		}
	}
}

// TestUnlinkTakesPasskeys: those of an account that is unlinked are no way to sign
// in any more.
func TestUnlinkTakesPasskeys(t *testing.T) {
	m := new(adaptertest.Memory)
	google, keys := accountOf("oidc", "google", "1"), accountOf("webauthn", "passkey", "2")
	user := person{[]*authdb.Account{google, keys}, []*authdb.Authenticator{passkeyOf("2", "c"), passkeyOf("2", "d"), passkeyOf("3", "e")}}.store(t, m)
	declining := &altered{Memory: m, hides: []string{"AuthenticatorRemover"}}
	before := record(t, m, user.ID)
	is(t, authdb.Unlink(t.Context(), declining, user.ID, "passkey", "2", nil), errors.ErrUnsupported)
	if after := record(t, m, user.ID); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	ok(t, authdb.Unlink(t.Context(), m, user.ID, "passkey", "2", nil))
	left, err := m.ListAuthenticatorsByUserID(t.Context(), user.ID)
	if err != nil || len(left) != 1 || left[0].CredentialID != "e" {
		t.Errorf("passkeys left: %v, %v", left, err)
	}
	ok(t, m.DeleteAuthenticator(t.Context(), "e"))
	is(t, authdb.Unlink(t.Context(), m, user.ID, "google", "1", nil), authdb.ErrLastSignIn)
}

func TestUnlinkWhatIsNotTheUsers(t *testing.T) {
	m := new(adaptertest.Memory)
	ada, bob := full(t, m), full2(t, m)
	before := record(t, m, ada.ID)
	for name, c := range map[string][3]string{
		"somebody else's account": {bob.ID, "github", "1098765"},
		"an unknown account":      {ada.ID, "github", "3"},
		"an unknown user":         {"nobody", "github", "1098765"},
		"an empty user":           {"", "github", "1098765"},
		"an empty account":        {ada.ID, "", ""},
	} {
		if err := authdb.Unlink(t.Context(), m, c[0], c[1], c[2], nil); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", name, err)
		}
	}
	if after := record(t, m, ada.ID); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	is(t, authdb.Unlink(t.Context(), nil, ada.ID, "github", "1098765", nil), authdb.ErrInvalid)
	is(t, authdb.Unlink(nil, m, ada.ID, "github", "1098765", nil), authdb.ErrInvalid) //nolint:staticcheck // what is tested
}

func TestUnlinkTellsOther(t *testing.T) {
	m := new(adaptertest.Memory)
	user := person{accounts: []*authdb.Account{newAccount()}}.store(t, m)
	err := authdb.Unlink(t.Context(), m, user.ID, "google", "1098765", func(ctx context.Context, tx authdb.Adapter, got *authdb.User) (bool, error) {
		if got.ID != user.ID || got.Email != user.Email {
			t.Errorf("other got %+v", got)
		}
		_, err := tx.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set("changed")})
		return false, err
	})
	is(t, err, authdb.ErrLastSignIn)
	stored, err := m.GetUser(t.Context(), user.ID)
	ok(t, err)
	if stored.Name != user.Name {
		t.Error("what other did is not part of the transaction")
	}
}

func TestUnlinkLocks(t *testing.T) {
	a := &altered{Memory: new(adaptertest.Memory)}
	user := person{accounts: []*authdb.Account{newAccount(), newAccount(func(a *authdb.Account) { a.Provider = "github" })}}.store(t, a.Memory)
	failing("LockUser")(a)
	is(t, authdb.Unlink(t.Context(), a, user.ID, "google", "1098765", nil), errFault)
}

func TestUnlinkTogether(t *testing.T) {
	for range 20 {
		m := new(adaptertest.Memory)
		user := person{accounts: []*authdb.Account{newAccount(), newAccount(func(a *authdb.Account) { a.Provider = "github" })}}.store(t, m)
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, provider := range []string{"google", "github"} {
			both.Go(func() { errs[i] = authdb.Unlink(t.Context(), m, user.ID, provider, "1098765", nil) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("got %v and %v, want one ErrLastSignIn", errs[0], errs[1])
		}
		is(t, errors.Join(errs...), authdb.ErrLastSignIn)
	}
}

func ExampleUnlink() {
	ctx := context.Background()
	var adapter authdb.Adapter = new(adaptertest.Memory) // or any other

	r, err := authdb.Register(ctx, adapter, &authdb.User{Name: "Ada"},
		&authdb.Account{Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765"}, authdb.LinkPolicy{})
	if err != nil {
		log.Fatal(err)
	}
	magicLinks := func(_ context.Context, _ authdb.Adapter, user *authdb.User) (bool, error) {
		return user.EmailVerified != nil, nil
	}
	fmt.Println(authdb.Unlink(ctx, adapter, r.User.ID, "google", "1098765", magicLinks))

	_, err = adapter.LinkAccount(ctx, &authdb.Account{
		UserID: r.User.ID, Type: authdb.AccountOAuth, Provider: "github", ProviderAccountID: "583231",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(authdb.Unlink(ctx, adapter, r.User.ID, "google", "1098765", magicLinks))
	// Output:
	// authdb: unlink: authdb: the user's last way to sign in
	// <nil>
}
