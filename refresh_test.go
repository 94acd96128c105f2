package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// provider is who is asked for tokens. A refresh token is good for one time.
type provider struct {
	clock func() time.Time
	calls atomic.Int64
	gate  chan struct{} // who asks waits for it, unless it is nil
	fails error
}

func (p *provider) refresh(ctx context.Context, a *authdb.Account) (authdb.AccountPatch, error) {
	n := p.calls.Add(1)
	if p.gate != nil {
		select {
		case <-p.gate:
		case <-ctx.Done():
			return authdb.AccountPatch{}, ctx.Err()
		}
	}
	if p.fails != nil {
		return authdb.AccountPatch{}, p.fails
	}
	a.AccessToken = "changed by Refresh, whose account it is"
	return authdb.AccountPatch{
		AccessToken: authdb.Set(fmt.Sprintf("access-%d", n+1)),
		ExpiresAt:   authdb.Set(p.clock().Add(time.Hour).Unix()),
	}, nil
}

// expiring is an adapter with an account whose token has expired.
func expiring(t *testing.T, edits ...func(*authdb.Account)) *altered {
	t.Helper()
	a := &altered{Memory: new(adaptertest.Memory)}
	longAgo := func(a *authdb.Account) { a.ExpiresAt = 1 }
	_, err := authdb.Register(t.Context(), a.Memory, newUser(), newAccount(append([]func(*authdb.Account){longAgo}, edits...)...), google)
	ok(t, err)
	return a
}

// ways are the two ways to refresh: with the account locked, and not.
func ways(t *testing.T, test func(t *testing.T, a *altered)) {
	for name, hides := range map[string][]string{"locked": nil, "unlocked": {"AccountLocker"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := expiring(t)
				a.hides = hides
				test(t, a)
			})
		})
	}
}

const google1, id1 = "google", "1098765"

func TestRefresherRefreshesWhatHasExpired(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		p := &provider{clock: time.Now}
		r := &authdb.Refresher{Refresh: p.refresh}
		got, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		stored, err := a.Memory.GetAccount(t.Context(), google1, id1)
		ok(t, err)
		if !reflect.DeepEqual(got, stored) || got.AccessToken != "access-2" || got.ExpiresAt != time.Now().Add(time.Hour).Unix() {
			t.Errorf("got %+v, stored is %+v", got, stored)
		}
		if got.RefreshToken != "refresh-1" || got.IDToken != "id-1" || got.Scope != "openid" {
			t.Errorf("what the provider left out is not as it was: %+v", got)
		}
		got.AccessToken = "changed by the caller, whose account it is"
		again, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		if again.AccessToken != "access-2" || p.calls.Load() != 1 {
			t.Errorf("got %+v after %d calls, want it as stored after one", again, p.calls.Load())
		}
		time.Sleep(time.Hour)
		_, err = r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		if p.calls.Load() != 2 {
			t.Errorf("after the second expiry: %d calls", p.calls.Load())
		}
	})
}

func TestRefresherKnowsWhatHasExpired(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		expiresAt int64
		early     time.Duration
		want      int64
	}{
		{0, 0, 0},
		{now.Unix() - 1, 0, 1},
		{now.Unix(), 0, 1},
		{now.Unix() + 10, 0, 1},
		{now.Unix() + 11, 0, 0},
		{now.Unix() + 11, time.Minute, 1},
		{now.Unix() + 60, time.Minute, 1},
		{now.Unix() + 61, time.Minute, 0},
		{now.Unix() + 1, time.Nanosecond, 0},
	} {
		a := expiring(t, func(a *authdb.Account) { a.ExpiresAt = c.expiresAt })
		p := &provider{clock: time.Now}
		r := &authdb.Refresher{Refresh: p.refresh, Early: c.early, Clock: func() time.Time { return now }}
		_, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		if p.calls.Load() != c.want {
			t.Errorf("%+v: %d calls", c, p.calls.Load())
		}
	}
}

func TestRefresherOnceForAll(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		p := &provider{clock: time.Now, gate: make(chan struct{})}
		r := &authdb.Refresher{Refresh: p.refresh}
		var all sync.WaitGroup
		accounts := make([]*authdb.Account, 64)
		for i := range accounts {
			all.Go(func() {
				var err error
				accounts[i], err = r.Account(t.Context(), a, google1, id1)
				if err != nil || accounts[i].AccessToken != "access-2" {
					t.Errorf("got %+v and %v", accounts[i], err)
				}
			})
		}
		synctest.Wait()
		close(p.gate)
		all.Wait()
		if p.calls.Load() != 1 {
			t.Errorf("%d calls", p.calls.Load())
		}
		accounts[0].AccessToken = "changed"
		if accounts[1].AccessToken == "changed" {
			t.Error("two callers have one account")
		}
	})
}

// Two processes are two Refreshers.
func TestRefresherOnceAmongProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := expiring(t)
		p := &provider{clock: time.Now, gate: make(chan struct{})}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				r := &authdb.Refresher{Refresh: p.refresh}
				if got, err := r.Account(t.Context(), a, google1, id1); err != nil || got.AccessToken != "access-2" {
					t.Errorf("got %+v and %v", got, err)
				}
			})
		}
		time.Sleep(time.Second)
		close(p.gate)
		all.Wait()
		if p.calls.Load() != 1 {
			t.Errorf("%d calls", p.calls.Load())
		}
	})
}

// Where no account can be locked, nothing is, and the first to store wins.
func TestRefresherTakesTheOthersResult(t *testing.T) {
	for name, refused := range map[string]error{"both were answered": nil, "the second was refused": errFault} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := expiring(t)
				a.hides = []string{"AccountLocker"}
				r := &authdb.Refresher{Refresh: func(ctx context.Context, _ *authdb.Account) (authdb.AccountPatch, error) {
					patch := authdb.AccountPatch{AccessToken: authdb.Set("the other's"), ExpiresAt: authdb.Set(time.Now().Add(time.Hour).Unix())}
					if _, err := a.Memory.UpdateAccount(ctx, google1, id1, patch); err != nil {
						t.Errorf("while a refresh is under way: %v", err)
					}
					return authdb.AccountPatch{AccessToken: authdb.Set("too late")}, refused
				}}
				got, err := r.Account(t.Context(), a, google1, id1)
				ok(t, err)
				if got.AccessToken != "the other's" {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

// Between a caller's look and the flight, another flight may have landed.
func TestRefresherLooksAgain(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		p, looks := &provider{clock: time.Now}, 0
		r := &authdb.Refresher{Refresh: p.refresh, Clock: func() time.Time {
			if looks++; looks == 1 {
				_, err := a.Memory.UpdateAccount(t.Context(), google1, id1, authdb.AccountPatch{ExpiresAt: authdb.Set(time.Now().Add(time.Hour).Unix())})
				ok(t, err)
			}
			return time.Now()
		}}
		_, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		if p.calls.Load() != 0 {
			t.Error("the provider was asked for what is fresh")
		}
	})
}

// Who gives up leaves alone, be it the one who began.
func TestRefresherGivingUp(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		p := &provider{clock: time.Now, gate: make(chan struct{})}
		r := &authdb.Refresher{Refresh: p.refresh}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		wait := func(ctx context.Context, want error) {
			all.Go(func() {
				if _, err := r.Account(ctx, a, google1, id1); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			})
			synctest.Wait()
		}
		wait(ctx, context.Canceled)
		wait(t.Context(), nil)
		wait(ctx, context.Canceled)
		cancel()
		synctest.Wait()
		close(p.gate)
		all.Wait()
		if p.calls.Load() != 1 {
			t.Errorf("%d calls", p.calls.Load())
		}
	})
}

// When all have given up, what has begun is finished.
func TestRefresherFinishes(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		p := &provider{clock: time.Now, gate: make(chan struct{})}
		r := &authdb.Refresher{Refresh: p.refresh}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.Account(ctx, a, google1, id1)
		is(t, err, context.DeadlineExceeded)
		close(p.gate)
		synctest.Wait()
		stored, err := a.Memory.GetAccount(t.Context(), google1, id1)
		ok(t, err)
		if stored.AccessToken != "access-2" {
			t.Errorf("stored is %+v, want the new tokens", stored)
		}
	})
}

func TestRefresherTakesWhatTheProviderSaid(t *testing.T) {
	empty := authdb.AccountPatch{ // as from fields that the answer did not have
		AccessToken: authdb.Set("new"), RefreshToken: authdb.Set(""), Scope: authdb.Set(""), IDToken: authdb.Set(""),
		TokenType: authdb.Set(""), SessionState: authdb.Set(""),
	}
	for name, patch := range map[string]authdb.AccountPatch{"left out": {AccessToken: authdb.Set("new")}, "empty": empty} {
		a := expiring(t)
		r := &authdb.Refresher{Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) { return patch, nil }}
		got, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
		want := newAccount()
		want.ID, want.UserID, want.AccessToken, want.ExpiresAt = got.ID, got.UserID, "new", 0
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	a := expiring(t)
	r := &authdb.Refresher{Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
		return authdb.AccountPatch{RefreshToken: authdb.Set("refresh-2")}, nil
	}}
	_, err := r.Account(t.Context(), a, google1, id1)
	is(t, err, authdb.ErrInvalid)
	stored, err := a.Memory.GetAccount(t.Context(), google1, id1)
	ok(t, err)
	if stored.RefreshToken != "refresh-1" {
		t.Errorf("stored is %+v of an answer without an access token", stored)
	}
}

// uncomparable is an adapter by which no map can go.
type uncomparable struct {
	*altered
	_ []int
}

func (u uncomparable) As(target any) bool { return u.altered.As(target) }

func TestRefresherMisused(t *testing.T) {
	a := expiring(t)
	p := &provider{clock: time.Now}
	r := &authdb.Refresher{Refresh: p.refresh}
	_, err := new(authdb.Refresher).Account(t.Context(), a, google1, id1)
	is(t, err, authdb.ErrInvalid)
	_, err = r.Account(t.Context(), nil, google1, id1)
	is(t, err, authdb.ErrInvalid)
	_, err = r.Account(nil, a, google1, id1) //nolint:staticcheck // what is tested
	is(t, err, authdb.ErrInvalid)
	_, err = r.Account(t.Context(), a, google1, "2")
	is(t, err, authdb.ErrNotFound)
	for _, extension := range []string{"Transactor", "AccountUpdater"} {
		a.hides = []string{extension, "AccountLocker"}
		_, err = r.Account(t.Context(), a, google1, id1)
		is(t, err, errors.ErrUnsupported)
	}
	if p.calls.Load() != 0 {
		t.Errorf("Refresh was called %d times for what can't be stored", p.calls.Load())
	}
	a.hides = nil
	_, err = r.Account(t.Context(), uncomparable{altered: a}, google1, id1)
	ok(t, err)
}

// Equal accounts in two databases are two.
func TestRefresherOfTwoDatabases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &provider{clock: time.Now, gate: make(chan struct{})}
		r := &authdb.Refresher{Refresh: p.refresh}
		var both sync.WaitGroup
		for range 2 {
			a := expiring(t)
			both.Go(func() {
				_, err := r.Account(t.Context(), a, google1, id1)
				ok(t, err)
			})
		}
		synctest.Wait()
		close(p.gate)
		both.Wait()
		if p.calls.Load() != 2 {
			t.Errorf("%d calls", p.calls.Load())
		}
	})
}

func ExampleRefresher() {
	ctx := context.Background()
	var adapter authdb.Adapter = new(adaptertest.Memory) // or any other
	_, err := authdb.Register(ctx, adapter, &authdb.User{Name: "Ada"}, &authdb.Account{
		Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1098765",
		AccessToken: "old", RefreshToken: "refresh", ExpiresAt: time.Now().Add(-time.Minute).Unix(),
	}, authdb.LinkPolicy{})
	if err != nil {
		fmt.Println(err)
		return
	}

	refresher := &authdb.Refresher{Refresh: func(_ context.Context, account *authdb.Account) (authdb.AccountPatch, error) {
		fmt.Println("asking the provider with", account.RefreshToken)
		answer := authdb.Account{AccessToken: "new", ExpiresAt: time.Now().Add(time.Hour).Unix()}
		return answer.TokenPatch(), nil
	}}
	for range 2 {
		account, err := refresher.Account(ctx, adapter, "google", "1098765")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(account.AccessToken)
	}
	// Output:
	// asking the provider with refresh
	// new
	// new
}
