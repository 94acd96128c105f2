package gormadapter_test

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestOtherForeignKey: a foreign key that is not the user's says nothing about
// the user.
func TestOtherForeignKey(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := gormadapter.New(db).Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		addKinds(t, db)
		for _, known := range []bool{false, true} {
			a := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{ForeignKeys: known}}))
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			link := func(user, kind string) error {
				_, err := a.LinkAccount(t.Context(), &authdb.Account{UserID: user, Type: kind, Provider: "p", ProviderAccountID: authdb.NewID()})
				return err
			}
			if err := link(u.ID, "oauth"); err != nil {
				t.Errorf("known %v: %v", known, err)
			}
			if err := link("nobody", "oauth"); !errors.Is(err, authdb.ErrReference) {
				t.Errorf("known %v: nobody: %v", known, err)
			}
			err = link(u.ID, "none")
			if !errors.Is(err, authdb.ErrInvalid) || errors.Is(err, authdb.ErrReference) || !strings.Contains(err.Error(), "foreign key") {
				t.Errorf("known %v: no such kind: %v", known, err)
			}
		}
	})
}

// addKinds adds a foreign key from the accounts' type to another table.
func addKinds(t *testing.T, db *gorm.DB) {
	t.Helper()
	statements := []string{
		"CREATE TABLE kinds (kind varchar(64) PRIMARY KEY)",
		"INSERT INTO kinds VALUES ('oauth')",
		"ALTER TABLE accounts ADD FOREIGN KEY (type) REFERENCES kinds (kind)",
	}
	switch db.Name() {
	case "mysql":
		var collation string
		if err := db.Raw("SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'accounts' AND COLUMN_NAME = 'type'").Scan(&collation).Error; err != nil {
			t.Fatal(err)
		}
		statements[0] += " COLLATE " + collation
	case "sqlite": // has no such ALTER
		var table string
		if err := db.Raw("SELECT sql FROM sqlite_master WHERE name = 'accounts'").Scan(&table).Error; err != nil {
			t.Fatal(err)
		}
		end := strings.LastIndex(table, ")")
		statements[2] = table[:end] + ", FOREIGN KEY (type) REFERENCES kinds (kind))"
		statements = append(statements[:2], "DROP TABLE accounts", statements[2])
	}
	for _, s := range statements {
		if err := db.Exec(s).Error; err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// narrowAccount and narrowKey have Go types that are wider than the
// columns.
type (
	narrowAccount struct {
		models.Account
		ExpiresAt *int64 `gorm:"type:integer"`
	}
	narrowKey struct {
		models.Authenticator
		Counter int64 `gorm:"type:integer;not null"`
	}
)

// TestNarrowNumbers: a number that the column can't hold is invalid, also where
// the driver refuses it and not the server.
func TestNarrowNumbers(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			t.Skip("its integers have 64 bits")
		}
		m := authdb.Models{Account: narrowAccount{}, Authenticator: narrowKey{}}
		if err := db.AutoMigrate(models.User{}, m.Account, models.Session{}, models.VerificationToken{}, m.Authenticator); err != nil {
			t.Fatal(err)
		}
		a := gormadapter.New(db, authdb.WithModels(m))
		u, err := a.CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.CreateAuthenticator(t.Context(), &authdb.Authenticator{
			CredentialID: "c", UserID: u.ID, ProviderAccountID: "a", CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
		}); err != nil {
			t.Fatal(err)
		}
		account := accountOf(u.ID, "a")
		account.ExpiresAt = 1 << 40
		_, linkErr := a.LinkAccount(t.Context(), account)
		_, countErr := a.UpdateAuthenticatorCounter(t.Context(), "c", 4294967295)
		for _, err := range []error{linkErr, countErr} {
			if !errors.Is(err, authdb.ErrInvalid) || strings.Contains(err.Error(), "1099511627776") || strings.Contains(err.Error(), "4294967295") {
				t.Error(err)
			}
		}
		if _, err := a.UpdateAuthenticatorCounter(t.Context(), "c", 7); err != nil {
			t.Error(err)
		}
	})
}
