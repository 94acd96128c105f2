package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// TestMySQLConnections: the default rows are right whatever the DSN says of
// times.
func TestMySQLConnections(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		for _, params := range []string{
			"",
			"?parseTime=true&loc=America%2FNew_York",
			"?parseTime=true&loc=Local&time_zone=%27-05%3A00%27",
			"?loc=Asia%2FKolkata",
			"?parseTime=true&clientFoundRows=true&interpolateParams=true",
		} {
			t.Run(server+params, func(t *testing.T) {
				s := testdb.New(t, server)
				db := openGORM(t, mysql.Open(s.DSN+params))
				clock := adaptertest.NewClock(time.Now())
				a := gormadapter.New(db, authdb.WithClock(clock.Now))
				if err := a.Synchronize(t.Context()); err != nil {
					t.Fatal(err)
				}
				options := []adaptertest.Option{adaptertest.WithClock(clock)}
				adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, options...)
			})
		}
	}
}

// TestPostgresConnections: as pgx sends statements by itself, and as behind a
// pooler.
func TestPostgresConnections(t *testing.T) {
	for _, params := range []string{
		"&TimeZone=America/New_York",
		"&default_query_exec_mode=exec",
		"&default_query_exec_mode=simple_protocol&TimeZone=Asia/Kolkata",
	} {
		t.Run(params, func(t *testing.T) {
			s := testdb.New(t, testdb.Postgres)
			db := openGORM(t, postgres.Open(s.DSN+params))
			clock := adaptertest.NewClock(time.Now())
			a := gormadapter.New(db, authdb.WithClock(clock.Now))
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, adaptertest.WithClock(clock))
		})
	}
}

// TestPrepareStmt: GORM's own statement cache, in and out of transactions.
func TestPrepareStmt(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		db = db.Session(&gorm.Session{PrepareStmt: true})
		clock := adaptertest.NewClock(time.Now())
		a := gormadapter.New(db, authdb.WithClock(clock.Now))
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, adaptertest.WithClock(clock))
	})
}

// TestAutoMigrated: the plain GORM way to make the tables works as well. Where
// the database's default collation folds, so do its unique keys.
func TestAutoMigrated(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(models.All()...); err != nil {
			t.Fatal(err)
		}
		for _, checked := range []bool{false, true} {
			clock := adaptertest.NewClock(time.Now())
			a := gormadapter.New(db, authdb.WithClock(clock.Now))
			if checked {
				if err := a.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			options := []adaptertest.Option{adaptertest.WithClock(clock)}
			if db.Name() == "mysql" {
				options = append(options, adaptertest.FoldsEmail())
				why := "the unique keys have the database's default collation, which folds case and accents"
				for _, key := range []string{"User.ID", "Email", "SessionToken"} {
					options = append(options, adaptertest.Without(key+" in another case, with other accents, width or white space is another key", why))
				}
			}
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, options...)
		}
	})
}

// TestClosedDatabase and its kind say what happened, once, and hang on nothing.
func TestClosedDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		pool(t, db).Close()
		for name, call := range calls(t.Context(), a) {
			if err := call(); err == nil || !strings.Contains(err.Error(), "closed") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestMissingTables: an adapter on an empty database says so, and changes
// nothing.
func TestMissingTables(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Check(t.Context()); !errors.Is(err, authdb.ErrSchema) {
			t.Errorf("Check: %v", err)
		}
		for name, call := range calls(t.Context(), a) {
			if name == "Synchronize" {
				continue
			}
			if err := call(); !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "Check") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestMySQLProbes: a connection that would store or read something else is
// refused before it does.
func TestMySQLProbes(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			s := testdb.New(t, server)
			latin := gormadapter.New(openGORM(t, mysql.Open(s.DSN+"?charset=latin1")))
			if err := latin.Synchronize(t.Context()); !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "utf8mb4") {
				t.Errorf("latin1: %v", err)
			}
			unparsed := openGORM(t, mysql.Open(s.DSN))
			plain := gormadapter.New(unparsed, authdb.WithModels(authdb.Models{User: &stamped{}, Layout: authdb.Layout{TablePrefix: "p_"}}))
			if err := plain.Synchronize(t.Context()); !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "parseTime=true") {
				t.Errorf("without parseTime: %v", err)
			}
		})
	}
}

// calls are one look-up and one write of each way.
func calls(ctx context.Context, a *gormadapter.Adapter) map[string]func() error {
	return map[string]func() error{
		"GetUser":    func() error { _, err := a.GetUser(ctx, secret); return err },
		"CreateUser": func() error { _, err := a.CreateUser(ctx, &authdb.User{Email: secret}); return err },
		"UpdateUser": func() error {
			_, err := a.UpdateUser(ctx, secret, authdb.UserPatch{Name: authdb.Set("x")})
			return err
		},
		"DeleteUser":           func() error { return a.DeleteUser(ctx, secret) },
		"UseVerificationToken": func() error { _, err := a.UseVerificationToken(ctx, secret, secret); return err },
		"DeleteSession":        func() error { return a.DeleteSession(ctx, secret) },
		"DeleteExpired":        func() error { _, err := a.DeleteExpired(ctx, 1); return err },
		"Synchronize":          func() error { return a.Synchronize(ctx) },
	}
}

// TestKilledServer: calls during a server's death fail without a secret, and
// the adapter works again when the server does.
func TestKilledServer(t *testing.T) {
	for _, name := range []string{testdb.Postgres, testdb.MariaDB} {
		t.Run(name, func(t *testing.T) {
			server := testdb.Private(t, name)
			s := server.DB(t)
			d := postgres.Open(s.DSN)
			if name == testdb.MariaDB {
				d = mysql.Open(s.DSN + "?parseTime=true")
			}
			db := openGORM(t, d)
			a := gormadapter.New(db)
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			u, err := a.CreateUser(t.Context(), &authdb.User{Email: secret})
			if err != nil {
				t.Fatal(err)
			}
			stop := make(chan struct{})
			failed := make(chan error, 1)
			go func() {
				var err error
				for i := 0; ; i++ {
					select {
					case <-stop:
						failed <- err
						return
					default:
					}
					name := secret + authdb.NewID()
					_, e := a.CreateSession(t.Context(), &authdb.Session{SessionToken: name, UserID: u.ID, Expires: time.Now().Add(time.Hour)})
					if e != nil {
						err = e
						time.Sleep(time.Millisecond)
					}
				}
			}()
			time.Sleep(50 * time.Millisecond)
			server.Kill()
			for name, call := range calls(t.Context(), a) {
				if name == "Synchronize" {
					continue
				}
				if err := call(); err == nil || strings.Contains(err.Error(), secret) {
					t.Errorf("%s on a dead server: %v", name, err)
				}
			}
			close(stop)
			if err := <-failed; err == nil || strings.Contains(err.Error(), secret) || errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("during the death: %v", err)
			}
			server.Start()
			if got, err := a.GetUserByEmail(t.Context(), secret); err != nil || got.ID != u.ID {
				t.Errorf("after it: %v, %v", got, err)
			}
		})
	}
}

// TestReferenced: a table of the application's forbids the deletion of its
// user.
func TestReferenced(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		// By hand: a migrator's foreign key would not have the users' collation.
		ddl := "CREATE TABLE orders (id integer PRIMARY KEY, user_id varchar(64) NOT NULL REFERENCES users(id))"
		if db.Name() == "mysql" {
			var collation string
			if err := db.Raw("SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users' AND COLUMN_NAME = 'id'").Scan(&collation).Error; err != nil {
				t.Fatal(err)
			}
			ddl = "CREATE TABLE orders (id integer PRIMARY KEY, user_id varchar(64) CHARACTER SET utf8mb4 COLLATE " + collation + " NOT NULL, FOREIGN KEY (user_id) REFERENCES users(id))"
		}
		if err := db.Exec(ddl).Error; err != nil {
			t.Fatal(err)
		}
		n := 0
		clock := adaptertest.NewClock(time.Now())
		b := gormadapter.New(db, authdb.WithClock(clock.Now))
		adaptertest.Run(t, func(testing.TB) authdb.Adapter { return b }, adaptertest.WithClock(clock),
			adaptertest.Referenced(func(ctx context.Context, _ authdb.Adapter, userID string) error {
				n++
				return db.WithContext(ctx).Exec("INSERT INTO orders (id, user_id) VALUES (?, ?)", n, userID).Error
			}))
		if n == 0 {
			t.Error("the rule was not run")
		}
	})
}

// TestJoined: an adapter on a transaction works inside it, and neither commits
// nor rolls it back.
func TestJoined(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		undo := errors.New("undo")
		err := db.Transaction(func(tx *gorm.DB) error {
			b := gormadapter.New(tx)
			u, err := b.CreateUser(ctx, &authdb.User{Email: "ada@example.com"})
			if err != nil {
				return err
			}
			if _, err := b.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")}); err != nil {
				return err
			}
			if _, err := b.GetUser(ctx, u.ID); err != nil {
				return err
			}
			if err := b.Synchronize(ctx); !errors.Is(err, authdb.ErrNotSynchronized) {
				t.Errorf("Synchronize: %v", err)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		if _, err := a.GetUserByEmail(ctx, "ada@example.com"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("after the rollback: %v", err)
		}
	})
}

// TestApplicationsDB: the adapter leaves the application's *gorm.DB as it is.
func TestApplicationsDB(t *testing.T) {
	db := onSQLite(t)
	db.TranslateError = true
	before := *db.Config
	a := gormadapter.New(db, authdb.WithSynchronize())
	if _, err := a.CreateUser(t.Context(), &authdb.User{}); err != nil {
		t.Fatal(err)
	}
	if !db.TranslateError || db.SkipDefaultTransaction != before.SkipDefaultTransaction || db.Logger != logger.Discard {
		t.Error("New changed the application's configuration")
	}
}

type closer struct{ n int }

func (c *closer) Close() error { c.n++; return nil }

func TestClose(t *testing.T) {
	db := onSQLite(t)
	c := new(closer)
	a := gormadapter.New(db, authdb.WithCloser(c))
	for range 2 {
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if c.n != 1 {
		t.Errorf("closed %d times", c.n)
	}
	if err := gormadapter.New(db).Close(); err != nil || pool(t, db).Ping() != nil {
		t.Errorf("Close closed what it was not given: %v", err)
	}
}
