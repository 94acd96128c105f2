package catalog

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// readSQLite is Read on SQLite 3.37 or newer.
func readSQLite(tx *gorm.DB, names []string) (map[string]*Table, error) {
	var enforced bool
	if err := one(tx, []any{&enforced}, "SELECT foreign_keys FROM pragma_foreign_keys"); err != nil {
		return nil, err
	}
	found := map[string]*Table{}
	for _, name := range names {
		in, real, kind, err := findSQLite(tx, name)
		if err != nil {
			return nil, err
		}
		if real == "" {
			continue
		}
		t := &Table{Name: name, View: kind != "table", folds: true}
		for _, read := range []func(*gorm.DB, *Table, string, string) error{
			columnsSQLite, collationsSQLite, keysSQLite, foreignKeysSQLite,
		} {
			if err := read(tx, t, in, real); err != nil {
				return nil, err
			}
		}
		found[name] = t
	}
	for _, t := range found {
		resolveSQLite(t, found, enforced)
		sortKeys(t)
	}
	return found, nil
}

// findSQLite says in which attached database the name is a table, in the order
// in which SQLite looks, how it is spelled, and what it is.
func findSQLite(tx *gorm.DB, table string) (in, real, kind string, err error) {
	qualifier, name := split(table)
	query := `SELECT "schema", name, type FROM pragma_table_list WHERE name = ? COLLATE NOCASE`
	args := []any{name}
	if qualifier != "" {
		query += ` AND "schema" = ? COLLATE NOCASE`
		args = append(args, qualifier)
	}
	query += ` ORDER BY CASE "schema" WHEN 'temp' THEN 0 WHEN 'main' THEN 1 ELSE 2 END`
	err = each(tx, func(scan func(...any) error) error {
		var i, r, k string
		err := scan(&i, &r, &k)
		if real == "" {
			in, real, kind = i, r, k
		}
		return err
	}, query, args...)
	return in, real, kind, err
}

func columnsSQLite(tx *gorm.DB, t *Table, in, real string) error {
	primary := map[int]string{}
	err := each(tx, func(scan func(...any) error) error {
		var (
			c       Column
			notNull bool
			value   sql.NullString
			pk      int
			hidden  int
		)
		if err := scan(&c.Name, &c.Type, &notNull, &value, &pk, &hidden); err != nil {
			return err
		}
		c.Nullable = !notNull
		c.Computed = hidden > 1
		c.Default, c.HasDefault = value.String, value.Valid || c.Computed
		if pk > 0 {
			primary[pk] = c.Name
		}
		t.Columns = append(t.Columns, c)
		return nil
	}, `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, ?)`, real, in)
	if err != nil || len(primary) == 0 {
		return err
	}
	key := Key{Unique: true, Primary: true}
	for i := 1; i <= len(primary); i++ {
		key.Columns = append(key.Columns, primary[i])
	}
	t.Keys = append(t.Keys, key)
	if c := t.Column(key.Columns[0]); len(primary) == 1 && strings.EqualFold(c.Type, "integer") {
		c.Nullable, c.Numbered = false, true // an alias of the rowid
	}
	return nil
}

// collationsSQLite finds out how text columns compare. The catalogue does not
// say, but a column that comes out of a subquery compares as it does in the
// table.
func collationsSQLite(tx *gorm.DB, t *Table, in, real string) error {
	var (
		columns []*Column
		parts   []string
		results []any
	)
	for i := range t.Columns {
		c := &t.Columns[i]
		if f := familyOf(familiesSQLite, c.Type); t.View || f != "text" && f != "bytes" {
			continue
		}
		from := fmt.Sprintf("(SELECT %s AS c FROM %s.%s WHERE 0 UNION ALL SELECT 'a')", ident(c.Name), ident(in), ident(real))
		parts = append(parts, "(SELECT c = 'A' FROM "+from+")", "(SELECT c = 'a ' FROM "+from+")")
		columns = append(columns, c)
		results = append(results, new(bool), new(bool))
	}
	if len(columns) == 0 {
		return nil
	}
	if err := one(tx, results, "SELECT "+strings.Join(parts, ", ")); err != nil {
		return err
	}
	for i, c := range columns {
		folds, trims := *results[2*i].(*bool), *results[2*i+1].(*bool)
		switch {
		case folds:
			c.Collation = "NOCASE"
		case trims:
			c.Collation = "RTRIM"
		default:
			c.Exact = true
		}
	}
	return nil
}

// ident quotes a name that the catalogue gave, dots and all.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func keysSQLite(tx *gorm.DB, t *Table, in, real string) error {
	var keys []Key
	err := each(tx, func(scan func(...any) error) error {
		var (
			k         Key
			seq, cid  int
			origin    string
			column    sql.NullString
			collation sql.NullString
		)
		if err := scan(&seq, &k.Name, &k.Unique, &origin, &k.Partial, &cid, &column, &collation); err != nil {
			return err
		}
		k.Primary, k.Constraint = origin == "pk", origin == "u"
		if len(keys) == 0 || keys[len(keys)-1].Name != k.Name {
			keys = append(keys, k)
		}
		last := &keys[len(keys)-1]
		if cid < 0 { // an expression
			last.Partial = true
			return nil
		}
		last.Columns = append(last.Columns, column.String)
		last.fold(t, column.String, strings.EqualFold(collation.String, "BINARY"))
		return nil
	}, `SELECT l.seq, l.name, l."unique", l.origin, l.partial, x.cid, x.name, x.coll
		FROM pragma_index_list(?, ?) l, pragma_index_xinfo(l.name, ?) x WHERE x.key ORDER BY l.seq, x.seqno`, real, in, in)
	// The table itself has said what its primary key is, also where that has
	// no index.
	t.Keys = append(t.Keys, slices.DeleteFunc(keys, func(k Key) bool { return k.Primary })...)
	return err
}

func foreignKeysSQLite(tx *gorm.DB, t *Table, in, real string) error {
	last := -1
	return each(tx, func(scan func(...any) error) error {
		var (
			id     int
			f      ForeignKey
			column string
			to     sql.NullString
		)
		if err := scan(&id, &f.RefTable, &column, &to, &f.OnDelete, &f.OnUpdate); err != nil {
			return err
		}
		if id != last {
			last = id
			t.ForeignKeys = append(t.ForeignKeys, f)
		}
		fk := &t.ForeignKeys[len(t.ForeignKeys)-1]
		fk.Columns = append(fk.Columns, column)
		if to.Valid {
			fk.RefColumns = append(fk.RefColumns, to.String)
		}
		return nil
	}, `SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(?, ?) ORDER BY id, seq`, real, in)
}

// resolveSQLite gives the tables that t's foreign keys lead to the names that
// they were asked for by. A key can't leave its attached database, and one
// that names no columns leads to the primary key.
func resolveSQLite(t *Table, found map[string]*Table, enforced bool) {
	qualifier, _ := split(t.Name)
	for i := range t.ForeignKeys {
		f := &t.ForeignKeys[i]
		f.Enforced = enforced
		for name, other := range found {
			if q, n := split(name); q != qualifier || !strings.EqualFold(n, f.RefTable) {
				continue
			}
			f.RefTable = name
			for _, k := range other.Keys {
				if k.Primary && len(f.RefColumns) == 0 {
					f.RefColumns = k.Columns
				}
			}
		}
	}
}
