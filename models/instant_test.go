package models_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestReadInstant(t *testing.T) {
	newYork, lordHowe := location(t, "America/New_York"), location(t, "Australia/Lord_Howe")
	for _, test := range []struct {
		src  any
		in   *time.Location
		want string
	}{
		{time.Date(2026, 12, 31, 23, 59, 58, 765_432_100, newYork), nil, "2027-01-01T04:59:58.765Z"},
		{int64(1798761598765), newYork, "2026-12-31T23:59:58.765Z"},
		{"1798761598765", newYork, "2026-12-31T23:59:58.765Z"},
		{[]byte("1798761598765"), nil, "2026-12-31T23:59:58.765Z"},
		{int64(-1), nil, "1969-12-31T23:59:59.999Z"},
		{"2026-12-31T23:59:58.765Z", newYork, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31T23:59:58.765+00:00", newYork, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31 23:59:58.765 +00:00", nil, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31 18:59:58.765-05:00", nil, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31 18:59:58.765-05", nil, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31 23:59:58", nil, "2026-12-31T23:59:58Z"},
		{"2026-12-31 23:59:58.765999", nil, "2026-12-31T23:59:58.765Z"},
		{"2026-12-31 18:59:58.765", newYork, "2026-12-31T23:59:58.765Z"},
		{"2026-07-01T12:00:00", newYork, "2026-07-01T16:00:00Z"},
		// The clock of New York shows 01:30 twice on 2026-11-01, and never
		// 02:30 on 2026-03-08; new Date(2026, 10, 1, 1, 30) and
		// new Date(2026, 2, 8, 2, 30) are these in Node.
		{"2026-11-01 01:30:00", newYork, "2026-11-01T05:30:00Z"},
		{"2026-11-01 00:30:00", newYork, "2026-11-01T04:30:00Z"},
		{"2026-11-01 02:00:00", newYork, "2026-11-01T07:00:00Z"},
		{"2026-03-08 02:30:00", newYork, "2026-03-08T07:30:00Z"},
		{"2026-03-08 01:59:59", newYork, "2026-03-08T06:59:59Z"},
		{"2026-03-08 03:00:00", newYork, "2026-03-08T07:00:00Z"},
		{"2026-04-05 01:45:00", lordHowe, "2026-04-04T14:45:00Z"}, // half an hour, twice
		{nil, newYork, "0001-01-01T00:00:00Z"},
		{"0000-00-00 00:00:00", newYork, "0001-01-01T00:00:00Z"},
	} {
		got, err := models.ReadInstant(test.src, test.in)
		if err != nil || got.Format(time.RFC3339Nano) != test.want || got.Location() != time.UTC {
			t.Errorf("ReadInstant(%v, %v): %v, %v; want %s", test.src, test.in, got, err, test.want)
		}
	}
	for _, src := range []any{"secret", "", "2026-13-01 00:00:00", "1e3", true, "99999999999999999999", "270000000000000", int64(1798761598765000000), 1.5} {
		if got, err := models.ReadInstant(src, nil); err == nil {
			t.Errorf("ReadInstant(%q): %v, want an error", src, got)
		}
	}
}

func TestForm(t *testing.T) {
	newYork := location(t, "America/New_York")
	at := time.Date(2027, 1, 1, 1, 59, 58, 765_999_999, time.FixedZone("", 2*60*60)) // 2026-12-31T23:59:58.765Z
	for _, test := range []struct {
		name string
		form models.Form
		in   *time.Location
		want any
	}{
		{"number", models.Form{Milli: true}, nil, int64(1798761598765)},
		{"decimal", models.Form{Milli: true, Decimal: true}, nil, "1798761598765"},
		{"text", models.Form{Text: "2006-01-02 15:04:05.000 -07:00"}, newYork, "2026-12-31 23:59:58.765 +00:00"},
		{"seconds", models.Form{Text: "2006-01-02 15:04:05.000", Precision: time.Second}, nil, "2026-12-31 23:59:58.000"},
		{"local", models.Form{Text: "2006-01-02 15:04:05.000", Local: true}, newYork, "2026-12-31 18:59:58.765"},
		{"local nowhere", models.Form{Text: "2006-01-02 15:04:05.000", Local: true}, nil, "2026-12-31 23:59:58.765"},
		{"driver's", models.Form{}, newYork, time.Date(2026, 12, 31, 23, 59, 58, 765_000_000, time.UTC)},
	} {
		if got := test.form.Bind(at, test.in); got.SQL != "?" || !reflect.DeepEqual(got.Vars, []any{test.want}) {
			t.Errorf("%s: bound %s %v, want %v", test.name, got.SQL, got.Vars, test.want)
		}
	}
}

// old is a form that the layout may override.
type old struct{}

func (old) Form(string) models.Form {
	return models.Form{Type: "datetime", Text: "2006-01-02 15:04:05"}
}

// TestWithLayout writes a row by GORM alone, with and without a layout.
func TestWithLayout(t *testing.T) {
	type event struct {
		ID uint
		At models.Instant[old]
	}
	db := open(t, sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + testdb.SQLiteFile(t)})
	if err := db.AutoMigrate(&event{}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 31, 23, 59, 58, 765_999_999, time.UTC)
	for _, test := range []struct {
		db   *gorm.DB
		want string
	}{
		{db, "text 2026-12-31 23:59:58"},
		{models.WithLayout(db, authdb.Layout{Instants: map[string]authdb.InstantForm{"sqlite": authdb.UnixMilli}}), "integer 1798761598765"},
		{models.WithLayout(db, authdb.Layout{Instants: map[string]authdb.InstantForm{"mysql": authdb.UnixMilli}}), "text 2026-12-31 23:59:58"},
		{models.WithLayout(db, authdb.Layout{Instants: map[string]authdb.InstantForm{"sqlite": authdb.ISO8601}}), "text 2026-12-31T23:59:58.765Z"},
	} {
		e := event{At: models.NewInstant[old](at)}
		if err := test.db.Create(&e).Error; err != nil {
			t.Fatal(err)
		}
		var kind, raw string
		if err := db.Raw("SELECT typeof(at), CAST(at AS TEXT) FROM events WHERE id = ?", e.ID).Row().Scan(&kind, &raw); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(kind, " ", raw); got != test.want {
			t.Errorf("stored %s, want %s", got, test.want)
		}
		var back event
		if err := db.Select("id, CAST(at AS TEXT) AS at").First(&back, e.ID).Error; err != nil {
			t.Fatal(err)
		}
		if d := at.Sub(back.At.Time); d < 0 || d >= time.Second {
			t.Errorf("read %v, want %v", back.At, at)
		}
	}
}
