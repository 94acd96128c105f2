package catalog_test

import (
	"database/sql"
	"reflect"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/models"
)

// Rows embedded in the application's own, with more columns.
type (
	Member struct {
		models.User
		Role      string       `gorm:"size:32;not null;default:member"`
		Points    int          `gorm:"not null;default:0;check:points >= 0"`
		LastSeen  *models.Time `gorm:"size:64"`
		CreatedAt time.Time
	}
	Device struct {
		models.Session
		UserAgent *string `gorm:"index"`
	}
)

// Rows with numbers that the database gives, and soft delete.
type (
	NumberedUser struct {
		gorm.Model
		Name, Image   *string
		Email         *string      `gorm:"size:320;uniqueIndex"`
		EmailVerified *models.Time `gorm:"size:64"`
	}
	NumberedAccount struct {
		gorm.Model
		UserID            uint
		Type              string
		Provider          string `gorm:"size:64;uniqueIndex:,composite:provider_account"`
		ProviderAccountID string `gorm:"size:255;uniqueIndex:,composite:provider_account"`
	}
	NumberedSession struct {
		gorm.Model
		SessionToken string `gorm:"size:255;unique"`
		UserID       uint
		Expires      time.Time
	}
	NumberedAuthenticator struct {
		CredentialID models.CredentialID `gorm:"primaryKey;size:1400"`
		UserID       uint
	}
)

// Rows with other columns, none of them tagged with what they need.
type (
	Person struct {
		ID            string         `gorm:"column:person_id;primaryKey;size:36"`
		Email         sql.NullString `gorm:"column:mail;size:200"`
		Name, Image   sql.NullString
		EmailVerified sql.NullTime
	}
	Link struct {
		UserID            string `gorm:"column:person;size:40"`
		Provider          string `gorm:"column:idp;size:40"`
		ProviderAccountID string `gorm:"column:subject;size:200"`
	}
	Visit struct {
		SessionToken string `gorm:"column:cookie;primaryKey;size:200"`
		UserID       string `gorm:"column:person;size:36"`
		Expires      int64  `gorm:"column:until"`
	}
	Once struct {
		Identifier string `gorm:"column:mail;size:200"`
		Token      string `gorm:"size:200"`
		Expires    string `gorm:"size:30"`
	}
)

// variants are row types that applications have.
var variants = []struct {
	name string
	rows rows
	// loud are the statements of GORM's AutoMigrate over what Synchronize
	// made, by golden. There are none where the row types say what the
	// contract needs.
	loud map[string][]string
}{
	{name: "default"},
	{name: "embedded", rows: rows{user: Member{}, session: Device{}}},
	{name: "numbered", rows: rows{user: NumberedUser{}, account: NumberedAccount{}, session: NumberedSession{}, authenticator: NumberedAuthenticator{}}},
	{name: "renamed", rows: rows{user: Person{}, account: Link{}, session: Visit{}, token: Once{}}, loud: map[string][]string{
		"mariadb": {"DROP INDEX `idx_people_email` ON `people`"},
		"mysql":   {"DROP INDEX `idx_people_email` ON `people`"},
	}},
}

// TestGolden has the tables that Synchronize makes, a second run that does
// nothing, and AutoMigrate over them.
func TestGolden(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d database, db *gorm.DB) {
				list := modelsOf(t, db, v.rows)
				synchronize(t, db, list)
				made := dump(t, db, tableNames(list)...)
				golden(t, v.name+"."+d.golden, made)

				watched, log := watch(db)
				synchronize(t, watched, list)
				if ddl := log.ddl(); len(ddl) > 0 {
					t.Errorf("a second run changed the schema: %q", ddl)
				}
				if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
					t.Errorf("Check after Synchronize: %v", err)
				}

				watched, log = watch(db)
				for _, m := range list {
					if err := watched.AutoMigrate(newRow(m.Schema)); err != nil {
						t.Fatalf("AutoMigrate %s: %v", m.Record, err)
					}
				}
				loud := v.loud[d.golden]
				if ddl := log.ddl(); !slices.Equal(ddl, loud) {
					t.Errorf("AutoMigrate changed the schema: %q, want %q", ddl, loud)
				}
				if after := dump(t, db, tableNames(list)...); after != made && len(loud) == 0 {
					t.Errorf("AutoMigrate changed the tables to\n%s", after)
				}
			})
		})
	}
}

func newRow(s *schema.Schema) any { return reflect.New(s.ModelType).Interface() }
