package readme_test

import (
	"context"
	"log"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
)

// audited writes down who is deleted. All else is the adapter's that it wraps.
type audited struct {
	authdb.Adapter
	log *log.Logger
}

func (a audited) DeleteUser(ctx context.Context, id string) error {
	err := a.Adapter.DeleteUser(ctx, id)
	a.log.Printf("delete user %q: %v", id, err)
	return err
}

// TestAudited proves that it is still an adapter.
func TestAudited(t *testing.T) {
	clock := adaptertest.NewClock(time.Now())
	adaptertest.Run(t, func(t testing.TB) authdb.Adapter {
		memory := adaptertest.NewMemory(authdb.WithClock(clock.Now))
		return audited{memory, log.New(t.Output(), "", 0)}
	}, adaptertest.WithClock(clock))
}
