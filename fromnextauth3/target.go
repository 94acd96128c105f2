package fromnextauth3

import (
	"context"
	"errors"
	"fmt"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

type records = gormadapter.Records

// target is the new side.
type target struct {
	authdb.Adapter

	// many finds and stores many records at once. It is nil for all but
	// gormadapter's own: a wrapper has a reason to see each.
	many *gormadapter.Adapter
}

func newTarget(adapter authdb.Adapter) *target {
	many, _ := adapter.(*gormadapter.Adapter)
	return &target{adapter, many}
}

// on returns the target inside a transaction.
func (t *target) on(tx authdb.Adapter) *target {
	if t.many == nil { // for a wrapper, whatever it is in there
		return &target{tx, nil}
	}
	return newTarget(tx)
}

// check finds out what would else be refused row by row.
func (t *target) check(ctx context.Context, opts *Options) error {
	if v, ok := authdb.As[authdb.Validator](t.Adapter); ok {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	if c, ok := authdb.As[authdb.Checker](t.Adapter); ok {
		if err := c.Check(ctx); err != nil {
			return fmt.Errorf("the new tables: %w", err)
		}
	}
	id := opts.NewID("User", 1)
	if id == "" {
		return fmt.Errorf("%w: Options.NewID returns no id for a user", authdb.ErrInvalid)
	}
	if err := t.refuses(&authdb.User{ID: id, Name: "x", Email: "x", Image: "x"}); err != nil {
		return fmt.Errorf("the new tables can't hold users under ids such as Options.NewID makes: %w", err)
	}
	newID := opts.NewID
	leave := map[string]bool{ // where the database numbers them, or they are UUIDs
		"Account": t.refuses(&authdb.Account{ID: newID("Account", 1), UserID: id, Type: "x", Provider: "x", ProviderAccountID: "x"}) != nil,
		"Session": t.refuses(&authdb.Session{ID: newID("Session", 1), UserID: id, SessionToken: "x", Expires: opts.Now()}) != nil,
	}
	opts.NewID = func(record string, old int32) string {
		if leave[record] {
			return ""
		}
		return newID(record, old)
	}
	return nil
}

// refuses returns the error with which the record would be refused before it is
// sent, as far as is known.
func (t *target) refuses(record any) error {
	if t.many == nil {
		return nil
	}
	return t.many.CheckRecord(record)
}

// inTx calls f in a transaction if there are any.
func (t *target) inTx(ctx context.Context, f func(ctx context.Context, to authdb.Adapter) error) error {
	if x, ok := authdb.As[authdb.Transactor](t.Adapter); ok {
		return x.InTx(ctx, f)
	}
	return f(ctx, t.Adapter)
}

// each looks the records up one by one.
func each[R any](all []*R, find func(*R) (*R, error)) ([]*R, error) {
	there := make([]*R, len(all))
	for i, r := range all {
		found, err := find(r)
		if err != nil && !errors.Is(err, authdb.ErrNotFound) {
			return nil, err
		}
		there[i] = found
	}
	return there, nil
}

// place puts what was found where the record of the same key is.
func place[R any](all, found []*R, key func(*R) any) []*R {
	by := map[any]*R{}
	for _, r := range found {
		by[key(r)] = r
	}
	there := make([]*R, len(all))
	for i, r := range all {
		there[i] = by[key(r)]
	}
	return there
}

// users returns for each user the one that is there under the id, or nil.
func (t *target) users(ctx context.Context, users []*authdb.User) ([]*authdb.User, error) {
	if t.many == nil {
		return each(users, func(u *authdb.User) (*authdb.User, error) { return t.GetUser(ctx, u.ID) })
	}
	found, err := t.many.FindAll(ctx, records{Users: users})
	return place(users, found.Users, func(u *authdb.User) any { return u.ID }), err
}

func (t *target) accounts(ctx context.Context, accounts []*authdb.Account) ([]*authdb.Account, error) {
	if t.many == nil {
		return each(accounts, func(a *authdb.Account) (*authdb.Account, error) {
			return t.GetAccount(ctx, a.Provider, a.ProviderAccountID)
		})
	}
	found, err := t.many.FindAll(ctx, records{Accounts: accounts})
	return place(accounts, found.Accounts, func(a *authdb.Account) any { return accountKey{a.Provider, a.ProviderAccountID} }), err
}

// sessions takes one that has expired on the new side for that of the same user,
// since nothing but its token can be known.
func (t *target) sessions(ctx context.Context, sessions []*authdb.Session) ([]*authdb.Session, error) {
	if t.many == nil {
		return each(sessions, func(s *authdb.Session) (*authdb.Session, error) {
			there, _, err := t.GetSessionAndUser(ctx, s.SessionToken)
			if errors.Is(err, authdb.ErrExpired) {
				return &authdb.Session{SessionToken: s.SessionToken, UserID: s.UserID}, nil
			}
			return there, err
		})
	}
	found, err := t.many.FindAll(ctx, records{Sessions: sessions})
	return place(sessions, found.Sessions, func(s *authdb.Session) any { return s.SessionToken }), err
}

// tokens can be looked up by no method that does not use them up.
func (t *target) tokens(ctx context.Context, tokens []*authdb.VerificationToken) ([]*authdb.VerificationToken, error) {
	if t.many == nil {
		return make([]*authdb.VerificationToken, len(tokens)), nil
	}
	found, err := t.many.FindAll(ctx, records{VerificationTokens: tokens})
	return place(tokens, found.VerificationTokens, func(x *authdb.VerificationToken) any { return [2]string{x.Identifier, x.Token} }), err
}
