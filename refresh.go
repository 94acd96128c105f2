package authdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"sync"
	"time"
)

// A Refresher keeps the access tokens of provider accounts fresh: of all who
// want one that has expired, one asks the provider, and the others wait and
// take the result. Set Refresh, use one Refresher for the whole process, and do
// not copy it. It is safe for concurrent use.
type Refresher struct {
	// Refresh asks the provider for new tokens, with the RefreshToken of the
	// account, which is Refresh's to keep. The patch needs an AccessToken. What
	// the provider left out, be it missing in the patch or empty, stays as it
	// is stored: the old refresh token, above all. But without an ExpiresAt the
	// new AccessToken is one that is not known to expire. [Account.TokenPatch]
	// makes such a patch. An error of Refresh is the error of all who wait, and
	// nothing is stored. A panic is a panic of all who wait.
	Refresh func(ctx context.Context, account *Account) (AccountPatch, error)

	// Early is how long before its ExpiresAt a token counts as expired, for the
	// time that it takes to use it. Default: 10 seconds.
	Early time.Duration

	// Timeout ends the context of Refresh, and, counted anew, that of storing
	// what Refresh returned. Default: 30 seconds.
	Timeout time.Duration

	// Clock tells the present. Default: time.Now.
	Clock func() time.Time

	mu      sync.Mutex
	flights map[flightKey]*flight
}

// A flightKey names a refresh in the process. Tenants may have equal accounts in
// different databases.
type flightKey struct {
	adapter                     Adapter
	provider, providerAccountID string
}

// A flight is a refresh that one began and others wait for.
type flight struct {
	done     chan struct{} // closed when the rest is there
	account  *Account
	err      error
	panicked any
}

// Account returns the account as stored, or ErrNotFound. If its access token has
// expired (an account without ExpiresAt never has), the token is refreshed and
// stored before.
//
// In a process Refresh is called once for all who wait. Who calls with a context
// that ends leaves with the context's error, and nobody else does: a refresh
// that has begun is finished, within Timeout, because the provider may have
// replaced the refresh token already. Among processes the account is locked
// during the call, if the adapter is an AccountLocker, and who comes second
// takes what the first has stored. That takes a connection. Where it is none
// (SQLite), two processes may both call Refresh; the second takes what the
// first has stored by then, also if the provider has refused it.
//
// If the new tokens can't be stored, or nobody knows whether they are
// ([ErrUnknownOutcome]), Refresh is not called again: storing is, until Timeout
// is over. The error then says that the tokens are lost, and the person has to
// sign in anew if the provider takes a refresh token only once.
//
// Call it outside of transactions. The adapter needs the extensions Transactor
// (or UserTransactor) and AccountUpdater, else it is errors.ErrUnsupported for a token that has
// expired.
func (r *Refresher) Account(ctx context.Context, adapter Adapter, provider, providerAccountID string) (*Account, error) {
	account, err := r.account(ctx, adapter, provider, providerAccountID)
	if err != nil {
		return nil, fmt.Errorf("authdb: refresh account: %w", err)
	}
	return account, nil
}

func (r *Refresher) account(ctx context.Context, adapter Adapter, provider, providerAccountID string) (*Account, error) {
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("%w: nil context: pass context.Background()", ErrInvalid)
	case adapter == nil:
		return nil, fmt.Errorf("%w: nil Adapter", ErrInvalid)
	case r.Refresh == nil:
		return nil, fmt.Errorf("%w: Refresher.Refresh is nil: set it", ErrInvalid)
	}
	account, err := adapter.GetAccount(ctx, provider, providerAccountID)
	if err != nil || !r.expired(account) {
		return account, err
	}
	if _, err := transactionsOf(adapter); err != nil || !has[AccountUpdater](adapter) {
		return nil, fmt.Errorf("%w: the adapter is no Transactor or no AccountUpdater", errors.ErrUnsupported)
	}
	f := r.join(ctx, flightKey{adapter, provider, providerAccountID})
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.panicked != nil {
		panic(f.panicked)
	}
	return cloneAccount(f.account), f.err
}

func (r *Refresher) expired(a *Account) bool {
	now, early := time.Now, r.Early
	if r.Clock != nil {
		now = r.Clock
	}
	if early == 0 {
		early = 10 * time.Second
	}
	return a.ExpiresAt != 0 && !now().Add(early).Before(time.Unix(a.ExpiresAt, 0))
}

func (r *Refresher) timeout() time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	return 30 * time.Second
}

// join returns the flight of the account, and begins it if there is none.
func (r *Refresher) join(ctx context.Context, key flightKey) *flight {
	shared := reflect.ValueOf(key.adapter).Comparable() // or it can't be a key
	r.mu.Lock()
	defer r.mu.Unlock()
	if shared {
		if f := r.flights[key]; f != nil {
			return f
		}
	}
	f := &flight{done: make(chan struct{}), err: errors.New("function Refresh ended its goroutine")}
	if shared {
		if r.flights == nil {
			r.flights = make(map[flightKey]*flight)
		}
		r.flights[key] = f
	}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				f.panicked = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			}
			if shared {
				r.mu.Lock()
				defer r.mu.Unlock()
				delete(r.flights, key)
			}
			close(f.done)
		}()
		f.account, f.err = (&renewal{Refresher: r, flightKey: key}).run(context.WithoutCancel(ctx))
	}()
	return f
}

// cloneAccount makes a copy for each caller: results are theirs.
func cloneAccount(a *Account) *Account {
	if a == nil {
		return nil
	}
	c := *a
	c.Extra = maps.Clone(a.Extra)
	return &c
}
