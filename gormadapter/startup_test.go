package gormadapter_test

import (
	"context"
	"database/sql/driver"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb/gormadapter"
)

// ofRows matches the beginning of what reads or writes one of the adapter's
// tables, and not the catalogue.
var ofRows = regexp.MustCompile("(?i)\\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+[\"`]?(?:users|accounts|sessions|verification_tokens|authenticators)\\b")

// TestStartUp: what Synchronize, Check and Plan send is the same whether there are
// rows or not, and none of it is about rows.
func TestStartUp(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		db, tap := throughTap(t, db)
		must(t, gormadapter.New(db).Synchronize(t.Context()))
		empty := startUp(t, db, tap)
		somebody(t, gormadapter.New(db))
		full := startUp(t, db, tap)
		if !slices.Equal(empty, full) {
			t.Errorf("on empty tables\n%s\nand on full ones\n%s", strings.Join(empty, "\n"), strings.Join(full, "\n"))
		}
		for _, statement := range full {
			if ofRows.MatchString(statement) {
				t.Errorf("it is about rows: %s", statement)
			}
		}
	})
}

// startUp returns the statements of a start.
func startUp(t *testing.T, db *gorm.DB, tap *tap) (statements []string) {
	t.Helper()
	tap.hear(func(_ context.Context, _ *tappedConn, statement string, _ []driver.NamedValue) {
		statements = append(statements, statement)
	})
	defer tap.hear(nil)
	a := gormadapter.New(db)
	must(t, a.Synchronize(t.Context()))
	must(t, a.Check(t.Context()))
	_, err := a.Plan(t.Context())
	must(t, err)
	if len(statements) == 0 {
		t.Fatal("nothing was heard")
	}
	return statements
}
