package adaptertest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

var userLockerRules = group("UserLocker", hasUserLocker|transactsUsers, []rule{
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

var accountLockerRules = group("AccountLocker", hasAccountLocker|transactsUsers|hasAccounts, []rule{
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
