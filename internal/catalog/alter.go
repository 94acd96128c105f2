package catalog

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"
)

// optionsMySQL returns the engine, and a collation by which keys compare
// exactly.
func optionsMySQL(tx *gorm.DB) (string, error) {
	collation, err := exactCollation(tx)
	return " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=" + collation, err
}

// exactCollation returns the collation by which keys compare exactly: the one
// of MySQL from 8.0.17 on, that of MariaDB, or else one that only ignores
// trailing spaces.
func exactCollation(tx *gorm.DB) (string, error) {
	known := map[string]bool{}
	err := each(tx, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		known[name] = true
		return err
	}, "SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')")
	if err != nil {
		return "", describe("read the catalogue", err)
	}
	for _, name := range []string{"utf8mb4_nopad_bin", "utf8mb4_0900_bin"} {
		if known[name] {
			return name, nil
		}
	}
	return "utf8mb4_bin", nil
}

// alterPostgres changes what differs.
func alterPostgres(tx *gorm.DB, table string, from, to Column) []string {
	column := "ALTER TABLE " + quote(tx, table) + " ALTER COLUMN " + quote(tx, from.Name)
	var list []string
	if from.Type != to.Type || from.Collation != to.Collation {
		s := column + " TYPE " + to.Type
		if to.Collation != "" {
			s += ` COLLATE "` + to.Collation + `"`
		}
		list = append(list, s)
	}
	switch {
	case from.Nullable && !to.Nullable:
		list = append(list, column+" SET NOT NULL")
	case !from.Nullable && to.Nullable:
		list = append(list, column+" DROP NOT NULL")
	}
	return list
}

// present is MySQL's default of the present moment, whose precision has to be
// the column's. The server's spellings differ.
var present = regexp.MustCompile(`(?i)^(current_timestamp|now)\b`)

// alterMySQL says all of the column again: what a MODIFY leaves out is lost.
func alterMySQL(tx *gorm.DB, table string, _, to Column) []string {
	s := "ALTER TABLE " + quote(tx, table) + " MODIFY COLUMN " + quote(tx, to.Name) + " " + to.Type
	if to.Collation != "" {
		s += " COLLATE " + to.Collation
	}
	null := " NOT NULL"
	if to.Nullable {
		null = " NULL"
	}
	s += null
	moment := "CURRENT_TIMESTAMP"
	if n, _ := argument(to.Type); n > 0 {
		moment = fmt.Sprintf("CURRENT_TIMESTAMP(%d)", n)
	}
	switch {
	case present.MatchString(to.Default):
		s += " DEFAULT " + moment
	case to.Default == "" || to.Type == "text": // which has none that is not an expression
	case strings.HasPrefix(to.Default, "'"), to.Default[0] >= '0' && to.Default[0] <= '9', to.Default[0] == '-':
		s += " DEFAULT " + to.Default
	default:
		s += " DEFAULT (" + to.Default + ")"
	}
	if to.OnUpdate {
		s += " ON UPDATE " + moment
	}
	if to.Numbered {
		s += " AUTO_INCREMENT"
	}
	if to.Comment != "" {
		s += " COMMENT " + literalMySQL(to.Comment)
	}
	return []string{s}
}

func takenPostgres(tx *gorm.DB, table, name string) (bool, error) {
	var taken bool
	err := one(tx, []any{&taken}, `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class x
		JOIN pg_catalog.pg_class t ON t.relnamespace = x.relnamespace
		WHERE t.oid = pg_catalog.to_regclass(?) AND x.relname = left(?, 63))`, quote(tx, table), name)
	return taken, err
}

func takenSQLite(tx *gorm.DB, table, name string) (bool, error) {
	in, _, _, err := findSQLite(tx, table)
	if err != nil {
		return false, err
	}
	var taken bool
	err = one(tx, []any{&taken}, "SELECT EXISTS (SELECT 1 FROM "+ident(in)+".sqlite_master WHERE name = ? COLLATE NOCASE)", name)
	return taken, err
}

// withPrecision returns the type of an instant with milliseconds:
// "timestamp(0) with time zone" has its digits in the middle.
func withPrecision(typ string) string {
	word, rest, _ := strings.Cut(arguments.ReplaceAllString(typ, ""), " ")
	return strings.TrimSpace(cmp.Or(word, typ) + "(3) " + rest)
}
