package authdb

import (
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"
)

// A text is a field of a record that holds text.
type text struct {
	field, value string
	size         int // in characters, of the default row's column; 0 is any
	required     bool
}

func checkTexts(texts ...text) error {
	for _, t := range texts {
		switch {
		case t.required && t.value == "":
			return invalid(t.field, "is required")
		case !utf8.ValidString(t.value):
			return invalid(t.field, "is not UTF-8")
		case strings.ContainsRune(t.value, 0):
			return invalid(t.field, "holds a NUL byte")
		case t.size > 0 && utf8.RuneCountInString(t.value) > t.size:
			return invalid(t.field, fmt.Sprintf("is longer than %d characters", t.size))
		}
	}
	return nil
}

// store makes of at the instant as it is stored.
func store(at *time.Time, field string) error {
	utc := at.UTC()
	if at.IsZero() {
		return invalid(field, "is required")
	}
	if year := utc.Year(); year < 1000 || year > 9999 {
		return invalid(field, "is outside of the years 1000 to 9999")
	}
	*at = utc.Truncate(time.Millisecond)
	return nil
}

func invalid(field, why string) error { return fmt.Errorf("%w: %s: %s", ErrInvalid, field, why) }

func cloneInstant(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	c := *at
	return &c
}

// merge returns the stored further columns with those that are written.
func merge(stored, written map[string]any) map[string]any {
	if len(written) == 0 {
		return stored
	}
	merged := make(map[string]any, len(stored)+len(written))
	maps.Copy(merged, stored)
	maps.Copy(merged, written)
	return merged
}
