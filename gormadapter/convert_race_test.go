package gormadapter_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// TestConvertWhileUsed: during a conversion by two processes nobody is signed
// out, and every token is used once.
func TestConvertWhileUsed(t *testing.T) {
	const n, readers = 600, 8
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plainRows(t, db, n)
		options := []authdb.Option{hashing(true, "h1"), encrypting("e1")}
		a := synchronized(t, db, options...)
		var done atomic.Bool
		var reads, used atomic.Int64
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		work := []func(){}
		for range 2 {
			work = append(work, func() {
				if err := synchronized(t, db, options...).ConvertSecrets(ctx, nil); err != nil {
					t.Errorf("ConvertSecrets: %v", err)
				}
			})
		}
		for reader := range readers {
			work = append(work, func() {
				for i := reader; !done.Load(); i = (i + 7) % n {
					if _, _, err := a.GetSessionAndUser(ctx, plainSession(i)); err != nil {
						t.Errorf("session %d: %v", i, err)
						return
					}
					if x, err := a.GetAccount(ctx, "google", plainAccount(i)); err != nil || x.AccessToken != "raw-access" || x.IDToken != "" && x.IDToken != "raw-id" {
						t.Errorf("account %d: %v", i, err)
						return
					}
					if i%5 == 0 {
						if _, err := a.UpdateSession(ctx, plainSession(i), authdb.SessionPatch{Expires: authdb.Set(time.Now().Add(2 * time.Hour))}); err != nil {
							t.Errorf("update of session %d: %v", i, err)
							return
						}
					}
					reads.Add(1)
				}
			})
		}
		for user := range 4 { // two for each token
			work = append(work, func() {
				for i := user / 2; i < n; i += 2 {
					_, err := a.UseVerificationToken(ctx, plainMail(i), plainToken(i))
					switch {
					case err == nil:
						used.Add(1)
					case !errors.Is(err, authdb.ErrNotFound):
						t.Errorf("token %d: %v", i, err)
					}
				}
			})
		}
		work = append(work, func() {
			for i := range n {
				if _, err := a.UpdateAccount(ctx, "google", plainAccount(i), authdb.AccountPatch{RefreshToken: authdb.Set("raw-new"), IDToken: authdb.Set("raw-id")}); err != nil {
					t.Errorf("update of account %d: %v", i, err)
				}
			}
		})
		var running atomic.Int64
		running.Store(2 + 4 + 1) // all but the readers
		atOnce(len(work), func(i int) {
			work[i]()
			if i < 2 || i >= 2+readers {
				if running.Add(-1) == 0 {
					done.Store(true)
				}
			}
		})
		if used.Load() != n {
			t.Errorf("%d tokens were used, of %d", used.Load(), n)
		}
		t.Logf("%d reads", reads.Load())
		for i := range n {
			x, err := a.GetAccount(t.Context(), "google", plainAccount(i))
			if err != nil || x.AccessToken != "raw-access" || x.RefreshToken != "raw-new" || x.IDToken != "raw-id" {
				t.Fatalf("account %d: an update was lost: %v", i, err)
			}
		}
		if left := rawLines(dump(t, db, "sessions", "verification_tokens", "accounts")); len(left) > 0 {
			t.Errorf("raw text is left: %q", left)
		}
	})
}

// A trigger is a GORM logger that does something after the first statement.
type trigger struct {
	journal
	once sync.Once
	do   func()
}

func (x *trigger) LogMode(logger.LogLevel) logger.Interface { return x }

func (x *trigger) Trace(context.Context, time.Time, func() (string, int64), error) { x.once.Do(x.do) }

// TestConvertedBetween converts a row after a method has missed it in its new
// form, and before it looks for the old one.
func TestConvertedBetween(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		for name, call := range map[string]func(a *gormadapter.Adapter) error{
			"GetSessionAndUser": func(a *gormadapter.Adapter) error {
				_, _, err := a.GetSessionAndUser(t.Context(), "raw-session")
				return err
			},
			"UpdateSession": func(a *gormadapter.Adapter) error {
				_, err := a.UpdateSession(t.Context(), "raw-session", authdb.SessionPatch{})
				return err
			},
			"DeleteSession": func(a *gormadapter.Adapter) error {
				err := a.DeleteSession(t.Context(), "raw-session")
				if left := valuesOf(t, db, "sessions", "session_token"); len(left) > 0 {
					t.Error("DeleteSession leaves the session there")
				}
				return err
			},
			"UseVerificationToken": func(a *gormadapter.Adapter) error {
				if db.Name() != "postgres" { // the others lock what is missed, and the conversion waits
					return nil
				}
				_, err := a.UseVerificationToken(t.Context(), "ada@example.com", "raw-token")
				return err
			},
		} {
			plain := synchronized(t, db)
			emptyTables(t, db)
			somebody(t, plain)
			other := synchronized(t, db, hashing(true, "h1"))
			logging := db.Session(&gorm.Session{Logger: &trigger{do: func() {
				if err := other.ConvertSecrets(t.Context(), nil); err != nil {
					t.Error(err)
				}
			}}})
			if err := call(gormadapter.New(logging, hashing(true, "h1"))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
