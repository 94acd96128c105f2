package authdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// sweepLimit is how many rows of a table Sweep has a Sweeper remove in one
// call: so few that a call is over before anybody notices.
const sweepLimit = 500

// Sweep removes what has expired, at once and then again and again, with every
// between two rounds, give or take a tenth, so that several processes don't stay
// in step. It runs in the caller's goroutine until ctx ends, and returns ctx's
// error:
//
//	go func() { _ = authdb.Sweep(ctx, adapter, 10*time.Minute) }()
//
// A round is as many calls of DeleteExpired as it takes, of at most 500 rows of
// a table each. Between them it rests for as long as the last one took, to leave
// the database to others. Any number of processes may sweep at once.
//
// After each round report, if given, gets what was removed, and the error by
// which the round ended, if one did: the next round tries again, whatever it
// was. A round that ctx has ended is reported if it removed something. What
// report panics with, Sweep panics with.
//
// An adapter that is no Sweeper is errors.ErrUnsupported, and an every of zero
// or less ErrInvalid. What Validate of the adapter says, it returns at once.
func Sweep(ctx context.Context, adapter Adapter, every time.Duration, report ...func(Swept, error)) error {
	sweeper, ok := As[Sweeper](adapter)
	if !ok {
		return fmt.Errorf("authdb: Sweep: the adapter is no Sweeper: %w", errors.ErrUnsupported)
	}
	if every <= 0 {
		return fmt.Errorf("%w: Sweep: every is %v: say how long to wait between two rounds", ErrInvalid, every)
	}
	if v, ok := As[Validator](adapter); ok {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		swept, err := sweepRound(ctx, sweeper)
		if ended := ctx.Err() != nil; !ended || swept != (Swept{}) {
			if ended {
				err = nil // it says no more than ctx does
			}
			for _, f := range report {
				if f != nil {
					f(swept, err)
				}
			}
		}
		pause(ctx, every+time.Duration((rand.Float64()-0.5)/5*float64(every)))
	}
	return ctx.Err()
}

// sweepRound removes all that has expired.
func sweepRound(ctx context.Context, sweeper Sweeper) (total Swept, err error) {
	for ctx.Err() == nil {
		began := time.Now()
		swept, err := sweeper.DeleteExpired(ctx, sweepLimit)
		total.Sessions += swept.Sessions
		total.VerificationTokens += swept.VerificationTokens
		if err != nil || swept.Sessions < sweepLimit && swept.VerificationTokens < sweepLimit {
			return total, err
		}
		pause(ctx, time.Since(began))
	}
	return total, nil
}

// pause returns after that time, or when the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
