package gormadapter

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/models"
)

// unconnected is a database's dialect without a database.
type unconnected struct {
	tests.DummyDialector
	name string
}

func (d unconnected) Name() string { return d.name }

type halves struct{} // whole seconds in decimal, on a clock somewhere else

func (halves) Form(string) models.Form {
	return models.Form{Type: "varchar(40)", Text: "2006-01-02 15:04:05", Precision: time.Second}
}

// The rows of the fuzz targets: each record in several Go types.
type (
	fuzzedUser struct {
		ID            int64 `gorm:"primaryKey"`
		Name          sql.NullString
		Email         string `gorm:"size:40;not null"`
		EmailVerified int64
		Image         string `gorm:"default:none"`
		Role          string `gorm:"size:8;default:member"`
		LastSeen      *models.Time
		Level         int8
		Tags          []string `gorm:"serializer:json"`
	}
	fuzzedUserOfUUID struct {
		ID            uuid.UUID `gorm:"primaryKey"`
		Name          string    `gorm:"not null"`
		Email         *string
		EmailVerified sql.NullTime
		LastSeen      models.Instant[halves]
	}
	fuzzedToken   string
	fuzzedSession struct {
		ID           *uuid.UUID  `gorm:"type:uuid"`
		SessionToken fuzzedToken `gorm:"primaryKey;size:20"`
		UserID       uint32
		Expires      models.Instant[halves]
	}
	fuzzedSessionOfText struct {
		SessionToken sql.NullString `gorm:"primaryKey"`
		UserID       string         `gorm:"type:uuid"`
		Expires      string
	}
	fuzzedAccount struct {
		UserID            int16
		Type              string
		Provider          string `gorm:"primaryKey"`
		ProviderAccountID string `gorm:"primaryKey"`
		AccessToken       sql.NullString
		RefreshToken      string
		ExpiresAt         int32
		Scope             *string `gorm:"size:10"`
	}
	fuzzedAccountOfNulls struct {
		ID                sql.NullString
		UserID            string
		Type              string
		Provider          string `gorm:"primaryKey"`
		ProviderAccountID string `gorm:"primaryKey"`
		ExpiresAt         sql.NullInt64
		Scope             sql.NullString
	}
)

// fuzzedTables returns the tables of all the rows on all databases.
func fuzzedTables(f *testing.F) (adapters []*Adapter) {
	f.Helper()
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		db, err := gorm.Open(unconnected{name: name}, &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
		if err != nil {
			f.Fatal(err)
		}
		for _, rows := range []authdb.Models{
			{},
			{User: &fuzzedUser{}, Session: &fuzzedSession{}, Account: &fuzzedAccount{}, Authenticator: authdb.Absent},
			{User: &fuzzedUserOfUUID{}, Session: &fuzzedSessionOfText{}, Account: &fuzzedAccountOfNulls{}, Layout: authdb.Layout{Instants: map[string]authdb.InstantForm{name: authdb.UnixMilli}}},
		} {
			a := New(db, authdb.WithModels(rows))
			if err := a.Validate(); err != nil {
				f.Fatal(err)
			}
			adapters = append(adapters, a)
		}
	}
	return adapters
}

// fuzzed are the values of a call of a fuzz target, to fill records with.
type fuzzed struct {
	text    string
	at      time.Time
	number  int64
	boolean bool
}

// fill puts the values into one field of the record, and what is always good
// into the others.
func (v fuzzed) fill(record reflect.Value, t *table, odd int) {
	for i, c := range t.columns {
		if c.extra {
			continue
		}
		value := fuzzed{"6ba7b810-9dad-11d1-80b4-00c04fd430c8", time.UnixMilli(1798761598765), 7, true}
		switch {
		case i == odd:
			value = v
		case isInteger(c.stored):
			value.text = "7"
		case c.field.Size > 0 && c.field.Size < 36:
			value.text = "short"
		}
		field := record.Field(c.index)
		switch {
		case c.kind == text:
			field.SetString(value.text)
		case c.kind == integer:
			field.SetInt(value.number)
		case c.kind == counter:
			field.SetUint(uint64(uint32(value.number)))
		case c.kind == boolean:
			field.SetBool(value.boolean)
		case field.Kind() == reflect.Pointer:
			field.Set(reflect.ValueOf(&value.at))
		default:
			field.Set(reflect.ValueOf(value.at))
		}
	}
}

// sentinel checks that an error is one of the contract, and says whether there
// is none.
func sentinel(t *testing.T, err error, allowed ...error) bool {
	t.Helper()
	if err != nil && !slices.ContainsFunc(allowed, func(s error) bool { return errors.Is(err, s) }) {
		t.Errorf("%v: %T is none of %v", err, err, allowed)
	}
	return err == nil
}

// FuzzRow: what a record may hold is stored in the row, bound and read back as
// the same, in both ways of reading; all else is refused with ErrInvalid.
func FuzzRow(f *testing.F) {
	adapters := fuzzedTables(f)
	for which := range uint16(120) {
		f.Add(which, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", int64(1798761598765), uint32(765_999), int64(which), true)
		f.Add(which, "010", int64(-1), uint32(0), int64(math.MaxInt64), false)
	}
	f.Fuzz(func(t *testing.T, which uint16, text string, ms int64, rest uint32, number int64, boolean bool) {
		a := adapters[int(which)%len(adapters)]
		which /= uint16(len(adapters))
		tables := a.tables()
		table := tables[int(which)%len(tables)]
		which /= uint16(len(tables))
		v := fuzzed{text, time.UnixMilli(ms).Add(time.Duration(rest)), number, boolean}
		odd := int(which) % len(table.columns)

		record := reflect.New(recordTypes[table.record]).Elem()
		v.fill(record, table, odd)
		if !sentinel(t, table.checkAll(record, true), authdb.ErrInvalid, authdb.ErrReference) {
			return
		}
		row := table.newRow()
		nulls, err := table.encode(t.Context(), record, row, creatable)
		if !sentinel(t, err, authdb.ErrInvalid) {
			return
		}
		back := reflect.New(record.Type()).Elem()
		if sentinel(t, table.decode(t.Context(), row, back)) {
			same(t, table, record, back, nulls)
		}
		scanned(t, a, table, record, row, nulls, rest%2 == 0)
		bindsAlike(t, table, row, table.columns[odd], text)
	})
}

var recordTypes = map[string]reflect.Type{
	"User":              reflect.TypeFor[authdb.User](),
	"Account":           reflect.TypeFor[authdb.Account](),
	"Session":           reflect.TypeFor[authdb.Session](),
	"VerificationToken": reflect.TypeFor[authdb.VerificationToken](),
	"Authenticator":     reflect.TypeFor[authdb.Authenticator](),
}

// same compares what was to be stored with what was read, of the fields for
// which the row has a column.
func same(t *testing.T, table *table, want, got reflect.Value, nulls []*column) {
	t.Helper()
	for _, c := range table.columns {
		if c.extra || slices.Contains(nulls, c) {
			continue
		}
		w, g := want.Field(c.index).Interface(), got.Field(c.index).Interface()
		if c.madeID && w == "" { // the database makes it
			continue
		}
		switch x := w.(type) {
		case time.Time:
			w = c.truncate(x)
		case *time.Time:
			y, _ := g.(*time.Time)
			if x == nil || y == nil {
				break
			}
			w, g = c.truncate(*x), *y
		}
		if at, ok := g.(time.Time); ok {
			if !at.Equal(w.(time.Time)) {
				t.Errorf("%s.%s of %v: %v was read as %v", table.record, c.name, table.schema.ModelType, w, g)
			}
		} else if w != g {
			t.Errorf("%s.%s of %v: %#v was read as %#v", table.record, c.name, table.schema.ModelType, w, g)
		}
	}
}

// scanned reads the row as a driver would bring it back, into the record and
// through a row.
func scanned(t *testing.T, a *Adapter, table *table, record, row reflect.Value, nulls []*column, asText bool) {
	t.Helper()
	var values []any
	for _, c := range table.columns {
		var v any
		if !slices.Contains(nulls, c) {
			v = unwrapped(t, a, table.bound(t.Context(), c.field, row))
		}
		values = append(values, v)
	}
	answer := func() *sql.Rows {
		rows, err := sql.OpenDB(echo{asText}).Query("", values...)
		if err != nil {
			t.Fatalf("%v: no driver binds it: %v", table.schema.ModelType, err)
		}
		t.Cleanup(func() { rows.Close() })
		rows.Next()
		return rows
	}
	cannot := func(err error) {
		if err != nil {
			t.Fatalf("%v can't be read: %v", table.schema.ModelType, err)
		}
	}
	if table.direct {
		into, direct := buffered(table)
		rows := answer() //nolint:sqlclosecheck // answer does
		cannot(rows.Scan(into...))
		same(t, table, record, direct, nulls)
	}
	rows, err := scanRow(t.Context(), answer(), &query{parts: []part{table.whole()}})
	cannot(err)
	cannot(table.afterFind(t.Context(), a.base, rows[0]))
	through := reflect.New(record.Type()).Elem()
	cannot(table.decode(t.Context(), rows[0], through))
	same(t, table, record, through, nulls)
}

// buffered returns what a row of the table is scanned into, and the record that it
// then is.
func buffered(table *table) (into []any, record reflect.Value) {
	q := &query{parts: []part{table.whole()}}
	switch table.record {
	case "User":
		return bufferedAs[authdb.User](q)
	case "Account":
		return bufferedAs[authdb.Account](q)
	case "Session":
		return bufferedAs[authdb.Session](q)
	case "VerificationToken":
		return bufferedAs[authdb.VerificationToken](q)
	}
	return bufferedAs[authdb.Authenticator](q)
}

func bufferedAs[R any](q *query) ([]any, reflect.Value) {
	b := newBuffer[R](q)
	b.ready()
	for _, x := range b.extras {
		x.ctx = context.Background()
	}
	return b.into, reflect.ValueOf(&b.record).Elem()
}

// unwrapped is what GORM's dialector would bind.
func unwrapped(t *testing.T, a *Adapter, v any) any {
	t.Helper()
	if valuer, ok := v.(gorm.Valuer); ok && !isNilPointer(v) {
		if expr := valuer.GormValue(t.Context(), a.base); len(expr.Vars) > 0 {
			return expr.Vars[0]
		}
	}
	return v
}

// echo is a database that answers every query with a row of its arguments: as
// text, or as they are.
type echo struct{ asText bool }

func (e echo) Connect(context.Context) (driver.Conn, error) { return e, nil }
func (e echo) Driver() driver.Driver                        { return nil }
func (e echo) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (e echo) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }
func (e echo) Close() error                                 { return nil }

func (e echo) QueryContext(_ context.Context, _ string, args []driver.NamedValue) (driver.Rows, error) {
	row := make(echoed, len(args))
	for i, arg := range args {
		row[i] = arg.Value
		switch v := arg.Value.(type) {
		case string:
			if e.asText {
				row[i] = []byte(v)
			}
		case int64:
			if e.asText {
				row[i] = strconv.AppendInt(nil, v, 10)
			}
		}
	}
	return &row, nil
}

// echoed is a row that has not been read.
type echoed []driver.Value

func (r *echoed) Columns() []string { return make([]string, len(*r)) }
func (r *echoed) Close() error      { return nil }

func (r *echoed) Next(dest []driver.Value) error {
	copy(dest, *r)
	return nil
}

// bindsAlike checks that a look-up's value is bound as what is stored.
func bindsAlike(t *testing.T, table *table, row reflect.Value, c *column, text string) {
	t.Helper()
	if c.extra || c.kind != 0 || text == "" {
		return
	}
	bound, ok := table.bind(t.Context(), c, text)
	if !ok {
		t.Errorf("%s.%s of %v: %q was stored, and is not looked up", table.record, c.name, table.schema.ModelType, text)
		return
	}
	stored := table.bound(t.Context(), c.field, row)
	x, errX := driver.DefaultParameterConverter.ConvertValue(bound)
	y, errY := driver.DefaultParameterConverter.ConvertValue(stored)
	if errX != nil || errY != nil || !reflect.DeepEqual(x, y) {
		t.Errorf("%s.%s of %v: stored as %#v, looked up as %#v, %v, %v", table.record, c.name, table.schema.ModelType, y, x, errX, errY)
	}
}
