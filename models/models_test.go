package models_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb/models"
)

// TestPromotesNothing keeps methods from the rows: every row that embeds one
// would have them too, and GORM would call them.
func TestPromotesNothing(t *testing.T) {
	for _, row := range models.All() {
		if typ := reflect.TypeOf(row); typ.NumMethod() > 0 {
			t.Errorf("%v has the method %s", typ, typ.Method(0).Name)
		}
	}
}

// TestNames has the tables and columns as they are documented.
func TestNames(t *testing.T) {
	db := open(t, sqlite.Dialector{DriverName: "sqlite", DSN: ":memory:"})
	want := map[string]string{
		"users":               "id name email email_verified image",
		"accounts":            "id user_id type provider provider_account_id refresh_token access_token expires_at token_type scope id_token session_state",
		"sessions":            "id session_token user_id expires",
		"verification_tokens": "identifier token expires",
		"authenticators":      "credential_id user_id provider_account_id credential_public_key counter credential_device_type credential_backed_up transports",
	}
	for _, row := range models.All() {
		stmt := &gorm.Statement{DB: db}
		if err := stmt.Parse(row); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(stmt.Schema.DBNames, " "); got != want[stmt.Schema.Table] {
			t.Errorf("%s has the columns %q, want %q", stmt.Schema.Table, got, want[stmt.Schema.Table])
		}
	}
}

// TestLongCredentialID stores an id of the longest kind there is.
func TestLongCredentialID(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&models.Authenticator{}); err != nil {
			t.Fatal(err)
		}
		id := models.CredentialID(strings.Repeat("aB-_", 341)) // 1364 characters, 1023 bytes
		row := models.Authenticator{CredentialID: id, UserID: "u", CredentialPublicKey: strings.Repeat("k", 8<<10), Counter: 1<<32 - 1}
		if err := db.Create(&row).Error; err != nil {
			t.Fatal(err)
		}
		var got models.Authenticator
		if err := db.Where("credential_id = ?", id).Take(&got).Error; err != nil || got != row {
			t.Errorf("%v: %+v", err, got)
		}
	})
}

// TestTwice has rows in two tables of one database: their indexes are named
// after the table, or the second would not be made.
func TestTwice(t *testing.T) {
	type Admin struct{ models.User }
	type Key struct {
		models.Account
		Comment string
	}
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(append(models.All(), &Admin{}, &Key{})...); err != nil {
			t.Fatal(err)
		}
		for name, row := range map[string]any{
			"idx_admins_email": &Admin{}, "idx_users_email": &models.User{},
			"idx_keys_provider_account": &Key{}, "idx_keys_user_id": &Key{}, "idx_accounts_provider_account": &models.Account{},
		} {
			if !db.Migrator().HasIndex(row, name) {
				t.Errorf("there is no index %s", name)
			}
		}
	})
}

// A Member is a user with more columns.
type Member struct {
	models.User
	Role     string       `gorm:"size:32;default:member"`
	LastSeen *models.Time `gorm:"size:64"`
}

func Example() {
	dir, err := os.MkdirTemp("", "authdb")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + filepath.Join(dir, "app.db")})
	if err != nil {
		panic(err)
	}
	if err := db.AutoMigrate(&Member{}); err != nil {
		panic(err)
	}
	email := "ada@example.com"
	seen := models.NewTime(time.Date(2026, 11, 21, 9, 30, 0, 0, time.FixedZone("CET", 3600)))
	db.Create(&Member{User: models.User{ID: "u1", Email: &email}, LastSeen: &seen})

	var ada Member
	db.Where("email = ?", email).Take(&ada)
	fmt.Println(*ada.Email, ada.Role, ada.LastSeen)
	// Output: ada@example.com member 2026-11-21 08:30:00 +0000 UTC
}
