package catalog

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"gorm.io/gorm"
)

// patience is how long Synchronize waits for other processes and for locks. A
// statement that waits for a table makes everybody else wait behind it, so that
// is as long as it waits for one.
const patience = 30 * time.Second

// Synchronize runs the plan: it creates the tables of the request that are
// missing, adds the columns that may be NULL and the indexes that are not
// unique to those that are there, and does nothing where nothing is missing.
// What exists is never changed: if one of the tables does not fit, nothing at
// all is added, and the error wraps authdb.ErrSchema and says why. Any number of
// processes may call it at the same moment.
//
// To the tables of another origin it adds only what r.ForeignChanges allows.
//
// Inside a transaction it returns an error that wraps
// authdb.ErrNotSynchronized, and sends nothing.
func Synchronize(ctx context.Context, db *gorm.DB, r Request) error {
	d, err := dialectOf(db)
	if err != nil {
		return err
	}
	if err := refuseTransaction(db); err != nil {
		return err
	}
	give := time.Now().Add(patience)
	for {
		err := onConnection(ctx, db, func(tx *gorm.DB, conn pinned) error {
			return synchronize(tx, d, conn, r)
		})
		if err == nil || !busy(err) || time.Now().After(give) {
			return ended(ctx, describe("synchronize", err))
		}
		// SQLite answers at once where no busy_timeout is set, and for some
		// locks in any case.
		select {
		case <-ctx.Done():
			return describe("synchronize", ctx.Err())
		case <-time.After(time.Duration(5+rand.IntN(45)) * time.Millisecond):
		}
	}
}

// busy reports whether the error says that somebody else holds a lock of
// SQLite's, or that PostgreSQL has ended this one of several transactions that
// waited for each other.
func busy(err error) bool {
	switch code(err) {
	case "5", "6", "261", "262", "517", "40P01":
		return true
	}
	return false
}

func synchronize(tx *gorm.DB, d *dialect, conn pinned, r Request) error {
	// Most runs find everything there, and take no lock.
	p, err := propose(tx, d, r)
	if err != nil {
		return err
	}
	if p.refused == nil && len(p.Changes) == 0 {
		return nil
	}
	// Where DDL can't be rolled back, what does not fit may be a table that
	// another process is just taking back: look again when it is done.
	if p.refused != nil && (d.transactional || r.handsOff()) {
		return p.refused
	}
	if conn.Conn == nil {
		return plainf("there is no pool of database/sql to take a connection from: %w", gorm.ErrInvalidDB)
	}
	err = d.exclusively(tx, conn, names(r.Models), func(tx *gorm.DB) error {
		p, err := propose(tx, d, r)
		if err != nil {
			return err
		}
		if p.refused != nil {
			return p.refused
		}
		return p.run(tx)
	})
	return denied(err, p.Statements())
}

// run makes the changes, all or none where the database can.
func (p *Plan) run(tx *gorm.DB) error {
	ctx := tx.Statement.Context
	if !p.Atomic {
		// A statement that is cut off leaves it open whether the table is
		// there. The context counts in between.
		tx = session(context.WithoutCancel(ctx), tx, tx.Statement.ConnPool)
	}
	for i, c := range p.Changes {
		for _, statement := range c.SQL {
			err := ctx.Err()
			if err == nil {
				err = run(tx, statement)
			}
			if err == nil {
				continue
			}
			err = describe(c.what(), err)
			if !p.Atomic {
				err = p.takeBack(tx, i, err)
			}
			return err
		}
	}
	return nil
}

// takeBack drops the tables that this run created before err, where DDL can't
// be rolled back. One that has rows already is somebody's and stays. So does
// what was added to tables: a column may hold something by now.
func (p *Plan) takeBack(tx *gorm.DB, failed int, err error) error {
	rest := p.Changes[failed:]
	var left []string
	for i := failed - 1; i >= 0; i-- {
		switch c := p.Changes[i]; {
		case c.Creates && dropEmpty(tx, c.Table):
			rest = append([]Change{c}, rest...)
		case c.Creates:
			left = append(left, "created before and not dropped: "+c.Table)
		default:
			left = append(left, "added before, and left: "+strings.Join(c.SQL, "; "))
		}
	}
	err = denied(err, (&Plan{Changes: rest}).Statements())
	if len(left) > 0 {
		return plainf("%w; %s", err, strings.Join(left, "; "))
	}
	return err
}

// dropEmpty drops the table if it has no rows, and reports whether it did. The
// lock keeps one from coming in between. It is MySQL's: the others take DDL
// back by themselves.
func dropEmpty(tx *gorm.DB, name string) bool {
	table := quote(tx, name)
	if run(tx, "LOCK TABLES "+table+" WRITE") != nil {
		return false
	}
	defer func() { _ = run(tx, "UNLOCK TABLES") }()
	var rows int
	return one(tx, []any{&rows}, "SELECT COUNT(*) FROM "+table) == nil && rows == 0 && run(tx, "DROP TABLE "+table) == nil
}
