package plugins

import (
	"context"
	"testing"

	"gorm.io/plugin/dbresolver"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
)

// TestResolver_Suite: behind a replica that shows what is committed, the adapter
// keeps the whole contract.
func TestResolver_Suite(t *testing.T) {
	p := resolve(t, "&synchronous_commit=remote_apply")
	p.replica.take()
	p.suite(t, p.adapter)
	if len(p.replica.take()) == 0 {
		t.Error("the replica was asked for nothing")
	}
}

// TestResolver_SuitePaused: behind one that stands still from the beginning, all
// is found through the primary. Lists are the replica's, and so are left to an
// adapter that does not read there.
func TestResolver_SuitePaused(t *testing.T) {
	p := resolve(t, "")
	p.Pause(t)
	p.suite(t, listing{p.adapter, p.on(p.db.Clauses(dbresolver.Write))})
}

// listing is an adapter whose lists are another's.
type listing struct {
	*gormadapter.Adapter
	lists *gormadapter.Adapter
}

// As implements the search of authdb.As.
func (a listing) As(target any) bool {
	switch target := target.(type) {
	case *authdb.SessionLister:
		*target = a.lists
	case *authdb.AccountLister:
		*target = a.lists
	case *authdb.AuthenticatorStore:
		*target = a
	default:
		return a.Adapter.As(target)
	}
	return true
}

// ListAuthenticatorsByUserID implements authdb.AuthenticatorStore.
func (a listing) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*authdb.Authenticator, error) {
	return a.lists.ListAuthenticatorsByUserID(ctx, userID)
}

func (p *pair) suite(t *testing.T, a authdb.Adapter) {
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, adaptertest.WithClock(p.clock))
}
