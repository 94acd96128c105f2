package fileadapter

import (
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

func TestAdapter(t *testing.T) {
	clock := adaptertest.NewClock(time.Now())
	newAdapter := func(opts ...authdb.Option) authdb.Adapter {
		return New(append(opts, authdb.WithClock(clock.Now))...)
	}
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return newAdapter() },
		adaptertest.WithClock(clock),
		adaptertest.Misconfigured(func(testing.TB) authdb.Adapter { return newAdapter(authdb.WithSynchronize()) }),
		adaptertest.Require("Validator", "Sweeper"),
	)
}
