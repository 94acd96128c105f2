package gormadapter_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// foldedSession has a key of a struct type in a column that ignores case.
type foldedSession struct {
	SessionToken sql.NullString `gorm:"type:varchar(200);primaryKey"`
	UserID       string         `gorm:"size:64"`
	Expires      models.Time
}

// TestFoldingColumn: the type of the row's field does not decide how exactly a
// key is compared.
func TestFoldingColumn(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		token := map[string]string{
			"sqlite":   "session_token varchar(200) COLLATE NOCASE PRIMARY KEY",
			"postgres": "session_token citext PRIMARY KEY",
			"mysql":    "session_token varchar(200) COLLATE utf8mb4_general_ci PRIMARY KEY",
		}[db.Name()]
		if db.Name() == "postgres" && db.Exec("CREATE EXTENSION IF NOT EXISTS citext").Error != nil {
			token = `session_token text COLLATE nocase PRIMARY KEY`
			if err := db.Exec("CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)").Error; err != nil {
				t.Fatal(err)
			}
		}
		instant := map[string]string{"sqlite": "datetime", "postgres": "timestamptz(3)", "mysql": "datetime(3)"}[db.Name()]
		if err := db.Exec("CREATE TABLE folded_sessions (" + token + ", user_id varchar(64) NOT NULL, expires " + instant + " NOT NULL)").Error; err != nil {
			t.Fatal(err)
		}
		if err := db.AutoMigrate(&models.User{}); err != nil {
			t.Fatal(err)
		}
		a := gormadapter.New(db, authdb.WithModels(authdb.Models{
			Session: foldedSession{}, Account: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent,
		}))
		u, err := a.CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: "AbC", UserID: u.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		for _, state := range []string{"before Check", "after Check"} {
			if _, _, err := a.GetSessionAndUser(t.Context(), "AbC"); err != nil {
				t.Errorf("%s: %v", state, err)
			}
			if _, _, err := a.GetSessionAndUser(t.Context(), "aBc"); !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("%s: another's session: %v", state, err)
			}
			if err := a.DeleteSession(t.Context(), "aBc"); err != nil {
				t.Error(err)
			}
			if err := a.Check(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOrphansUnderIsolation: sessions and deletions of their user at once, with
// no foreign keys and at the isolation that the application chose.
func TestOrphansUnderIsolation(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *gorm.DB{
		"postgres": func(t *testing.T) *gorm.DB {
			return openGORM(t, postgres.Open(testdb.New(t, testdb.Postgres).DSN+"&default_transaction_isolation=repeatable%20read"))
		},
		"mariadb": func(t *testing.T) *gorm.DB {
			return openGORM(t, mysql.Open(testdb.New(t, testdb.MariaDB).DSN+"?tx_isolation=%27SERIALIZABLE%27"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			if err := db.AutoMigrate(models.All()...); err != nil {
				t.Fatal(err)
			}
			a := gormadapter.New(db)
			for i := range 20 {
				u, err := a.CreateUser(t.Context(), &authdb.User{})
				if err != nil {
					t.Fatal(err)
				}
				atOnce(8, func(j int) {
					var err error
					if j == 0 {
						err = a.DeleteUser(t.Context(), u.ID)
					} else {
						_, err = a.CreateSession(t.Context(), &authdb.Session{SessionToken: fmt.Sprint(i, "-", j), UserID: u.ID, Expires: time.Now().Add(time.Hour)})
					}
					if err != nil && !errors.Is(err, authdb.ErrReference) {
						t.Error(err)
					}
				})
			}
			var orphans int64
			if err := db.Raw("SELECT count(*) FROM sessions").Scan(&orphans).Error; err != nil || orphans != 0 {
				t.Errorf("%d sessions outlived their users (%v)", orphans, err)
			}
		})
	}
}

// TestPerConnectionForeignKeys: what one connection of SQLite enforces, the
// next may not.
func TestPerConnectionForeignKeys(t *testing.T) {
	db := openGORM(t, sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + testdb.SQLiteFile(t) + "?_pragma=busy_timeout(5000)"})
	pool(t, db).SetMaxIdleConns(0)
	a := gormadapter.New(db)
	err := db.Connection(func(tx *gorm.DB) error {
		if err := tx.Exec("PRAGMA foreign_keys = ON").Error; err != nil {
			return err
		}
		return a.Synchronize(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.CreateSession(t.Context(), &authdb.Session{SessionToken: "s", UserID: "nobody", Expires: time.Now().Add(time.Hour)})
	if !errors.Is(err, authdb.ErrReference) {
		t.Errorf("a session of nobody: %v", err)
	}
}

// TestOtherTextForms: instants that others wrote into SQLite, in another form.
func TestOtherTextForms(t *testing.T) {
	for _, d := range databases()[:2] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			clock := adaptertest.NewClock(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC))
			a := gormadapter.New(db, authdb.WithClock(clock.Now))
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			for token, expires := range map[string]string{
				"live": "2026-03-04 20:00:00", "live-z": "2026-03-04T10:00:00.001Z", "dead": "2026-03-04 09:59:59.999", "dead-z": "2026-03-03T10:00:00Z",
			} {
				if err := db.Exec("INSERT INTO sessions (id, session_token, user_id, expires) VALUES (?, ?, ?, ?)", token, token, u.ID, expires).Error; err != nil {
					t.Fatal(err)
				}
			}
			swept, err := a.DeleteExpired(t.Context(), 10)
			if err != nil || swept.Sessions != 2 {
				t.Errorf("swept %d, %v", swept.Sessions, err)
			}
			until := clock.Now().Add(48 * time.Hour)
			for _, token := range []string{"live", "live-z"} {
				if _, err := a.UpdateSession(t.Context(), token, authdb.SessionPatch{Expires: authdb.Set(until)}); err != nil {
					t.Errorf("%s: %v", token, err)
				}
				if s, _, err := a.GetSessionAndUser(t.Context(), token); err != nil || !s.Expires.Equal(until) {
					t.Errorf("%s: %v, %v", token, s, err)
				}
			}
		})
	}
}

// hookedSession has a delete hook.
type hookedSession struct{ models.Session }

func (hookedSession) TableName() string { return "sessions" }

func (*hookedSession) AfterDelete(*gorm.DB) error { return nil }

// bannable is a user that can be soft-deleted.
type bannable struct {
	models.User
	DeletedAt gorm.DeletedAt
}

// TestSignOutOfBanned: a session of a soft-deleted user is deleted all the same.
func TestSignOutOfBanned(t *testing.T) {
	db := onSQLite(t)
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &bannable{}, Session: &hookedSession{}}), authdb.WithSynchronize())
	u, err := a.CreateUser(t.Context(), &authdb.User{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: "s", UserID: u.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := db.Delete(&bannable{}, "id = ?", u.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := a.DeleteSession(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := db.Model(&hookedSession{}).Count(&n).Error; err != nil || n != 0 {
		t.Errorf("%d sessions left (%v)", n, err)
	}
}

// TestUnsignedIDs: MySQL's text protocol has a Go type of its own for them.
func TestUnsignedIDs(t *testing.T) {
	for _, server := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(server, func(t *testing.T) {
			s := testdb.New(t, server)
			db := openGORM(t, mysql.Open(s.DSN+inKolkata+"&interpolateParams=true"))
			for _, v := range variants() {
				if v.name == "numbered" {
					runSuite(t, db, v)
				}
			}
		})
	}
}

// TestNarrowIDs: an id that is wider than its column finds nothing.
func TestNarrowIDs(t *testing.T) {
	db := openGORM(t, postgres.Open(testdb.New(t, testdb.Postgres).DSN))
	if err := db.Exec("CREATE TABLE accounts (id serial PRIMARY KEY, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, name text, email text UNIQUE, email_verified timestamptz(3), image text, plan text)").Error; err != nil {
		t.Fatal(err)
	}
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{
		User: &account{}, Account: authdb.Absent, Session: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent,
	}))
	if _, err := a.CreateUser(t.Context(), &authdb.User{}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"3000000000", "9223372036854775807"} {
		if _, err := a.GetUser(t.Context(), id); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("GetUser(%s): %v", id, err)
		}
		if err := a.DeleteUser(t.Context(), id); err != nil {
			t.Errorf("DeleteUser(%s): %v", id, err)
		}
	}
}

// raw has further columns that lead to memory of the caller's.
type raw struct {
	models.User
	Nick  *string
	Tags  []string `gorm:"serializer:json"`
	State json.RawMessage
}

func (r *raw) BeforeSave(*gorm.DB) error {
	if r.Nick != nil {
		*r.Nick = strings.ToUpper(*r.Nick)
	}
	for i := range r.Tags {
		r.Tags[i] = strings.ToUpper(r.Tags[i])
	}
	r.State = json.RawMessage(`{"saved":true}`)
	return nil
}

// TestArgumentsAndHooks: hooks change the row, and never what the caller gave.
func TestArgumentsAndHooks(t *testing.T) {
	a := gormadapter.New(onSQLite(t), authdb.WithModels(authdb.Models{User: &raw{}}), authdb.WithSynchronize())
	nick, tags := "ada", []string{"a", "b"}
	extra := map[string]any{"Nick": &nick, "Tags": tags, "State": json.RawMessage(`{"saved":false}`)}
	u, err := a.CreateUser(t.Context(), &authdb.User{Extra: extra})
	if err != nil {
		t.Fatal(err)
	}
	*u.Extra["Nick"].(*string) = "changed"
	if nick != "ada" || tags[0] != "a" || string(extra["State"].(json.RawMessage)) != `{"saved":false}` {
		t.Errorf("the arguments are now %q, %q, %s", nick, tags, extra["State"])
	}
	if _, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Extra: map[string]any{"State": json.RawMessage(`{}`)}}); err != nil {
		t.Fatal(err)
	}
	if u, err = a.GetUser(t.Context(), u.ID); err != nil || string(u.Extra["State"].(json.RawMessage)) != `{"saved":true}` || *u.Extra["Nick"].(*string) != "ADA" {
		t.Errorf("stored: %s, %v", u.Extra, err)
	}
}

// TestForeignErrors: what only looks like the database's error is none.
func TestForeignErrors(t *testing.T) {
	db := onSQLite(t)
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &failing{}}), authdb.WithSynchronize())
	if err := a.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := a.CreateUser(t.Context(), &authdb.User{})
	if errors.Is(err, authdb.ErrDuplicate) || !errors.As(err, new(lookalike)) {
		t.Errorf("a hook's own error: %v", err)
	}
	// A trigger of the application's is nobody's missing user.
	if err := db.Exec("CREATE TRIGGER no BEFORE INSERT ON verification_tokens BEGIN SELECT RAISE(ABORT, 'closed'); END").Error; err != nil {
		t.Fatal(err)
	}
	_, err = a.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: time.Now()})
	if err == nil || errors.Is(err, authdb.ErrReference) {
		t.Errorf("a trigger's refusal: %v", err)
	}
}

type (
	failing   struct{ models.User }
	lookalike struct{ Number int }
)

func (lookalike) Error() string                 { return "1062" }
func (*failing) BeforeCreate(tx *gorm.DB) error { return lookalike{1062} }

// TestHandles: a *gorm.DB with which writes would do nothing is refused.
func TestHandles(t *testing.T) {
	db := onSQLite(t)
	for name, handle := range map[string]*gorm.DB{
		"where":   db.Where("1 = 0"),
		"select":  db.Select("id"),
		"limit":   db.Limit(1),
		"dry run": db.Session(&gorm.Session{DryRun: true}),
	} {
		if gormadapter.New(handle).Validate() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	if err := gormadapter.New(db.Session(&gorm.Session{NewDB: true}).WithContext(context.Background())).Validate(); err != nil {
		t.Error(err)
	}
}

// TestNilContext: a nil argument is an error, and no panic.
func TestNilContext(t *testing.T) {
	a := gormadapter.New(onSQLite(t))
	var none context.Context
	for name, call := range calls(none, a) {
		if err := call(); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDecodeWholly: what was in the row before does not show through, and a
// failure leaves it alone.
func TestDecodeWholly(t *testing.T) {
	a := gormadapter.New(onSQLite(t))
	row := models.Account{Type: "old", ID: "old"}
	if err := a.Decode(&authdb.Account{ID: "new"}, &row); err != nil || row.Type != "" || row.ID != "new" {
		t.Errorf("%+v, %v", row, err)
	}
	if err := a.Decode(&authdb.Account{ID: "x", Extra: map[string]any{"Nope": 1}}, &row); !errors.Is(err, authdb.ErrInvalid) || row.ID != "new" {
		t.Errorf("%+v, %v", row, err)
	}
}
