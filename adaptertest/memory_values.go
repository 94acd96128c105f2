package adaptertest

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/authdb/authdb"
)

func invalid(field, why string) error {
	return fmt.Errorf("%w: %s: %s", authdb.ErrInvalid, field, why)
}

func duplicate(fields string) error {
	return fmt.Errorf("%w: %s", authdb.ErrDuplicate, fields)
}

// checkText checks the record's text before it is written.
func checkText[R any](fields []textField[R], record *R) error {
	for _, f := range fields {
		if err := checkValue(f.name, *f.of(record), f.size, f.required); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(field, value string, size int, required bool) error {
	switch {
	case required && value == "":
		return invalid(field, "required")
	case !utf8.ValidString(value):
		return invalid(field, "not UTF-8")
	case strings.ContainsRune(value, 0):
		return invalid(field, "holds a NUL byte")
	case size > 0 && utf8.RuneCountInString(value) > size:
		return invalid(field, fmt.Sprintf("longer than %d characters", size))
	}
	return nil
}

// setInstant makes of *t the instant as it is stored.
func setInstant(field string, t *time.Time) error {
	utc := t.UTC()
	if t.IsZero() {
		return invalid(field, "required")
	}
	if year := utc.Year(); year < 1000 || year > 9999 {
		return invalid(field, "outside of the years 1000 to 9999")
	}
	*t = utc.Truncate(time.Millisecond)
	return nil
}

// withExtra returns the stored values of the further columns after a write of
// some of them. What was never written is nil, as NULL is.
func (m *Memory) withExtra(record string, stored, written map[string]any) (map[string]any, error) {
	columns := m.Columns[record]
	extra := make(map[string]any, len(columns))
	for column := range columns {
		extra[column] = stored[column]
	}
	for column, value := range written {
		like, ok := columns[column]
		if !ok {
			return nil, invalid(column, "no further column of "+record)
		}
		if value != nil && reflect.TypeOf(value) != reflect.TypeOf(like) {
			return nil, invalid(column, fmt.Sprintf("want %T", like))
		}
		if text, ok := value.(string); ok {
			if err := checkValue(column, text, 0, false); err != nil {
				return nil, err
			}
		}
		extra[column] = value
	}
	if at, ok := stored[lastSeen]; ok { // TouchSession's
		extra[lastSeen] = at
	}
	if len(extra) == 0 {
		return nil, nil
	}
	return extra, nil
}

// apply changes a member as a patch says.
func apply[T any](member *T, change authdb.Field[T]) {
	if change.IsSet() {
		*member = change.Value()
	}
}
