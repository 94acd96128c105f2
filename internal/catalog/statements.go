package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// createTable returns the statements that make a whole table: on a database
// that can't take DDL back it is one.
func createTable(tx *gorm.DB, d *dialect, w *wanted) ([]string, error) {
	var parts, after []string
	primaryInType := false
	for _, c := range w.columns {
		parts = append(parts, quote(tx, c.name)+" "+d.definition(c))
		primaryInType = primaryInType || strings.Contains(strings.ToUpper(c.typ), "PRIMARY KEY")
		after = append(after, columnComment(tx, d, w, c)...)
	}
	if !primaryInType && len(w.primary) > 0 {
		parts = append(parts, "PRIMARY KEY ("+columnList(tx, w.primary)+")")
	}
	for _, i := range w.indexes {
		if d.inlineIndexes {
			parts = append(parts, inlineIndex(tx, i))
		} else {
			after = append(after, createIndex(tx, d, w, i))
		}
	}
	if w.foreignKey != nil {
		parts = append(parts, reference(tx, d, *w.foreignKey))
	}
	parts = append(parts, constraints(tx, w)...)
	create := "CREATE TABLE " + quote(tx, w.Table) + " (" + strings.Join(parts, ",") + ")"
	if d.options != nil {
		options, err := d.options(tx)
		if err != nil {
			return nil, err
		}
		create += options
	}
	return append([]string{create}, after...), nil
}

// definition returns what follows the column's name.
func (d *dialect) definition(c wantedColumn) string {
	s := c.typ + c.rest
	if d.nullablePrimary && c.field.PrimaryKey && !c.field.NotNull && !strings.Contains(strings.ToUpper(c.typ), "PRIMARY KEY") {
		s += " NOT NULL"
	}
	return s
}

// reference returns the foreign key as part of CREATE TABLE, and of ALTER TABLE
// after ADD.
func reference(tx *gorm.DB, d *dialect, f ForeignKey) string {
	table := f.RefTable
	if d.localReferences {
		_, table = split(table)
	}
	s := fmt.Sprintf("CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE %s",
		quoteName(tx, f.Name), columnList(tx, f.Columns), quote(tx, table), columnList(tx, f.RefColumns), f.OnDelete)
	if f.OnUpdate != "" && f.OnUpdate != "NO ACTION" {
		s += " ON UPDATE " + f.OnUpdate
	}
	return s
}

// constraints returns what the row type's tags unique and check ask for.
func constraints(tx *gorm.DB, w *wanted) []string {
	var parts []string
	uniques := w.own.ParseUniqueConstraints()
	for _, name := range slices.Sorted(maps.Keys(uniques)) {
		parts = append(parts, fmt.Sprintf("CONSTRAINT %s UNIQUE (%s)", quote(tx, name), quote(tx, uniques[name].Field.DBName)))
	}
	checks := w.own.ParseCheckConstraints()
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		parts = append(parts, fmt.Sprintf("CONSTRAINT %s CHECK (%s)", quote(tx, name), checks[name].Constraint))
	}
	return parts
}

// columnComment returns the statement of a column's comment, if that is one of
// its own.
func columnComment(tx *gorm.DB, d *dialect, w *wanted, c wantedColumn) []string {
	comment := strings.Trim(c.field.Comment, `'"`)
	if comment == "" || !d.columnComments {
		return nil
	}
	return []string{fmt.Sprintf("COMMENT ON COLUMN %s.%s IS %s", quote(tx, w.Table), quote(tx, c.name), literal(comment))}
}

// addColumn returns what follows ADD COLUMN for an existing table, and what is
// left to do after it. A table with rows takes no column that is NOT NULL and
// has no default, and SQLite takes none in any case.
func addColumn(tx *gorm.DB, c wantedColumn) (definition, then string) {
	rest := c.rest
	if nullable, notNull := strings.CutPrefix(rest, " NOT NULL"); notNull && !strings.HasPrefix(nullable, " DEFAULT ") {
		rest, then = nullable, "then fill it and make it NOT NULL"
	}
	return quote(tx, c.name) + " " + c.typ + rest, then
}

// createIndex returns the statement that makes the index, as GORM would.
func createIndex(tx *gorm.DB, d *dialect, w *wanted, i *schema.Index) string {
	if d.inlineIndexes {
		return "ALTER TABLE " + quote(tx, w.Table) + " ADD " + inlineIndex(tx, i)
	}
	in, table := split(w.Table)
	name := quoteName(tx, i.Name)
	if !d.qualifiedIndex {
		table = w.Table
	} else if in != "" {
		name = quote(tx, in) + "." + name
	}
	s := "CREATE " + class(i) + "INDEX " + name + " ON " + quote(tx, table)
	if i.Type != "" {
		s += " USING " + i.Type
	}
	s += " (" + indexFields(tx, i) + ")"
	// The table is made in the same transaction: there is nobody to let in
	// concurrently.
	if i.Option != "" && !strings.EqualFold(strings.TrimSpace(i.Option), "CONCURRENTLY") {
		s += " " + i.Option
	}
	if i.Where != "" {
		s += " WHERE " + i.Where
	}
	return s
}

// inlineIndex returns the index as part of CREATE TABLE.
func inlineIndex(tx *gorm.DB, i *schema.Index) string {
	s := class(i) + "INDEX " + quoteName(tx, i.Name)
	if i.Type != "" {
		s += " USING " + i.Type
	}
	s += " (" + indexFields(tx, i) + ")"
	if i.Comment != "" {
		s += " COMMENT " + literalMySQL(i.Comment)
	}
	if i.Option != "" {
		s += " " + i.Option
	}
	return s
}

func class(i *schema.Index) string {
	if i.Class == "" {
		return ""
	}
	return i.Class + " "
}

// indexFields returns the columns with their lengths, orders and collations,
// in the dialect's own way where it has one.
func indexFields(tx *gorm.DB, i *schema.Index) string {
	builder, ok := tx.Migrator().(migrator.BuildIndexOptionsInterface)
	if !ok {
		return columnList(tx, indexColumns(i))
	}
	var parts []string
	for _, v := range builder.BuildIndexOptions(i.Fields, &gorm.Statement{DB: tx}) {
		if e, ok := v.(clause.Expr); ok {
			parts = append(parts, e.SQL)
		}
	}
	return strings.Join(parts, ",")
}

func columnList(tx *gorm.DB, columns []string) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, quote(tx, c))
	}
	return strings.Join(parts, ",")
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// literalMySQL is literal where a backslash begins an escape.
func literalMySQL(s string) string { return literal(strings.ReplaceAll(s, `\`, `\\`)) }
