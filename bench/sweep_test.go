// Package bench measures what the adapter does to others while it works.
package bench_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

var expired = flag.Int("expired", 1_000_000, "how many expired sessions BenchmarkSweep sweeps")

const (
	live    = 10_000
	users   = 1_000
	readers = 8

	signInEvery = 50 * time.Millisecond
)

// undisturbed is measured before the sweep, and after it.
func undisturbed() time.Duration { return unless(15*time.Second, 100*time.Millisecond) }

// many is how many expired sessions are swept.
func many() int { return unless(*expired, 500) }

// BenchmarkSweep sweeps a million expired sessions while readers look sessions
// up and users sign in, and says how long those wait with and without it:
//
//	go test ./bench -run '^$' -bench Sweep -benchtime 1x -timeout 2h
func BenchmarkSweep(b *testing.B) {
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			db := d.open(b)
			adapter := gormadapter.New(db)
			if err := adapter.Synchronize(b.Context()); err != nil {
				b.Fatal(err)
			}
			load(b, db, d)
			before := observe(b, adapter, func(ctx context.Context) { pause(ctx, undisturbed()) })
			var swept int64
			began := time.Now()
			during := observe(b, adapter, func(ctx context.Context) { swept = sweep(ctx, b, adapter) })
			took := time.Since(began)
			after := observe(b, adapter, func(ctx context.Context) { pause(ctx, undisturbed()) })
			if swept != int64(many()) {
				b.Errorf("swept %d sessions, want %d", swept, many())
			}
			without := observed{append(before.lookUps, after.lookUps...), append(before.signIns, after.signIns...)}
			report(b, "without", without)
			report(b, "with", during)
			b.ReportMetric(took.Seconds(), "sweep-s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// load stores the users and all sessions.
func load(b *testing.B, db *gorm.DB, d database) {
	b.Helper()
	numbers := func(n int) string { return fmt.Sprintf(d.numbers, n-1) }
	for _, statement := range []string{
		"INSERT INTO users (id, email) SELECT concat('user-', n), concat(n, '@example.com') FROM " + numbers(users),
		fmt.Sprintf("INSERT INTO sessions (id, session_token, user_id, expires) SELECT %s, concat('expired-', %s), concat('user-', n %% %d), %s FROM %s", d.hash, d.hash, users, d.ago, numbers(many())),
		fmt.Sprintf("INSERT INTO sessions (id, session_token, user_id, expires) SELECT %s, concat('live-', n), concat('user-', n %% %d), '2999-01-01 00:00:00.000' FROM %s", d.hash, users, numbers(live)),
	} {
		if d.database == "sqlite" {
			statement = strings.ReplaceAll(statement, "2999-01-01 00:00:00.000", "2999-01-01T00:00:00.000+00:00")
		}
		if err := db.Exec(statement).Error; err != nil {
			b.Fatal(err)
		}
	}
	analyze := map[string]string{"sqlite": "ANALYZE", "postgres": "VACUUM ANALYZE sessions"}[d.database]
	if analyze == "" {
		analyze = "ANALYZE TABLE sessions"
	}
	// Not prepared: on MariaDB the driver waits for ever for the end of its answer.
	pool, err := db.DB()
	if err == nil {
		_, err = pool.ExecContext(b.Context(), analyze)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// observed are the times that calls took.
type observed struct{ lookUps, signIns []time.Duration }

// observe measures look-ups and sign-ins while work is done.
func observe(b *testing.B, adapter *gormadapter.Adapter, work func(ctx context.Context)) observed {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	var (
		group   sync.WaitGroup
		each    [readers][]time.Duration
		signIns []time.Duration
	)
	for i := range readers {
		group.Go(func() {
			for ctx.Err() == nil {
				began := time.Now()
				_, _, err := adapter.GetSessionAndUser(ctx, fmt.Sprintf("live-%d", rand.N(live)))
				if err != nil && ctx.Err() == nil {
					b.Error(err)
					return
				}
				each[i] = append(each[i], time.Since(began))
			}
		})
	}
	group.Go(func() {
		for ctx.Err() == nil {
			pause(ctx, signInEvery)
			began := time.Now()
			_, err := adapter.CreateSession(ctx, &authdb.Session{SessionToken: authdb.NewID(), UserID: fmt.Sprintf("user-%d", rand.N(users)), Expires: time.Now().Add(30 * 24 * time.Hour)})
			if err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
			signIns = append(signIns, time.Since(began))
		}
	})
	work(ctx)
	cancel()
	group.Wait()
	return observed{slices.Concat(each[:]...), signIns}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// sweep runs until nothing is left.
func sweep(ctx context.Context, b *testing.B, adapter authdb.Adapter) (swept int64) {
	b.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := authdb.Sweep(ctx, adapter, time.Hour, func(s authdb.Swept, err error) {
		if err != nil {
			b.Error(err)
		}
		if swept += s.Sessions; swept >= int64(many()) || err != nil {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		b.Error(err)
	}
	return swept
}

func report(b *testing.B, name string, o observed) {
	b.Helper()
	micro := func(times []time.Duration, share float64) float64 {
		slices.Sort(times)
		if len(times) == 0 {
			return 0
		}
		return float64(times[int(share*float64(len(times)-1))].Microseconds())
	}
	b.ReportMetric(micro(o.lookUps, 0.5), "median-us-"+name)
	b.ReportMetric(micro(o.lookUps, 0.99), "p99-us-"+name)
	b.ReportMetric(micro(o.signIns, 0.5), "sign-in-median-us-"+name)
	b.ReportMetric(micro(o.signIns, 0.99), "sign-in-p99-us-"+name)
	b.ReportMetric(micro(o.signIns, 1), "sign-in-max-us-"+name)
}
