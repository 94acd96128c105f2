package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/authdb/authdb"
)

// Memory is the reference adapter: the whole contract, in maps behind one
// lock. Its zero value is ready to use, and so is what [NewMemory] returns. It
// is safe for concurrent use.
//
// Its limits: what it holds is gone with the process, and no other process
// sees it. A look-up by anything but the record's own key walks through all
// records, and a transaction copies their list. Values in Extra that are pointers, slices or maps are shared with
// the caller. Text is limited to the sizes of the default tables, so that what
// fits into Memory fits into them. Of the options it honours
// [authdb.WithClock] and [authdb.WithIDs]; every other one is an error that
// Validate and all methods return. It has no Check, no Synchronize and no
// Close, because there is nothing to check, to create or to close.
type Memory struct {
	// Columns are further columns, by record ("User", "Account", "Session",
	// "VerificationToken", "Authenticator") and name, with any value of the
	// column's Go type: {"User": {"Role": ""}}. They can be NULL. Set it
	// before the first call. Default: none.
	Columns map[string]map[string]any

	options  authdb.Options // its zero value is that of the zero Memory
	detached bool           // users are kept elsewhere: see DetachedMemory

	mu sync.Mutex
	data
	state txState
}

// data is what a Memory holds. A record in it is never changed, only replaced.
type data struct {
	users          map[string]*authdb.User
	softDeleted    map[string]bool // by user ID
	accounts       map[accountKey]*authdb.Account
	sessions       map[string]*authdb.Session
	tokens         map[tokenKey]*authdb.VerificationToken
	authenticators map[string]*authdb.Authenticator
}

type accountKey struct{ provider, id string }

type tokenKey struct{ identifier, token string }

var (
	_ authdb.Adapter            = (*Memory)(nil)
	_ authdb.AuthenticatorStore = (*Memory)(nil)
	_ authdb.Validator          = (*Memory)(nil)
	_ authdb.Sweeper            = (*Memory)(nil)
	_ authdb.SessionLister      = (*Memory)(nil)
	_ authdb.AccountLister      = (*Memory)(nil)
	_ authdb.AccountUpdater     = (*Memory)(nil)
	_ authdb.Registrar          = (*Memory)(nil)
)

// NewMemory returns an empty Memory with the options.
func NewMemory(opts ...authdb.Option) *Memory {
	return &Memory{options: authdb.NewOptions(opts...)}
}

// Validate returns the options that Memory can't honour and the columns that
// can't be.
func (m *Memory) Validate() error {
	err := m.options.Only("WithIDs")
	refuse := func(what string) { err = errors.Join(err, errors.New("adaptertest: "+what)) }
	for record, columns := range m.Columns {
		fields, ok := recordFields[record]
		if !ok {
			refuse(fmt.Sprintf("Columns: no record %q (User, Account, Session, VerificationToken or Authenticator)", record))
		}
		for column, value := range columns {
			if slices.Contains(fields, column) || value == nil {
				refuse(fmt.Sprintf("Columns: %s.%s: name a further column, with a value of its type", record, column))
			}
		}
	}
	return err
}

// SoftDeleteUser does what an application does that marks a user as deleted
// and keeps the row. Of a user who is not there, it does nothing.
func (m *Memory) SoftDeleteUser(id string) {
	if m.enter(context.Background()) != nil { // a transaction's, after its end
		return
	}
	defer m.mu.Unlock()
	if m.users[id] != nil {
		m.softDeleted[id] = true
	}
}

// do runs one operation, alone: that makes each of them atomic.
func do[T any](ctx context.Context, m *Memory, operation string, work func() (T, error)) (T, error) {
	var zero T
	if err := m.Validate(); err != nil {
		return zero, err
	}
	for {
		result, err := once(ctx, m, work)
		var held *heldError
		if errors.As(err, &held) && m.state.outer == nil {
			if err = held.wait(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			return zero, fmt.Errorf("adaptertest: %s: %w", operation, err)
		}
		return result, nil
	}
}

func once[T any](ctx context.Context, m *Memory, work func() (T, error)) (T, error) {
	if err := m.enter(ctx); err != nil {
		var zero T
		return zero, err
	}
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		var zero T
		return zero, err
	}
	return work()
}

// exec is do for an operation without a result.
func exec(ctx context.Context, m *Memory, operation string, work func() error) error {
	_, err := do(ctx, m, operation, func() (struct{}, error) { return struct{}{}, work() })
	return err
}

// begin makes the zero value ready.
func (m *Memory) begin() {
	if m.users != nil {
		return
	}
	m.users = make(map[string]*authdb.User)
	m.softDeleted = make(map[string]bool)
	m.accounts = make(map[accountKey]*authdb.Account)
	m.sessions = make(map[string]*authdb.Session)
	m.tokens = make(map[tokenKey]*authdb.VerificationToken)
	m.authenticators = make(map[string]*authdb.Authenticator)
}

func (m *Memory) newID() string {
	if m.options.NewID != nil {
		return m.options.NewID()
	}
	return authdb.NewID()
}

// expired is the contract's Expires < now, at the millisecond.
func (m *Memory) expired(expires time.Time) bool { return expires.Before(m.now()) }

// now is the present, as instants are stored.
func (m *Memory) now() time.Time {
	clock := time.Now
	if m.options.Clock != nil {
		clock = m.options.Clock
	}
	return clock().UTC().Truncate(time.Millisecond)
}

// user returns the user as all look-ups see it: not if soft-deleted.
func (m *Memory) user(id string) (*authdb.User, error) {
	if u := m.users[id]; u != nil && !m.softDeleted[id] {
		return u, nil
	}
	return nil, authdb.ErrNotFound
}

// reference returns ErrReference unless a record may point at the user.
func (m *Memory) reference(userID string) error {
	if _, err := m.user(userID); err != nil && !m.detached {
		return fmt.Errorf("%w: UserID", authdb.ErrReference)
	}
	return nil
}
