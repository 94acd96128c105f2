package models

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// Time is an instant in UTC with millisecond precision. It is stored alike
// through every driver, whatever the zone of process, connection and server:
//
//	SQLite      datetime        text, always 2006-01-02T15:04:05.000+00:00
//	PostgreSQL  timestamptz(3)
//	MySQL       datetime(3)     in UTC
//
// The text form of SQLite sorts, and both Go drivers and the JavaScript side
// (Auth.js, Sequelize) read it. Values are truncated, not rounded. Years from
// 1000 to 9999 are the same on every database.
//
// A field wants the tag size:64. GORM's AutoMigrate takes the 64 bits of
// PostgreSQL's timestamptz for a size, and would set the column's type anew on
// every run:
//
//	LastSeen *models.Time `gorm:"size:64"`
type Time struct{ time.Time }

// The forms in which Time is bound and, in part, read.
const (
	sqliteTime = "2006-01-02T15:04:05.000-07:00"
	mysqlTime  = "2006-01-02 15:04:05.000"
)

// NewTime returns t in UTC, truncated to milliseconds.
func NewTime(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// GormDataType tells GORM that this is an instant and not a struct to look
// into.
func (Time) GormDataType() string { return string(schema.Time) }

// GormDBDataType is the type of the column.
func (Time) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	switch db.Name() {
	case "postgres":
		return "timestamptz(3)"
	case "mysql":
		return "datetime(3)"
	}
	return "datetime"
}

// GormValue binds t in the form of the database at hand.
func (t Time) GormValue(_ context.Context, db *gorm.DB) clause.Expr {
	t = NewTime(t.Time)
	var v any = t.Time
	switch db.Name() {
	case "sqlite":
		v = t.Format(sqliteTime)
	case "mysql":
		// Text, because the driver would shift a time.Time into the zone
		// that the DSN names.
		v = t.Format(mysqlTime)
	}
	return clause.Expr{SQL: "?", Vars: []any{v}}
}

// Value is how database/sql binds t where GORM does not: in UTC.
func (t Time) Value() (driver.Value, error) { return NewTime(t.Time).Time, nil }

// Scan reads what the column holds: the driver's time.Time, or text, which is
// UTC where it names no zone.
func (t *Time) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*t = Time{}
		return nil
	case time.Time:
		*t = NewTime(src)
		return nil
	case []byte:
		return t.parse(string(src))
	case string:
		return t.parse(src)
	}
	return fmt.Errorf("models: can't read an instant from %T", src)
}

func (t *Time) parse(s string) error {
	if strings.HasPrefix(s, "0000-00-00") { // MySQL's zero, which its driver reads so too
		*t = Time{}
		return nil
	}
	// Go reads a fraction after the seconds whether or not the layout has it.
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00",
		"2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05 -07:00",
		"2006-01-02 15:04:05",
		"2006-01-02T15:04:05",
	} {
		if parsed, err := time.Parse(layout, s); err == nil {
			*t = NewTime(parsed)
			return nil
		}
	}
	// The text is not quoted: it may be anything, if the column is not the
	// one that was meant.
	return fmt.Errorf("models: %d bytes of text are no instant", len(s))
}
