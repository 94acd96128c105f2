package catalog

import (
	"cmp"
	"database/sql"
	"slices"

	"gorm.io/gorm"
)

// readPostgres is Read on PostgreSQL 12 or newer. A name without a schema is
// looked up along the search_path, as in any other statement.
func readPostgres(tx *gorm.DB, names []string) (map[string]*Table, error) {
	found := map[string]*Table{}
	byID := map[uint32]*Table{}
	for _, name := range names {
		err := each(tx, func(scan func(...any) error) error {
			var id uint32
			t := &Table{Name: name}
			if err := scan(&id, &t.View); err != nil {
				return err
			}
			found[name], byID[id] = t, t
			return nil
		}, "SELECT oid::bigint, relkind NOT IN ('r', 'p') FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(?)", quote(tx, name))
		if err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return found, nil
	}
	for _, read := range []func(*gorm.DB, map[uint32]*Table, []int64) error{columnsPostgres, keysPostgres, foreignKeysPostgres} {
		if err := read(tx, byID, ids(byID)); err != nil {
			return nil, err
		}
	}
	for _, t := range found {
		sortKeys(t)
	}
	return found, nil
}

func ids(tables map[uint32]*Table) []int64 {
	var list []int64
	for id := range tables {
		list = append(list, int64(id))
	}
	slices.Sort(list)
	return list
}

func columnsPostgres(tx *gorm.DB, tables map[uint32]*Table, ids []int64) error {
	return each(tx, func(scan func(...any) error) error {
		var (
			id               uint32
			c                Column
			base             string
			value, collation sql.NullString
			deterministic    bool
		)
		if err := scan(&id, &c.Name, &c.Type, &base, &c.Nullable, &value, &c.Numbered, &c.Computed, &collation, &deterministic); err != nil {
			return err
		}
		c.Default, c.HasDefault = value.String, value.Valid || c.Computed
		if collation.String != "default" {
			c.Collation = collation.String
		}
		c.Exact = (base == "text" || base == "varchar") && deterministic
		tables[id].Columns = append(tables[id].Columns, c)
		return nil
	}, `SELECT a.attrelid::bigint, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
			COALESCE(b.typname, t.typname)::text, NOT (a.attnotnull OR t.typnotnull),
			pg_catalog.pg_get_expr(d.adbin, d.adrelid),
			a.attidentity <> '' OR COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
			a.attgenerated <> '', c.collname::text, COALESCE(c.collisdeterministic, true)
		FROM pg_catalog.pg_attribute a
		JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
		LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
		WHERE a.attrelid IN ? AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`, ids)
}

func keysPostgres(tx *gorm.DB, tables map[uint32]*Table, ids []int64) error {
	// INCLUDEd columns are beyond indnkeyatts; an expression has attnum 0.
	// PostgreSQL before 15 has no NULLS NOT DISTINCT, and no such column.
	return each(tx, func(scan func(...any) error) error {
		var (
			id     uint32
			k      Key
			column sql.NullString
			exact  bool
		)
		if err := scan(&id, &k.Name, &k.Unique, &k.Primary, &k.Partial, &k.Constraint, &k.OneNull, &column, &exact); err != nil {
			return err
		}
		t := tables[id]
		if len(t.Keys) == 0 || t.Keys[len(t.Keys)-1].Name != k.Name {
			t.Keys = append(t.Keys, k)
		}
		last := &t.Keys[len(t.Keys)-1]
		if !column.Valid {
			last.Partial = true
			return nil
		}
		last.Columns = append(last.Columns, column.String)
		last.fold(t, column.String, exact)
		return nil
	}, `SELECT i.indrelid::bigint, x.relname::text, i.indisunique, i.indisprimary,
			i.indpred IS NOT NULL OR NOT i.indisvalid,
			EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u')),
			COALESCE((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), a.attname::text, COALESCE(c.collisdeterministic, true)
		FROM pg_catalog.pg_index i
		JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
		CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) n
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n] AND i.indkey[n] <> 0
		LEFT JOIN pg_catalog.pg_collation c ON c.oid = i.indcollation[n]
		WHERE i.indrelid IN ? ORDER BY i.indrelid, x.relname, n`, ids)
}

func foreignKeysPostgres(tx *gorm.DB, tables map[uint32]*Table, ids []int64) error {
	rules := map[string]string{"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
	// PostgreSQL 18 has constraints that are not enforced; the older ones
	// have no such column. One that is NOT VALID holds for new rows.
	return each(tx, func(scan func(...any) error) error {
		var (
			id, refID         uint32
			f                 ForeignKey
			column, refColumn string
			rule, update      string
		)
		if err := scan(&id, &f.Name, &refID, &f.RefTable, &rule, &update, &f.Enforced, &column, &refColumn); err != nil {
			return err
		}
		t := tables[id]
		if len(t.ForeignKeys) == 0 || t.ForeignKeys[len(t.ForeignKeys)-1].Name != f.Name {
			f.OnDelete, f.OnUpdate = cmp.Or(rules[rule], rule), cmp.Or(rules[update], update)
			if known := tables[refID]; known != nil {
				f.RefTable = known.Name
			}
			t.ForeignKeys = append(t.ForeignKeys, f)
		}
		last := &t.ForeignKeys[len(t.ForeignKeys)-1]
		last.Columns = append(last.Columns, column)
		last.RefColumns = append(last.RefColumns, refColumn)
		return nil
	}, `SELECT k.conrelid::bigint, k.conname::text, k.confrelid::bigint, k.confrelid::regclass::text, k.confdeltype::text, k.confupdtype::text,
			COALESCE((pg_catalog.to_jsonb(k) ->> 'conenforced')::boolean, true), a.attname::text, b.attname::text
		FROM pg_catalog.pg_constraint k
		CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.array_length(k.conkey, 1)) n
		JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[n]
		JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[n]
		WHERE k.contype = 'f' AND k.conrelid IN ? ORDER BY k.conrelid, k.conname, n`, ids)
}
