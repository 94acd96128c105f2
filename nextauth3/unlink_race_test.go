package nextauth3_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/nextauth3"
)

// TestUnlinkAccountRace has the account linked to somebody else in the middle of
// UnlinkAccount: it stays theirs.
func TestUnlinkAccountRace(t *testing.T) {
	t.Run("alone", func(t *testing.T) {
		unlinkRace(t, func(a authdb.Adapter) authdb.Adapter { return a })
	})
	t.Run("with sessions elsewhere", func(t *testing.T) {
		unlinkRace(t, func(a authdb.Adapter) authdb.Adapter {
			c, err := authdb.Compose(authdb.Stores{Users: a, Sessions: adaptertest.NewDetachedMemory(nil)},
				authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives)
			ok(t, err)
			return c
		})
	})
}

func unlinkRace(t *testing.T, over func(authdb.Adapter) authdb.Adapter) {
	t.Helper()
	db, err := gorm.Open(postgres.Open(testdb.New(t, testdb.Postgres).DSN), &gorm.Config{Logger: logger.Discard})
	ok(t, err)
	pool, err := db.DB()
	ok(t, err)
	t.Cleanup(func() { pool.Close() })
	adapter := gormadapter.New(db)
	ok(t, adapter.Synchronize(t.Context()))
	ada, err := adapter.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
	ok(t, err)
	bob, err := adapter.CreateUser(t.Context(), &authdb.User{Name: "Bob"})
	ok(t, err)
	link := func(user *authdb.User) error {
		_, err := adapter.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oauth", Provider: "github", ProviderAccountID: "7"})
		return err
	}
	ok(t, link(ada))

	moved := make(chan error, 1)
	interrupted := interrupted{adapter, func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := adapter.UnlinkAccount(t.Context(), "github", "7"); err != nil {
				moved <- err
				return
			}
			moved <- link(bob)
		}()
		select {
		case <-done:
		case <-time.After(300 * time.Millisecond): // it has to wait
		}
	}}
	v3, err := nextauth3.New(over(interrupted), nextauth3.Options{}).GetAdapter(t.Context(), nextauth3.AppOptions{Secret: secret})
	ok(t, err)
	ok(t, v3.UnlinkAccount(t.Context(), ada.ID, "github", "7"))
	ok(t, <-moved)
	owner, err := v3.GetUserByProviderAccountID(t.Context(), "github", "7")
	ok(t, err)
	if owner.Name != "Bob" {
		t.Errorf("the account is %s's, want Bob's", owner.Name)
	}
}

// interrupted is an adapter that is interrupted after it has looked at an account in
// a transaction.
type interrupted struct {
	*gormadapter.Adapter
	by func()
}

func (a interrupted) As(target any) bool {
	if t, ok := target.(*authdb.Transactor); ok {
		*t = a
		return true
	}
	if l, ok := target.(*authdb.AccountLocker); ok {
		*l = a
		return true
	}
	return a.Adapter.As(target)
}

func (a interrupted) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	return a.Adapter.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		return f(ctx, interrupted{tx.(*gormadapter.Adapter), a.by})
	})
}

func (a interrupted) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	account, err := a.Adapter.GetAccount(ctx, provider, id)
	a.by()
	return account, err
}

func (a interrupted) LockAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	account, err := a.Adapter.LockAccount(ctx, provider, id)
	a.by()
	return account, err
}
