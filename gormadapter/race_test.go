package gormadapter_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// TestOneWinner: 64 callers of each of 50 tokens, by an adapter that knows the
// tables and one that does not: 50 winners, and for all others ErrNotFound.
func TestOneWinner(t *testing.T) {
	const tokens, callers = 50, 64
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		b := gormadapter.New(db) // knows nothing of the tables
		var winners atomic.Int64
		for i := range tokens {
			token := fmt.Sprint("token", i)
			_, err := a.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: "ada@example.com", Token: token, Expires: time.Now().Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			atOnce(callers, func(n int) {
				adapter := a
				if n%2 == 1 {
					adapter = b
				}
				used, err := adapter.UseVerificationToken(t.Context(), "ada@example.com", token)
				switch {
				case err == nil && used.Token == token:
					winners.Add(1)
				case !errors.Is(err, authdb.ErrNotFound):
					t.Errorf("%s: %v", token, err)
				}
			})
		}
		if n := winners.Load(); n != tokens {
			t.Errorf("%d winners of %d tokens", n, tokens)
		}
	})
}

// atOnce runs f n times, from one start.
func atOnce(n int, f func(i int)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// TestBusySQLite: an application's SQLite without any of the settings that make
// writers wait for each other.
func TestBusySQLite(t *testing.T) {
	for _, d := range databases()[:2] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			if err := db.Exec("PRAGMA journal_mode = DELETE").Error; err != nil {
				t.Fatal(err)
			}
			a := gormadapter.New(db)
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			pool(t, db).SetMaxOpenConns(8)
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			atOnce(16, func(i int) {
				for j := range 4 {
					token := fmt.Sprint(i, "-", j)
					if _, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: u.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
						t.Error(err)
					}
					if _, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set(token)}); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// TestEndedContexts ends contexts at all moments of a call, and then looks for
// connections that did not come back and for half of a deletion.
func TestEndedContexts(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		pool(t, db).SetMaxOpenConns(4)
		for i := range 60 {
			name := fmt.Sprint("u", i)
			u, err := a.CreateUser(t.Context(), &authdb.User{Email: name})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.LinkAccount(t.Context(), &authdb.Account{UserID: u.ID, Type: "oauth", Provider: "p", ProviderAccountID: name}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*50*time.Microsecond)
			err = a.DeleteUser(ctx, u.ID)
			cancel()
			_, userErr := a.GetUser(t.Context(), u.ID)
			_, accountErr := a.GetAccount(t.Context(), "p", name)
			if (userErr == nil) != (accountErr == nil) {
				t.Fatalf("half a deletion (%v): user %v, account %v", err, userErr, accountErr)
			}
			if err == nil && userErr == nil {
				t.Fatal("a deletion without error and without effect")
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %d: %v", i, err)
			}
		}
		if n := pool(t, db).Stats().InUse; n != 0 {
			t.Errorf("%d connections did not come back", n)
		}
	})
}

// TestInterruptedBegin: no connection of the pool is left inside a transaction
// whose beginning a context interrupted. What the next caller wrote on it would
// be acknowledged, and lost.
func TestInterruptedBegin(t *testing.T) {
	late := new(lateness)
	db := openGORM(t, sqlite.Dialector{Conn: sql.OpenDB(testdb.NewConnector(t, "sqlite", "file:"+testdb.SQLiteFile(t),
		func(c testdb.PassedOn) driver.Conn { return lateConn{c, late} }))})
	a := gormadapter.New(db)
	if err := a.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	late.cancel = cancel
	if err := a.DeleteUser(ctx, "nobody"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	late.cancel = nil
	if err := a.DeleteUser(t.Context(), "nobody"); err != nil {
		t.Error(err) // a transaction within a transaction
	}
	if !late.began {
		t.Error("nothing was interrupted")
	}
}

// A lateConn notices the end of a context only when BEGIN has done its work, as any
// driver's may. There is one of them at a time.
type lateConn struct {
	testdb.PassedOn
	late *lateness
}

type lateness struct {
	cancel context.CancelFunc // called by the next BEGIN
	began  bool
}

func (c lateConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if query != "BEGIN IMMEDIATE" || c.late.cancel == nil {
		return c.PassedOn.ExecContext(ctx, query, args)
	}
	if _, err := c.PassedOn.ExecContext(ctx, query, args); err != nil {
		return nil, err
	}
	c.late.began = true
	c.late.cancel()
	return nil, ctx.Err()
}
