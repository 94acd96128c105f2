package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// TestExhaustedPool: who waits for a connection until the context ends is told
// so, and has done nothing; the next call works.
func TestExhaustedPool(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db)
		u := furnish(t, a, "ada")
		before := stored(t, db, "ada")
		pool(t, db).SetMaxOpenConns(1)
		calls := map[string]func(ctx context.Context) error{
			"GetUser":    func(ctx context.Context) error { _, err := a.GetUser(ctx, u.ID); return err },
			"CreateUser": func(ctx context.Context) error { return add(ctx, a, "ada2") },
			"DeleteUser": func(ctx context.Context) error { return a.DeleteUser(ctx, u.ID) },
			"InTx": func(ctx context.Context) error {
				return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error { return add(ctx, tx, "ada2") })
			},
			"DB": func(ctx context.Context) error { return a.DB(ctx).Exec("DELETE FROM sessions").Error },
		}
		err := a.InTx(t.Context(), func(context.Context, authdb.Adapter) error { // has the connection
			for name, call := range calls {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", name, err)
				}
				cancel()
			}
			return nil
		})
		if err != nil || stored(t, db, "ada") != before {
			t.Errorf("%v: %s", err, stored(t, db, "ada"))
		}
		if err := calls["InTx"](t.Context()); err != nil || !has(t, a, "ada2") {
			t.Errorf("the next call: %v", err)
		}
	})
}

// TestStatementTimeout: a statement that the server ends has done nothing, nor
// has the call; nothing is repeated, and the next call works.
func TestStatementTimeout(t *testing.T) {
	for _, d := range databases()[2:4] { // MySQL has one for SELECT only
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			plain := synchronised(t, db)
			u := furnish(t, plain, "ada")
			name, dsn := placeOf(db)
			dsn += map[string]string{"postgres": "&statement_timeout=300", "mysql": "&max_statement_time=0.3"}[name]
			bounded, err := openPlace(name, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { pool(t, bounded).Close() })
			a := gormadapter.New(bounded)
			letGo := holding(t, db, u.ID)
			before := stored(t, db, "ada")
			calls := map[string]func() error{
				"UpdateUser": func() error {
					_, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("x")})
					return err
				},
				"InTx": func() error {
					return a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
						return errors.Join(add(ctx, tx, "ada2"), tx.DeleteUser(ctx, u.ID))
					})
				},
			}
			for name, call := range calls {
				began := time.Now()
				err := call()
				if err == nil || errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, authdb.ErrConflict) || stored(t, db, "ada") != before {
					t.Errorf("%s: %v, %s", name, err, stored(t, db, "ada"))
				}
				if time.Since(began) > 3*time.Second {
					t.Errorf("%s: repeated", name)
				}
			}
			// In a transaction it is one error of several: what the function makes
			// of it counts.
			err = a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				if err := tx.DeleteUser(ctx, u.ID); err == nil {
					t.Error("deleted what another holds")
				}
				return add(ctx, tx, "ada3")
			})
			if stored := has(t, plain, "ada3"); (err == nil) != stored {
				t.Errorf("after a timeout inside: %v, stored is %v", err, stored)
			}
			letGo()
			for name, call := range calls {
				if err := call(); err != nil && name != "UpdateUser" {
					t.Errorf("%s, afterwards: %v", name, err)
				}
			}
		})
	}
}

// TestInTxUnknownOutcome loses the connection when COMMIT was sent: nobody knows,
// and nothing is done twice.
func TestInTxUnknownOutcome(t *testing.T) {
	for server, commit := range map[string]string{testdb.Postgres: "commit\x00", testdb.MariaDB: "\x03commit", testdb.MySQL: "\x03commit"} {
		t.Run(server, func(t *testing.T) {
			s := testdb.New(t, server)
			line := newLine(t, net.JoinHostPort(s.Host, fmt.Sprint(s.Port)))
			a := synchronised(t, openGORM(t, dialThrough(s, line.port())))
			tried := 0
			line.cutAfter(commit)
			err := a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				tried++
				return add(ctx, tx, "ada")
			})
			if !errors.Is(err, authdb.ErrUnknownOutcome) || tried != 1 || line.cuts() != 1 {
				t.Errorf("%v, tried %d times", err, tried)
			}
			soon(t, "the server did not commit", func() error {
				_, err := a.GetUserByEmail(t.Context(), "ada")
				return err
			})
			line.cutAfter("grace")
			err = a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error { return add(ctx, tx, "grace") })
			if n := line.cuts(); err == nil || errors.Is(err, authdb.ErrUnknownOutcome) || n != 1 {
				t.Errorf("cut inside, %d times: %v", n, err)
			}
			if has(t, a, "grace") {
				t.Error("what was cut is stored")
			}
		})
	}
}
