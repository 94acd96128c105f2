package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// A work is something that is done whole or not at all.
type work struct {
	name string
	run  func(ctx context.Context, a *gormadapter.Adapter, db *gorm.DB, u *authdb.User, key string) error
	// theirs says that the application commits, and has to know by itself what a
	// lost COMMIT means.
	theirs bool
}

// works returns writes of every kind, alone and together. Those that are heedless
// go on after errors, and say that all is well.
func works(heedless bool) []work {
	unless := func(err error) error {
		if heedless {
			return nil
		}
		return err
	}

	type run = func(ctx context.Context, a authdb.Adapter, u *authdb.User, key string) error
	single := map[string]run{
		"CreateUser": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			return add(ctx, a, key+"2")
		},
		"UpdateUser": func(ctx context.Context, a authdb.Adapter, u *authdb.User, _ string) error {
			_, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
			return err
		},
		"DeleteUser": func(ctx context.Context, a authdb.Adapter, u *authdb.User, _ string) error {
			return a.DeleteUser(ctx, u.ID)
		},
		"LinkAccount": func(ctx context.Context, a authdb.Adapter, u *authdb.User, key string) error {
			_, err := a.LinkAccount(ctx, accountOf(u.ID, key+"2"))
			return err
		},
		"CreateUserWithAccount": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			_, _, err := a.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{Email: key + "2"}, accountOf("", key+"2"))
			return err
		},
		"Register": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			_, err := authdb.Register(ctx, a, &authdb.User{Email: key + "2"}, accountOf("", key+"2"), authdb.LinkPolicy{})
			return err
		},
		"UnlinkAccount": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			return a.UnlinkAccount(ctx, "p", key)
		},
		"CreateSession": func(ctx context.Context, a authdb.Adapter, u *authdb.User, key string) error {
			_, err := a.CreateSession(ctx, sessionOf(u, key+"3"))
			return err
		},
		"DeleteSession": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			return a.DeleteSession(ctx, key)
		},
		"DeleteSessionsByUserID": func(ctx context.Context, a authdb.Adapter, u *authdb.User, _ string) error {
			_, err := a.(authdb.SessionLister).DeleteSessionsByUserID(ctx, u.ID)
			return err
		},
		"CreateVerificationToken": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: key, Token: "2", Expires: time.Now().Add(time.Hour)})
			return err
		},
		"UseVerificationToken": func(ctx context.Context, a authdb.Adapter, _ *authdb.User, key string) error {
			_, err := a.UseVerificationToken(ctx, key, "1")
			return err
		},
	}
	var all []work
	for name, r := range single {
		all = append(all, work{name: name, run: func(ctx context.Context, a *gormadapter.Adapter, _ *gorm.DB, u *authdb.User, key string) error {
			return r(ctx, a, u, key)
		}})
	}
	several := func(ctx context.Context, tx authdb.Adapter, u *authdb.User, key string) (err error) {
		for _, name := range []string{"CreateUser", "LinkAccount", "CreateSession", "UseVerificationToken", "UpdateUser", "DeleteSession"} {
			if err = errors.Join(err, single[name](ctx, tx, u, key)); err != nil && !heedless {
				return err
			}
		}
		if failed := add(ctx, tx, key+"2"); !errors.Is(failed, authdb.ErrDuplicate) {
			return errors.Join(err, fmt.Errorf("a duplicate: %w", failed))
		}
		return err
	}
	return append(all,
		work{name: "InTx", run: func(ctx context.Context, a *gormadapter.Adapter, _ *gorm.DB, u *authdb.User, key string) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error { return unless(several(ctx, tx, u, key)) })
		}},
		work{name: "InTx, nested", run: func(ctx context.Context, a *gormadapter.Adapter, _ *gorm.DB, u *authdb.User, key string) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				inner := tx.(authdb.Transactor)
				undone := inner.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
					return errors.Join(tx.DeleteUser(ctx, u.ID), errUndo)
				})
				if !errors.Is(undone, errUndo) && !heedless {
					return undone
				}
				return unless(inner.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error { return several(ctx, tx, u, key) }))
			})
		}},
		work{name: "InTx, Register", run: func(ctx context.Context, a *gormadapter.Adapter, _ *gorm.DB, u *authdb.User, key string) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				_, _, taken := tx.(authdb.Registrar).CreateUserWithAccount(ctx, &authdb.User{Email: key + "3"}, accountOf("", key))
				if !errors.Is(taken, authdb.ErrDuplicate) && !heedless {
					return fmt.Errorf("an account that is linked: %w", taken)
				}
				return unless(errors.Join(single["Register"](ctx, tx, u, key), single["DeleteSession"](ctx, tx, u, key)))
			})
		}},
		work{name: "WithTx", theirs: true, run: func(ctx context.Context, a *gormadapter.Adapter, db *gorm.DB, u *authdb.User, key string) error {
			return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return unless(several(ctx, a.WithTx(tx), u, key)) })
		}})
}

func sessionOf(u *authdb.User, token string) *authdb.Session {
	return &authdb.Session{SessionToken: token, UserID: u.ID, Expires: time.Now().Add(time.Hour)}
}

// furnish stores what a work finds.
func furnish(t testing.TB, a authdb.Adapter, key string) *authdb.User {
	t.Helper()
	ctx := t.Context()
	u, err := a.CreateUser(ctx, &authdb.User{Email: key})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.LinkAccount(ctx, accountOf(u.ID, key))
	for _, token := range []string{key, key + "2"} {
		_, failed := a.CreateSession(ctx, sessionOf(u, token))
		err = errors.Join(err, failed)
	}
	_, failed := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: key, Token: "1", Expires: time.Now().Add(time.Hour)})
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return u
}

// stored says what is there of a key, without the key.
func stored(t testing.TB, db *gorm.DB, key string) string {
	t.Helper()
	var found []string
	for _, q := range []string{
		"SELECT concat(email, ' ', coalesce(name, '')) FROM users WHERE email LIKE ?",
		"SELECT provider_account_id FROM accounts WHERE provider_account_id LIKE ?",
		"SELECT session_token FROM sessions WHERE session_token LIKE ?",
		"SELECT concat(identifier, token) FROM verification_tokens WHERE identifier LIKE ?",
	} {
		if db.Name() == "sqlite" {
			q = strings.NewReplacer("concat(email, ' ', coalesce(name, ''))", "email || ' ' || coalesce(name, '')", "concat(identifier, token)", "identifier || token").Replace(q)
		}
		var rows []string
		if err := db.Raw(q+" ORDER BY 1", key+"%").Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		found = append(found, strings.Join(rows, ","))
	}
	return strings.ReplaceAll(strings.Join(found, " | "), key, "k")
}

// TestEveryStep: whatever goes wrong at whichever step of a write, all of it is
// stored or nothing; what a caller was told is stored is; what is stored all the
// same is ErrUnknownOutcome, or the context's error; and the next call works.
func TestEveryStep(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plain := synchronised(t, db)
		throughIt, w := throughWire(t, db)
		checked := gormadapter.New(throughIt)
		if err := checked.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		// As if no unique key were there: keys are locked, by the session on MySQL.
		unguarded := authdb.WithModels(authdb.Models{Layout: authdb.Layout{Unguarded: []authdb.Key{
			authdb.KeyEmail, authdb.KeyAccount, authdb.KeySession, authdb.KeyVerificationToken,
		}}})
		locking := gormadapter.New(throughIt, unguarded)
		// Its connections wait for a lock that another pool's has kept.
		elsewhere := gormadapter.New(db, unguarded)
		jobs, n := works(false), 0
		for i := range 2 * len(jobs) {
			job, a, next, on := jobs[i/2], checked, checked, throughIt
			if i%2 == 1 {
				if job.name != "CreateUser" && job.name != "Register" && !strings.HasPrefix(job.name, "InTx") && !job.theirs {
					continue
				}
				job.name += ", unguarded"
				a, next, on = locking, elsewhere, db
			}
			t.Run(job.name, func(t *testing.T) {
				n++
				key := fmt.Sprintf("clean%d.", n) // which begins no other
				u := furnish(t, plain, key)
				before := stored(t, db, key)
				if err := job.run(t.Context(), a, throughIt, u, key); err != nil {
					t.Fatal(err)
				}
				after := stored(t, db, key)
				for _, f := range []fault{cancelBefore, cancelAfter, cutBefore, cutAfter} {
					for at, happened := 1, true; happened; at++ {
						n++
						key := fmt.Sprintf("key%d.", n)
						u := furnish(t, plain, key)
						ctx, cancel := context.WithCancel(t.Context())
						disarm := w.arm(f, at, cancel)
						err := job.run(ctx, a, throughIt, u, key)
						var sent string
						happened, sent = disarm()
						cancel()
						checkStep(t, job, err, stored(t, db, key), before, after, fmt.Sprintf("%v step %d (%s)", f, at, sent))
						if t.Failed() {
							return
						}
						if err != nil && stored(t, db, key) == before {
							if err := again(t, job, next, on, u, key); err != nil || stored(t, db, key) != after {
								t.Fatalf("%v step %d, the next call: %v\n%s", f, at, err, sent)
							}
						}
					}
				}
			})
		}
	})
}

// again does the work once more. database/sql rolls back what a context has ended
// in its own time, so that an application's transaction, which nobody repeats,
// may first have to give way to that.
func again(t *testing.T, job work, a *gormadapter.Adapter, db *gorm.DB, u *authdb.User, key string) error {
	t.Helper()
	for attempt := 1; ; attempt++ {
		err := job.run(t.Context(), a, db, u, key)
		if !job.theirs || !errors.Is(err, authdb.ErrConflict) || attempt == 3 {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func checkStep(t *testing.T, job work, err error, got, before, after, where string) {
	t.Helper()
	told := errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, context.Canceled) || job.theirs
	switch {
	case got != before && got != after:
		t.Errorf("%s: half done: %s\nbefore: %s\nafter:  %s\nerror: %v", where, got, before, after, err)
	case err == nil && got != after:
		t.Errorf("%s: lost: %s", where, got)
	case err != nil && got == after && !told:
		t.Errorf("%s: done, and the caller was told %v", where, err)
	}
}

// TestRolledBack: where the database has ended the transaction by itself, nothing
// is sent any more that would be stored at once, though the function does not
// notice. InTx does all again if it was in favour of others.
func TestRolledBack(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plain := synchronised(t, db)
		throughIt, w := throughWire(t, db)
		a := gormadapter.New(throughIt)
		if err := a.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, job := range works(true) {
			if !strings.Contains(job.name, "Tx") || job.theirs && db.Name() == "postgres" { // which would know by itself
				continue
			}
			t.Run(job.name, func(t *testing.T) {
				u := furnish(t, plain, "clean"+job.name+".")
				before := stored(t, db, "clean"+job.name+".")
				if err := works(false)[i].run(t.Context(), a, throughIt, u, "clean"+job.name+"."); err != nil {
					t.Fatal(err)
				}
				after := stored(t, db, "clean"+job.name+".")
				for _, f := range []fault{gaveWay, full} {
					for at, happened := 1, true; happened; at++ {
						n++
						key := fmt.Sprintf("key%d.", n)
						u := furnish(t, plain, key)
						disarm := w.arm(f, at, nil)
						err := job.run(t.Context(), a, throughIt, u, key)
						var sent string
						happened, sent = disarm()
						got, where := stored(t, db, key), fmt.Sprintf("%v step %d (%s)", f, at, sent)
						switch {
						case !happened && (err != nil || got != after):
							t.Fatalf("%s: %v, %s", where, err, got)
						case happened && f == gaveWay && !job.theirs && (err != nil || got != after):
							t.Fatalf("%s: not done again: %v, %s", where, err, got)
						case happened && (f == full || job.theirs) && got != before:
							t.Fatalf("%s: %v, half done: %s", where, err, got)
						case happened && !job.theirs && f == full && err == nil:
							t.Fatalf("%s: no error", where)
						}
					}
				}
			})
		}
	})
}

// TestEndsSilently: MariaDB may answer a statement that max_statement_time has
// ended as one that found nothing. What a caller is told was written is, and what
// is there is found.
func TestEndsSilently(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() != "mysql" {
			return // they say what they have not done
		}
		plain := synchronised(t, db)
		throughIt, w := throughWire(t, db)
		a := gormadapter.New(throughIt)
		if err := a.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, job := range works(false) {
			u := furnish(t, plain, "clean"+job.name+".")
			if err := job.run(t.Context(), a, throughIt, u, "clean"+job.name+"."); err != nil {
				t.Fatal(err)
			}
			after := stored(t, db, "clean"+job.name+".")
			for at, happened := 1, true; happened; at++ {
				n++
				key := fmt.Sprintf("key%d.", n)
				u := furnish(t, plain, key)
				disarm := w.arm(silent, at, nil)
				err := job.run(t.Context(), a, throughIt, u, key)
				var sent string
				if happened, sent = disarm(); err != nil || stored(t, db, key) != after {
					t.Errorf("%s, step %d (%s): %v, %s", job.name, at, sent, err, stored(t, db, key))
				}
			}
		}
	})
}
