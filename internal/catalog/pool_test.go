package catalog_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// TestPinned keeps every statement on the connection that holds the lock, also
// from plugins that send what is in no transaction to a replica.
func TestPinned(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		resolve := func(tx *gorm.DB) {
			if _, ok := tx.Statement.ConnPool.(gorm.TxCommitter); !ok {
				t.Errorf("a statement went astray on a %T", tx.Statement.ConnPool)
			}
		}
		list := modelsOf(t, db, rows{})
		for _, err := range []error{
			db.Callback().Raw().Before("gorm:raw").Register("astray", resolve),
			db.Callback().Row().Before("gorm:row").Register("astray", resolve),
			db.Callback().Query().Before("gorm:query").Register("astray", resolve),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		synchronize(t, db, list)
		if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
			t.Error(err)
		}
	})
}

// TestOneConnection has a pool with no connection to spare.
func TestOneConnection(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		list := modelsOf(t, db, rows{})
		synchronize(t, db, list)
		// And one that is somebody's already.
		err = db.Connection(func(tx *gorm.DB) error {
			synchronize(t, tx, list)
			_, err := catalog.Check(t.Context(), tx, request(list))
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if open := pool.Stats().InUse; open != 0 {
			t.Errorf("%d connections were not given back", open)
		}
	})
}

// ownPool is a pool of the application's making, with no way to its *sql.DB.
type ownPool struct{ gorm.ConnPool }

func TestOwnPool(t *testing.T) {
	inner, err := sql.Open("sqlite", "file:"+testdb.SQLiteFile(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { inner.Close() })
	db, err := gorm.Open(sqlite.Dialector{Conn: ownPool{inner}}, &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	list := modelsOf(t, db, rows{})
	if err := catalog.Synchronize(t.Context(), db, request(list)); !errors.Is(err, gorm.ErrInvalidDB) || !strings.Contains(err.Error(), "no pool of database/sql") {
		t.Errorf("Synchronize: %v", err)
	}
	if _, err := catalog.Check(t.Context(), db, request(list)); !errors.Is(err, authdb.ErrSchema) {
		t.Errorf("Check: %v", err)
	}
}

func TestUnknownDialect(t *testing.T) {
	db := open(t, other{sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"}}, nil)
	if err := catalog.Synchronize(t.Context(), db, catalog.Request{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Synchronize: %v", err)
	}
}

type other struct{ sqlite.Dialector }

func (other) Name() string { return "other" }

func TestEndedContext(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		list := modelsOf(t, db, rows{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := catalog.Check(ctx, db, request(list))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Check: %v", err)
		}
		if err := catalog.Synchronize(ctx, db, request(list)); !errors.Is(err, context.Canceled) {
			t.Errorf("Synchronize: %v", err)
		}
		pool, err := db.DB()
		if err != nil {
			t.Fatal(err)
		}
		pool.Close()
		if err := catalog.Synchronize(t.Context(), db, request(list)); err == nil {
			t.Error("Synchronize on a closed database: no error")
		}
	})
}

// TestUUID has ids of a type that is not text in Go and is a uuid in the
// database, without a tag, and the same with a string, which would ask the
// database for things that are no uuid.
func TestUUID(t *testing.T) {
	type Typed struct {
		ID                 uuid.UUID
		Name, Email, Image *string
		EmailVerified      *models.Time
	}
	type Plain struct {
		ID                 string `gorm:"size:36"`
		Name, Email, Image *string
		EmailVerified      *models.Time
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		if d.golden == "mysql" {
			t.Skip("has no such type")
		}
		columns := " (id uuid NOT NULL PRIMARY KEY, name VARCHAR(200), email VARCHAR(200) UNIQUE, email_verified TIMESTAMP NULL, image VARCHAR(200))"
		execAll(t, db, "CREATE TABLE typeds"+columns, "CREATE TABLE plains"+columns)
		list := modelsOf(t, db, rows{user: Typed{}})
		synchronize(t, db, list)
		if made := dump(t, db, tableNames(list)...); strings.Count(made, "on delete CASCADE enforced") != 3 {
			t.Errorf("foreign keys are missing:\n%s", made)
		}
		_, err := catalog.Check(t.Context(), db, request(modelsOf(t, db, rows{user: Plain{}})))
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "column id: is uuid") {
			t.Errorf("Check: %v", err)
		}
	})
}

// TestUnprepared has statements that can't be prepared any more: the
// transaction has ended, or the context ends on the way.
func TestUnprepared(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		list := modelsOf(t, db, rows{})
		synchronize(t, db, list)
		prepared := db.Session(&gorm.Session{PrepareStmt: true})
		tx := prepared.Begin()
		if err := tx.Rollback().Error; err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.Check(t.Context(), tx, request(list)); err == nil {
			t.Error("Check in a transaction that has ended: no error")
		}
		for i := range 100 {
			checkUntil(t, prepared, list, i)
		}
	})
}

// checkUntil ends the context of a Check inside a transaction before its nth
// statement, or at about that time.
func checkUntil(t *testing.T, db *gorm.DB, list []catalog.Model, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tx := db.WithContext(ctx).Begin()
	if tx.Error != nil {
		t.Fatal(tx.Error)
	}
	defer tx.Rollback()
	seen, canceled := 0, false
	tx.Logger = counter{logger.Discard, func(string) {
		if seen++; seen > n/4 {
			canceled = true
			if n%2 == 0 {
				cancel()
			} else {
				go cancel() // while the next statement is being sent
			}
		}
	}}
	_, err := catalog.Check(ctx, tx, request(list))
	if canceled && n%2 == 0 && seen > n/4+1 && err == nil || err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Check, canceled after %d statements: %v", n/4, err)
	}
}
