package fileadapter

import (
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

func TestAdapter(t *testing.T) {
	clock := adaptertest.NewClock(time.Now())
	newAdapter := func(testing.TB) authdb.Adapter {
		return New(authdb.WithClock(clock.Now))
	}
	adaptertest.Run(t, newAdapter, adaptertest.WithClock(clock),
		adaptertest.Misconfigured(func(testing.TB) authdb.Adapter { return New(authdb.WithSynchronize()) }))
}
