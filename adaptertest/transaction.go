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
	in := &rig{TB: r.TB, ctx: ctx, config: r.config, known: r.known, rule: r.rule, generic: r.generic}
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
