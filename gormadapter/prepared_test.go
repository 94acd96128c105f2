package gormadapter_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// preparations is how often the connection, the pool's only one, was told to prepare
// a statement. PostgreSQL's driver keeps what a transaction has prepared, and SQLite's
// transactions prepare nothing.
func preparations(t *testing.T, db *gorm.DB) int {
	t.Helper()
	var name, n string
	must(t, pool(t, db).QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &n))
	count, err := strconv.Atoi(n)
	must(t, err)
	return count
}

// TestPreparedOnce counts what the server is asked to prepare: what a transaction
// sends again and again is prepared once for each connection. Lists, which come in as
// many lengths as there are rows, are not kept.
func TestPreparedOnce(t *testing.T) {
	for _, d := range databases()[3:] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			pool(t, db).SetMaxOpenConns(1)
			prepared := db.Session(&gorm.Session{PrepareStmt: true})
			for name, a := range map[string]*gormadapter.Adapter{
				"which relies on foreign keys": synchronized(t, prepared, hashing(true, "h1")),
				"which has not looked":         gormadapter.New(prepared, hashing(true, "h1")),
			} {
				calls := func(a authdb.Adapter) error { return aLife(t.Context(), a) }
				inTx := func() error {
					return a.InTx(t.Context(), func(_ context.Context, tx authdb.Adapter) error { return calls(tx) })
				}
				must(t, inTx())
				must(t, calls(a))
				before := preparations(t, db)
				for range 5 {
					must(t, calls(a))
					must(t, inTx())
				}
				if n := preparations(t, db) - before; n != 10*lists {
					t.Errorf("adapter %s: statements were prepared again: %d", name, n)
				}
			}
		})
	}
}

// lists is how many statements of aLife are for a list of rows.
const lists = 2

// aLife calls what writes, for a user who comes and goes.
func aLife(ctx context.Context, a authdb.Adapter) error {
	token, later := authdb.NewID(), time.Now().Add(time.Hour)
	user, err := a.CreateUser(ctx, &authdb.User{Email: token})
	if err != nil {
		return err
	}
	_, updated := a.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set(token)})
	_, created := a.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: user.ID, Expires: later})
	_, rolled := a.UpdateSession(ctx, token, authdb.SessionPatch{Expires: authdb.Set(later.Add(time.Hour))})
	_, issued := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "x", Token: token, Expires: later})
	_, used := a.UseVerificationToken(ctx, "x", token)
	sessions, _ := authdb.As[authdb.SessionLister](a)
	_, revoked := sessions.DeleteSessionsByUserID(ctx, user.ID)
	return errors.Join(updated, created, rolled, issued, used, revoked, a.DeleteUser(ctx, user.ID))
}

// TestPreparedLater: a context that ends with the transaction keeps its statements
// from being prepared, and a later one has that done.
func TestPreparedLater(t *testing.T) {
	for _, d := range databases()[3:] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			pool(t, db).SetMaxOpenConns(1)
			prepared := db.Session(&gorm.Session{PrepareStmt: true})
			a := synchronized(t, prepared)
			user := newUser(t, a)
			rename := func(ctx context.Context, name string) error {
				_, err := a.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set(name)})
				return err
			}
			ctx, cancel := context.WithCancel(t.Context())
			must(t, prepared.Callback().Update().After("gorm:update").Register("test:cancel", func(tx *gorm.DB) {
				if tx.Statement.Context == ctx {
					cancel()
				}
			}))
			if err := rename(ctx, "Ada"); !errors.Is(err, context.Canceled) {
				t.Fatalf("a canceled update is %v", err)
			}
			must(t, rename(t.Context(), "Ada"))
			before := preparations(t, db)
			for range 5 {
				must(t, rename(t.Context(), "Ada L."))
			}
			if n := preparations(t, db) - before; n != 0 {
				t.Errorf("%d statements were prepared again", n)
			}
		})
	}
}

// TestPreparedExhausted: somebody has the only connection from the moment at which the
// update is done, and waits for its caller.
func TestPreparedExhausted(t *testing.T) {
	for _, d := range databases()[3:] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			pool(t, db).SetMaxOpenConns(1)
			prepared := db.Session(&gorm.Session{PrepareStmt: true})
			a := synchronized(t, prepared, hashing(true, "h1"))
			user := newUser(t, a)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			returned, waits := make(chan struct{}), make(chan error, 1)
			must(t, prepared.Callback().Update().After("gorm:update").Register("test:wait", func(*gorm.DB) {
				go func() {
					conn, err := pool(t, db).Conn(ctx)
					if err == nil {
						<-returned
						err = conn.Close()
					}
					waits <- err
				}()
				for pool(t, db).Stats().WaitCount == 0 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
			}))
			_, err := a.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set("Ada L.")})
			close(returned)
			must(t, errors.Join(err, <-waits))
			if ctx.Err() != nil {
				t.Error("the update waited for a connection when it was done")
			}
		})
	}
}

// TestPreparedAtOnce: all connections are in transactions whose statements nobody has
// prepared yet.
func TestPreparedAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		pool(t, db).SetMaxOpenConns(3)
		synchronized(t, db)
		a := gormadapter.New(db.Session(&gorm.Session{PrepareStmt: true}))
		user := newUser(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		atOnce(16, func(i int) {
			for j := range 5 {
				if _, err := a.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set(strconv.Itoa(i * j))}); err != nil {
					t.Error(err)
				}
			}
		})
	})
}
