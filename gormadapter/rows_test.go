package gormadapter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestByDatabase takes the row type of the database at hand.
func TestByDatabase(t *testing.T) {
	type bare struct {
		SessionToken string      `gorm:"primaryKey;size:255"`
		UserID       string      `gorm:"size:64;index"`
		Expires      models.Time `gorm:"size:64"`
	}
	db := onSQLite(t)
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{
		Session:       authdb.ByDatabase{"sqlite": &bare{}, "postgres": &models.Session{}},
		Authenticator: authdb.ByDatabase{"sqlite": authdb.Absent, "mysql": nil},
	}))
	if err := adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	made, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: "t", UserID: newUser(t, adapter).ID, Expires: time.Now().Add(time.Hour)})
	if err != nil || made.ID != "" {
		t.Errorf("made %+v: %v, want no ID: the row has none", made, err)
	}
	if _, err := adapter.GetAuthenticator(t.Context(), "x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("absent on this database: %v, want ErrUnsupported", err)
	}
	err = gormadapter.New(db, authdb.WithModels(authdb.Models{Account: authdb.ByDatabase{"postgres": &models.Account{}, "mysql": &models.Account{}}})).Validate()
	if err == nil || !strings.Contains(err.Error(), "Models.Account has no row type for sqlite, but for mysql, postgres") {
		t.Errorf("a row type for other databases: %v", err)
	}
}

// compound has a column that is a function of its key.
type compound struct {
	models.Account
	CompoundID string `gorm:"uniqueIndex;size:400;not null;->:false;<-:create" auth:"Provider+ProviderAccountID"`
}

func (c *compound) BeforeCreate(*gorm.DB) error {
	c.CompoundID = c.Provider + ":" + c.ProviderAccountID
	return nil
}

// TestDerived leaves a derived column to the row type.
func TestDerived(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{Account: &compound{}}))
		if err := adapter.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		account := &authdb.Account{UserID: newUser(t, adapter).ID, Type: "oidc", Provider: "google", ProviderAccountID: "1"}
		if _, err := adapter.LinkAccount(t.Context(), account); err != nil {
			t.Fatal(err)
		}
		got, err := adapter.UpdateAccount(t.Context(), "google", "1", authdb.AccountPatch{Scope: authdb.Set("openid")})
		if err != nil || got.Scope != "openid" || got.Extra != nil {
			t.Errorf("updated to %+v: %v", got, err)
		}
		var raw string
		if err := db.Raw("SELECT compound_id FROM compounds").Scan(&raw).Error; err != nil || raw != "google:1" {
			t.Errorf("holds %q: %v", raw, err)
		}
		account.Extra = map[string]any{"CompoundID": "else"}
		if _, err := adapter.LinkAccount(t.Context(), account); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("given in Extra: %v, want ErrInvalid", err)
		}
	})
	type mistaken struct {
		models.Account
		Compound string `auth:"Provider+AccountID"`
	}
	err := gormadapter.New(onSQLite(t), authdb.WithModels(authdb.Models{Account: &mistaken{}})).Validate()
	if err == nil || !strings.Contains(err.Error(), `tagged auth:"Provider+AccountID"`) {
		t.Errorf("a tag with an unknown name: %v", err)
	}
}
