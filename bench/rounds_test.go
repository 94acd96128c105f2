package bench_test

import (
	"context"
	"flag"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

var batch = flag.Duration("batch", 20*time.Millisecond, "how long a batch of one of the contenders lasts")

// work does one operation. Its key is one that nobody else has, and whose record
// is there, if the operation needs one.
type work func(ctx context.Context, key string) error

// A duel is an operation in two ways: by the adapter, and by hand.
type duel struct {
	ours, raw work
	keys      func(n int) []string // of n operations; their records are stored
}

// rounds has both take turns for b.N rounds, in batches of about the same time,
// and reports the median of the rounds' ratios, the interval in which the true
// median is with 95 % confidence, and the best times of both.
func (d duel) rounds(b *testing.B, goroutines int) {
	b.Helper()
	n := d.calibrate(b, goroutines)
	var ratios, ours, raw []float64
	for i := range b.N {
		var x, y float64
		if i%2 == 0 {
			x, y = d.batch(b, d.ours, n, goroutines), d.batch(b, d.raw, n, goroutines)
		} else {
			y, x = d.batch(b, d.raw, n, goroutines), d.batch(b, d.ours, n, goroutines)
		}
		ratios, ours, raw = append(ratios, x/y), append(ours, x), append(raw, y)
	}
	slices.Sort(ratios)
	low, high := interval(len(ratios))
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(ratios[low], "low")
	b.ReportMetric(ratios[high], "high")
	b.ReportMetric(slices.Min(ours)/1e3, "us")
	b.ReportMetric(slices.Min(raw)/1e3, "raw-us")
	b.ReportMetric(0, "ns/op")
}

// interval returns the ranks between which the median of a population lies with
// 95 % confidence, for a sorted sample: those of the sign test.
func interval(n int) (low, high int) {
	low = max(0, int(math.Floor((float64(n)-1.96*math.Sqrt(float64(n)))/2)))
	return low, n - 1 - low
}

// calibrate returns how many operations of the adapter's a batch has.
func (d duel) calibrate(b *testing.B, goroutines int) int {
	b.Helper()
	if *brief {
		return goroutines
	}
	n := 4 * goroutines
	d.batch(b, d.raw, n, goroutines) // warms up
	for {
		each := d.batch(b, d.ours, n, goroutines)
		want := int(float64(batch.Nanoseconds()) / each)
		if want <= n || n >= 4096 {
			return max(want, goroutines)
		}
		n = min(want, 4*n, 4096)
	}
}

// batch returns the nanoseconds that an operation of n took.
func (d duel) batch(b *testing.B, f work, n, goroutines int) float64 {
	b.Helper()
	keys := d.keys(n)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	runtime.GC()
	began := time.Now()
	if goroutines == 1 {
		for _, key := range keys {
			if err := f(ctx, key); err != nil {
				b.Fatal(err)
			}
		}
		return float64(time.Since(began).Nanoseconds()) / float64(n)
	}
	var group sync.WaitGroup
	for part := range slices.Chunk(keys, (n+goroutines-1)/goroutines) {
		group.Go(func() {
			for _, key := range part {
				if err := f(ctx, key); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return float64(time.Since(began).Nanoseconds()) / float64(n)
}

// allocations reports what both allocate in an operation.
func (d duel) allocations(b *testing.B) {
	b.Helper()
	const runs = 64
	measure := func(f work) float64 {
		keys, i := d.keys(runs+1), 0
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		return testing.AllocsPerRun(runs, func() {
			if err := f(ctx, keys[i]); err != nil {
				b.Fatal(err)
			}
			i++
		})
	}
	b.ReportMetric(measure(d.ours), "allocs")
	b.ReportMetric(measure(d.raw), "raw-allocs")
}

// must returns a function that ends the benchmark by an error.
func must[T any](b testing.TB) func(T, error) T {
	return func(v T, err error) T {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
}
