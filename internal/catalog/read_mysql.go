package catalog

import (
	"database/sql"
	"strings"

	"gorm.io/gorm"
)

// readMySQL is Read on MySQL and MariaDB. It asks for one table at a time:
// that is the form of question that MariaDB answers without opening every
// table there is.
func readMySQL(tx *gorm.DB, names []string) (map[string]*Table, error) {
	var s serverMySQL
	err := one(tx, []any{&s.database, &s.folds, &s.enforces, &s.mariadb},
		"SELECT DATABASE(), @@lower_case_table_names <> 0, @@foreign_key_checks, VERSION() LIKE '%MariaDB%'")
	if err != nil {
		return nil, err
	}
	found := map[string]*Table{}
	for _, name := range names {
		t, in, real, err := s.find(tx, name)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		for _, read := range []func(*gorm.DB, *Table, string, string) error{
			s.columns, keysMySQL, s.foreignKeys,
		} {
			if err := read(tx, t, in, real); err != nil {
				return nil, err
			}
		}
		found[name] = t
	}
	for _, t := range found {
		s.resolve(t, found)
		sortKeys(t)
	}
	return found, nil
}

// serverMySQL is what names mean, and foreign keys, on this connection.
type serverMySQL struct {
	database sql.NullString
	folds    bool // table names
	enforces bool
	mariadb  bool
}

// locate returns the database and table that a name means.
func (s serverMySQL) locate(table string) (in, name string) {
	in, name = split(table)
	if in == "" {
		in = s.database.String
	}
	return in, name
}

func (s serverMySQL) same(a, b string) bool { return a == b || s.folds && strings.EqualFold(a, b) }

func (s serverMySQL) find(tx *gorm.DB, table string) (t *Table, in, real string, err error) {
	in, name := s.locate(table)
	err = each(tx, func(scan func(...any) error) error {
		var (
			spelled, kind string
			engine        sql.NullString
		)
		if err := scan(&spelled, &kind, &engine); err != nil {
			return err
		}
		// The catalogue compares without case even where tables do not.
		if s.same(spelled, name) && real != name {
			real = spelled
			isTable := kind == "BASE TABLE" || kind == "SYSTEM VERSIONED"
			t = &Table{Name: table, View: !isTable, Engine: engine.String, folds: true}
		}
		return nil
	}, "SELECT TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?", in, name)
	return t, in, real, err
}

func (s serverMySQL) columns(tx *gorm.DB, t *Table, in, real string) error {
	return each(tx, func(scan func(...any) error) error {
		var (
			c                Column
			value, collation sql.NullString
			extra            string
		)
		if err := scan(&c.Name, &c.Type, &c.Nullable, &value, &extra, &collation, &c.Comment); err != nil {
			return err
		}
		// MariaDB writes NULL for a nullable column that has no default.
		if value.Valid && value.String != "NULL" {
			c.Default, c.HasDefault = value.String, true
		}
		extra = strings.ToLower(extra)
		c.Numbered = strings.Contains(extra, "auto_increment")
		c.Computed = strings.Contains(extra, "virtual generated") || strings.Contains(extra, "stored generated") || extra == "persistent"
		c.OnUpdate = strings.Contains(extra, "on update")
		c.HasDefault = c.HasDefault || c.Computed || strings.Contains(extra, "generated")
		// MySQL's catalogue has the value of a default and not the expression.
		if value.Valid && !s.mariadb && !strings.Contains(extra, "default_generated") && !strings.HasPrefix(c.Type, "bit") {
			c.Default = literalMySQL(c.Default)
		}
		c.Collation = collation.String
		c.Exact = exactMySQL(c)
		t.Columns = append(t.Columns, c)
		return nil
	}, `SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'YES', COLUMN_DEFAULT, EXTRA, COLLATION_NAME, COLUMN_COMMENT
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`, in, real)
}

// exactMySQL reports whether the column compares byte for byte. The other
// collations called bin ignore trailing spaces.
func exactMySQL(c Column) bool {
	typ := strings.ToLower(c.Type)
	return strings.HasPrefix(typ, "varbinary") || strings.HasSuffix(typ, "blob") ||
		c.Collation == "utf8mb4_0900_bin" || strings.HasSuffix(c.Collation, "_nopad_bin")
}

func keysMySQL(tx *gorm.DB, t *Table, in, real string) error {
	return each(tx, func(scan func(...any) error) error {
		var (
			k      Key
			column sql.NullString
			prefix sql.NullInt64
		)
		if err := scan(&k.Name, &k.Unique, &column, &prefix); err != nil {
			return err
		}
		k.Primary = k.Name == "PRIMARY"
		if len(t.Keys) == 0 || t.Keys[len(t.Keys)-1].Name != k.Name {
			t.Keys = append(t.Keys, k)
		}
		last := &t.Keys[len(t.Keys)-1]
		if column.Valid {
			last.Columns = append(last.Columns, column.String)
		}
		if !column.Valid || prefix.Valid { // an expression, or the beginning of a value
			last.Partial = true
		}
		return nil
	}, `SELECT INDEX_NAME, NON_UNIQUE = 0, COLUMN_NAME, SUB_PART
		FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY INDEX_NAME, SEQ_IN_INDEX`, in, real)
}

func (s serverMySQL) foreignKeys(tx *gorm.DB, t *Table, in, real string) error {
	return each(tx, func(scan func(...any) error) error {
		var (
			f           ForeignKey
			column      string
			refDatabase string
			refColumn   string
		)
		if err := scan(&f.Name, &column, &refDatabase, &f.RefTable, &refColumn, &f.OnDelete, &f.OnUpdate); err != nil {
			return err
		}
		if len(t.ForeignKeys) == 0 || t.ForeignKeys[len(t.ForeignKeys)-1].Name != f.Name {
			f.RefTable = refDatabase + "." + f.RefTable
			f.Enforced = s.enforces
			t.ForeignKeys = append(t.ForeignKeys, f)
		}
		last := &t.ForeignKeys[len(t.ForeignKeys)-1]
		last.Columns = append(last.Columns, column)
		last.RefColumns = append(last.RefColumns, refColumn)
		return nil
	}, `SELECT k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE
		FROM information_schema.KEY_COLUMN_USAGE k
		JOIN information_schema.REFERENTIAL_CONSTRAINTS r
		ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
		WHERE k.TABLE_SCHEMA = ? AND k.TABLE_NAME = ? AND r.CONSTRAINT_SCHEMA = ? AND r.TABLE_NAME = ?
		AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.CONSTRAINT_NAME, k.ORDINAL_POSITION`, in, real, in, real)
}

// resolve gives the tables that t's foreign keys lead to the names that they
// were asked for by, and drops the database from those that are beside t.
func (s serverMySQL) resolve(t *Table, found map[string]*Table) {
	own, _ := s.locate(t.Name)
	for i := range t.ForeignKeys {
		f := &t.ForeignKeys[i]
		in, real := split(f.RefTable)
		if s.same(in, own) {
			f.RefTable = real
		}
		for name := range found {
			if i, n := s.locate(name); s.same(i, in) && s.same(n, real) {
				f.RefTable = name
			}
		}
	}
}
