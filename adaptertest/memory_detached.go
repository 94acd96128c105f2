package adaptertest

import (
	"context"

	"github.com/authdb/authdb"
)

// DetachedMemory is a Memory without users: what it keeps belongs to users who are
// kept elsewhere, and it looks at none of them. With another store's users
// [authdb.Compose] makes an adapter of it. [NewDetachedMemory] makes one.
type DetachedMemory struct {
	*detachedMemory
}

// detachedMemory has the methods of a Memory that no user is needed for, by
// embedding the interfaces that they are of.
type detachedMemory struct {
	authdb.AccountStore
	authdb.AccountLister
	authdb.AccountUpdater
	authdb.VerificationTokenStore
	authdb.VerificationTokenReader
	authdb.AuthenticatorStore
	authdb.AuthenticatorRemover
	authdb.SessionLister
	authdb.SessionRevoker
	authdb.SessionToucher
	authdb.Sweeper
	authdb.Validator

	memory *Memory
}

var _ authdb.DetachedSessionStore = DetachedMemory{}

// NewDetachedMemory returns an empty DetachedMemory with the options that Memory
// honours. The columns are those of [Memory]; nil is none.
func NewDetachedMemory(columns map[string]map[string]any, opts ...authdb.Option) DetachedMemory {
	m := NewMemory(opts...)
	m.Columns, m.detached = columns, true
	return DetachedMemory{&detachedMemory{m, m, m, m, m, m, m, m, m, m, m, m, m}}
}

// CreateSession implements [authdb.DetachedSessionStore].
func (d *detachedMemory) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	return d.memory.CreateSession(ctx, session)
}

// GetSession implements [authdb.DetachedSessionStore].
func (d *detachedMemory) GetSession(ctx context.Context, sessionToken string) (*authdb.Session, error) {
	return do(ctx, d.memory, "get session", func() (*authdb.Session, error) {
		s, err := d.memory.session(sessionToken)
		return cloneSession(s), err
	})
}

// UpdateSession implements [authdb.DetachedSessionStore].
func (d *detachedMemory) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	return d.memory.UpdateSession(ctx, sessionToken, patch)
}

// DeleteSession implements [authdb.DetachedSessionStore].
func (d *detachedMemory) DeleteSession(ctx context.Context, sessionToken string) error {
	return d.memory.DeleteSession(ctx, sessionToken)
}
