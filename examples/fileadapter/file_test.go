package fileadapter

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// open opens a file, which is closed when the test has ended.
func open(t testing.TB, path string, opts ...authdb.Option) *Adapter {
	t.Helper()
	a, err := Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestFile(t *testing.T) {
	clock := adaptertest.NewClock(time.Now())
	path := filepath.Join(t.TempDir(), "auth.log")
	adaptertest.Run(t, func(t testing.TB) authdb.Adapter {
		return open(t, path, authdb.WithClock(clock.Now))
	}, adaptertest.WithClock(clock), adaptertest.Require("Validator", "Sweeper"))
}
