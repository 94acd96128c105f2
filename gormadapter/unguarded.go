package gormadapter

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// A keyLock is how a database locks the value of a key that no unique key
// guards. Where it is empty, writing transactions lock the database.
type keyLock struct {
	// inTx locks until the end of the transaction.
	inTx string

	// take returns 1 if it got a lock of the session's, and 0 or NULL if others
	// kept it for too long or the server could not, and the session's id; drop gives
	// it back. So does free, which returns 1 if it was the session's, and whose it is
	// else.
	take, drop, free string

	// look ends the SELECT that looks for the value under the lock, lookInside
	// the one inside a transaction that had begun before.
	look, lookInside string
}

// errKeyBusy is a lock that others kept for too long. Nothing was done.
var errKeyBusy = fmt.Errorf("%w: others kept the lock on the key for too long", authdb.ErrConflict)

// release bounds what is done after a context has ended.
const release = 10 * time.Second

// A claim is what a write makes of a key that no unique key guards: a value
// that nobody else may have. All processes lock it by the same name.
type claim struct {
	t       *table
	key     authdb.Key
	columns []*column
	holders *query   // finds who has the value
	value   []string // what the columns are to hold
	args    []any    // the same as look-ups bind it; nil if there is nothing to lock
	patches bool     // a patch says what the value is to be
	own     string   // the id of the user who may have it already
	taken   bool     // somebody has it
	session int64    // of the server, that has the lock
}

// keyOf returns the key of the contract that a table's rows have beside an id.
func (a *Adapter) keyOf(t *table) (authdb.Key, []*column) {
	switch t {
	case a.users:
		return authdb.KeyEmail, []*column{t.column("Email")}
	case a.accounts:
		return authdb.KeyAccount, t.key
	case a.sessions:
		return authdb.KeySession, t.key
	case a.tokens:
		return authdb.KeyVerificationToken, t.key
	}
	return authdb.KeyAuthenticator, t.key
}

// unguarded returns the keys that the layout says nothing else guards.
func unguarded(layout authdb.Layout) map[authdb.Key]bool {
	keys := map[authdb.Key]bool{}
	for _, key := range layout.Unguarded {
		keys[key] = true
	}
	return keys
}

// checkUnguarded finds keys that the contract has not.
func checkUnguarded(layout authdb.Layout) (errs []error) {
	known := []authdb.Key{authdb.KeyEmail, authdb.KeyAccount, authdb.KeySession, authdb.KeyVerificationToken, authdb.KeyAuthenticator}
	for _, key := range layout.Unguarded {
		if !slices.Contains(known, key) {
			errs = append(errs, fmt.Errorf("gormadapter: Layout.Unguarded: no key %q: use those of package authdb, such as authdb.KeyEmail", key))
		}
	}
	return errs
}

// claim returns what the row claims, or nil if the key is guarded.
func (a *Adapter) claim(ctx context.Context, t *table, row reflect.Value) (*claim, error) {
	key, columns := a.keyOf(t)
	holders := a.queries().taken[key] // kept: a Check may find a unique key meanwhile
	if a.tx != nil {
		holders = a.queries().takenInside[key]
	}
	if holders == nil {
		return nil, nil
	}
	c, empty := &claim{t: t, key: key, columns: columns, holders: holders}, false
	for _, column := range columns {
		value, err := t.text(ctx, column, row)
		if err != nil {
			return nil, err
		}
		c.value = append(c.value, value)
		empty = empty || value == ""
	}
	if empty { // NULL, which any number of rows may have
		return c, nil
	}
	var err error
	c.args, err = a.keyArgs(ctx, nil, t, columns, c.value)
	return c, err
}

// claimPatched returns what the patch of a user claims.
func (a *Adapter) claimPatched(ctx context.Context, t *table, p *patch, id string) (*claim, error) {
	if t != a.users {
		return nil, nil // the keys of the others can't be patched
	}
	row := t.newRow()
	if err := p.apply(ctx, t, row, new(assignments)); err != nil {
		return nil, err
	}
	c, err := a.claim(ctx, t, row)
	if c != nil {
		c.own = id
		c.patches = slices.ContainsFunc(p.changes, func(change change) bool { return change.set && change.name == c.columns[0].name })
	}
	return c, err
}

// locks reports whether there is anything to lock.
func (c *claim) locks() bool { return c != nil && c.args != nil }

// check returns ErrDuplicate if somebody has what is claimed.
func (c *claim) check() error {
	if c != nil && c.taken {
		return authdb.ErrDuplicate
	}
	return nil
}

// inserting returns tx for the INSERT of the row.
func (c *claim) inserting(ctx context.Context, tx *gorm.DB, row reflect.Value) *gorm.DB {
	if c == nil {
		return tx
	}
	return c.keep(ctx, tx, clause.Insert{}, row)
}

// updating returns tx for the UPDATE of the row, which is not patched yet.
func (c *claim) updating(ctx context.Context, tx *gorm.DB, row reflect.Value) (*gorm.DB, error) {
	if c == nil {
		return tx, nil
	}
	if !c.patches { // it keeps what it has
		have, err := c.t.text(ctx, c.columns[0], row)
		if err != nil {
			return nil, err
		}
		c.value = []string{have}
	}
	return c.keep(ctx, tx, clause.Update{}, row), nil
}

// keep returns tx with the clause, which begins a write, as one that refuses to
// write what a hook has made of the key: that is not locked.
func (c *claim) keep(ctx context.Context, tx *gorm.DB, begin clause.Interface, row reflect.Value) *gorm.DB {
	return tx.Clauses(keeping{begin, func() error {
		for i, column := range c.columns {
			if value, err := c.t.text(ctx, column, row); err != nil || value != c.value[i] {
				return faultf(authdb.ErrInvalid, "%s.%s: a hook of the row type changed it, and no unique key guards it: change it before the call", c.t.record, column.name)
			}
		}
		return nil
	}}).Session(&gorm.Session{})
}

// keeping is a clause that is built after the hooks have run.
type keeping struct {
	clause.Interface
	holds func() error
}

// MergeClause makes the clause this one.
func (k keeping) MergeClause(c *clause.Clause) { c.Expression = k }

// Build writes the clause into a statement.
func (k keeping) Build(b clause.Builder) {
	if err := k.holds(); err != nil {
		_ = b.(*gorm.Statement).AddError(err) // and it is not sent
	}
	k.Interface.Build(b)
}

// lock names the lock, the same in every process. No value can be told from it.
func (c *claim) lock() map[string]any {
	database, table := "", c.t.name
	if i := strings.LastIndex(table, "."); i >= 0 {
		database, table = table[:i], table[i+1:]
	}
	parts := append([]string{strings.ToLower(table), string(c.key)}, c.value...)
	digest := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return map[string]any{"database": database, "digest": hex.EncodeToString(digest[:])}
}

// settle locks the claim where the transaction holds the lock, and looks
// whether somebody has it.
func (a *Adapter) settle(ctx context.Context, tx *gorm.DB, c *claim) error {
	if inTx := a.dialect.keyLock.inTx; inTx != "" {
		if err := tx.Exec(inTx, c.lock()).Error; err != nil {
			return err
		}
	}
	found, err := a.find(ctx, tx, c.holders, c.args...)
	if err != nil {
		return err
	}
	c.taken = len(found) > 0
	for _, rows := range found {
		if c.own == "" {
			break
		}
		id, err := c.t.text(ctx, c.t.column("ID"), rows[0])
		if err != nil {
			return err
		}
		if id == c.own { // and nothing changes
			c.taken = false
		}
	}
	return nil
}

// takeLock takes the session's lock.
func (a *Adapter) takeLock(ctx context.Context, tx *gorm.DB, c *claim) error {
	rows, err := tx.WithContext(ctx).Raw(a.dialect.keyLock.take, c.lock()).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	var got sql.NullBool
	if rows.Next() {
		err = rows.Scan(&got, &c.session)
	}
	switch err = errors.Join(err, rows.Err(), rows.Close()); {
	case err != nil:
		return err
	case !got.Bool:
		return errKeyBusy
	}
	return nil
}

// dropLock gives the session's lock back, also if the context has ended.
func (a *Adapter) dropLock(ctx context.Context, tx *gorm.DB, c *claim) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), release)
	defer cancel()
	return tx.WithContext(ctx).Exec(a.dialect.keyLock.drop, c.lock()).Error
}

// giveBack is dropLock in an application's transaction, which may be over: by the
// end of its context, and not with its connection, which frees the lock.
func (a *Adapter) giveBack(ctx context.Context, tx *gorm.DB, c *claim) error {
	err := a.dropLock(ctx, tx, c)
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		a.regain(ctx, c)
	}
	return err
}

// regain gives a lock back that the connection of an application's transaction has
// taken along to the pool: when a context ends, database/sql rolls back by itself,
// in its own time, and lets nobody else send anything before.
func (a *Adapter) regain(ctx context.Context, c *claim) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), release)
	defer cancel()
	for !a.regained(ctx, c) && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

// regained asks the pool's idle connections to give the lock back, and reports
// whether one has, or the lock is not the session's any more. It takes no connection
// that would have to be waited for.
func (a *Adapter) regained(ctx context.Context, c *claim) bool {
	pool, err := a.app.DB()
	if err != nil {
		return true // nothing to be done
	}
	for i := range max(1, pool.Stats().Idle) {
		if s := pool.Stats(); s.MaxOpenConnections > 0 && s.InUse >= s.MaxOpenConnections || i > 0 && s.Idle == 0 {
			return false
		}
		conn, tx, err := a.reserve(ctx)
		if err != nil {
			return false
		}
		defer conn.Close() // not before all were asked: the pool would give the same one again
		released, holder, err := a.askLock(tx, c)
		if err != nil {
			return false
		}
		if released || holder != c.session {
			return true
		}
	}
	return false
}

// askLock gives the lock back if it is the connection's, and else says whose it is.
func (a *Adapter) askLock(tx *gorm.DB, c *claim) (released bool, holder int64, err error) {
	rows, err := tx.Raw(a.dialect.keyLock.free, c.lock()).Rows()
	if err != nil {
		return false, 0, err
	}
	defer rows.Close()
	var free sql.NullBool
	var session sql.NullInt64
	if rows.Next() {
		err = rows.Scan(&free, &session)
	}
	return free.Bool, session.Int64, errors.Join(err, rows.Err(), rows.Close())
}

// claimingInside runs f in a transaction that had begun before. A lock of the
// session's is kept until that has ended, if we will know of it; else it is
// given back when f has written, and others wait for the row.
func (a *Adapter) claimingInside(ctx context.Context, c *claim, f func(tx *gorm.DB) error) (err error) {
	if !c.locks() {
		return a.inSavepoint(ctx, f)
	}
	if a.dialect.keyLock.take != "" {
		tx := a.session(ctx)
		if a.tx.keeps {
			a.tx.held = append(a.tx.held, c) // before: an error does not say that it was not taken
		}
		if err := a.takeLock(ctx, tx, c); err != nil {
			return a.judge(err)
		}
		if !a.tx.keeps {
			defer func() {
				if failed := a.giveBack(ctx, tx, c); failed != nil {
					a.lose(failed)
					err = errors.Join(failed, err)
				}
			}()
		}
	}
	return a.inSavepoint(ctx, func(tx *gorm.DB) error {
		if err := a.settle(ctx, tx, c); err != nil {
			return err
		}
		return f(tx)
	})
}
