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
)

// aspects are what a store has beside its records. It writes down who is asked.
type aspects struct {
	name  string
	asked *[]string
	err   error
	swept authdb.Swept
}

func (a aspects) ask(what string) error {
	*a.asked = append(*a.asked, a.name+" "+what)
	return a.err
}

func (a aspects) Check(context.Context) error       { return a.ask("Check") }
func (a aspects) Synchronize(context.Context) error { return a.ask("Synchronize") }
func (a aspects) Close() error                      { return a.ask("Close") }

func (a aspects) ConvertSecrets(context.Context, func(authdb.SecretProgress)) error {
	return a.ask("ConvertSecrets")
}

func (a aspects) DeleteExpired(_ context.Context, limit int) (authdb.Swept, error) {
	if limit != 7 {
		return authdb.Swept{}, errors.New("another limit")
	}
	return a.swept, a.ask("DeleteExpired")
}

type (
	usersWith struct {
		authdb.Adapter
		aspects
	}
	sessionsWith struct {
		authdb.DetachedSessionStore
		aspects
	}
	tokensWith struct {
		authdb.VerificationTokenStore
		aspects
	}
)

// TestComposeAsksAllStores asks each once, also after one has failed, and joins what
// they say.
func TestComposeAsksAllStores(t *testing.T) {
	var asked []string
	first, second := errors.New("first"), errors.New("second")
	both := struct {
		sessionsWith
		authdb.VerificationTokenStore
	}{sessionsWith{adaptertest.NewDetachedMemory(nil), aspects{"apart", &asked, second, authdb.Swept{Sessions: 3, VerificationTokens: 4}}}, adaptertest.NewDetachedMemory(nil)}
	c := composed(t, authdb.Stores{
		Users:    usersWith{new(adaptertest.Memory), aspects{"users", &asked, first, authdb.Swept{VerificationTokens: 2}}},
		Sessions: both, VerificationTokens: both,
	})
	for what, call := range map[string]func() error{
		"Check":          func() error { return c.Check(t.Context()) },
		"Synchronize":    func() error { return c.Synchronize(t.Context()) },
		"ConvertSecrets": func() error { return c.ConvertSecrets(t.Context(), nil) },
		"Close":          c.Close,
	} {
		asked = nil
		err := call()
		if want := []string{"users " + what, "apart " + what}; !slices.Equal(asked, want) {
			t.Errorf("asked %q, want %q", asked, want)
		}
		if !errors.Is(err, first) || !errors.Is(err, second) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestComposeSweeps what keeps sessions and tokens, and nothing else.
func TestComposeSweeps(t *testing.T) {
	var asked []string
	apart, err1, err2 := adaptertest.NewDetachedMemory(nil), errors.New("sessions"), errors.New("tokens")
	sessions := sessionsWith{apart, aspects{"sessions", &asked, err1, authdb.Swept{Sessions: 3, VerificationTokens: 1}}}
	tokens := tokensWith{apart, aspects{"tokens", &asked, err2, authdb.Swept{Sessions: 1, VerificationTokens: 4}}}
	users := usersWith{new(adaptertest.Memory), aspects{"users", &asked, nil, authdb.Swept{Sessions: 10}}}
	for _, c := range []struct {
		stores authdb.Stores
		asked  []string
		want   authdb.Swept
	}{
		{authdb.Stores{Users: users, Sessions: sessions, VerificationTokens: tokens}, []string{"sessions", "tokens"}, authdb.Swept{Sessions: 4, VerificationTokens: 5}},
		{authdb.Stores{Users: users, Sessions: sessions}, []string{"sessions", "users"}, authdb.Swept{Sessions: 13, VerificationTokens: 1}},
		{authdb.Stores{Users: users, VerificationTokens: tokens}, []string{"users", "tokens"}, authdb.Swept{Sessions: 11, VerificationTokens: 4}},
		{authdb.Stores{Users: users}, []string{"users"}, authdb.Swept{Sessions: 10}},
	} {
		asked = nil
		adapter := composed(t, c.stores)
		swept, err := adapter.DeleteExpired(t.Context(), 7)
		for i, name := range c.asked {
			c.asked[i] = name + " DeleteExpired"
		}
		if !slices.Equal(asked, c.asked) || swept != c.want {
			t.Errorf("asked %q, want %q; swept %+v, want %+v", asked, c.asked, swept, c.want)
		}
		if c.stores.Sessions != nil && !errors.Is(err, err1) || c.stores.VerificationTokens != nil && !errors.Is(err, err2) {
			t.Errorf("got %v", err)
		}
	}
	none := composed(t, authdb.Stores{
		Users:    usersWith{new(adaptertest.Memory), aspects{}},
		Sessions: struct{ authdb.DetachedSessionStore }{apart}, VerificationTokens: struct{ authdb.VerificationTokenStore }{apart},
	})
	if _, err := none.DeleteExpired(t.Context(), 7); finds[authdb.Sweeper](none) || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("where the users' store could sweep, and keeps neither: %v", err)
	}
}

// TestComposeOfBareStores has no more than they have.
func TestComposeOfBareStores(t *testing.T) {
	apart := adaptertest.NewDetachedMemory(nil)
	c := composed(t, authdb.Stores{
		Users:              struct{ authdb.UserStore }{new(adaptertest.Memory)},
		Sessions:           struct{ authdb.DetachedSessionStore }{apart},
		VerificationTokens: struct{ authdb.VerificationTokenStore }{apart},
	})
	ctx := t.Context()
	_, _, register := c.CreateUserWithAccount(ctx, new(authdb.User), new(authdb.Account))
	_, accounts := c.GetAccount(ctx, "x", "x")
	_, list := c.ListAccountsByUserID(ctx, "x")
	_, link := c.LinkAccount(ctx, new(authdb.Account))
	_, update := c.UpdateAccount(ctx, "x", "x", authdb.AccountPatch{})
	_, passkeys := c.GetAuthenticator(ctx, "x")
	_, passkeyList := c.ListAuthenticatorsByUserID(ctx, "x")
	_, counter := c.UpdateAuthenticatorCounter(ctx, "x", 1)
	_, passkey := c.CreateAuthenticator(ctx, new(authdb.Authenticator))
	_, touch := c.TouchSession(ctx, new(authdb.Session), time.Minute)
	_, lockUser := c.LockUser(ctx, "x")
	_, lockAccount := c.LockAccount(ctx, "x", "x")
	_, sweep := c.DeleteExpired(ctx, 1)
	for name, x := range map[string]struct {
		found bool
		err   error
	}{
		"AccountStore":         {finds[authdb.AccountStore](c), errors.Join(accounts, link)},
		"AccountLister":        {finds[authdb.AccountLister](c), list},
		"AccountUpdater":       {finds[authdb.AccountUpdater](c), update},
		"AuthenticatorStore":   {finds[authdb.AuthenticatorStore](c), errors.Join(passkeys, passkeyList, counter, passkey)},
		"AuthenticatorRemover": {finds[authdb.AuthenticatorRemover](c), c.DeleteAuthenticator(ctx, "x")},
		"SessionRevoker":       {finds[authdb.SessionRevoker](c), c.DeleteSessionByID(ctx, "x", "x")},
		"SessionToucher":       {finds[authdb.SessionToucher](c), touch},
		"Registrar":            {finds[authdb.Registrar](c), register},
		"UserTransactor":       {finds[authdb.UserTransactor](c), c.InUserTx(ctx, nil)},
		"UserLocker":           {finds[authdb.UserLocker](c), lockUser},
		"AccountLocker":        {finds[authdb.AccountLocker](c), lockAccount},
		"Sweeper":              {finds[authdb.Sweeper](c), sweep},
		"Checker":              {finds[authdb.Checker](c), c.Check(ctx)},
		"Synchronizer":         {finds[authdb.Synchronizer](c), c.Synchronize(ctx)},
		"SecretConverter":      {finds[authdb.SecretConverter](c), c.ConvertSecrets(ctx, nil)},
		"Transactor":           {finds[authdb.Transactor](c), errors.ErrUnsupported},
		"DetachedSessionStore": {finds[authdb.DetachedSessionStore](c), errors.ErrUnsupported},
	} {
		if x.found || !errors.Is(x.err, errors.ErrUnsupported) {
			t.Errorf("%s: As finds it: %t, and its methods return %v", name, x.found, x.err)
		}
	}
	if !finds[authdb.SessionStore](c) || !finds[authdb.VerificationTokenStore](c) || !finds[authdb.SessionLister](c) || !finds[*authdb.Composition](c) {
		t.Error("As does not find what is there")
	}
	var nothing *authdb.Sweeper
	if c.As(nil) || c.As(nothing) || c.As("x") {
		t.Error("As finds something for what is no target")
	}
	ok(t, c.Close())
}

func finds[T any](a authdb.Adapter) bool {
	_, found := authdb.As[T](a)
	return found
}

// transacting has transactions and no Registrar.
type transacting struct {
	authdb.Adapter
	authdb.Transactor
}

// TestComposeRegistersInATransaction, where that is all that the users' adapter has.
func TestComposeRegistersInATransaction(t *testing.T) {
	m := new(adaptertest.Memory)
	apart := adaptertest.NewDetachedMemory(nil)
	c := composed(t, authdb.Stores{Users: transacting{m, m}, Sessions: apart})
	user, account, err := c.CreateUserWithAccount(t.Context(), newUser(), newAccount())
	ok(t, err)
	if account.UserID != user.ID {
		t.Errorf("the account is that of %q", account.UserID)
	}
	for _, wrong := range []*authdb.Account{nil, newAccount(func(a *authdb.Account) { a.UserID = "x" })} {
		if _, _, err := c.CreateUserWithAccount(t.Context(), new(authdb.User), wrong); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
	other := newUser(func(u *authdb.User) { u.Email = "other@example.com" })
	if u, a, err := c.CreateUserWithAccount(t.Context(), other, newAccount()); u != nil || a != nil || !errors.Is(err, authdb.ErrDuplicate) {
		t.Errorf("of an account that is taken: %v", err)
	}
	if _, err := m.GetUserByEmail(t.Context(), other.Email); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("the user was stored without the account: %v", err)
	}
}

// TestComposeInUserTx undoes what is kept with the users, refuses what could not be
// undone, and lists and removes sessions for Register.
func TestComposeInUserTx(t *testing.T) {
	ctx, undo := t.Context(), errors.New("undo")
	users, apart := new(adaptertest.Memory), adaptertest.NewDetachedMemory(nil)
	ada, err := users.CreateUser(ctx, newUser())
	ok(t, err)
	session := func(token string) *authdb.Session {
		return &authdb.Session{SessionToken: token, UserID: ada.ID, Expires: time.Now().Add(time.Hour)}
	}

	sessionsApart := composed(t, authdb.Stores{Users: users, Sessions: apart})
	_, err = sessionsApart.CreateSession(ctx, session("a"))
	ok(t, err)
	err = sessionsApart.InUserTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		if _, err := tx.CreateSession(ctx, session("b")); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("CreateSession in the transaction: %v", err)
		}
		if err := tx.DeleteUser(ctx, ada.ID); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("DeleteUser in the transaction: %v", err)
		}
		_, err := tx.UpdateUser(ctx, ada.ID, authdb.UserPatch{Name: authdb.Set("undone")})
		ok(t, err)
		_, err = tx.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "x", Token: "x", Expires: time.Now().Add(time.Hour)})
		ok(t, err)
		_, _, err = tx.GetSessionAndUser(ctx, "a")
		ok(t, err)
		sweeper, _ := authdb.As[authdb.Sweeper](tx)
		_, err = sweeper.DeleteExpired(ctx, 1)
		ok(t, err)
		lister, _ := authdb.As[authdb.SessionLister](tx)
		if n, err := lister.DeleteSessionsByUserID(ctx, ada.ID); n != 1 || err != nil {
			t.Errorf("removed %d sessions: %v", n, err)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Errorf("InUserTx: %v", err)
	}
	if u, err := users.GetUser(ctx, ada.ID); err != nil || u.Name == "undone" {
		t.Errorf("after the transaction was undone: %v, %v", u, err)
	}
	if _, err := users.UseVerificationToken(ctx, "x", "x"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("a token of the transaction: %v", err)
	}
	if err := sessionsApart.InUserTx(ctx, nil); !errors.Is(err, authdb.ErrInvalid) {
		t.Errorf("InUserTx(nil): %v", err)
	}

	tokensApart := composed(t, authdb.Stores{Users: users, VerificationTokens: apart})
	err = tokensApart.InUserTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		_, err := tx.CreateSession(ctx, session("c"))
		ok(t, err)
		return undo
	})
	if _, _, lost := users.GetSessionAndUser(ctx, "c"); !errors.Is(err, undo) || !errors.Is(lost, authdb.ErrNotFound) {
		t.Errorf("a session of the transaction: %v, %v", err, lost)
	}
}

// TestSignInWhereAccountsAreApart works for who is known, and else says that it
// can't.
func TestSignInWhereAccountsAreApart(t *testing.T) {
	ctx, users, apart := t.Context(), new(adaptertest.Memory), adaptertest.NewDetachedMemory(nil)
	c := composed(t, authdb.Stores{Users: users, Accounts: apart})
	ada, err := c.CreateUser(ctx, newUser())
	ok(t, err)
	account, err := c.LinkAccount(ctx, newAccount(func(a *authdb.Account) { a.UserID, a.ExpiresAt = ada.ID, 1 }))
	ok(t, err)
	known, err := authdb.Register(ctx, c, newUser(), newAccount(), authdb.LinkPolicy{})
	ok(t, err)
	if known.User.ID != ada.ID || known.Created || known.Linked {
		t.Errorf("got %+v", known)
	}
	_, err = authdb.Register(ctx, c, newUser(), newAccount(func(a *authdb.Account) { a.ProviderAccountID = "new" }), authdb.LinkPolicy{})
	unlink := authdb.Unlink(ctx, c, ada.ID, account.Provider, account.ProviderAccountID, nil)
	refresher := &authdb.Refresher{Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
		t.Error("the provider was asked for tokens that can't be stored safely")
		return authdb.AccountPatch{}, nil
	}}
	_, refresh := refresher.Account(ctx, c, account.Provider, account.ProviderAccountID)
	for _, err := range []error{err, unlink, refresh} {
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "Transactor") {
			t.Errorf("got %v", err)
		}
	}
	if n := counted(t, c, ada.ID); n != 1 {
		t.Errorf("Ada has %d accounts", n)
	}
}

// TestSignInWherePasskeysAreApart stores who is new, and decides nothing that a
// passkey may change meanwhile.
func TestSignInWherePasskeysAreApart(t *testing.T) {
	ctx := t.Context()
	c := composed(t, authdb.Stores{Users: new(adaptertest.Memory), Authenticators: adaptertest.NewDetachedMemory(nil)})
	ada, err := authdb.Register(ctx, c, newUser(), newAccount(), authdb.LinkPolicy{})
	ok(t, err)
	if !ada.Created {
		t.Errorf("got %+v", ada)
	}
	_, taken := authdb.Register(ctx, c, newUser(), newAccount(func(a *authdb.Account) { a.ProviderAccountID = "new" }), authdb.LinkPolicy{})
	unlink := authdb.Unlink(ctx, c, ada.User.ID, ada.Account.Provider, ada.Account.ProviderAccountID, nil)
	for _, err := range []error{taken, unlink} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
	}
	if n := counted(t, c, ada.User.ID); n != 1 {
		t.Errorf("Ada has %d accounts", n)
	}
}

// TestComposeTouches looks the user up only after something was written.
func TestComposeTouches(t *testing.T) {
	looked := 0
	call := through(func(method string, call func() error) error {
		looked++
		return call()
	})
	users := new(adaptertest.Memory)
	sessions := adaptertest.NewDetachedMemory(map[string]map[string]any{"Session": {"LastSeen": time.Time{}}})
	c := composed(t, authdb.Stores{Users: faultyUsers{users, &call}, Sessions: sessions})
	ada, err := users.CreateUser(t.Context(), newUser())
	ok(t, err)
	session, err := c.CreateSession(t.Context(), &authdb.Session{SessionToken: "a", UserID: ada.ID, Expires: time.Now().Add(time.Hour)})
	ok(t, err)
	for want := 1; want >= 0; want-- {
		looked = 0
		wrote, err := c.TouchSession(t.Context(), session, time.Minute)
		ok(t, err)
		if wrote != (want == 1) || looked != want {
			t.Errorf("wrote %t, and looked %d users up, want %d", wrote, looked, want)
		}
	}
}
