package gormadapter_test

import (
	"bytes"
	"log"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// TestCheckReports: Check says which keys nothing but the adapter keeps, with
// the SQL of a unique index, and says nothing more once there is one.
func TestCheckReports(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		var said bytes.Buffer
		listening := db.Session(&gorm.Session{Logger: logger.New(log.New(&said, "", 0), logger.Config{LogLevel: logger.Warn})})
		if err := newLoose(listening).Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		plan, err := newLoose(db).Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		reported, tooLong := 0, "nothing"
		for _, f := range plan.Findings {
			if f.Kind != gormadapter.MissingUnique {
				continue
			}
			reported++
			if !strings.Contains(said.String(), f.SQL[0]) {
				t.Errorf("%v is not reported, but:\n%s", f, said.String())
			}
			// Oracle's keys are shorter than the longest credential id.
			if err := db.Exec(f.SQL[0]).Error; err != nil && !strings.Contains(err.Error(), "1071") {
				t.Fatal(err)
			} else if err != nil {
				tooLong = f.SQL[0]
			}
		}
		if reported != 5 {
			t.Errorf("%d keys, want 5", reported)
		}
		said.Reset()
		if err := newLoose(listening).Check(t.Context()); err != nil || strings.Count(said.String(), "UNIQUE") != strings.Count(said.String(), tooLong) {
			t.Errorf("with the keys: %v, %q", err, said.String())
		}
	})
	var said bytes.Buffer
	db := onSQLite(t).Session(&gorm.Session{Logger: logger.New(log.New(&said, "", 0), logger.Config{LogLevel: logger.Warn})})
	if err := gormadapter.New(db, authdb.WithSynchronize()).Synchronize(t.Context()); err != nil || said.Len() > 0 {
		t.Errorf("of our own tables: %v, %q", err, said.String())
	}
}
