package gormadapter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
)

// TestThroughTransactions runs the contract with each call inside a transaction:
// one of InTx, or one of the application's.
func TestThroughTransactions(t *testing.T) {
	ways := map[string]func(db *gorm.DB, a *gormadapter.Adapter) through{
		"InTx": func(_ *gorm.DB, a *gormadapter.Adapter) through {
			return func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error {
				return a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error { return f(tx.(*gormadapter.Adapter)) })
			}
		},
		"WithTx": func(db *gorm.DB, a *gormadapter.Adapter) through {
			return func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error {
				for {
					err := db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return f(a.WithTx(tx)) })
					if !errors.Is(err, authdb.ErrConflict) {
						return err
					}
				}
			}
		},
	}
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for name, way := range ways {
				t.Run(name, func(t *testing.T) {
					db, _ := d.open(t)
					clock := adaptertest.NewClock(time.Now())
					a := synchronised(t, db, authdb.WithClock(clock.Now))
					adaptertest.Run(t, func(testing.TB) authdb.Adapter { return way(db, a) }, adaptertest.WithClock(clock),
						adaptertest.Require("AuthenticatorStore", "Sweeper", "SessionLister", "AccountLister", "AccountUpdater"))
				})
			}
		})
	}
}

// through is an adapter that makes each call in a transaction, which had begun
// before and goes on if the call fails.
type through func(ctx context.Context, f func(tx *gormadapter.Adapter) error) error

// run makes the call, and returns what it returned. The transaction is committed
// all the same: what failed has done nothing.
func (x through) run(ctx context.Context, call func(tx *gormadapter.Adapter) error) (err error) {
	failed := x(ctx, func(tx *gormadapter.Adapter) error {
		if err = call(tx); errors.Is(err, authdb.ErrConflict) {
			return err
		}
		return nil
	})
	if err == nil {
		err = failed
	}
	return err
}

func result[R any](ctx context.Context, x through, call func(tx *gormadapter.Adapter) (R, error)) (r R, err error) {
	err = x.run(ctx, func(tx *gormadapter.Adapter) (err error) {
		r, err = call(tx)
		return err
	})
	if err != nil {
		var none R
		r = none
	}
	return r, err
}

func (x through) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.User, error) { return tx.CreateUser(ctx, user) })
}

func (x through) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.User, error) { return tx.GetUser(ctx, id) })
}

func (x through) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.User, error) { return tx.GetUserByEmail(ctx, email) })
}

func (x through) GetUserByAccount(ctx context.Context, provider, id string) (*authdb.User, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.User, error) { return tx.GetUserByAccount(ctx, provider, id) })
}

func (x through) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.User, error) { return tx.UpdateUser(ctx, id, patch) })
}

func (x through) DeleteUser(ctx context.Context, id string) error {
	return x.run(ctx, func(tx *gormadapter.Adapter) error { return tx.DeleteUser(ctx, id) })
}

func (x through) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Account, error) { return tx.LinkAccount(ctx, account) })
}

func (x through) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Account, error) { return tx.GetAccount(ctx, provider, id) })
}

func (x through) UnlinkAccount(ctx context.Context, provider, id string) error {
	return x.run(ctx, func(tx *gormadapter.Adapter) error { return tx.UnlinkAccount(ctx, provider, id) })
}

func (x through) ListAccountsByUserID(ctx context.Context, userID string) ([]*authdb.Account, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) ([]*authdb.Account, error) { return tx.ListAccountsByUserID(ctx, userID) })
}

func (x through) UpdateAccount(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Account, error) {
		return tx.UpdateAccount(ctx, provider, id, patch)
	})
}

func (x through) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Session, error) { return tx.CreateSession(ctx, session) })
}

func (x through) GetSessionAndUser(ctx context.Context, token string) (session *authdb.Session, user *authdb.User, err error) {
	err = x.run(ctx, func(tx *gormadapter.Adapter) (err error) {
		session, user, err = tx.GetSessionAndUser(ctx, token)
		return err
	})
	return session, user, err
}

func (x through) UpdateSession(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Session, error) { return tx.UpdateSession(ctx, token, patch) })
}

func (x through) DeleteSession(ctx context.Context, token string) error {
	return x.run(ctx, func(tx *gormadapter.Adapter) error { return tx.DeleteSession(ctx, token) })
}

func (x through) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) ([]*authdb.Session, error) { return tx.ListSessionsByUserID(ctx, userID) })
}

func (x through) DeleteSessionsByUserID(ctx context.Context, userID string, except ...string) (int64, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (int64, error) {
		return tx.DeleteSessionsByUserID(ctx, userID, except...)
	})
}

func (x through) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.VerificationToken, error) {
		return tx.CreateVerificationToken(ctx, token)
	})
}

func (x through) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.VerificationToken, error) {
		return tx.UseVerificationToken(ctx, identifier, token)
	})
}

func (x through) CreateAuthenticator(ctx context.Context, authenticator *authdb.Authenticator) (*authdb.Authenticator, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Authenticator, error) {
		return tx.CreateAuthenticator(ctx, authenticator)
	})
}

func (x through) GetAuthenticator(ctx context.Context, id string) (*authdb.Authenticator, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Authenticator, error) { return tx.GetAuthenticator(ctx, id) })
}

func (x through) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*authdb.Authenticator, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) ([]*authdb.Authenticator, error) {
		return tx.ListAuthenticatorsByUserID(ctx, userID)
	})
}

func (x through) UpdateAuthenticatorCounter(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (*authdb.Authenticator, error) {
		return tx.UpdateAuthenticatorCounter(ctx, id, counter)
	})
}

func (x through) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	return result(ctx, x, func(tx *gormadapter.Adapter) (authdb.Swept, error) { return tx.DeleteExpired(ctx, limit) })
}
