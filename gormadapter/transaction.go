package gormadapter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
)

// A transaction is what is known of one that outlasts a call. The adapters on
// it share it.
type transaction struct {
	own   bool  // begun by us, and sees what others commit; else as the application's
	depth int   // of the savepoints of ours
	gone  error // by which the transaction was lost
	ended bool

	// settled says that a user is locked in a transaction of the application's,
	// which may have taken its picture of the tables before it waited for the
	// lock. What a decision under the lock depends on is then looked at now.
	settled bool

	// keeps says that held are kept until the transaction has ended: the locks
	// of keys, where the database keeps them for the session.
	keeps bool
	held  []*claim
}

// usable returns why nothing can be done in the transaction any more.
func (t *transaction) usable() error {
	switch {
	case t == nil:
		return nil
	case t.ended:
		return sql.ErrTxDone
	case t.gone != nil:
		return &goneError{t.gone}
	}
	return nil
}

// A goneError is what calls return after the transaction was lost, and InTx if
// its function did not notice.
type goneError struct{ err error }

func (e *goneError) Error() string {
	return "the transaction was lost by an earlier error, and nothing of it is stored"
}

func (e *goneError) Unwrap() error { return e.err }

// transactionOf returns the transaction that the session is in, or nil. The
// logger of a session of ours says if it is one that we know already.
func transactionOf(db *gorm.DB) *transaction {
	if _, ok := db.Statement.ConnPool.(gorm.TxCommitter); !ok {
		return nil
	}
	if l, ok := db.Logger.(interface{ transaction() *transaction }); ok && l.transaction() != nil {
		return l.transaction()
	}
	return new(transaction)
}

// on returns the adapter as it is on a transaction, whose session is db.
func (a *Adapter) on(t *transaction, db *gorm.DB) *Adapter {
	b := *a
	b.tx, b.opts.Closer = t, nil
	b.workOn(db)
	return &b
}

// InTx implements authdb.Transactor. Its transactions are at READ COMMITTED, so
// that what is read after waiting for a lock is what the others have left; on
// SQLite nobody else writes while one lasts. Hooks of the row types run in
// it, and see it.
//
// Statements of the application's own belong on tx.DB(ctx), of the *Adapter
// that tx is. If one of them fails, return its error from f: by some errors the
// database ends the transaction, and would store the next statement at once.
//
// A MySQL server that still logs statements (binlog_format=STATEMENT) refuses
// READ COMMITTED.
func (a *Adapter) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	const op = "transaction"
	if err := a.begun(ctx); err != nil {
		return a.wrap(ctx, op, err)
	}
	if f == nil {
		return a.wrap(ctx, op, faultf(authdb.ErrInvalid, "nil function"))
	}
	var answer error // f's
	run := func(b *Adapter) error {
		if answer = f(ctx, b); answer != nil {
			return answer
		}
		return b.tx.usable()
	}
	var err error
	if a.tx != nil {
		err = a.inSavepoint(ctx, func(*gorm.DB) error { return run(a) })
	} else {
		var t *transaction
		begin := func() (*gorm.DB, endTx, error) {
			t, answer = &transaction{own: true}, nil
			return a.beginShared(ctx, t)
		}
		err = a.transact(ctx, begin, func(tx *gorm.DB) error {
			defer func() { t.ended = true }()
			app := a.app.WithContext(ctx)
			app.Statement.ConnPool = tx.Statement.ConnPool
			return run(a.on(t, app))
		})
	}
	switch {
	case err == nil:
		return nil
	case answer == nil:
		return a.wrap(ctx, op, err)
	case a.conflict(answer) && !errors.Is(answer, authdb.ErrConflict): // of a statement of the application's
		return a.wrap(ctx, op, answer)
	}
	return answer
}

// WithTx returns the adapter as it is inside a transaction of the application's:
// tx is what gorm's Transaction or Begin gave. It never commits, rolls back or
// repeats that, and is of no use after its end. It knows what a Check of a has
// found. Call it once for a transaction: what it returns knows when that is lost.
//
// A method that fails has done nothing, and the transaction goes on: around
// what may fail by a key there is a savepoint. After ErrConflict, or an
// error that ends the connection, roll the transaction back.
//
// The transaction is of the database that a is on. If tx is none of that, every
// method returns an error.
func (a *Adapter) WithTx(tx *gorm.DB) *Adapter {
	db, err := handle(tx)
	if err == nil && a.err == nil {
		err = a.checkTransaction(db)
	}
	if a.err != nil || err != nil {
		b := *a
		b.err, b.opts.Closer = &configError{errors.Join(a.err, err)}, nil
		return &b
	}
	return a.on(transactionOf(db), db)
}

// checkTransaction finds out whether the session is in a transaction of the
// adapter's database.
func (a *Adapter) checkTransaction(db *gorm.DB) error {
	if transactionOf(db) == nil {
		return errors.New("gormadapter: WithTx: the *gorm.DB is no transaction: pass what db.Transaction or db.Begin gave")
	}
	if db.Name() != a.dialect.name {
		return fmt.Errorf("gormadapter: WithTx: a transaction of %s, and the adapter is on %s: begin it on the adapter's database", db.Name(), a.dialect.name)
	}
	mine, err := a.app.DB()
	theirs, errTheirs := db.DB()
	if err == nil && errTheirs == nil && mine != theirs {
		return errors.New("gormadapter: WithTx: a transaction of another database or pool than the adapter's: begin it there, or call New with it")
	}
	return nil
}

// DB returns a session of the application's own, with its logger and
// configuration, on the transaction if the adapter is on one. It is nil if the
// adapter was made without a *gorm.DB.
func (a *Adapter) DB(ctx context.Context) *gorm.DB {
	if a.app == nil {
		return nil
	}
	db := a.app.WithContext(ctx)
	if a.tx != nil {
		db.Logger = watching{db.Logger, a}
	}
	if err := errors.Join(a.err, a.tx.usable()); err != nil {
		_ = db.AddError(a.wrap(ctx, "session", err))
	}
	return db
}

// watching is the application's logger, and tells the adapter if one of the
// application's statements loses the transaction.
type watching struct {
	logger.Interface
	a *Adapter
}

func (w watching) transaction() *transaction { return w.a.tx }

func (w watching) LogMode(level logger.LogLevel) logger.Interface {
	return watching{w.Interface.LogMode(level), w.a}
}

// ParamsFilter asks the application's logger.
func (w watching) ParamsFilter(ctx context.Context, sql string, params ...any) (string, []any) {
	if filter, ok := w.Interface.(gorm.ParamsFilter); ok {
		return filter.ParamsFilter(ctx, sql, params...)
	}
	return sql, params
}

func (w watching) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	class, _ := w.a.dialect.classify(err)
	if err != nil && (class.retry || class.coded && class.sentinel == nil || connection(err) != "") {
		w.a.lose(err)
	}
	w.Interface.Trace(ctx, begin, fc, err)
}

// conflict reports whether the database has done nothing, in favour of others.
func (a *Adapter) conflict(err error) bool {
	class, _ := a.dialect.classify(err)
	return class.retry || errors.Is(err, errKeyBusy)
}

// lose remembers the error by which the transaction was lost. An application's
// may go back to a savepoint of its own, where the server knows by itself that
// it is lost until then.
func (a *Adapter) lose(err error) {
	if a.tx != nil && a.tx.gone == nil && (a.tx.own || !a.dialect.poisons) {
		a.tx.gone = err
	}
}

// judge returns the error of a statement that was sent without a savepoint. If it
// is not one after which the transaction surely goes on, the transaction is
// lost: the database may have rolled it back, and would store the next statement
// at once.
func (a *Adapter) judge(err error) error {
	var (
		mine *fault
		hook *hookError
	)
	class, _ := a.dialect.classify(err)
	switch {
	case err == nil, class.sentinel != nil, errors.As(err, &mine), errors.As(err, &hook),
		errors.Is(err, authdb.ErrNotFound), errors.Is(err, authdb.ErrReference), errors.Is(err, authdb.ErrDuplicate):
	default:
		a.lose(err)
	}
	return err
}

// inSavepoint runs f so that it does all or nothing, and the transaction goes
// on either way, unless that is lost.
func (a *Adapter) inSavepoint(ctx context.Context, f func(tx *gorm.DB) error) (err error) {
	if err := a.tx.usable(); err != nil {
		return err
	}
	if a.whole != nil { // which goes back further, or ends it
		return f(a.session(ctx))
	}
	a.tx.depth++
	defer func() { a.tx.depth-- }()
	if err := a.savepoint(ctx, "SAVEPOINT"); err != nil {
		return a.judge(err)
	}
	returned := false
	defer func() {
		if !returned { // f panics
			a.rollbackTo(ctx, errors.New("panic"))
		}
	}()
	err = f(a.session(ctx))
	returned = true
	if err == nil {
		err = a.tx.usable() // f may not have noticed
	}
	if err == nil {
		err = a.savepoint(ctx, "RELEASE SAVEPOINT")
	}
	if err != nil {
		a.rollbackTo(ctx, err)
	}
	return err
}

// rollbackTo goes back to the savepoint, also if the context has ended. If that
// can't be, the transaction is lost by what was the cause.
func (a *Adapter) rollbackTo(ctx context.Context, cause error) {
	if a.tx.gone != nil || a.conflict(cause) {
		a.lose(cause)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), release)
	defer cancel()
	for _, command := range []string{"ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT"} {
		if err := a.savepoint(ctx, command); err != nil {
			if a.conflict(err) {
				cause = err
			}
			a.lose(cause)
			return
		}
	}
}

// savepoint sends the command for the savepoint of this depth. Names are few,
// since servers count statements by their text, and not of two depths the same,
// since MySQL would forget the first. It is not prepared: MySQL can't.
func (a *Adapter) savepoint(ctx context.Context, command string) error {
	pool := a.base.Statement.ConnPool
	for prepared, ok := pool.(*gorm.PreparedStmtTX); ok; prepared, ok = pool.(*gorm.PreparedStmtTX) {
		pool = prepared.Tx
	}
	_, err := pool.ExecContext(ctx, command+" authdb_"+strconv.Itoa(a.tx.depth))
	return err
}
