package gormadapter

import (
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// Years that every database can hold.
const (
	firstYear = 1000
	lastYear  = 9999
)

// check says what is wrong with a value of the record that is to be written,
// before any statement is sent, so that every database answers alike.
func (t *table) check(c *column, v any) error {
	if isEmpty(v) || c.required && v == (time.Time{}) {
		if c.required {
			return faultf(authdb.ErrInvalid, "%s.%s: is required", t.record, c.name)
		}
		if c.null && c.kind == text && c.field.NotNull && (c.key || c.stored.Kind() != reflect.String) {
			return faultf(authdb.ErrInvalid, "%s.%s: is required by %v, which holds no NULL there", t.record, c.name, t.schema.ModelType)
		}
		return nil
	}
	switch v := v.(type) {
	case string:
		return t.checkText(c, v)
	case time.Time:
		return t.checkInstant(c, v)
	case *time.Time:
		return t.checkInstant(c, *v)
	case int64: // an expiry, which a column of instants may hold
		if c.form != nil && v != 0 {
			return t.checkInstant(c, time.Unix(v, 0))
		}
	}
	return nil
}

func (t *table) checkText(c *column, s string) error {
	switch {
	case !utf8.ValidString(s):
		return faultf(authdb.ErrInvalid, "%s.%s: is not UTF-8", t.record, c.name)
	case strings.ContainsRune(s, 0):
		return faultf(authdb.ErrInvalid, "%s.%s: holds a NUL byte", t.record, c.name)
	case c.printable && strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return faultf(authdb.ErrInvalid, "%s.%s: is not printable ASCII", t.record, c.name)
	case c.field.DataType == schema.String && c.field.Serializer == nil && c.field.Size > 0 && utf8.RuneCountInString(s) > c.field.Size:
		return faultf(authdb.ErrInvalid, "%s.%s: is longer than %d characters", t.record, c.name, c.field.Size)
	}
	if length := c.length.Load(); length > 0 && int64(utf8.RuneCountInString(s)) > length {
		return faultf(authdb.ErrInvalid, "%s.%s: is longer than the %d characters of its column", t.record, c.name, length)
	}
	return nil
}

func (t *table) checkInstant(c *column, at time.Time) error {
	if year := at.UTC().Year(); year < firstYear || year > lastYear {
		return faultf(authdb.ErrInvalid, "%s.%s: the year is not within %d to %d", t.record, c.name, firstYear, lastYear)
	}
	if c.form != nil && c.form.Zoned && (at.Before(firstTimestamp) || at.After(lastTimestamp)) {
		return faultf(authdb.ErrInvalid, "%s.%s: is outside of what a TIMESTAMP holds", t.record, c.name)
	}
	return nil
}

// The instants that a TIMESTAMP of MySQL holds whatever zone the server is in:
// beyond, a session in another zone would store others.
var (
	firstTimestamp = time.Unix(0, 0).Add(14*time.Hour + time.Second)
	lastTimestamp  = time.Unix(math.MaxInt32, 0).Add(-12 * time.Hour)
)

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case *time.Time:
		return v == nil
	}
	return false
}
