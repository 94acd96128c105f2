package adaptertest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// A recorder is a testing.TB that remembers failures instead of failing, so
// that a rule can fail without failing the test.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	failures []string
}

// record runs check on a recorder and returns its failures. A panic is one.
func record(tb testing.TB, check func(testing.TB)) []string {
	rec := &recorder{TB: tb}
	done := make(chan struct{})
	go func() { // FailNow ends the goroutine
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				rec.Errorf("panic: %v", p)
			}
		}()
		check(rec)
	}()
	<-done
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return rec.failures
}

func (r *recorder) add(failure string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, failure)
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.add(fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }

func (r *recorder) Fail() { r.add("failed") }

func (r *recorder) FailNow() {
	r.Fail()
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0
}
