package gormadapter

import (
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/models"
)

// FuzzPatch: a patch is refused with ErrInvalid before anything is touched, or
// changes exactly what it says, to what it says, however often it is applied.
func FuzzPatch(f *testing.F) {
	adapters := fuzzedTables(f)
	for which := range uint16(27) {
		f.Add(which, uint16(0b_10_01_10_01_10_01_10), "Ada", int64(1798761598765), int64(7), "Role", uint8(0))
		f.Add(which, uint16(0b_01_10_00_10_01_10_00), "\x00", int64(math.MaxInt64), int64(math.MaxInt64), "Level", uint8(which))
		f.Add(which, uint16(0b_10_10_10_10_10_10_10), strings.Repeat("é", 41), int64(-1), int64(-1), "LastSeen", uint8(which))
	}
	f.Fuzz(func(t *testing.T, which, states uint16, text string, ms, number int64, name string, kind uint8) {
		a := adapters[int(which)%len(adapters)]
		at := time.UnixMilli(ms)
		extra := map[string]any{}
		if kind%4 != 0 {
			extra[name] = extraValue(kind/4, text, at, number)
		}
		var table *table
		var p *patch
		switch which / uint16(len(adapters)) % 3 {
		case 0:
			table, p = a.users, userPatch(authdb.UserPatch{
				Name: field(states, 0, text), Email: field(states, 1, text), EmailVerified: field(states, 2, at), Image: field(states, 3, text), Extra: extra,
			})
		case 1:
			table, p = a.sessions, sessionPatch(authdb.SessionPatch{Expires: field(states, 0, at), Extra: extra})
		default:
			table, p = a.accounts, accountPatch(authdb.AccountPatch{
				RefreshToken: field(states, 0, text), AccessToken: field(states, 1, text), ExpiresAt: field(states, 2, number),
				TokenType: field(states, 3, text), Scope: field(states, 4, text), IDToken: field(states, 5, text), SessionState: field(states, 6, text), Extra: extra,
			})
		}
		patched(t, a, table, p)
	})
}

// field is one of the three states of a patch's member.
func field[T any](states uint16, i int, v T) authdb.Field[T] {
	switch states >> (2 * i) & 3 {
	case 0:
		return authdb.Field[T]{}
	case 1:
		return authdb.Null[T]()
	}
	return authdb.Set(v)
}

// extraValue is one that Extra may hold, or may not.
func extraValue(kind uint8, text string, at time.Time, number int64) any {
	instant := models.NewTime(at)
	all := []any{text, &text, number, int8(number), at, &instant, instant, models.Instant[halves]{Time: at}, []string{text, text}, []string(nil), nil, (*models.Time)(nil), struct{}{}, true, (*string)(nil), map[string]any{text: text}}
	return all[int(kind)%len(all)]
}

func patched(t *testing.T, a *Adapter, table *table, p *patch) {
	t.Helper()
	ctx := t.Context()
	before := fullRow(t, table)
	row := reflect.New(table.schema.ModelType)
	row.Elem().Set(before.Elem())
	_, checked := p.applied(ctx, table)
	if !sentinel(t, checked, authdb.ErrInvalid) {
		return
	}
	set := assignments{t: table, row: row}
	if err := p.apply(ctx, table, row, &set); err != nil {
		t.Fatalf("refused after it was checked: %v", err)
	}
	// What it says is what the row holds, and the record that is returned.
	got := reflect.New(recordTypes[table.record]).Elem()
	if err := table.decode(ctx, row, got); err != nil {
		t.Fatalf("can't be read: %v", err)
	}
	want := reflect.New(recordTypes[table.record]).Elem()
	if err := table.decode(ctx, before, want); err != nil {
		t.Fatal(err)
	}
	for _, change := range p.changes {
		if c := table.column(change.name); change.set && c != nil {
			to := want.Field(c.index)
			to.SetZero()
			switch v := reflect.ValueOf(change.value); {
			case change.value == nil:
			case to.Kind() == reflect.Pointer && v.Kind() != reflect.Pointer:
				to.Set(reflect.New(v.Type()))
				to.Elem().Set(v)
			default:
				to.Set(v)
			}
		}
	}
	same(t, table, want, got, set.nulls)
	written := assigned(t, a, set)
	for name := range p.extra {
		if !slices.Contains(written, table.extra[name].field.DBName) {
			t.Errorf("Extra[%q] is not written", name)
		}
	}
	untouched(t, table, before, row, written)

	again := reflect.New(table.schema.ModelType)
	again.Elem().Set(row.Elem())
	if err := p.apply(ctx, table, again, new(assignments)); err != nil || !reflect.DeepEqual(again.Interface(), row.Interface()) {
		t.Errorf("applied twice: %v\n%+v, and once:\n%+v", err, again.Elem(), row.Elem())
	}
	owned(t, row, p)
}

// fullRow is a row in which every column that a record fills holds something.
func fullRow(t *testing.T, table *table) reflect.Value {
	t.Helper()
	record := reflect.New(recordTypes[table.record]).Elem()
	fuzzed{}.fill(record, table, -1)
	row := table.newRow()
	if _, err := table.encode(t.Context(), record, row, creatable); err != nil {
		t.Fatal(err)
	}
	return row
}

// assigned returns the columns of the SET clause, which has a value for each.
func assigned(t *testing.T, a *Adapter, set assignments) (columns []string) {
	t.Helper()
	stmt := &gorm.Statement{DB: a.base, Context: t.Context(), Clauses: map[string]clause.Clause{}}
	set.Build(stmt)
	for _, c := range set.patched {
		columns = append(columns, c.field.DBName)
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)
	if n := strings.Count(stmt.SQL.String(), "?"); len(columns) > 0 && (n != len(columns) || n != len(stmt.Vars)) {
		t.Errorf("%s: %d columns, %d placeholders, %d values", stmt.SQL.String(), len(columns), n, len(stmt.Vars))
	}
	return columns
}

// untouched checks that only the columns written have changed.
func untouched(t *testing.T, table *table, before, after reflect.Value, written []string) {
	t.Helper()
	for _, f := range table.stored {
		x, y := f.ReflectValueOf(t.Context(), before).Interface(), f.ReflectValueOf(t.Context(), after).Interface()
		if !slices.Contains(written, f.DBName) && !reflect.DeepEqual(x, y) {
			t.Errorf("%s.%s: %v became %v, and is not written", table.record, f.Name, x, y)
		}
	}
}

// owned checks that what the caller does to Extra afterwards does not reach the
// row.
func owned(t *testing.T, row reflect.Value, p *patch) {
	t.Helper()
	for name, v := range maps.All(p.extra) {
		held := row.Elem().FieldByName(name)
		switch v := v.(type) {
		case *string:
			if v != nil && held.Interface() == any(v) {
				t.Errorf("Extra[%q] is shared with the row", name)
			}
		case *models.Time:
			if v != nil && held.Interface() == any(v) {
				t.Errorf("Extra[%q] is shared with the row", name)
			}
		case []string:
			if len(v) > 0 && held.Len() > 0 && held.Pointer() == reflect.ValueOf(v).Pointer() {
				t.Errorf("Extra[%q] is shared with the row", name)
			}
		}
	}
}

// FuzzScan: whatever a driver returns for a column, it is read, or refused with
// ErrSchema.
func FuzzScan(f *testing.F) {
	adapters := fuzzedTables(f)
	for which := range uint16(120) {
		f.Add(which, uint8(which), "2026-12-31 23:59:58", int64(1798761598765), 1.5, true)
		f.Add(which, uint8(which+1), "\x01", int64(-1), math.NaN(), false)
	}
	f.Fuzz(func(t *testing.T, which uint16, kind uint8, text string, number int64, float float64, boolean bool) {
		a := adapters[int(which)%len(adapters)]
		which /= uint16(len(adapters))
		tables := a.tables()
		table := tables[int(which)%len(tables)]
		odd := int(which) / len(tables) % len(table.columns)
		values := []any{text, []byte(text), number, float, boolean, time.UnixMilli(number), nil, uint64(number)}
		value := values[int(kind)%len(values)]

		into, _ := buffered(table)
		for _, err := range []error{scanOne(into[odd], value), takeOne(t, a, table, odd, value)} {
			var own *fault
			if errors.As(err, &own) && !errors.Is(err, authdb.ErrSchema) {
				t.Errorf("%T into %s.%s of %v: %v", value, table.record, table.columns[odd].name, table.schema.ModelType, err)
			}
			if len(text) > 5 && errors.As(err, &own) && strings.Contains(own.Error(), text) {
				t.Errorf("the error quotes what the column holds: %v", err)
			}
		}
	})
}

// takeOne reads a row in which one column holds the value.
func takeOne(t *testing.T, a *Adapter, table *table, odd int, value any) error {
	t.Helper()
	whole := table.whole()
	into := whole.destinations()
	if err := scanOne(into[odd], value); err != nil {
		return err
	}
	row, err := whole.row(t.Context(), into)
	if err == nil {
		err = table.afterFind(t.Context(), a.base, row)
	}
	if err == nil {
		err = table.decode(t.Context(), row, reflect.New(recordTypes[table.record]).Elem())
	}
	return err
}

// scanOne has a destination take a driver's value, as package sql does.
func scanOne(dst, value any) error {
	switch dst := dst.(type) {
	case interface{ Scan(any) error }:
		return dst.Scan(value)
	case *any:
		*dst = value
	}
	return nil
}
