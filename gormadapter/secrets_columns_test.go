package gormadapter_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestColumnsForSecrets: columns that can't hold what is stored are found before
// anything is written.
func TestColumnsForSecrets(t *testing.T) {
	type bareSession struct {
		SessionToken uuid.UUID `gorm:"primaryKey"`
		UserID       string    `gorm:"size:64"`
		Expires      models.Time
	}
	type taggedSession struct {
		SessionToken string `gorm:"primaryKey;type:uuid"`
		UserID       string `gorm:"size:64"`
		Expires      models.Time
	}
	type shortToken struct {
		Identifier string `gorm:"primaryKey;size:320"`
		Token      string `gorm:"primaryKey;size:64"`
		Expires    models.Time
	}
	type shortAccount struct {
		UserID            string `gorm:"size:64"`
		Provider          string `gorm:"primaryKey;size:64"`
		ProviderAccountID string `gorm:"primaryKey;size:255"`
		RefreshToken      string `gorm:"size:40"`
	}
	db := onSQLite(t)
	for _, x := range []struct {
		models authdb.Models
		want   string
	}{
		{authdb.Models{Session: &bareSession{}}, "SessionToken is stored hashed"},
		{authdb.Models{Session: &taggedSession{}}, "SessionToken is stored hashed"},
		{authdb.Models{VerificationToken: &shortToken{}}, "Token is stored hashed"},
		{authdb.Models{Account: &shortAccount{}}, "RefreshToken is stored encrypted"},
	} {
		err := gormadapter.New(db, append(hidden(), authdb.WithModels(x.models))...).Validate()
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: %v, want %q", x.models, err, x.want)
		}
		if err := gormadapter.New(db, authdb.WithModels(x.models)).Validate(); err != nil {
			t.Errorf("without the options: %v", err)
		}
	}
	if err := gormadapter.New(db, authdb.WithHashedTokens(authdb.HashedTokens{Keys: []authdb.SecretKey{{}}})).Validate(); err == nil {
		t.Error("keys that are none: no error")
	}
}

// TestShortColumns: what the row type does not say, the catalogue does.
func TestShortColumns(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			t.Skip("columns have no length")
		}
		type session struct {
			ID           string      `gorm:"primaryKey;type:varchar(64)"`
			SessionToken string      `gorm:"type:varchar(80);uniqueIndex"`
			UserID       string      `gorm:"type:varchar(64);index"`
			Expires      models.Time `gorm:"size:64;index"`
		}
		type account struct {
			models.Account
			AccessToken string `gorm:"type:varchar(100)"`
		}
		m := authdb.WithModels(authdb.Models{Session: &session{}, Account: &account{}})
		a := synchronized(t, db, m, encrypting("e1"))
		linked := googleAccount(newUser(t, a).ID, "1")
		_, err := a.LinkAccount(t.Context(), linked)
		must(t, err)
		linked.ProviderAccountID, linked.AccessToken = "2", strings.Repeat("x", 100) // which fits as it is
		patch := authdb.AccountPatch{AccessToken: authdb.Set(linked.AccessToken)}
		_, linking := a.LinkAccount(t.Context(), linked)
		_, updating := a.UpdateAccount(t.Context(), "google", "1", patch)
		for what, err := range map[string]error{"LinkAccount": linking, "UpdateAccount": updating} {
			if !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "Account.AccessToken: encrypted it is longer") {
				t.Errorf("%s: %v", what, err)
			}
		}
		err = gormadapter.New(db, m, hashing(false, "a-very-long-name")).Check(t.Context())
		if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), "session_token: holds 80 characters") {
			t.Errorf("Check: %v", err)
		}
		must(t, gormadapter.New(db, m, hashing(false)).Check(t.Context())) // 71 characters
	})
}

// TestSecretsAreNotLogged logs all statements, with their parameters as GORM
// would print them, and the errors.
func TestSecretsAreNotLogged(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		var said bytes.Buffer
		db = db.Session(&gorm.Session{Logger: logger.New(log.New(&said, "", 0), logger.Config{LogLevel: logger.Info})})
		must(t, synchronized(t, db).Synchronize(t.Context()))
		somebody(t, synchronized(t, db))
		a := synchronized(t, db, hashing(true, "h1"), encrypting("e1"))
		must(t, a.ConvertSecrets(t.Context(), nil))
		finds(t, a, "raw-session", "raw-token")
		_, err := a.GetAccount(t.Context(), "google", "1")
		must(t, err)
		must(t, a.DeleteSession(t.Context(), "raw-session"))
		fmt.Fprintf(&said, "%v %+v", a.Validate(), gormadapter.New(db, hidden()...))
		for _, secret := range []string{"raw-", "is a secret", "aes256gcm:e1:", "hmac:h1:"} {
			if strings.Contains(said.String(), secret) {
				t.Errorf("the log has %q", secret)
			}
		}
	})
}
