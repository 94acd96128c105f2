package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

func TestRegisterRefuses(t *testing.T) {
	github := authdb.LinkPolicy{Trusted: []string{"github"}, ResetUnproven: true}
	for name, c := range map[string]struct {
		existing, incoming func(*authdb.User)
		policy             authdb.LinkPolicy
	}{
		"zero":                  {proves, proves, authdb.LinkPolicy{}},
		"provider not trusted":  {proves, proves, github},
		"incoming not proven":   {proves, unproven, google},
		"existing not proven":   {unproven, proves, google},
		"nobody has proven it":  {unproven, unproven, authdb.LinkPolicy{Trusted: []string{"google"}, ResetUnproven: true}},
		"reset by no one's say": {unproven, proves, github},
	} {
		m, transactions := new(adaptertest.Memory), 0
		user := full(t, m, c.existing)
		before := record(t, m, user.ID)
		a := &altered{Memory: m, inTx: func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error {
			transactions++
			return a.transaction(ctx, f)
		}}
		got, err := authdb.Register(t.Context(), a, newUser(c.incoming), newAccount(), c.policy)
		if transactions != 1 {
			t.Errorf("%s: tried %d times", name, transactions)
		}
		is(t, err, authdb.ErrEmailTaken)
		is(t, err, authdb.ErrDuplicate)
		if got != nil || strings.Contains(fmt.Sprint(err), "ada") {
			t.Errorf("%s: got %v and %v", name, got, err)
		}
		if after := record(t, m, user.ID); after != before {
			t.Errorf("%s: a refused sign-in changed\n%s\nto\n%s", name, before, after)
		}
		if _, err := m.GetAccount(t.Context(), "google", "1098765"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("%s: the account: %v", name, err)
		}
	}
}

func proves(u *authdb.User) { u.EmailVerified = proven(true) }

func TestRegisterLinks(t *testing.T) {
	m := new(adaptertest.Memory)
	user := full(t, m, func(u *authdb.User) { u.Name = "Countess" })
	before := record(t, m, user.ID)
	got, err := authdb.Register(t.Context(), m, newUser(func(u *authdb.User) { u.ID = "ignored" }), newAccount(), google)
	ok(t, err)
	if got.Created || !got.Linked || got.Reset || !reflect.DeepEqual(got.User, user) || got.Account.UserID != user.ID {
		t.Errorf("got %+v, %+v, want the user as stored, Linked", got, got.User)
	}
	ok(t, m.UnlinkAccount(t.Context(), "google", "1098765"))
	if after := record(t, m, user.ID); after != before {
		t.Errorf("linking changed\n%s\nto\n%s", before, after)
	}
}

func TestRegisterResets(t *testing.T) {
	m := &adaptertest.Memory{Columns: map[string]map[string]any{"User": {"Password": ""}}}
	user := full(t, m, unproven, func(u *authdb.User) { u.Extra = map[string]any{"Password": "hijacker's"} })
	other := full2(t, m)
	before := record(t, m, other.ID)
	policy := google
	policy.ResetUnproven = true
	policy.Reset = authdb.UserPatch{Image: authdb.Null[string](), Extra: map[string]any{"Password": nil}}
	got, err := authdb.Register(t.Context(), m, newUser(), newAccount(), policy)
	ok(t, err)
	if got.Created || !got.Linked || !got.Reset || got.User.ID != user.ID {
		t.Errorf("got %+v, want Linked and Reset", got)
	}
	want := *newUser()
	want.ID, want.Image, want.Extra = user.ID, "", map[string]any{"Password": nil}
	if !reflect.DeepEqual(*got.User, want) {
		t.Errorf("got the user %+v, want %+v", *got.User, want)
	}
	stored := record(t, m, user.ID)
	if strings.Contains(stored, "github") || strings.Contains(stored, "session-") || strings.Contains(stored, "credential-") || !strings.Contains(stored, "google") {
		t.Errorf("after the reset:\n%s", stored)
	}
	if after := record(t, m, other.ID); after != before {
		t.Errorf("a reset of another changed\n%s\nto\n%s", before, after)
	}
}

// full2 is full for another person.
func full2(t *testing.T, m *adaptertest.Memory) *authdb.User {
	t.Helper()
	user, err := m.CreateUser(t.Context(), &authdb.User{Email: "bob@example.com"})
	ok(t, err)
	_, err = m.LinkAccount(t.Context(), newAccount(func(a *authdb.Account) { a.UserID, a.Provider, a.ProviderAccountID = user.ID, "github", "2" }))
	ok(t, err)
	_, err = m.CreateSession(t.Context(), &authdb.Session{SessionToken: "bob's", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	ok(t, err)
	return user
}

func TestRegisterResetsWholeOrNot(t *testing.T) {
	policy := authdb.LinkPolicy{Trusted: []string{"google"}, ResetUnproven: true}
	for name, alter := range map[string]func(a *altered){
		"no AccountLister":        func(a *altered) { a.hides = []string{"AccountLister"} },
		"no SessionLister":        func(a *altered) { a.hides = []string{"SessionLister"} },
		"no AuthenticatorRemover": func(a *altered) { a.hides = []string{"AuthenticatorRemover"} },
		"no UserLocker":           func(a *altered) { a.hides = []string{"UserLocker"} },
		"UpdateUser fails":        failing("UpdateUser"),
		"LinkAccount fails":       failing("LinkAccount"),
	} {
		a := &altered{Memory: new(adaptertest.Memory)}
		user := full(t, a.Memory, unproven)
		before := record(t, a.Memory, user.ID)
		alter(a)
		_, err := authdb.Register(t.Context(), a, newUser(), newAccount(), policy)
		if !errors.Is(err, errFault) {
			is(t, err, errors.ErrUnsupported)
		}
		if after := record(t, a.Memory, user.ID); after != before {
			t.Errorf("%s: changed\n%s\nto\n%s", name, before, after)
		}
	}
}

var errFault = errors.New("fault")

func failing(method string) func(a *altered) {
	return func(a *altered) {
		a.before = func(_ context.Context, _ *altered, called string) error {
			if called == method {
				return errFault
			}
			return nil
		}
	}
}

// What was read of the user has changed when the user is locked.
func TestRegisterDecidesUnderTheLock(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(ctx context.Context, tx *altered, id string) error
		want      error
	}{
		"no longer proven": {func(ctx context.Context, tx *altered, id string) error {
			_, err := tx.Memory.UpdateUser(ctx, id, authdb.UserPatch{EmailVerified: authdb.Null[time.Time]()})
			return err
		}, authdb.ErrEmailTaken},
		"another address": {func(ctx context.Context, tx *altered, id string) error {
			_, err := tx.Memory.UpdateUser(ctx, id, authdb.UserPatch{Email: authdb.Set("bob@example.com")})
			return err
		}, nil},
		"gone": {func(ctx context.Context, tx *altered, id string) error { return tx.DeleteUser(ctx, id) }, nil},
	} {
		var once sync.Once
		a := &altered{Memory: new(adaptertest.Memory)}
		user := full(t, a.Memory)
		a.inTx = func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error {
			// What f undoes stays: it is somebody else's.
			var result error
			err := a.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				result = f(ctx, tx)
				return nil
			})
			return errors.Join(result, err)
		}
		a.before = func(ctx context.Context, tx *altered, called string) (err error) {
			if called == "LockUser" {
				once.Do(func() { err = c.meanwhile(ctx, tx, user.ID) })
			}
			return err
		}
		got, err := authdb.Register(t.Context(), a, newUser(), newAccount(), google)
		switch {
		case c.want != nil:
			is(t, err, c.want)
		case err != nil || !got.Created || got.User.ID == user.ID:
			t.Errorf("%s: got %+v and %v, want a new user", name, got, err)
		}
	}
}
