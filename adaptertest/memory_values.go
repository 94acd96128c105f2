package adaptertest

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/authdb/authdb"
)

func invalid(field, why string) error {
	return fmt.Errorf("%w: %s: %s", authdb.ErrInvalid, field, why)
}

func duplicate(fields string) error {
	return fmt.Errorf("%w: %s", authdb.ErrDuplicate, fields)
}

// checkValue checks the text of a further column.
func checkValue(column, value string) error {
	switch {
	case !utf8.ValidString(value):
		return invalid(column, "not UTF-8")
	case strings.ContainsRune(value, 0):
		return invalid(column, "holds a NUL byte")
	}
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
			if err := checkValue(column, text); err != nil {
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
