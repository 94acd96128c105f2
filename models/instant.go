package models

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// An Instant is a [Time] in other forms than Time's own, for columns that
// something else made and reads. F says which; it is a type without values:
//
//	type legacy struct{}
//
//	func (legacy) Form(database string) models.Form {
//		return models.Form{Type: "bigint", Milli: true}
//	}
//
//	type Row struct {
//		Expires models.Instant[legacy]
//	}
//
// Whatever form a column holds is read: times, text with and without a zone,
// and milliseconds as a number or in decimal. Text without a zone is UTC,
// unless the form is Local.
type Instant[F Former] struct{ time.Time }

// A Former says in which form a column holds instants on a database, by GORM's
// name of it. It is called on its zero value.
type Former interface {
	Form(database string) Form
}

// A Form is how a column holds an instant. The zero value is a column of a
// type for it, to which the driver binds a time.Time in UTC.
type Form struct {
	// Type is the column's, as in CREATE TABLE. PostgreSQL's timestamp without
	// a zone holds UTC.
	Type string

	// Text is how it is written where the column holds text, or a type that
	// is written as text: as package time has it.
	Text string

	// Milli says that it is milliseconds since 1970, and Decimal that the
	// column holds them as text.
	Milli, Decimal bool

	// Precision is that of the column, if it is coarser than a millisecond.
	// Instants are truncated to it, which databases would not do: they round.
	Precision time.Duration

	// Zoned says that the column is MySQL's TIMESTAMP, which moves text by the
	// zone of the session. It is written and read as by a session in the
	// server's own zone.
	Zoned bool

	// Local says that the column holds the wall clock of another process's
	// zone: see Layout.Location.
	Local bool
}

// The forms of [authdb.InstantForm], by which a Layout overrides a type's.
func overridden(f Form, to authdb.InstantForm) Form {
	switch to {
	case authdb.UnixMilli:
		return Form{Type: f.Type, Milli: true}
	case authdb.ISO8601:
		return Form{Type: f.Type, Text: isoTime}
	}
	return f
}

// FormOf returns the form that F has on the database under the layout. It, and
// the methods of Form, are for adapters.
func FormOf(f Former, database string, layout authdb.Layout) Form {
	return overridden(f.Form(database), layout.Instants[database])
}

const layoutSetting = "authdb:layout"

// WithLayout returns a session of db that writes instants as the layout says,
// for an application that creates or updates rows of a preset by itself. The
// adapter does so by itself.
func WithLayout(db *gorm.DB, layout authdb.Layout) *gorm.DB {
	return db.Set(layoutSetting, layout).Session(&gorm.Session{})
}

func layoutOf(db *gorm.DB) authdb.Layout {
	v, _ := db.Get(layoutSetting)
	layout, _ := v.(authdb.Layout)
	return layout
}

// NewInstant returns t in UTC, truncated to milliseconds.
func NewInstant[F Former](t time.Time) Instant[F] { return Instant[F]{NewTime(t).Time} }

// Form returns the form that F has on the database.
func (Instant[F]) Form(database string) Form {
	var f F
	return f.Form(database)
}

// GormDataType tells GORM that this is an instant and not a struct to look
// into.
func (Instant[F]) GormDataType() string { return string(schema.Time) }

// GormDBDataType is the type of the column.
func (i Instant[F]) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	return i.Form(db.Name()).Type
}

// GormValue binds i in the form of the database at hand.
func (i Instant[F]) GormValue(_ context.Context, db *gorm.DB) clause.Expr {
	layout := layoutOf(db)
	return FormOf(i, db.Name(), layout).Bind(i.Time, layout.Location)
}

// Value is how database/sql binds i where GORM does not: in UTC.
func (i Instant[F]) Value() (driver.Value, error) { return NewTime(i.Time).Time, nil }

// Scan reads what the column holds.
func (i *Instant[F]) Scan(src any) error {
	t, err := ReadInstant(src, nil)
	i.Time = t
	return err
}

// Truncate returns t in UTC, as exact as the form keeps it.
func (f Form) Truncate(t time.Time) time.Time {
	return t.UTC().Truncate(max(f.Precision, time.Millisecond))
}

// Value returns what is bound for t: a string, an int64 or a time.Time. The
// location is the one of a form that is Local; nil is UTC.
func (f Form) Value(t time.Time, location *time.Location) any {
	t = f.Truncate(t)
	if f.Local && location != nil {
		t = t.In(location)
	}
	switch {
	case f.Milli && f.Decimal:
		return strconv.FormatInt(t.UnixMilli(), 10)
	case f.Milli:
		return t.UnixMilli()
	case f.Text != "":
		return t.Format(f.Text)
	}
	return t
}

// Bind returns the expression that stores t: see Value.
func (f Form) Bind(t time.Time, location *time.Location) clause.Expr {
	v := f.Value(t, location)
	if f.Zoned {
		// CONVERT_TZ is NULL where the server has not loaded the zones, and
		// a session in a zone by its name is only had where it has.
		return clause.Expr{
			SQL:  "IF(@@session.time_zone = @@global.time_zone, ?, CONVERT_TZ(?, @@global.time_zone, @@session.time_zone))",
			Vars: []any{v, v},
		}
	}
	return clause.Expr{SQL: "?", Vars: []any{v}}
}

// Column returns the expression by which the column is read on the database:
// as Bind has written it, whatever the zone of the session.
func (f Form) Column(database, name string) string {
	switch {
	case database == "postgres" && f.native():
		// Milliseconds, of a timestamp as if it were in UTC: the column may be
		// of either type, with a zone or without. Of one without GORM's
		// dialector would have pgx make a time in whatever zone the DSN names.
		return "CAST(round(EXTRACT(epoch FROM date_trunc('milliseconds', " + name + ")) * 1000) AS bigint)"
	case !f.Zoned:
		return name
	}
	return "IF(@@session.time_zone = @@global.time_zone, " + name + ", CONVERT_TZ(" + name + ", @@session.time_zone, @@global.time_zone))"
}

// native reports whether PostgreSQL's column is of a type for instants.
func (f Form) native() bool {
	return !f.Milli && f.Text == "" && strings.HasPrefix(f.Type, "timestamp")
}

// ReadInstant returns the instant that a driver's value is, in UTC, truncated
// to milliseconds: a time.Time, text, or milliseconds, of a year from 0 to 9999.
// Text that names no zone is in that location; nil is UTC. Of a wall clock that
// the zone has twice, or never, it takes the earlier offset, as JavaScript does.
// NULL and MySQL's zero are the zero time.
func ReadInstant(src any, location *time.Location) (time.Time, error) {
	switch src := src.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return inCalendar(src)
	case int64:
		return fromMilli(src)
	case []byte:
		return parseInstant(string(src), location)
	case string:
		return parseInstant(src, location)
	}
	return time.Time{}, fmt.Errorf("models: can't read an instant from %T", src)
}

// inCalendar refuses a year that has not four digits: it could be read from one
// column and written to none.
func inCalendar(t time.Time) (time.Time, error) {
	t = NewTime(t).Time
	if t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}, errors.New("models: an instant is not within the years 0 to 9999")
	}
	return t, nil
}

// fromMilli refuses what is no milliseconds, but nanoseconds, say.
func fromMilli(n int64) (time.Time, error) {
	t, err := inCalendar(time.UnixMilli(n))
	if err != nil {
		return time.Time{}, errors.New("models: a number is no instant in milliseconds since 1970")
	}
	return t, nil
}

// cutCivil reads what nearly all columns hold, which package time would take
// several attempts for: a date and a time of day, with or without a fraction. It
// returns what follows.
func cutCivil(s string) (t time.Time, rest string, ok bool) {
	const form = "0000-00-00 00:00:00"
	if len(s) < len(form) {
		return t, s, false
	}
	var fields [6]int
	field := 0
	for i := range len(form) {
		c := s[i]
		switch {
		case form[i] != '0':
			if c != form[i] && (i != 10 || c != 'T') {
				return t, s, false
			}
			field++
		case c < '0' || c > '9':
			return t, s, false
		default:
			fields[field] = 10*fields[field] + int(c-'0')
		}
	}
	rest, nanos, unit := s[len(form):], 0, int(time.Second)
	if strings.HasPrefix(rest, ".") {
		for rest = rest[1:]; rest != "" && '0' <= rest[0] && rest[0] <= '9'; rest = rest[1:] {
			unit /= 10
			nanos += unit * int(rest[0]-'0')
		}
		if unit == int(time.Second) { // no digit
			return t, s, false
		}
	}
	year, month, day := fields[0], time.Month(fields[1]), fields[2]
	t = time.Date(year, month, day, fields[3], fields[4], fields[5], nanos, time.UTC)
	// Package time refuses what Date makes another day of.
	ok = t.Day() == day && t.Month() == month && fields[3] < 24 && fields[4] < 60 && fields[5] < 60
	return t, rest, ok
}

func parseInstant(s string, location *time.Location) (time.Time, error) {
	if t, zone, ok := cutCivil(s); ok {
		switch zone {
		case "":
			return inCalendar(atWall(t, location))
		case "Z", "+00:00":
			return inCalendar(t)
		}
	}
	if strings.HasPrefix(s, "0000-00-00") { // MySQL's zero, which its driver reads so too
		return time.Time{}, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return fromMilli(n)
	}
	// Go reads a fraction after the seconds whether or not the layout has it.
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00",
		"2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05 -07:00",
		"2006-01-02 15:04:05Z07",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return inCalendar(t)
		}
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return inCalendar(atWall(t, location))
		}
	}
	// The text is not quoted: it may be anything, if the column is not the
	// one that was meant.
	return time.Time{}, fmt.Errorf("models: %d bytes of text are no instant", len(s))
}

// atWall returns the instant at which a clock in the location shows what t
// shows in UTC.
func atWall(t time.Time, location *time.Location) time.Time {
	if location == nil || location == time.UTC {
		return t
	}
	// The offset before a change of the clock, if there is one about now.
	const before = 12 * time.Hour
	_, offset := t.Add(-before).In(location).Zone()
	early := t.Add(-time.Duration(offset) * time.Second)
	if wall(early, location).Equal(t) {
		return early
	}
	_, offset = t.Add(before).In(location).Zone()
	late := t.Add(-time.Duration(offset) * time.Second)
	if wall(late, location).Equal(t) {
		return late
	}
	return early // the clock never shows it
}

// wall returns what a clock in the location shows, as if that were UTC.
func wall(t time.Time, location *time.Location) time.Time {
	_, offset := t.In(location).Zone()
	return t.Add(time.Duration(offset) * time.Second)
}
