package adaptertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

// pause is how long a transaction gives others the time to do what they must
// not.
const pause = 15 * time.Millisecond

// errUndo is what a transaction's function returns to have its work undone.
var errUndo = errors.New("adaptertest: undo this")

// inTx runs f in a transaction, with a rig that works inside it.
func (r *rig) inTx(f func(tx *rig) error) error {
	r.Helper()
	return r.inTxOf(r.ctx, f)
}

func (r *rig) inTxOf(ctx context.Context, f func(tx *rig) error) error {
	r.Helper()
	_, err := call(r.watched, "InTx", func() (struct{}, error) {
		return struct{}{}, r.transactor.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
			if tx == nil {
				r.Fatalf("InTx: its function got a nil Adapter")
			}
			return f(r.inside(ctx, tx))
		})
	})
	return err
}

// inside returns a rig for the inside of a transaction, with keys of its own.
func (r *rig) inside(ctx context.Context, tx authdb.Adapter) *rig {
	in := &rig{TB: r.TB, ctx: ctx, config: r.config, known: r.known, rule: r.rule}
	in.mark = strings.ToLower(rand.Text()[:12])
	r.hide(in.mark)
	r.mu.Lock()
	in.secrets = slices.Clone(r.secrets)
	r.mu.Unlock()
	in.watched = watch(in, tx)
	return in
}

var transactorRules = group("Transactor", hasTransactor, []rule{
	{name: "InTx commits what its function did if that returns nil", check: func(r *rig) {
		var w *writes
		r.ok(r.inTx(func(tx *rig) error { w = tx.write(); return nil }), "InTx")
		r.written(w, "after InTx")
	}},
	{name: "InTx undoes all that its function did if that returns an error", check: func(r *rig) {
		before := r.write()
		var w *writes
		err := r.inTx(func(tx *rig) error {
			w = tx.write()
			tx.overwrite(before)
			return errUndo
		})
		r.is(err, errUndo, "InTx")
		r.unwritten(w, "after InTx failed")
		r.written(before, "after InTx failed")
	}},
	{name: "InTx returns the error of its function as it is", check: func(r *rig) {
		for _, want := range []error{
			errUndo, authdb.ErrNotFound, context.Canceled,
			fmt.Errorf("wrapped: %w", authdb.ErrDuplicate),
		} {
			err := r.inTx(func(tx *rig) error { tx.addUser(); return want })
			if err != want { //nolint:errorlint // as it is
				r.Errorf("InTx: got the error %v, want %v itself", err, want)
			}
		}
	}},
	{name: "InTx undoes all that its function did if that panics, and goes on panicking", check: func(r *rig) {
		var w *writes
		want := new(int)
		got := panicOf(func() { _ = r.inTx(func(tx *rig) error { w = tx.write(); panic(want) }) })
		if got != want {
			r.Errorf("InTx: got the panic %v, want the function's", got)
		}
		r.unwritten(w, "after the panic")
	}},
	{name: "Nobody else sees what a transaction did before it is committed", check: func(r *rig) {
		seen := make(chan error, 1)
		var once sync.Once
		err := r.inTx(func(tx *rig) error {
			user := tx.addUser()
			once.Do(func() {
				go func() { _, err := r.GetUser(r.ctx, user.ID); seen <- err }()
			})
			time.Sleep(pause)
			return errUndo // so that it must not be seen afterwards either
		})
		r.is(err, errUndo, "InTx")
		r.absent(<-seen, "GetUser by another caller while the transaction runs")
	}},
	{name: "A transaction reads what it has written", check: func(r *rig) {
		r.ok(r.inTx(func(tx *rig) error {
			w := tx.write()
			tx.written(w, "inside the transaction")
			got, err := tx.GetUserByEmail(tx.ctx, w.user.Email)
			tx.ok(err, "GetUserByEmail inside the transaction")
			tx.sameUser(got, w.user, "GetUserByEmail inside the transaction")
			tx.overwrite(w)
			tx.overwritten(w, "inside the transaction")
			return nil
		}), "InTx")
	}},
	{name: "An error of a method leaves the transaction usable, and has done nothing", check: failsInside},
	{name: "InTx in a transaction undoes what its function did if that fails, and the transaction goes on", check: func(r *rig) {
		var before, undone, after *writes
		r.ok(r.inTx(func(tx *rig) error {
			before = tx.write()
			err := tx.inTx(func(in *rig) error {
				undone = in.write()
				in.written(undone, "inside the savepoint")
				in.written(before, "of the transaction, inside the savepoint")
				in.overwrite(before)
				return errUndo
			})
			tx.is(err, errUndo, "InTx in a transaction")
			tx.unwritten(undone, "in the transaction, after the savepoint failed")
			tx.written(before, "in the transaction, after the savepoint failed")
			after = tx.write()
			return nil
		}), "InTx")
		r.unwritten(undone, "of the savepoint that failed, after InTx")
		r.written(before, "of before the savepoint, after InTx")
		r.written(after, "of after the savepoint, after InTx")
	}},
	{name: "InTx in a transaction undoes what its function did if that panics, and the transaction can go on", check: func(r *rig) {
		var undone, after *writes
		r.ok(r.inTx(func(tx *rig) error {
			want := new(int)
			got := panicOf(func() { _ = tx.inTx(func(in *rig) error { undone = in.write(); panic(want) }) })
			if got != want {
				tx.Errorf("InTx in a transaction: got the panic %v, want the function's", got)
			}
			tx.unwritten(undone, "in the transaction, after the panic")
			after = tx.write()
			return nil
		}), "InTx")
		r.unwritten(undone, "of the savepoint, after InTx")
		r.written(after, "of after the savepoint, after InTx")
	}},
	{name: "What InTx did in a transaction is undone with that", check: func(r *rig) {
		var inner, innermost *writes
		err := r.inTx(func(tx *rig) error {
			tx.ok(tx.inTx(func(in *rig) error {
				inner = in.write()
				return in.inTx(func(in *rig) error { innermost = in.write(); return nil })
			}), "InTx in a transaction")
			tx.written(inner, "in the transaction, after the savepoint")
			tx.written(innermost, "in the transaction, after the savepoint")
			return errUndo
		})
		r.is(err, errUndo, "InTx")
		r.unwritten(inner, "after InTx failed")
		r.unwritten(innermost, "after InTx failed")
	}},
	{name: "A context that ends in a transaction leaves nothing of it", check: func(r *rig) {
		for _, returns := range []error{nil, context.Canceled} {
			ctx, cancel := context.WithCancel(r.ctx)
			var w *writes
			err := r.inTxOf(ctx, func(tx *rig) error { w = tx.write(); cancel(); return returns })
			cancel()
			r.is(err, context.Canceled, "InTx")
			r.unwritten(w, "after InTx was canceled")
		}
	}},
	{name: "What a transaction's function got is of no use after its end", check: func(r *rig) {
		for _, returns := range []error{nil, errUndo} {
			var after *rig
			if err := r.inTx(func(tx *rig) error { after = tx; tx.addUser(); return returns }); !errors.Is(err, returns) {
				r.Errorf("InTx: got the error %v, want %v", err, returns)
			}
			user := r.newUser()
			if _, err := after.CreateUser(r.ctx, user); err == nil {
				r.Errorf("CreateUser after the end: got no error")
			}
			_, err := r.GetUserByEmail(r.ctx, user.Email)
			r.absent(err, "GetUserByEmail of a user of after the end")
		}
	}},
	{name: "InTx without a function is ErrInvalid", check: func(r *rig) {
		r.is(r.transactor.InTx(r.ctx, nil), authdb.ErrInvalid, "InTx")
	}},
	{name: "Concurrent transactions on the same all succeed, one after the other", needs: hasUserLocker, check: func(r *rig) {
		user := r.addUser(func(u *authdb.User) { u.Name = "0" })
		r.succeedTogether(rivals, "InTx", func(int) error {
			for range 3 {
				if err := r.increment(user.ID); err != nil {
					return err
				}
			}
			return nil
		})
		user.Name = strconv.Itoa(3 * rivals)
		r.userIs(user, "after as many transactions have each added 1")
	}},
	{name: "Concurrent transactions that lock the same in another order all succeed", needs: hasUserLocker, check: func(r *rig) {
		ada, bob := r.addUser(func(u *authdb.User) { u.Name = "0" }), r.addUser(func(u *authdb.User) { u.Name = "0" })
		ids := [][]string{{ada.ID, bob.ID}, {bob.ID, ada.ID}}
		r.succeedTogether(2, "InTx", func(i int) error {
			return r.inTx(func(tx *rig) error {
				if err := tx.add1(ids[i][0]); err != nil {
					return err
				}
				time.Sleep(pause)
				return tx.add1(ids[i][1])
			})
		})
		ada.Name, bob.Name = "2", "2"
		r.userIs(ada, "after two transactions have each added 1")
		r.userIs(bob, "after two transactions have each added 1")
	}},
})

// panicOf returns what f panics with.
func panicOf(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// increment adds 1 to the user's name in a transaction.
func (r *rig) increment(id string) error {
	r.Helper()
	return r.inTx(func(tx *rig) error { return tx.add1(id) })
}

func (r *rig) add1(id string) error {
	r.Helper()
	user, err := r.LockUser(r.ctx, id)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(user.Name)
	if err != nil {
		return errors.New("adaptertest: the user's name is not the number that was stored")
	}
	_, err = r.UpdateUser(r.ctx, id, authdb.UserPatch{Name: authdb.Set(strconv.Itoa(n + 1))})
	return err
}

// failsInside makes methods fail in a transaction, and goes on.
func failsInside(r *rig) {
	taken := r.write()
	var w *writes
	var refused []*authdb.User
	r.ok(r.inTx(func(tx *rig) error {
		refused = nil
		refuse := func(edit func(*authdb.User)) *authdb.User {
			u := tx.newUser(edit)
			refused = append(refused, u)
			return u
		}
		_, err := tx.CreateUser(tx.ctx, refuse(func(u *authdb.User) { u.Email = taken.user.Email }))
		tx.is(err, authdb.ErrDuplicate, "CreateUser with an address that is taken, inside a transaction")
		_, err = tx.CreateUser(tx.ctx, refuse(func(u *authdb.User) { u.Name = "\x00" }))
		tx.is(err, authdb.ErrInvalid, "CreateUser with a NUL byte, inside a transaction")
		_, err = tx.GetUser(tx.ctx, tx.unknownID())
		tx.absent(err, "GetUser of nobody, inside a transaction")
		w = tx.write()
		_, err = tx.UpdateUser(tx.ctx, w.user.ID, authdb.UserPatch{Email: authdb.Set(taken.user.Email), Image: authdb.Null[string]()})
		tx.is(err, authdb.ErrDuplicate, "UpdateUser with an address that is taken, inside a transaction")
		if tx.has(hasAccounts) {
			_, err = tx.LinkAccount(tx.ctx, tx.newAccount(w.user.ID, samePair(taken.account)))
			tx.is(err, authdb.ErrDuplicate, "LinkAccount of an account that is linked, inside a transaction")
			_, err = tx.LinkAccount(tx.ctx, tx.newAccount(tx.unknownID()))
			tx.is(err, authdb.ErrReference, "LinkAccount for nobody, inside a transaction")
		}
		if tx.has(hasSessions) {
			_, err = tx.CreateSession(tx.ctx, tx.newSession(w.user.ID, sameToken(taken.session)))
			tx.is(err, authdb.ErrDuplicate, "CreateSession with a token that is taken, inside a transaction")
			_, err = tx.CreateSession(tx.ctx, tx.newSession(tx.unknownID()))
			tx.is(err, authdb.ErrReference, "CreateSession for nobody, inside a transaction")
		}
		tx.written(w, "inside the transaction, after errors")
		return nil
	}), "InTx whose function ignores errors")
	r.written(w, "after InTx whose function ignored errors")
	r.written(taken, "after InTx whose function ignored errors")
	for _, u := range refused {
		if got, err := r.GetUserByEmail(r.ctx, u.Email); err == nil && got.ID != taken.user.ID {
			r.Errorf("a user is stored whose CreateUser failed")
		}
	}
}

var userLockerRules = group("UserLocker", hasUserLocker|hasTransactor, []rule{
	{name: "LockUser returns the user, or ErrNotFound", check: func(r *rig) {
		user, bob := r.addUser(), r.addUser()
		r.ok(r.inTx(func(tx *rig) error {
			for _, want := range []*authdb.User{user, bob} {
				got, err := tx.LockUser(tx.ctx, want.ID)
				tx.ok(err, "LockUser")
				tx.sameUser(got, want, "LockUser")
			}
			for _, id := range []string{tx.unknownID(), "", "\x00", "\xff"} {
				_, err := tx.LockUser(tx.ctx, id)
				tx.absent(err, "LockUser of nobody")
			}
			return nil
		}), "InTx")
	}},
	{name: "LockUser outside of a transaction is ErrInvalid", check: func(r *rig) {
		_, err := r.LockUser(r.ctx, r.addUser().ID)
		r.is(err, authdb.ErrInvalid, "LockUser outside of a transaction")
	}},
	{name: "LockUser does not find a soft-deleted user", needs: softDeletes, check: func(r *rig) {
		user := r.addUser()
		r.setup(r.config.softDelete(r.ctx, r.adapter, user.ID), "soft-deleting")
		r.ok(r.inTx(func(tx *rig) error {
			_, err := tx.LockUser(tx.ctx, user.ID)
			tx.absent(err, "LockUser of a soft-deleted user")
			return nil
		}), "InTx")
	}},
	{name: "Who locks a user that a transaction has locked waits for its end", check: func(r *rig) {
		user := r.addUser(func(u *authdb.User) { u.Name = "0" })
		r.waits("LockUser", func(tx *rig) error { return tx.add1(user.ID) }, func() error { return r.increment(user.ID) })
		user.Name = "2"
		r.userIs(user, "after two transactions have each added 1")
	}},
	{name: "Nobody changes or deletes a user that a transaction has locked before its end", check: func(r *rig) {
		user := r.addUser()
		lock := func(tx *rig) error { _, err := tx.LockUser(tx.ctx, user.ID); return err }
		r.waits("UpdateUser", lock, func() error {
			_, err := r.UpdateUser(r.ctx, user.ID, authdb.UserPatch{Name: authdb.Set("changed")})
			return err
		})
		user.Name = "changed"
		r.userIs(user, "after UpdateUser")
		r.waits("DeleteUser", lock, func() error { return r.DeleteUser(r.ctx, user.ID) })
	}},
})

var accountLockerRules = group("AccountLocker", hasAccountLocker|hasTransactor|hasAccounts, []rule{
	{name: "LockAccount returns the account, or ErrNotFound", check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		r.addAccount(user.ID, func(a *authdb.Account) { a.Provider = account.Provider })
		r.ok(r.inTx(func(tx *rig) error {
			got, err := tx.LockAccount(tx.ctx, account.Provider, account.ProviderAccountID)
			tx.ok(err, "LockAccount")
			tx.sameAccount(got, account, "LockAccount")
			for _, key := range [][2]string{{account.Provider, tx.fresh("account")}, {tx.fresh("provider"), account.ProviderAccountID}, {"", ""}} {
				_, err := tx.LockAccount(tx.ctx, key[0], key[1])
				tx.absent(err, "LockAccount of an unknown account")
			}
			return nil
		}), "InTx")
	}},
	{name: "LockAccount outside of a transaction is ErrInvalid", check: func(r *rig) {
		account := r.addAccount(r.addUser().ID)
		_, err := r.LockAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.is(err, authdb.ErrInvalid, "LockAccount outside of a transaction")
	}},
	{name: "Nobody locks, changes or removes an account that a transaction has locked before its end", check: func(r *rig) {
		account := r.addAccount(r.addUser().ID)
		lock := func(tx *rig) error {
			_, err := tx.LockAccount(tx.ctx, account.Provider, account.ProviderAccountID)
			return err
		}
		r.waits("LockAccount", lock, func() error { return r.inTx(lock) })
		r.waits("UpdateAccount", lock, func() error {
			_, err := r.UpdateAccount(r.ctx, account.Provider, account.ProviderAccountID, authdb.AccountPatch{Scope: authdb.Set("email")})
			return err
		})
		r.waits("UnlinkAccount", lock, func() error { return r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID) })
	}},
	{name: "LockAccount holds up nobody who wants something else", needs: hasAccountUpdater, check: func(r *rig) {
		user := r.addUser()
		account, other := r.addAccount(user.ID), r.addAccount(user.ID)
		r.ok(r.inTx(func(tx *rig) error {
			_, err := tx.LockAccount(tx.ctx, account.Provider, account.ProviderAccountID)
			tx.ok(err, "LockAccount")
			ctx, cancel := context.WithTimeout(r.ctx, 3*time.Second)
			defer cancel()
			_, err = r.UpdateAccount(ctx, other.Provider, other.ProviderAccountID, authdb.AccountPatch{Scope: authdb.Set("email")})
			r.ok(err, "UpdateAccount of another account of the same user while a transaction has locked the one")
			stranger, err := r.CreateUser(ctx, r.newUser())
			r.ok(err, "CreateUser while a transaction has locked an account")
			_, err = r.LinkAccount(ctx, r.newAccount(stranger.ID))
			r.ok(err, "LinkAccount while a transaction has locked another account")
			return nil
		}), "InTx")
	}},
})

// waits checks that what somebody else calls while a transaction runs, which
// has begun with hold, succeeds after the end of the transaction and not
// before.
func (r *rig) waits(what string, hold func(tx *rig) error, call func() error) {
	r.Helper()
	var (
		runs  int
		ends  atomic.Bool
		early atomic.Bool
		done  = make(chan error, 1)
	)
	r.ok(r.inTx(func(tx *rig) error {
		if err := hold(tx); err != nil {
			return err
		}
		if runs++; runs == 1 {
			go func() {
				err := call()
				early.Store(!ends.Load())
				done <- err
			}()
		}
		time.Sleep(pause)
		ends.Store(true)
		return nil
	}), "InTx")
	r.ok(<-done, what+" by somebody else")
	if early.Load() {
		r.Errorf("%s by somebody else did not wait for the end of the transaction", what)
	}
}
