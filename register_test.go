package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// google is a policy that trusts newAccount's provider.
var google = authdb.LinkPolicy{Trusted: []string{"google"}}

func newUser(edits ...func(*authdb.User)) *authdb.User {
	u := &authdb.User{Name: "Ada", Email: "ada@example.com", EmailVerified: proven(true), Image: "https://example.com/ada"}
	for _, edit := range edits {
		edit(u)
	}
	return u
}

func unproven(u *authdb.User) { u.EmailVerified = nil }

func newAccount(edits ...func(*authdb.Account)) *authdb.Account {
	a := &authdb.Account{
		Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765",
		AccessToken: "access-1", RefreshToken: "refresh-1", ExpiresAt: 1_709_210_096, IDToken: "id-1", Scope: "openid",
	}
	for _, edit := range edits {
		edit(a)
	}
	return a
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got the error %v, want %v", err, want)
	}
}

// record prints all that a user has.
func record(t *testing.T, m *adaptertest.Memory, userID string) string {
	t.Helper()
	var b strings.Builder
	user, err := m.GetUser(t.Context(), userID)
	if err != nil {
		return err.Error()
	}
	fmt.Fprintln(&b, user.ID, user.Name, user.Email, user.EmailVerified, user.Image, user.Extra)
	accounts, err := m.ListAccountsByUserID(t.Context(), userID)
	ok(t, err)
	for _, a := range accounts {
		fmt.Fprintf(&b, "%+v\n", *a)
	}
	sessions, err := m.ListSessionsByUserID(t.Context(), userID)
	ok(t, err)
	for _, s := range sessions {
		fmt.Fprintf(&b, "%+v\n", *s)
	}
	passkeys, err := m.ListAuthenticatorsByUserID(t.Context(), userID)
	ok(t, err)
	for _, p := range passkeys {
		fmt.Fprintf(&b, "%+v\n", *p)
	}
	return b.String()
}

// full stores a user with an account, a session and a passkey.
func full(t *testing.T, m *adaptertest.Memory, edits ...func(*authdb.User)) *authdb.User {
	t.Helper()
	user, err := m.CreateUser(t.Context(), newUser(edits...))
	ok(t, err)
	_, err = m.LinkAccount(t.Context(), newAccount(func(a *authdb.Account) { a.UserID, a.Provider = user.ID, "github" }))
	ok(t, err)
	_, err = m.CreateSession(t.Context(), &authdb.Session{SessionToken: "session-" + user.ID, UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	ok(t, err)
	_, err = m.CreateAuthenticator(t.Context(), &authdb.Authenticator{
		CredentialID: "credential-" + user.ID, UserID: user.ID, ProviderAccountID: "passkey", CredentialPublicKey: "key", CredentialDeviceType: "singleDevice",
	})
	ok(t, err)
	return user
}

func TestRegisterCreates(t *testing.T) {
	m := &adaptertest.Memory{Columns: map[string]map[string]any{"User": {"Role": ""}, "Account": {"Label": ""}}}
	user := newUser(func(u *authdb.User) { u.ID, u.Extra = "given", map[string]any{"Role": "admin"} })
	account := newAccount(func(a *authdb.Account) { a.Extra = map[string]any{"Label": "work"} })
	wantUser, wantAccount := *user, *account

	got, err := authdb.Register(t.Context(), m, user, account, google)
	ok(t, err)
	if !got.Created || got.Linked || got.Reset {
		t.Errorf("got %+v, want Created and nothing else", got)
	}
	if !reflect.DeepEqual(*user, wantUser) || !reflect.DeepEqual(*account, wantAccount) {
		t.Error("the arguments were modified")
	}
	if !reflect.DeepEqual(got.User, user) {
		t.Errorf("got the user %+v, want %+v", got.User, user)
	}
	wantAccount.ID, wantAccount.UserID = got.Account.ID, "given"
	if !reflect.DeepEqual(*got.Account, wantAccount) || got.Account.ID == "" {
		t.Errorf("got the account %+v, want %+v", got.Account, wantAccount)
	}
	stored, err := m.GetUserByAccount(t.Context(), "google", "1098765")
	ok(t, err)
	if !reflect.DeepEqual(stored, got.User) {
		t.Errorf("stored is %+v, want %+v", stored, got.User)
	}
}

func TestRegisterTakesNobodysWordForAnAddress(t *testing.T) {
	for name, policy := range map[string]authdb.LinkPolicy{"zero": {}, "others": {Trusted: []string{"github"}}} {
		got, err := authdb.Register(t.Context(), new(adaptertest.Memory), newUser(), newAccount(), policy)
		ok(t, err)
		if got.User.EmailVerified != nil {
			t.Errorf("%s: EmailVerified is stored of a provider that is not trusted", name)
		}
	}
}

func TestRegisterLaterSignIns(t *testing.T) {
	m := new(adaptertest.Memory)
	first, err := authdb.Register(t.Context(), m, newUser(), newAccount(), google)
	ok(t, err)
	later := newAccount(func(a *authdb.Account) {
		a.AccessToken, a.RefreshToken, a.ExpiresAt, a.IDToken = "access-2", "", 0, "id-2"
	})
	got, err := authdb.Register(t.Context(), m, newUser(func(u *authdb.User) { u.Name, u.Email = "Augusta", "new@example.com" }), later, authdb.LinkPolicy{})
	ok(t, err)
	if got.Created || got.Linked || !reflect.DeepEqual(got.User, first.User) {
		t.Errorf("got %+v, want the user as stored", got)
	}
	want := *first.Account
	want.AccessToken, want.ExpiresAt, want.IDToken = "access-2", 0, "id-2"
	if !reflect.DeepEqual(*got.Account, want) {
		t.Errorf("got the account %+v, want the old refresh token, the new access token, no expiry: %+v", got.Account, want)
	}
	stored, err := m.GetAccount(t.Context(), "google", "1098765")
	ok(t, err)
	if !reflect.DeepEqual(stored, got.Account) {
		t.Errorf("stored is %+v, want %+v", stored, got.Account)
	}
}

func TestRegisterWithoutExtensions(t *testing.T) {
	m := new(adaptertest.Memory)
	_, err := authdb.Register(t.Context(), &altered{Memory: m, hides: []string{"Transactor"}}, newUser(), newAccount(), google)
	is(t, err, errors.ErrUnsupported)
	_, err = authdb.Register(t.Context(), m, newUser(), newAccount(), google)
	ok(t, err)
	got, err := authdb.Register(t.Context(), &altered{Memory: m, hides: []string{"Transactor", "AccountUpdater"}},
		newUser(), newAccount(func(a *authdb.Account) { a.AccessToken = "access-2" }), google)
	ok(t, err)
	if got.Account == nil || got.Account.AccessToken != "access-1" {
		t.Errorf("got the account %+v, want it as stored", got.Account)
	}
}

func TestRegisterWithoutAddress(t *testing.T) {
	m := new(adaptertest.Memory)
	ids := map[string]bool{}
	for _, id := range []string{"1", "2"} {
		got, err := authdb.Register(t.Context(), m, &authdb.User{}, newAccount(func(a *authdb.Account) { a.ProviderAccountID = id }), google)
		ok(t, err)
		ids[got.User.ID] = true
	}
	if len(ids) != 2 {
		t.Errorf("two people without an address are %d users", len(ids))
	}
}

func TestRegisterInvalid(t *testing.T) {
	m := new(adaptertest.Memory)
	for name, call := range map[string]func() (*authdb.Registration, error){
		"adapter": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), nil, newUser(), newAccount(), google)
		},
		"user": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), m, nil, newAccount(), google)
		},
		"account": func() (*authdb.Registration, error) { return authdb.Register(t.Context(), m, newUser(), nil, google) },
		"context": func() (*authdb.Registration, error) {
			return authdb.Register(nil, m, newUser(), newAccount(), google) //nolint:staticcheck // what is tested
		},
		"Provider": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), m, newUser(), newAccount(func(a *authdb.Account) { a.Provider = "" }), google)
		},
		"ProviderAccountID": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), m, newUser(), newAccount(func(a *authdb.Account) { a.ProviderAccountID = "" }), google)
		},
		"UserID": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), m, newUser(), newAccount(func(a *authdb.Account) { a.UserID = "x" }), google)
		},
		"Type": func() (*authdb.Registration, error) {
			return authdb.Register(t.Context(), m, newUser(), newAccount(func(a *authdb.Account) { a.Type = "" }), google)
		},
	} {
		got, err := call()
		is(t, err, authdb.ErrInvalid)
		if got != nil || err != nil && !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(name)) {
			t.Errorf("got %v and %v, want no result and an error that names %s", got, err, name)
		}
	}
	if _, err := m.GetUserByEmail(t.Context(), "ada@example.com"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("a user is left of a registration that failed: %v", err)
	}
}

func TestRegisterAllOrNothing(t *testing.T) {
	a := &altered{Memory: new(adaptertest.Memory)}
	failing("LinkAccount")(a)
	_, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
	is(t, err, errFault)
	if _, err := a.Memory.GetUserByEmail(t.Context(), "ada@example.com"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("GetUserByEmail: %v", err)
	}
}

// Somebody who registers between two look-ups is not taken for another user
// with the address.
func TestRegisterBetweenTheLookUps(t *testing.T) {
	for _, method := range []string{"GetUserByEmail", "GetUserByAccount", "CreateUser"} {
		var once sync.Once
		a := &altered{Memory: new(adaptertest.Memory)}
		a.before = func(ctx context.Context, tx *altered, called string) (err error) {
			if called == method && tx.inside {
				once.Do(func() { _, err = authdb.Register(ctx, a.Memory, newUser(), newAccount(), google) })
			}
			return err
		}
		// As on a database on which others' commits are seen at once.
		a.inTx = func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error {
			return f(ctx, a.on(a.Memory))
		}
		got, err := authdb.Register(t.Context(), a, newUser(), newAccount(), authdb.LinkPolicy{})
		if err != nil || got.Created || got.Account.UserID != got.User.ID {
			t.Errorf("%s: got %+v and %v, want the user of the other", method, got, err)
		}
	}
}

func TestRegisterGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		fault  error
		want   error
	}{
		"a duplicate that stays":  {"LinkAccount", authdb.ErrDuplicate, authdb.ErrDuplicate},
		"a user who always moves": {"LockUser", authdb.ErrNotFound, authdb.ErrConflict},
	} {
		calls := 0
		a := &altered{Memory: new(adaptertest.Memory)}
		if c.method == "LockUser" {
			full(t, a.Memory)
		}
		a.before = func(_ context.Context, _ *altered, called string) error {
			if called == c.method {
				calls++
				return c.fault
			}
			return nil
		}
		_, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
		is(t, err, c.want)
		if calls < 2 || calls > 10 {
			t.Errorf("%s: tried %d times", name, calls)
		}
	}
}

func TestRegisterOfTheSoftDeleted(t *testing.T) {
	m := new(adaptertest.Memory)
	first, err := authdb.Register(t.Context(), m, newUser(), newAccount(), google)
	ok(t, err)
	m.SoftDeleteUser(first.User.ID)
	_, err = authdb.Register(t.Context(), m, newUser(), newAccount(), google)
	is(t, err, authdb.ErrDuplicate)
	if errors.Is(err, authdb.ErrEmailTaken) {
		t.Errorf("got %v, though nobody has the address", err)
	}
	_, err = authdb.Register(t.Context(), m, &authdb.User{ID: "new"}, newAccount(), google)
	is(t, err, authdb.ErrDuplicate)
	if _, err := m.GetUser(t.Context(), "new"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("a user without account is left: %v", err)
	}
}

func TestRegisterInTheCallersTransaction(t *testing.T) {
	m := new(adaptertest.Memory)
	err := m.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		got, err := authdb.Register(ctx, tx, newUser(), newAccount(), google)
		if err != nil || !got.Created {
			t.Errorf("got %+v and %v", got, err)
		}
		_, err = authdb.Register(ctx, tx, newUser(), newAccount(func(a *authdb.Account) { a.Provider = "github" }), google)
		is(t, err, authdb.ErrEmailTaken)
		_, err = tx.GetUser(ctx, got.User.ID)
		ok(t, err)
		return errFault
	})
	is(t, err, errFault)
	if _, err := m.GetUserByAccount(t.Context(), "google", "1098765"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("after the rollback: %v", err)
	}
}

func TestRegisterTogether(t *testing.T) {
	m := new(adaptertest.Memory)
	got := make([]*authdb.Registration, 64)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			var err error
			if got[i], err = authdb.Register(t.Context(), m, newUser(), newAccount(), authdb.LinkPolicy{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	created := 0
	for _, r := range got {
		if r.Created {
			created++
		}
		if r.User.ID != got[0].User.ID {
			t.Error("there are two users")
		}
	}
	if created != 1 {
		t.Errorf("%d of them were told Created", created)
	}
}

func TestTokenPatch(t *testing.T) {
	all := (&authdb.Account{
		AccessToken: "a", RefreshToken: "r", ExpiresAt: 7, TokenType: "t", Scope: "s", IDToken: "i", SessionState: "st",
		Provider: "p", Extra: map[string]any{"Label": "x"},
	}).TokenPatch()
	want := authdb.AccountPatch{
		AccessToken: authdb.Set("a"), RefreshToken: authdb.Set("r"), ExpiresAt: authdb.Set(int64(7)), TokenType: authdb.Set("t"),
		Scope: authdb.Set("s"), IDToken: authdb.Set("i"), SessionState: authdb.Set("st"),
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("of all: got %+v, want %+v", all, want)
	}
	if got := new(authdb.Account).TokenPatch(); !reflect.DeepEqual(got, authdb.AccountPatch{}) {
		t.Errorf("of nothing: got %+v", got)
	}
	if got := (&authdb.Account{AccessToken: "a"}).TokenPatch(); !got.ExpiresAt.IsNull() || got.RefreshToken.IsSet() {
		t.Errorf("of an access token alone: got %+v, want ExpiresAt emptied, and RefreshToken left", got)
	}
	if got := (&authdb.Account{ExpiresAt: 7}).TokenPatch(); got.ExpiresAt.Value() != 7 {
		t.Errorf("of an expiry alone: got %+v", got)
	}
}

func ExampleRegister() {
	ctx := context.Background()
	var adapter authdb.Adapter = new(adaptertest.Memory) // or any other

	now := time.Now()
	policy := authdb.LinkPolicy{Trusted: []string{"google"}}
	signIn := func(provider, id string) {
		// What the provider says: who it is, and the tokens of the account.
		user := &authdb.User{Name: "Ada", Email: "ada@example.com", EmailVerified: &now}
		account := &authdb.Account{Type: authdb.AccountOIDC, Provider: provider, ProviderAccountID: id, AccessToken: "secret"}
		r, err := authdb.Register(ctx, adapter, user, account, policy)
		switch {
		case errors.Is(err, authdb.ErrEmailTaken):
			fmt.Println(provider+":", "sign in as before, and link it from there")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(provider+":", r.User.Name, "created:", r.Created, "linked:", r.Linked)
		}
	}
	signIn("google", "1098765")
	signIn("google", "1098765")
	signIn("discord", "80351110224678912")
	// Output:
	// google: Ada created: true linked: false
	// google: Ada created: false linked: false
	// discord: sign in as before, and link it from there
}
