package models_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/authdb/authdb/models"
)

// TestReadInstantAsPackageTime holds what is read of text against what package
// time makes of it, for instants and for what is nearly one.
func TestReadInstantAsPackageTime(t *testing.T) {
	layouts := []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05Z07",
		"2006-01-02 15:04:05", "2006-01-02T15:04:05",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		n := func(most int) int { return random.IntN(most + 1) }
		text := fmt.Sprintf("%04d-%02d-%02d%c%02d:%02d:%02d", n(9999), n(13), n(32), "T "[n(1)], n(24), n(60), n(60))
		if digits := n(10); digits > 0 {
			text += "." + fmt.Sprintf("%010d", random.Int64N(1e10))[:digits]
		}
		text += []string{"", "Z", "+00:00", "-00:00", " +00:00", "+05:30", "+00", "x"}[n(7)]
		if n(9) == 0 {
			b := []byte(text)
			b[n(len(b)-1)] = "0:-T .9Z/"[n(8)]
			text = string(b)
		}
		var want time.Time
		var wrong error
		for _, layout := range layouts {
			if want, wrong = time.Parse(layout, text); wrong == nil {
				break
			}
		}
		got, err := models.ReadInstant(text, nil)
		if (err == nil) != (wrong == nil) && text[:10] != "0000-00-00" {
			t.Fatalf("%q: read as %v, %v; package time says %v, %v", text, got, err, want, wrong)
		}
		if err == nil && wrong == nil && !got.Equal(want.Truncate(time.Millisecond)) {
			t.Fatalf("%q: read as %v; package time says %v", text, got, want)
		}
	}
}
