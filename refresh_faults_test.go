package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/authdb/authdb"
)

// What the provider answered is stored though InTx fails: Refresh, asked a
// second time, would be refused.
func TestRefresherStores(t *testing.T) {
	lost := fmt.Errorf("commit: %w", authdb.ErrUnknownOutcome)
	for name, fault := range map[string]func(commit func() error) error{
		"the commit is lost":             func(func() error) error { return lost },
		"the commit's answer is lost":    func(commit func() error) error { return errors.Join(commit(), lost) },
		"the database is not there":      func(func() error) error { return errFault },
		"the transaction has to give up": func(func() error) error { return authdb.ErrConflict },
	} {
		t.Run(name, func(t *testing.T) {
			ways(t, func(t *testing.T, a *altered) {
				p, faults := &provider{clock: time.Now}, 0
				r := &authdb.Refresher{Refresh: p.refresh}
				a.inTx = func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error {
					if faults++; faults > 3 {
						return a.transaction(ctx, f)
					}
					rollback := errors.New("rollback")
					var commits bool
					err := a.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error {
						if err := f(ctx, tx); err != nil {
							return err
						}
						if _ = fault(func() error { commits = true; return nil }); commits {
							return nil
						}
						return rollback
					})
					if err != nil && !errors.Is(err, rollback) {
						return err
					}
					return fault(func() error { return nil })
				}
				got, err := r.Account(t.Context(), a, google1, id1)
				ok(t, err)
				stored, err := a.Memory.GetAccount(t.Context(), google1, id1)
				ok(t, err)
				if got.AccessToken != "access-2" || stored.AccessToken != "access-2" || p.calls.Load() != 1 {
					t.Errorf("got %+v, stored is %+v, after %d calls", got, stored, p.calls.Load())
				}
			})
		})
	}
}

func TestRefresherSaysWhatIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		fault error
		takes time.Duration
	}{
		"the database stays away":  {errFault, 30 * time.Second},
		"the account was unlinked": {authdb.ErrNotFound, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ways(t, func(t *testing.T, a *altered) {
				began := time.Now()
				p := &provider{clock: time.Now}
				a.before = func(_ context.Context, _ *altered, called string) error {
					if called == "UpdateAccount" {
						return c.fault
					}
					return nil
				}
				got, err := (&authdb.Refresher{Refresh: p.refresh}).Account(t.Context(), a, google1, id1)
				is(t, err, c.fault)
				if got != nil || !strings.Contains(fmt.Sprint(err), "are lost") || strings.Contains(fmt.Sprint(err), "access") {
					t.Errorf("got %+v and %v", got, err)
				}
				if took := time.Since(began); took != c.takes || p.calls.Load() != 1 {
					t.Errorf("took %v and %d calls", took, p.calls.Load())
				}
			})
		})
	}
}

// InTx may repeat what it was given, and others may come in between.
func TestRefresherInARepeatedTransaction(t *testing.T) {
	for name, others := range map[string]bool{"nobody else": false, "somebody else": true} {
		synctest.Test(t, func(t *testing.T) {
			a := expiring(t)
			p := &provider{clock: time.Now}
			a.inTx = func(ctx context.Context, a *altered, f func(context.Context, authdb.Adapter) error) error {
				err := a.transaction(ctx, func(ctx context.Context, tx authdb.Adapter) error { return errors.Join(f(ctx, tx), errFault) })
				is(t, err, errFault)
				if others {
					patch := authdb.AccountPatch{AccessToken: authdb.Set("the other's"), ExpiresAt: authdb.Null[int64]()}
					if _, err := a.Memory.UpdateAccount(ctx, google1, id1, patch); err != nil {
						return err
					}
				}
				return a.transaction(ctx, f)
			}
			got, err := (&authdb.Refresher{Refresh: p.refresh}).Account(t.Context(), a, google1, id1)
			ok(t, err)
			if p.calls.Load() != 1 || (got.AccessToken == "the other's") != others {
				t.Errorf("%s: got %+v after %d calls", name, got, p.calls.Load())
			}
		})
	}
}

func TestRefresherErrorIsEverybodys(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		before, err := a.Memory.GetAccount(t.Context(), google1, id1)
		ok(t, err)
		p := &provider{clock: time.Now, gate: make(chan struct{}), fails: errFault}
		r := &authdb.Refresher{Refresh: p.refresh}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				got, err := r.Account(t.Context(), a, google1, id1)
				if got != nil || !errors.Is(err, errFault) {
					t.Errorf("got %+v and %v, want the error of Refresh", got, err)
				}
			})
		}
		synctest.Wait()
		close(p.gate)
		all.Wait()
		after, err := a.Memory.GetAccount(t.Context(), google1, id1)
		ok(t, err)
		if !reflect.DeepEqual(after, before) || p.calls.Load() != 1 {
			t.Errorf("stored is %+v after %d calls", after, p.calls.Load())
		}
		p.fails = nil
		_, err = r.Account(t.Context(), a, google1, id1)
		ok(t, err)
	})
}

func TestRefresherPanicIsEverybodys(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		gate := make(chan struct{})
		r := &authdb.Refresher{Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
			<-gate
			panic("the provider's answer is a surprise")
		}}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				defer func() {
					if p := fmt.Sprint(recover()); !strings.Contains(p, "surprise") || !strings.Contains(p, "TestRefresherPanicIsEverybodys") {
						t.Errorf("got the panic %v, want Refresh's, and where it was", p)
					}
				}()
				_, err := r.Account(t.Context(), a, google1, id1)
				t.Errorf("got %v, want a panic", err)
			})
		}
		synctest.Wait()
		close(gate)
		all.Wait()
		// And nobody is locked out.
		r.Refresh = (&provider{clock: time.Now}).refresh
		_, err := r.Account(t.Context(), a, google1, id1)
		ok(t, err)
	})
}

func TestRefresherGoexitIsAnError(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		r := &authdb.Refresher{Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
			runtime.Goexit()
			return authdb.AccountPatch{}, nil
		}}
		if got, err := r.Account(t.Context(), a, google1, id1); err == nil || got != nil {
			t.Errorf("got %+v and %v, want an error", got, err)
		}
	})
}

// TestRefresherWaitsFirst: Refresh has its whole time, however long the lock was
// waited for.
func TestRefresherWaitsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, waited := expiring(t), false
		a.before = func(_ context.Context, _ *altered, method string) error {
			if method == "LockAccount" && !waited {
				waited = true
				time.Sleep(55 * time.Second)
			}
			return nil
		}
		r := &authdb.Refresher{Refresh: func(ctx context.Context, _ *authdb.Account) (authdb.AccountPatch, error) {
			if ends, ok := ctx.Deadline(); !ok || time.Until(ends) != 30*time.Second {
				t.Errorf("it ends in %v", time.Until(ends))
			}
			time.Sleep(29 * time.Second) // beyond the end of the transaction's context
			return authdb.AccountPatch{AccessToken: authdb.Set("fresh"), ExpiresAt: authdb.Set(time.Now().Add(time.Hour).Unix())}, nil
		}}
		account, err := r.Account(t.Context(), a, "google", "1098765")
		if err != nil || account.AccessToken != "fresh" {
			t.Errorf("%+v, %v", account, err)
		}
	})
}

func TestRefresherTimeout(t *testing.T) {
	ways(t, func(t *testing.T, a *altered) {
		began := time.Now()
		p := &provider{clock: time.Now, gate: make(chan struct{})} // never answers
		_, err := (&authdb.Refresher{Refresh: p.refresh}).Account(t.Context(), a, google1, id1)
		is(t, err, context.DeadlineExceeded)
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
