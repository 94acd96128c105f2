package models

import (
	"context"
	"database/sql/driver"
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

// The texts in which instants are written.
const (
	isoTime    = "2006-01-02T15:04:05.000Z07:00"
	sqliteTime = "2006-01-02T15:04:05.000-07:00"
	mysqlTime  = "2006-01-02 15:04:05.000"
)

// NewTime returns t in UTC, truncated to milliseconds.
func NewTime(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// GormDataType tells GORM that this is an instant and not a struct to look
// into.
func (Time) GormDataType() string { return string(schema.Time) }

// Form returns the form of the database's column.
func (Time) Form(database string) Form {
	switch database {
	case "postgres":
		return Form{Type: "timestamptz(3)"}
	case "mysql":
		// Text, because the driver would shift a time.Time into the zone
		// that the DSN names.
		return Form{Type: "datetime(3)", Text: mysqlTime}
	}
	return Form{Type: "datetime", Text: sqliteTime}
}

// GormDBDataType is the type of the column.
func (t Time) GormDBDataType(db *gorm.DB, _ *schema.Field) string { return t.Form(db.Name()).Type }

// GormValue binds t in the form of the database at hand.
func (t Time) GormValue(_ context.Context, db *gorm.DB) clause.Expr {
	return t.Form(db.Name()).Bind(t.Time, nil)
}

// Value is how database/sql binds t where GORM does not: in UTC.
func (t Time) Value() (driver.Value, error) { return NewTime(t.Time).Time, nil }

// Scan reads what the column holds: the driver's time.Time, text, which is UTC
// where it names no zone, or milliseconds since 1970.
func (t *Time) Scan(src any) (err error) {
	t.Time, err = ReadInstant(src, nil)
	return err
}
