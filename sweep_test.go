package authdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

func ExampleSweep() {
	adapter := adaptertest.NewMemory()
	ctx, cancel := context.WithCancel(context.Background())
	user, _ := adapter.CreateUser(ctx, &authdb.User{Email: "ada@example.com"})
	_, _ = adapter.CreateSession(ctx, &authdb.Session{SessionToken: "secret", UserID: user.ID, Expires: time.Now().Add(-time.Hour)})

	// A program calls it in a goroutine of its own, and ends ctx when it ends.
	err := authdb.Sweep(ctx, adapter, 10*time.Minute, func(swept authdb.Swept, err error) {
		fmt.Println(swept.Sessions, "session,", swept.VerificationTokens, "verification tokens, error:", err)
		cancel()
	})
	fmt.Println(err)
	// Output:
	// 1 session, 0 verification tokens, error: <nil>
	// context canceled
}

// sweeper is an adapter that answers DeleteExpired as the test has it.
type sweeper struct {
	*adaptertest.Memory
	deleteExpired func(ctx context.Context, limit int) (authdb.Swept, error)
}

func (s sweeper) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	return s.deleteExpired(ctx, limit)
}

// TestSweep removes all that has expired, in calls with rests between them, and
// what expires later in the next round.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := adaptertest.NewMemory()
		user, err := memory.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		add := func(n int, expires time.Duration) {
			for i := range n {
				if _, err := memory.CreateSession(t.Context(), &authdb.Session{SessionToken: fmt.Sprint(n, "-", i, expires), UserID: user.ID, Expires: time.Now().Add(expires)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		add(1345, -time.Hour)
		add(10, 30*time.Minute)
		add(1, 24*time.Hour)
		const took = 10 * time.Millisecond
		var calls []time.Time
		adapter := sweeper{memory, func(ctx context.Context, limit int) (authdb.Swept, error) {
			if limit < 1 || limit > 500 {
				t.Errorf("a limit of %d", limit)
			}
			calls = append(calls, time.Now())
			time.Sleep(took)
			return memory.DeleteExpired(ctx, limit)
		}}
		ctx, cancel := context.WithCancel(t.Context())
		var rounds []authdb.Swept
		began := time.Now()
		err = authdb.Sweep(ctx, adapter, time.Hour, func(swept authdb.Swept, err error) {
			if err != nil {
				t.Error(err)
			}
			if rounds = append(rounds, swept); len(rounds) == 3 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want the context's error", err)
		}
		want := []authdb.Swept{{Sessions: 1345}, {Sessions: 10}, {}}
		if fmt.Sprint(rounds) != fmt.Sprint(want) {
			t.Errorf("rounds: %v, want %v", rounds, want)
		}
		for i := range calls[:len(calls)-1] {
			gap := calls[i+1].Sub(calls[i])
			if more := i < len(calls)-3; more && gap < 2*took {
				t.Errorf("call %d after %v: without a rest", i+1, gap)
			} else if !more && (gap < 50*time.Minute || gap > 70*time.Minute) {
				t.Errorf("round %d after %v, want about an hour", i+1, gap)
			}
		}
		if calls[0] != began {
			t.Error("the first round is not at once")
		}
	})
}

// TestSweepSurvives errors, for as long as they last.
func TestSweepSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		calls := 0
		adapter := sweeper{adaptertest.NewMemory(), func(context.Context, int) (authdb.Swept, error) {
			switch calls++; calls {
			case 1:
				return authdb.Swept{Sessions: 500}, nil
			case 2, 3, 4:
				return authdb.Swept{Sessions: 7}, down
			}
			return authdb.Swept{Sessions: 5}, nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		var reported []string
		_ = authdb.Sweep(ctx, adapter, time.Minute, func(swept authdb.Swept, err error) {
			if reported = append(reported, fmt.Sprint(swept.Sessions, err)); len(reported) == 4 {
				cancel()
			}
		})
		if got, want := strings.Join(reported, ", "), "507 down, 7 down, 7 down, 5 <nil>"; got != want {
			t.Errorf("reported %s, want %s", got, want)
		}
	})
}

// TestSweepEnds with its context, promptly, wherever it is.
func TestSweepEnds(t *testing.T) {
	for name, test := range map[string]struct {
		swept int64 // by each call
		every time.Duration
		want  string // what is reported
	}{
		"between rounds": {1, time.Hour, "[{1 0} <nil>]"},
		"in a round":     {500, time.Hour, "[{1500 0} <nil>]"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
				defer cancel()
				adapter := sweeper{adaptertest.NewMemory(), func(ctx context.Context, _ int) (authdb.Swept, error) {
					select {
					case <-time.After(10 * time.Second):
						return authdb.Swept{Sessions: test.swept}, nil
					case <-ctx.Done():
						return authdb.Swept{}, ctx.Err()
					}
				}}
				began, reported := time.Now(), ""
				err := authdb.Sweep(ctx, adapter, test.every, func(swept authdb.Swept, err error) {
					reported += fmt.Sprint([]any{swept, err})
				})
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 50*time.Second {
					t.Errorf("%v after %v, want the context's error when it ends", err, time.Since(began))
				}
				if reported != test.want {
					t.Errorf("reported %s, want %s", reported, test.want)
				}
			})
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := authdb.Sweep(ctx, adaptertest.NewMemory(), time.Hour, func(authdb.Swept, error) { t.Error("reported, though nothing was done") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a context that had ended: %v", err)
	}
}

func TestSweepRefuses(t *testing.T) {
	if err := authdb.Sweep(t.Context(), struct{ authdb.Adapter }{adaptertest.NewMemory()}, time.Hour); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no Sweeper: %v, want ErrUnsupported", err)
	}
	for _, every := range []time.Duration{0, -time.Second} {
		if err := authdb.Sweep(t.Context(), adaptertest.NewMemory(), every); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("every %v: %v, want ErrInvalid", every, err)
		}
	}
	misconfigured := adaptertest.NewMemory(authdb.WithSynchronize())
	if err := authdb.Sweep(t.Context(), misconfigured, time.Hour); err == nil || err.Error() != misconfigured.Validate().Error() {
		t.Errorf("an adapter that can't work: %v, want what Validate says", err)
	}
}

// TestSweepPanics with what report panics with.
func TestSweepPanics(t *testing.T) {
	defer func() {
		if v := recover(); v != "report" {
			t.Errorf("recovered %v", v)
		}
	}()
	_ = authdb.Sweep(t.Context(), adaptertest.NewMemory(), time.Hour, func(authdb.Swept, error) { panic("report") })
	t.Error("no panic")
}
