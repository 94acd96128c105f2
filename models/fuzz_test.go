package models_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb/models"
)

// fuzzedForms are the forms in which instants are stored, of Time and of the
// origins' tables.
func fuzzedForms() []models.Form {
	return []models.Form{
		models.Time{}.Form("sqlite"), models.Time{}.Form("postgres"), models.Time{}.Form("mysql"),
		{},
		{Milli: true},
		{Milli: true, Decimal: true},
		{Text: "2006-01-02T15:04:05.000Z07:00"},
		{Text: "2006-01-02 15:04:05.000 -07:00"},
		{Text: "2006-01-02 15:04:05", Precision: time.Second},
		{Text: "2006-01-02 15:04:05.000", Local: true},
		{Text: "2006-01-02 15:04:05.000", Zoned: true},
	}
}

// FuzzInstant: whatever a column holds, it is read as an instant in UTC that
// JavaScript has too, or refused; and an instant that was read is written in
// every form so that it is read again as the same.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{
		"2026-12-31T23:59:58.765Z", "2026-12-31 18:59:58.765-05", "2026-12-31 23:59:58.765 +00:00", "1798761598765", "-1",
		"2026-11-01 01:30:00", "2026-03-08 02:30:00", "0000-00-00 00:00:00", "1000-01-01 00:00:00", "secret",
	} {
		f.Add(text, int64(1798761598765), int64(765_999_999), uint8(0))
	}
	var zones []*time.Location
	for _, name := range []string{"UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "Africa/Monrovia", "Europe/Dublin"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			f.Fatal(err)
		}
		zones = append(zones, zone)
	}
	f.Fuzz(func(t *testing.T, text string, n, nanoseconds int64, zone uint8) {
		in := zones[int(zone)%len(zones)]
		at := time.Unix(n/1000, nanoseconds).In(in)
		for _, src := range []any{text, []byte(text), n, at} {
			for _, location := range []*time.Location{nil, in} {
				got, err := models.ReadInstant(src, location)
				if err != nil {
					refused(t, got, err, text)
					continue
				}
				rereads(t, got, in)
			}
		}
		fromBytes, _ := models.ReadInstant([]byte(text), in)
		if fromText, _ := models.ReadInstant(text, in); fromText != fromBytes {
			t.Errorf("%q: %v as text, and %v as bytes", text, fromText, fromBytes)
		}
	})
}

// ours is what errors say by themselves.
const ours = "models: bytes of text are no instant; an instant is not within the years 0 to 9999; a number is no instant in milliseconds since 1970"

func refused(t *testing.T, got time.Time, err error, text string) {
	t.Helper()
	if !got.IsZero() {
		t.Errorf("%v beside the error %v", got, err)
	}
	if len(text) > 4 && strings.Contains(err.Error(), text) && !strings.Contains(ours, text) {
		t.Errorf("the error quotes what the column holds: %v", err)
	}
}

// rereads writes what was read, in every form, and reads it again.
func rereads(t *testing.T, at time.Time, in *time.Location) {
	t.Helper()
	if at.Location() != time.UTC || at.Nanosecond()%1e6 != 0 {
		t.Errorf("%v is not in UTC, to the millisecond", at)
	}
	if year := at.Year(); year < 0 || year > 9999 {
		t.Errorf("the year %d has not four digits", year)
	}
	for _, form := range fuzzedForms() {
		if wall := at.In(in).Year(); form.Local && (wall < 0 || wall > 9999) {
			continue // the clock there shows no year that could be written
		}
		location := in
		if !form.Local {
			location = nil
		}
		stored := form.Value(at, location)
		again, err := models.ReadInstant(stored, location)
		if err != nil {
			t.Errorf("%v was stored as %v: %v", at, stored, err)
			continue
		}
		// Of a clock that shows an hour twice, the first is read.
		if want := form.Truncate(at); !again.Equal(want) && (!form.Local || again.After(want) || form.Value(again, location) != stored) {
			t.Errorf("%v was stored as %v and read as %v", at, stored, again)
		}
		if b, ok := stored.(string); ok {
			if bytesOf, err := models.ReadInstant(bytes.Clone([]byte(b)), location); err != nil || bytesOf != again {
				t.Errorf("%q: %v as bytes, %v", b, bytesOf, err)
			}
		}
	}
}
