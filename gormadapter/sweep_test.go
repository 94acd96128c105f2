package gormadapter_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// onSent calls f before a look-up or a DELETE is sent, with its text.
func onSent(t *testing.T, db *gorm.DB, f func(tx *gorm.DB, sql string, vars []any)) {
	t.Helper()
	row := db.Callback().Row().Before("gorm:row").Register("test:row", func(tx *gorm.DB) { f(tx, tx.Statement.SQL.String(), tx.Statement.Vars) })
	if row != nil {
		t.Fatal(row)
	}
	t.Cleanup(func() { _ = db.Callback().Row().Remove("test:row") })
}

// expire stores n sessions of the user that have expired.
func expire(t *testing.T, adapter *gormadapter.Adapter, userID string, n int) {
	t.Helper()
	err := adapter.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		for i := range n {
			session := &authdb.Session{SessionToken: authdb.NewID(), UserID: userID, Expires: time.Now().Add(-time.Hour - time.Duration(i)*time.Second)}
			if _, err := tx.CreateSession(ctx, session); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sessionsLeft(t *testing.T, db *gorm.DB) (n int64) {
	t.Helper()
	if err := db.Model(&models.Session{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSweepSkipsLocked leaves a session that somebody is changing, at once, in
// tables small and large.
func TestSweepSkipsLocked(t *testing.T) {
	for _, rows := range []int{1, 150, 6000} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) { testSweepSkipsLocked(t, rows) })
	}
}

func testSweepSkipsLocked(t *testing.T, rows int) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			t.Skip("locks the database, and no rows")
		}
		adapter := synchronized(t, db)
		user := newUser(t, adapter)
		expire(t, adapter, user.ID, rows)
		held, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: "held", UserID: user.ID, Expires: time.Now().Add(-24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		tx := db.Begin()
		defer tx.Rollback()
		expires := models.NewTime(time.Now().Add(time.Hour))
		if err := tx.Model(&models.Session{ID: held.ID}).Select("Expires").Updates(&models.Session{Expires: expires}).Error; err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if swept, err := adapter.DeleteExpired(ctx, 2*rows); err != nil || swept.Sessions != int64(rows) {
			t.Errorf("swept %+v: %v, want all but the one that is held", swept, err)
		}
		if err := tx.Commit().Error; err != nil {
			t.Fatal(err)
		}
		if swept, err := adapter.DeleteExpired(ctx, 2*rows); err != nil || swept.Sessions != 0 {
			t.Errorf("swept %+v: %v, though it expires no more", swept, err)
		}
		if _, _, err := adapter.GetSessionAndUser(ctx, "held"); err != nil {
			t.Error(err)
		}
	})
}

// TestSweepersShare has several at once remove each row once.
func TestSweepersShare(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		adapter := synchronized(t, db)
		const rows, sweepers = 2000, 4
		expire(t, adapter, newUser(t, adapter).ID, rows)
		var (
			group sync.WaitGroup
			mu    sync.Mutex
			total int64
		)
		for range sweepers {
			group.Go(func() {
				for {
					swept, err := adapter.DeleteExpired(t.Context(), 100)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					total += swept.Sessions
					mu.Unlock()
					if swept.Sessions < 100 {
						return
					}
				}
			})
		}
		group.Wait()
		swept, err := adapter.DeleteExpired(t.Context(), rows)
		if err != nil {
			t.Error(err)
		}
		if total += swept.Sessions; total != rows || sessionsLeft(t, db) != 0 {
			t.Errorf("%d removed and %d left, want %d and none", total, sessionsLeft(t, db), rows)
		}
		if swept.Sessions > rows/2 {
			t.Errorf("%d sweepers left %d of %d rows", sweepers, swept.Sessions, rows)
		}
	})
}

// TestSweepLetsInsert stores a session between those that a sweep has locked:
// at MySQL's own level nobody could.
func TestSweepLetsInsert(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			t.Skip("locks the database, and no rows")
		}
		adapter := synchronized(t, db)
		user := newUser(t, adapter)
		expire(t, adapter, user.ID, 50)
		var once sync.Once
		inserted := false
		err := db.Callback().Delete().Before("gorm:delete").Register("test:delete", func(*gorm.DB) {
			once.Do(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				for i := range 10 {
					session := &authdb.Session{SessionToken: fmt.Sprint("new", i), UserID: user.ID, Expires: time.Now().Add(time.Duration(i)*time.Hour - 2*time.Hour)}
					if _, err := adapter.CreateSession(ctx, session); err != nil {
						t.Errorf("a session that expires at %v: %v", session.Expires, err)
						return
					}
				}
				inserted = true
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if swept, err := adapter.DeleteExpired(t.Context(), 100); err != nil || swept.Sessions != 50 || !inserted {
			t.Errorf("swept %+v: %v", swept, err)
		}
	})
}

// TestSweepWithoutSkipLocked learns once that a server does not know it.
func TestSweepWithoutSkipLocked(t *testing.T) {
	for _, code := range []uint16{1064, 1235, 1665} {
		t.Run(fmt.Sprint(code), func(t *testing.T) { testSweepWithoutSkipLocked(t, code) })
	}
}

func testSweepWithoutSkipLocked(t *testing.T, code uint16) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() != "mysql" {
			t.Skip("PostgreSQL has known it for as long as it was supported")
		}
		adapter := synchronized(t, db)
		expire(t, adapter, newUser(t, adapter).ID, 300)
		asked := 0
		onSent(t, db, func(tx *gorm.DB, sql string, _ []any) {
			if strings.Contains(sql, "SKIP LOCKED") {
				asked++
				_ = tx.AddError(&mysqldriver.MySQLError{Number: code, Message: "refused"})
			}
		})
		for range 2 {
			if _, err := adapter.DeleteExpired(t.Context(), 150); err != nil {
				t.Error(err)
			}
		}
		if n := sessionsLeft(t, db); asked != 1 || n != 0 {
			t.Errorf("asked %d times, and %d sessions are left", asked, n)
		}
	})
}

// TestSweepUsesIndex asks each database how it finds what has expired.
func TestSweepUsesIndex(t *testing.T) {
	type bare struct {
		SessionToken string    `gorm:"primaryKey;size:255"`
		UserID       string    `gorm:"size:64;not null;index"`
		Expires      time.Time `gorm:"precision:3;not null;index"`
	}
	for name, row := range map[string]any{"default": &models.Session{}, "time.Time": &bare{}} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, db *gorm.DB) {
				adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{Session: row}))
				if err := adapter.Synchronize(t.Context()); err != nil {
					t.Fatal(err)
				}
				user := newUser(t, adapter)
				expire(t, adapter, user.ID, 50)
				for range 1500 {
					if _, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: authdb.NewID(), UserID: user.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
						t.Fatal(err)
					}
				}
				for _, table := range []string{"sessions", "bares"} {
					analyze(db, table)
				}
				plans := map[string]string{}
				explain := func(tx *gorm.DB, sql string, vars []any) {
					if plan := explained(t, tx, sql, vars); strings.Contains(sql, "ORDER BY") && !strings.Contains(sql, "verification_tokens") {
						plans[strings.Fields(sql)[0]] = plan
					}
				}
				onSent(t, db, explain)
				if swept, err := adapter.DeleteExpired(t.Context(), 100); err != nil || swept.Sessions != 50 {
					t.Fatalf("swept %+v: %v", swept, err)
				}
				// Not only in the order of the index, but from one end to the present.
				bounded := regexp.MustCompile(`SEARCH|Index Cond|type=range|range scan`)
				if plan := plans["SELECT"]; !strings.Contains(plan, "_expires") || !bounded.MatchString(plan) || strings.Contains(plan, "Sort") || strings.Contains(plan, "filesort") || strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("the expired rows are found by\n%s", plan)
				}
			})
		})
	}
}

func analyze(db *gorm.DB, table string) {
	if db.Name() == "mysql" {
		db.Exec("ANALYZE TABLE " + table)
		return
	}
	db.Exec("ANALYZE " + table)
}

// explained returns the plan of a statement.
func explained(t *testing.T, tx *gorm.DB, sql string, vars []any) string {
	t.Helper()
	prefix := map[string]string{"sqlite": "EXPLAIN QUERY PLAN ", "postgres": "EXPLAIN ", "mysql": "EXPLAIN "}[tx.Name()]
	rows, err := tx.Statement.ConnPool.QueryContext(t.Context(), prefix+sql, vars...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if b, ok := (*v.(*any)).([]byte); ok {
				*v.(*any) = string(b)
			}
			plan = append(plan, fmt.Sprintf("%s=%v", columns[i], *v.(*any)))
		}
	}
	return strings.Join(slices.Compact(plan), "\n")
}

// keyless is a row without a primary key: nothing but its token tells it from
// others.
type keyless struct {
	SessionToken string      `gorm:"size:255;index"`
	UserID       string      `gorm:"size:64;index"`
	Expires      models.Time `gorm:"size:64;index"`
}

// TestSweepWithoutPrimaryKey leaves a session that has the token of an expired
// one.
func TestSweepWithoutPrimaryKey(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&keyless{}); err != nil {
			t.Fatal(err)
		}
		adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{Session: &keyless{}, VerificationToken: authdb.Absent}))
		for _, expires := range []time.Duration{-time.Hour, time.Hour, -time.Minute} {
			if err := db.Create(&keyless{"twice", "u", models.NewTime(time.Now().Add(expires))}).Error; err != nil {
				t.Fatal(err)
			}
		}
		swept, err := adapter.DeleteExpired(t.Context(), 10)
		var left []keyless
		if err := db.Find(&left).Error; err != nil {
			t.Fatal(err)
		}
		if err != nil || swept.Sessions != 2 || len(left) != 1 || left[0].Expires.Before(time.Now()) {
			t.Errorf("swept %+v: %v, and left %v", swept, err, left)
		}
	})
}
