package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

var errHook = errors.New("refused by the application")

// watched is a user with every hook.
type watched struct {
	ID            string `gorm:"primaryKey;size:64"`
	Name          *string
	Email         *string `gorm:"size:320"`
	EmailVerified *models.Time
	Slug          string
	Title         string `auth:"Image"`
	Calls         int64
	Seen          string `gorm:"-"`
	Secret        string // sealed in the database
}

func (w *watched) BeforeSave(*gorm.DB) error {
	if w.Name != nil {
		w.Slug = strings.ToLower(*w.Name)
	}
	w.Secret = "sealed:" + strings.TrimPrefix(w.Secret, "sealed:")
	return nil
}

func (w *watched) BeforeCreate(*gorm.DB) error {
	w.Calls = 1
	if w.Title == "" && w.Slug == "ada" {
		w.Title = "Lady"
	}
	return nil
}

// AfterCreate sees the row in the transaction that it is created in.
func (w *watched) AfterCreate(tx *gorm.DB) error {
	var n int64
	if err := tx.Model(&watched{}).Where("id = ?", w.ID).Count(&n).Error; err != nil || n != 1 {
		return errors.Join(err, errors.New("AfterCreate does not see the row"))
	}
	if w.Slug == "refuse" {
		return errHook
	}
	return nil
}

func (w *watched) BeforeUpdate(tx *gorm.DB) error {
	tx.Statement.SetColumn("Calls", w.Calls+1)
	if w.Slug == "refuse" {
		return errHook
	}
	return nil
}

func (w *watched) AfterFind(*gorm.DB) error {
	w.Secret = strings.TrimPrefix(w.Secret, "sealed:")
	return nil
}

func (w *watched) BeforeDelete(tx *gorm.DB) error {
	if w.Email == nil || *w.Email == "" {
		return errors.New("BeforeDelete without the row")
	}
	return tx.Exec("INSERT INTO farewells (email) VALUES (?)", *w.Email).Error
}

// watchedSession counts its deletions.
type watchedSession struct{ models.Session }

func (watchedSession) TableName() string { return "sessions" }

func (s *watchedSession) AfterDelete(tx *gorm.DB) error {
	return tx.Exec("INSERT INTO farewells (email) VALUES (?)", s.SessionToken).Error
}

func TestHooks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.Exec("CREATE TABLE farewells (email varchar(320))").Error; err != nil {
			t.Fatal(err)
		}
		a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &watched{}, Session: &watchedSession{}}))
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		u, err := a.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com", Extra: map[string]any{"Secret": "x"}})
		if err != nil {
			t.Fatal(err)
		}
		if u.Extra["Slug"] != "ada" || u.Extra["Calls"] != int64(1) {
			t.Errorf("created: %v", u.Extra)
		}
		if u.Image != "Lady" || column(t, db, "title", u.ID) != "Lady" {
			t.Errorf("what a hook filled in is lost: %q", u.Image)
		}
		if got := column(t, db, "secret", u.ID); got != "sealed:x" {
			t.Errorf("the database holds %q", got)
		}
		found, err := a.GetUser(ctx, u.ID)
		if err != nil || found.Extra["Secret"] != "x" {
			t.Errorf("AfterFind did not run: %v, %v", found, err)
		}

		updated, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Countess")})
		if err != nil {
			t.Fatal(err)
		}
		if updated.Extra["Slug"] != "countess" || updated.Extra["Calls"] != int64(2) {
			t.Errorf("updated: %v", updated.Extra)
		}
		if column(t, db, "slug", u.ID) != "countess" || column(t, db, "calls", u.ID) != "2" || column(t, db, "secret", u.ID) != "sealed:x" {
			t.Error("what the update hooks changed is not in the database")
		}

		other, err := a.CreateUser(ctx, &authdb.User{Name: "Grace", Email: "grace@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		var nulls int64
		if err := db.Raw("SELECT count(*) FROM watcheds WHERE id = ? AND title IS NULL", other.ID).Scan(&nulls).Error; err != nil || nulls != 1 {
			t.Errorf("an empty text that no hook filled in is not NULL (%v)", err)
		}

		_, err = a.CreateUser(ctx, &authdb.User{Name: "Refuse", Email: "b@example.com"})
		if !errors.Is(err, errHook) || strings.Contains(err.Error(), errHook.Error()) {
			t.Errorf("a hook's error: %v", err)
		}
		if _, err := a.GetUserByEmail(ctx, "b@example.com"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("a user whose AfterCreate failed is there: %v", err)
		}
		if _, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Refuse")}); !errors.Is(err, errHook) {
			t.Errorf("a refused update: %v", err)
		}

		for _, token := range []string{"s1", "s2", "s3"} {
			if _, err := a.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: u.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if s, user, err := a.GetSessionAndUser(ctx, "s1"); err != nil || s.SessionToken != "s1" || user.Extra["Secret"] != "x" {
			t.Errorf("GetSessionAndUser: %v, %v, %v", s, user, err)
		}
		if err := a.DeleteSession(ctx, "s1"); err != nil {
			t.Fatal(err)
		}
		if n, err := a.DeleteSessionsByUserID(ctx, u.ID, "s3"); n != 1 || err != nil {
			t.Errorf("DeleteSessionsByUserID: %d, %v", n, err)
		}
		if err := a.DeleteUser(ctx, u.ID); err != nil {
			t.Fatal(err)
		}
		var farewells []string
		if err := db.Raw("SELECT email FROM farewells ORDER BY email").Scan(&farewells).Error; err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(farewells, " "); got != "ada@example.com s1 s2 s3" {
			t.Errorf("delete hooks saw %q", got)
		}
	})
}

func column(t *testing.T, db *gorm.DB, name, id string) string {
	t.Helper()
	var v string
	if err := db.Raw("SELECT "+name+" FROM watcheds WHERE id = ?", id).Scan(&v).Error; err != nil {
		t.Fatal(err)
	}
	return v
}

// stamped has what GORM and the database maintain by themselves.
type stamped struct {
	models.User
	CreatedAt time.Time `gorm:"precision:3"`
	UpdatedAt time.Time `gorm:"precision:3"`
	Updated   int64     `gorm:"autoUpdateTime:milli"`
	Level     int       `gorm:"default:7"`
	Active    bool      `gorm:"default:true"`
}

func TestMaintainedColumns(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		now := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("", 3600))
		a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &stamped{}}), authdb.WithClock(func() time.Time { return now }))
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		u, err := a.CreateUser(ctx, &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		created := now.UTC().Truncate(time.Millisecond)
		if u.Extra["Level"] != 7 || u.Extra["Active"] != true || !u.Extra["CreatedAt"].(time.Time).Equal(created) {
			t.Errorf("created: %v", u.Extra)
		}
		zero, err := a.CreateUser(ctx, &authdb.User{Extra: map[string]any{"Level": 0, "Active": false}})
		if err != nil {
			t.Fatal(err)
		}
		if zero, err = a.GetUser(ctx, zero.ID); err != nil || zero.Extra["Level"] != 0 || zero.Extra["Active"] != false {
			t.Errorf("a zero that was given is stored as %v, %v", zero.Extra, err)
		}
		now = now.Add(time.Hour)
		if _, err = a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")}); err != nil {
			t.Fatal(err)
		}
		if u, err = a.GetUser(ctx, u.ID); err != nil {
			t.Fatal(err)
		}
		updated := created.Add(time.Hour)
		if !u.Extra["CreatedAt"].(time.Time).Equal(created) || !u.Extra["UpdatedAt"].(time.Time).Equal(updated) || u.Extra["Updated"] != updated.UnixMilli() {
			t.Errorf("updated: %v", u.Extra)
		}
	})
}

// choosy is a user of whom some are not to be seen.
type choosy struct{ models.User }

func (choosy) TableName() string { return "users" }

func (c *choosy) AfterFind(*gorm.DB) error {
	if c.Name != nil && *c.Name == "hidden" {
		return errHook
	}
	return nil
}

// TestFindHookRefuses: what a find hook refuses of a new row is not stored; of one
// that is there, the transaction goes on.
func TestFindHookRefuses(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronised(t, db, authdb.WithModels(authdb.Models{User: &choosy{}}))
		if _, err := a.CreateUser(t.Context(), &authdb.User{Email: "new", Name: "hidden"}); !errors.Is(err, errHook) {
			t.Error(err)
		}
		if n := count(t, db, "SELECT count(*) FROM users"); n != 0 {
			t.Error("stored, and the caller was told an error")
		}
		u, err := a.CreateUser(t.Context(), &authdb.User{Email: "there"})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Exec("UPDATE users SET name = 'hidden'").Error; err != nil {
			t.Fatal(err)
		}
		err = a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			if _, err := tx.GetUser(ctx, u.ID); !errors.Is(err, errHook) {
				t.Error(err)
			}
			return add(ctx, tx, "another")
		})
		if err != nil || count(t, db, "SELECT count(*) FROM users") != 2 {
			t.Error(err)
		}
	})
}
