package fromnextauth3_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"
)

// lines returns the rows of a table as text, sorted.
func lines(t testing.TB, db *gorm.DB, table string) []string {
	t.Helper()
	rows, err := db.Table(table).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var line strings.Builder
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			fmt.Fprintf(&line, "%s=%v ", columns[i], v)
		}
		all = append(all, line.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// dumpOf returns all rows of the tables.
func dumpOf(t testing.TB, db *gorm.DB, tables ...string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables {
		fmt.Fprintf(&b, "%s\n%s\n", table, strings.Join(lines(t, db, table), "\n"))
	}
	return b.String()
}

// checksum is that of all rows of the tables.
func checksum(t testing.TB, db *gorm.DB, tables ...string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(dumpOf(t, db, tables...)))
	return hex.EncodeToString(sum[:])
}
