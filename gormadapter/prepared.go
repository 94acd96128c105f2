package gormadapter

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// A preparingTx is what a transaction of GORM's that prepares its statements is on.
// One that is first prepared in a transaction is of no use to the next, and GORM
// goes on preparing it anew in each: so the pool prepares it, once, afterwards. Not
// before: that takes a second connection, and while one is held none may be left.
type preparingTx struct {
	gorm.Tx
	pool  *gorm.PreparedStmtDB
	again bool     // what is sent now is sent by every call of a method
	texts []string // of those, the ones that the pool has not prepared
}

// PrepareContext is what GORM calls for a text that is new to it.
func (t *preparingTx) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	if t.again {
		t.texts = append(t.texts, text)
	}
	return t.Tx.PrepareContext(ctx, text)
}

// preparing makes a transaction that has begun one on a preparingTx, if it prepares
// statements, and returns what to call after its end.
func preparing(ctx context.Context, tx *gorm.DB) (ended func()) {
	prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX)
	if !ok {
		return func() {}
	}
	t := &preparingTx{Tx: prepared.Tx, pool: prepared.PreparedStmtDB}
	prepared.Tx = t
	return func() {
		for _, text := range t.texts {
			t.prepare(ctx, text)
		}
	}
}

// sendsAgain says that what is sent in the transaction until the returned function
// is called has one of few texts: no list of as many keys as there are rows.
func sendsAgain(tx *gorm.DB) (until func()) {
	prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX)
	if !ok {
		return func() {}
	}
	t, ok := prepared.Tx.(*preparingTx)
	if !ok {
		return func() {}
	}
	before := t.again
	t.again = true
	return func() { t.again = before }
}

// prepare has the pool prepare a text, or GORM forget it, so that the next
// transaction is asked again. What the caller wanted is done: nobody waits for a
// connection any more.
func (t *preparingTx) prepare(ctx context.Context, text string) {
	if t.exhausted() {
		t.pool.Stmts.Delete(text)
		return
	}
	stmt, err := t.pool.PrepareContext(ctx, text)
	if err != nil {
		t.pool.Stmts.Delete(text)
		return
	}
	t.pool.Mux.Lock()
	if kept, ok := t.pool.Stmts.Get(text); ok && !kept.Transaction {
		t.pool.Mux.Unlock()
		_ = stmt.Close() //nolint:sqlclosecheck // somebody was faster: else it is kept
		return
	}
	_, _ = t.pool.Stmts.New(ctx, text, false, ready{stmt}, t.pool.Mux) // which unlocks it
}

// exhausted reports whether all of the pool's connections are in use.
func (t *preparingTx) exhausted() bool {
	pool, err := t.pool.GetDBConn()
	if err != nil {
		return false
	}
	s := pool.Stats()
	return s.MaxOpenConnections > 0 && s.InUse >= s.MaxOpenConnections
}

// ready is a statement that is prepared already, to be stored.
type ready struct{ stmt *sql.Stmt }

func (r ready) PrepareContext(context.Context, string) (*sql.Stmt, error) { return r.stmt, nil }
