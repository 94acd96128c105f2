package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// inexact finds key columns that do not compare byte for byte, or whose unique
// key does not.
func inexact(s subject) []hit {
	c := s.column
	if c.Exact || s.d.family(c.Type) != "text" {
		return nil
	}
	// Nothing is lost where spaces at the end are ignored and there are none.
	if s.field == "CredentialID" && strings.HasSuffix(c.Collation, "_bin") {
		return nil
	}
	if c.folded != "" {
		return []hit{{
			problem: fmt.Sprintf("its unique key %s does not compare byte for byte", c.folded),
			sql:     s.remade(c.folded),
		}}
	}
	collation, problem := "", "does not compare byte for byte"
	if c.Collation != "" {
		problem += " (" + c.Collation + ")"
	}
	if s.d.exact != nil {
		var err error
		if collation, err = s.d.exact(s.tx); err != nil {
			return []hit{{problem: problem}}
		}
	}
	return []hit{{problem: problem, sql: s.altered(func(to *Column) {
		if !s.d.collates { // citext and char(n) are types of their own
			to.Type = s.d.unlimited
		}
		to.Collation = collation
	})}}
}

// remade returns the statements that make a unique key anew, by the collations
// of its columns. One that is part of the table stays.
func (s subject) remade(name string) []string {
	i := slices.IndexFunc(s.t.Keys, func(k Key) bool { return k.Name == name })
	if i < 0 || s.t.Keys[i].Constraint && s.d.alter == nil {
		return nil
	}
	k := s.t.Keys[i]
	return append(s.dropped(k), "CREATE UNIQUE INDEX "+s.indexName(k.Name)+" ON "+s.indexTable()+" ("+columnList(s.tx, k.Columns)+")")
}

// indexName and indexTable are how CREATE INDEX names the two.
func (c *comparison) indexName(name string) string {
	if c.d.qualifiedIndex {
		return c.inSchema(name)
	}
	return quoteName(c.tx, name)
}

func (c *comparison) indexTable() string {
	if c.d.qualifiedIndex {
		_, table := split(c.w.Table)
		return quote(c.tx, table)
	}
	return quote(c.tx, c.w.Table)
}

// dropped returns the statement that drops the key; nil where that can't be.
func (c *comparison) dropped(k Key) []string {
	table := "ALTER TABLE " + quote(c.tx, c.w.Table)
	switch {
	case c.d.inlineIndexes:
		return []string{table + " DROP INDEX " + quoteName(c.tx, k.Name)}
	case k.Constraint && c.d.alter == nil:
		return nil
	case k.Constraint:
		return []string{table + " DROP CONSTRAINT " + quoteName(c.tx, k.Name)}
	}
	return []string{"DROP INDEX " + c.inSchema(k.Name)}
}

// single finds unique keys that leave each user one row, or one for each
// provider.
func single(s subject) []hit {
	few := []string{s.column.Name, s.w.Fields["Provider"], s.w.Fields["Type"]}
	var list []hit
	for _, k := range s.t.Keys {
		if !k.Unique || k.Partial || len(k.Columns) == 0 || !s.t.subset(k.Columns, few) || !s.t.subset(few[:1], k.Columns) {
			continue
		}
		h := hit{problem: fmt.Sprintf("the unique key %s lets a user have one %s", k.Name, strings.ToLower(s.w.Record))}
		if len(k.Columns) > 1 {
			h.problem += " for each " + strings.Join(slices.DeleteFunc(slices.Clone(k.Columns), func(c string) bool { return s.t.same(c, s.column.Name) }), " and ")
		}
		if !k.Primary {
			h.sql = s.replaced(k)
		}
		list = append(list, h)
	}
	return list
}

// replaced returns the statements that drop a unique key and leave an index
// that is not unique in its place: MySQL wants one for the foreign key.
func (s subject) replaced(k Key) []string {
	if !s.d.inlineIndexes {
		return s.dropped(k)
	}
	name := s.tx.NamingStrategy.IndexName(s.w.Table, s.column.Name)
	return []string{fmt.Sprintf("ALTER TABLE %s ADD INDEX %s (%s), DROP INDEX %s", quote(s.tx, s.w.Table), quote(s.tx, name), columnList(s.tx, k.Columns), quoteName(s.tx, k.Name))}
}

// oneNull finds a key by which no two rows may have NULL.
func oneNull(s subject) []hit {
	var list []hit
	for _, k := range s.t.Keys {
		if k.Unique && k.OneNull && !k.Primary && len(k.Columns) == 1 && s.t.same(k.Columns[0], s.column.Name) {
			list = append(list, hit{problem: "its unique key " + k.Name + " is NULLS NOT DISTINCT", sql: s.remade(k.Name)})
		}
	}
	return list
}

// listed finds columns whose values have to be in another table.
func listed(s subject) []hit {
	var list []hit
	for _, f := range s.t.ForeignKeys {
		if len(f.Columns) == 1 && s.t.same(f.Columns[0], s.column.Name) {
			list = append(list, hit{
				problem: "its foreign key " + f.Name + " allows only what is in " + f.RefTable,
				note:    "add to that table what your providers are",
			})
		}
	}
	return list
}

// uncascaded finds foreign keys to the user that do not delete what belongs to
// one.
func uncascaded(s subject) []hit {
	var list []hit
	for _, f := range s.t.ForeignKeys {
		if len(f.Columns) != 1 || !s.t.same(f.Columns[0], s.column.Name) || f.OnDelete == "CASCADE" || s.w.User == nil || !s.d.leads(f, s.w.User.Table) {
			continue
		}
		h := hit{problem: strings.TrimSpace("its foreign key "+f.Name) + " is ON DELETE " + f.OnDelete}
		if s.d.alter != nil {
			h.sql = s.cascading(f)
		}
		list = append(list, h)
	}
	return list
}

// cascading returns the statements that make the foreign key anew.
func (s subject) cascading(f ForeignKey) []string {
	drop := "CONSTRAINT"
	if s.d.inlineIndexes {
		drop = "FOREIGN KEY"
	}
	f.OnDelete = "CASCADE"
	table := "ALTER TABLE " + quote(s.tx, s.w.Table)
	return []string{table + " DROP " + drop + " " + quoteName(s.tx, f.Name), table + " ADD " + reference(s.tx, s.d, f)}
}

// schemaTools are what else changes the tables of an origin.
var schemaTools = map[string]string{
	"typeorm": "TypeORM's adapter synchronizes on every call while NODE_ENV is not \"production\", unless it has synchronize: false: " +
		"it drops columns and indexes that its entities do not have, and makes columns of another type anew, empty",
	"next-auth-v3": "NextAuth's TypeORM adapter synchronizes when its connection says synchronize: true: " +
		"it drops columns and indexes that its entities do not have, and makes columns of another type anew, empty",
	"prisma":    "prisma db push compares the whole schema with schema.prisma, and wants to drop what is not in it; so does prisma migrate dev",
	"drizzle":   "drizzle-kit push compares the whole schema with the tables in TypeScript, and wants to drop what is not in them",
	"mikro-orm": "MikroORM's schema:update compares the whole schema with the entities, and drops what they do not have",
}

// tools finds what may take away again what is added to the tables.
func tools(r Request) []Finding {
	tool := schemaTools[r.Origin]
	if tool == "" {
		return nil
	}
	return []Finding{{
		Kind: ForeignTools, Problem: tool,
		Why:  "a column or an index that is added here, by hand or by this module, may be gone the next day, and what it held",
		Note: "add it on that side as well, or keep that side from changing the schema",
	}}
}
