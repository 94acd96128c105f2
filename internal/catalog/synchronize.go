package catalog

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// patience is how long Synchronize waits for other processes and for locks.
const patience = 30 * time.Second

// Synchronize creates the tables of the models that are missing, and nothing
// where none is. What exists is never changed: if one of the tables does not
// fit, nothing at all is created, and the error wraps authdb.ErrSchema and
// says why. Any number of processes may call it at the same moment.
//
// Inside a transaction it returns an error that wraps
// authdb.ErrNotSynchronized, and sends nothing.
func Synchronize(ctx context.Context, db *gorm.DB, models []Model) error {
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
			return synchronize(tx, d, conn, models)
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
// SQLite's.
func busy(err error) bool {
	switch code(err) {
	case "5", "6", "261", "262", "517":
		return true
	}
	return false
}

func synchronize(tx *gorm.DB, d *dialect, conn pinned, models []Model) error {
	// Most runs find everything there, and take no lock.
	missing, err := plan(tx, d, models)
	switch {
	case err == nil && len(missing) == 0:
		return nil
	case err != nil && (d.transactional || !errors.Is(err, authdb.ErrSchema)):
		return err
	}
	// Where DDL can't be rolled back, what does not fit may be a table that
	// another process is just taking back: look again when it is done.
	if conn.Conn == nil {
		return plainf("there is no pool of database/sql to take a connection from: %w", gorm.ErrInvalidDB)
	}
	return d.exclusively(tx, conn, names(models), func(tx *gorm.DB) error {
		missing, err := plan(tx, d, models)
		if err != nil {
			return err
		}
		return create(tx, d, missing)
	})
}

// plan returns the differences that Synchronize may do away with, or an error
// if there are others that it may not leave.
func plan(tx *gorm.DB, d *dialect, models []Model) ([]Difference, error) {
	found, want, err := readModels(tx, d, models)
	if err != nil {
		return nil, err
	}
	differences, err := compare(tx, d, want, found)
	if err != nil {
		return nil, err
	}
	if err := refuse(differences, func(x Difference) bool { return x.Kind.fatal() }); err != nil {
		return nil, err
	}
	var missing []Difference
	for _, x := range differences {
		if x.Kind == MissingTable {
			missing = append(missing, x)
		}
	}
	return missing, nil
}

// create makes the tables, all or none.
func create(tx *gorm.DB, d *dialect, missing []Difference) error {
	ctx := tx.Statement.Context
	if !d.transactional {
		// A statement that is cut off leaves it open whether the table is
		// there. Each takes moments; the context counts in between.
		tx = session(context.WithoutCancel(ctx), tx, tx.Statement.ConnPool)
	}
	for i, x := range missing {
		for _, statement := range x.SQL {
			err := ctx.Err()
			if err == nil {
				err = run(tx, statement)
			}
			if err == nil {
				continue
			}
			err = describe("create table "+x.Table, err)
			if !d.transactional {
				err = takeBack(tx, missing[:i], err)
			}
			return err
		}
	}
	return nil
}

// takeBack drops the tables that this run created before err, where DDL can't
// be rolled back. One that has rows already is somebody's and stays.
func takeBack(tx *gorm.DB, created []Difference, err error) error {
	left := ""
	for i := len(created) - 1; i >= 0; i-- {
		if !dropEmpty(tx, created[i].Table) {
			left += " " + created[i].Table
		}
	}
	if left != "" {
		return plainf("%w; created before and not dropped:%s", err, left)
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
