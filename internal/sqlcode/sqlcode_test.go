package sqlcode_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb/internal/sqlcode"
)

// mattn's errors have this shape; the package itself needs cgo.
type mattn struct{ ExtendedCode errNo }

type errNo int

func (errNo) Error() string { return "not a number" }
func (mattn) Error() string { return "UNIQUE constraint failed" }

// modernc returns one of its driver's own errors.
func modernc(t *testing.T) error {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	_, err = db.Exec("CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t VALUES ('x'), ('x')")
	return err
}

func TestFind(t *testing.T) {
	all := []sqlcode.Shape{sqlcode.Postgres, sqlcode.MySQL, sqlcode.SQLite}
	pg, my := &pgconn.PgError{Code: "23505"}, &mysql.MySQLError{Number: 1062}
	lite := modernc(t)
	for name, c := range map[string]struct {
		err    error
		shapes []sqlcode.Shape
		code   string
		of     error
	}{
		"nothing":              {nil, all, "", nil},
		"no code":              {context.Canceled, all, "", nil},
		"pgx":                  {pg, all, "23505", pg},
		"go-sql-driver":        {my, all, "1062", my},
		"modernc":              {lite, all, "2067", lite},
		"mattn":                {mattn{2067}, all, "2067", mattn{2067}},
		"no pointer":           {(*mysql.MySQLError)(nil), []sqlcode.Shape{sqlcode.MySQL}, "", nil},
		"another database's":   {my, []sqlcode.Shape{sqlcode.Postgres, sqlcode.SQLite}, "", nil},
		"wrapped":              {fmt.Errorf("insert: %w", my), all, "1062", my},
		"joined":               {errors.Join(io.EOF, pg), all, "23505", pg},
		"joined, the last":     {fmt.Errorf("%w: %w", my, fmt.Errorf("again: %w", pg)), all, "23505", pg},
		"joined, not the last": {errors.Join(pg, io.EOF), all, "", nil},
	} {
		if code, of := sqlcode.Find(c.err, c.shapes...); code != c.code || of != c.of { //nolint:errorlint // the very same
			t.Errorf("%s: %q of %v, want %q of %v", name, code, of, c.code, c.of)
		}
	}
}
