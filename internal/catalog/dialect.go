package catalog

import (
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// A dialect is what one database does differently from the others.
type dialect struct {
	name string // GORM's; MariaDB is "mysql"

	// read is what one connection says of the tables that exist.
	read func(tx *gorm.DB, tables []string) (map[string]*Table, error)

	// exclusively calls work while no other process is inside exclusively for
	// the same tables. If work fails, nothing of it stays; where DDL can't be
	// taken back by the database, work itself sees to that.
	exclusively func(tx *gorm.DB, conn pinned, tables []string, work func(tx *gorm.DB) error) error

	// options returns what follows CREATE TABLE (...), nil for nothing.
	options func(tx *gorm.DB) (string, error)

	// taken reports whether an index on the table can't have that name, because
	// something else in its schema has; nil where it has none outside its table.
	taken func(tx *gorm.DB, table, name string) (bool, error)

	// alter returns the statements that make one column out of another, nil
	// where there are none.
	alter func(tx *gorm.DB, table string, from, to Column) []string

	families []family        // what types have in common; the first match counts
	alike    map[string]bool // "wanted/found": families that serve each other
	free     []string        // families that people choose for the same values, where not those that are alike
	unserial *strings.Replacer
	sameInt  bool           // a foreign key wants integers of the very same type
	collates bool           // and text of the very same collation
	noKeyOn  *regexp.Regexp // types that no key can have

	measured bool // types limit what they hold
	digits   int  // of a second, that an instant has where its type doesn't say

	// sameTable and sameColumn say when two names are one. foldsTables asks the
	// server whether tables differ in more than case, "" where all do alike.
	sameTable, sameColumn func(a, b string) bool
	foldsTables           string

	// listTables selects a schema's name, "" being the current one, with the
	// names of its tables and views.
	listTables string

	unlimited   string                                          // the type of text of any length
	exact       func(tx *gorm.DB) (collation string, err error) // by which text compares byte for byte
	longestName int                                             // names are cut to it, 0 for no such limit

	transactional   bool // DDL is rolled back with the rest
	addsMany        bool // one ALTER TABLE takes several columns
	plainDefaults   bool // a column that is added can't have a default that is computed
	inlineIndexes   bool // indexes are part of CREATE TABLE
	nullablePrimary bool // a primary key takes NULL unless told otherwise
	qualifiedIndex  bool // CREATE INDEX schema.name ON table
	localReferences bool // a foreign key can't leave its schema, nor name it
	laterEnforced   bool // each connection says whether foreign keys count
	columnComments  bool // comments are statements of their own
}

// A family is a set of types that hold the same kind of value.
type family struct {
	name string
	is   *regexp.Regexp
}

func families(namesAndPatterns ...string) []family {
	var list []family
	for i := 0; i < len(namesAndPatterns); i += 2 {
		list = append(list, family{namesAndPatterns[i], regexp.MustCompile(namesAndPatterns[i+1])})
	}
	return list
}

// familiesSQLite follow the rules of affinity, which say how values of a
// declared type are stored, but for datetime, which GORM and others declare
// and then hold text in. What matches nothing is numeric. So is uuid, which makes
// numbers of ids that look like some.
var familiesSQLite = families(
	"integer", `int`,
	"text", `char|clob|text`,
	"bytes", `blob|^$`,
	"time", `^datetime|^timestamp`,
	"uuid", `uuid`,
	"number", ``,
)

// The dialects, by GORM's name. MariaDB is "mysql".
var dialects = map[string]*dialect{
	"sqlite": {
		name:        "sqlite",
		read:        readSQLite,
		exclusively: exclusivelySQLite,
		families:    familiesSQLite,
		alike:       pairs("time/text", "text/time", "integer/number", "number/integer", "text/bytes", "time/bytes", "uuid/text"),
		free:        []string{"text", "uuid", "time"}, // the declared type makes little difference
		unserial:    strings.NewReplacer(" PRIMARY KEY AUTOINCREMENT", ""),
		sameTable:   strings.EqualFold,
		sameColumn:  strings.EqualFold,
		listTables: `SELECT "schema", name FROM pragma_table_list
			WHERE "schema" = COALESCE(NULLIF(?, ''), 'main') COLLATE NOCASE AND type IN ('table', 'view')
			AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`,
		transactional:   true,
		nullablePrimary: true,
		qualifiedIndex:  true,
		localReferences: true,
		laterEnforced:   true,
		plainDefaults:   true,
		taken:           takenSQLite,
	},
	"postgres": {
		name:        "postgres",
		read:        readPostgres,
		exclusively: exclusivelyPostgres,
		families: families(
			"text", `^(text|varchar|char|bpchar|citext|name)\b`,
			"integer", `^(smallint|integer|bigint|int|int2|int4|int8|(small|big)?serial[248]?)\b`,
			"number", `^(numeric|decimal|real|double|float)`,
			"uuid", `^uuid\b`,
			"time", `^timestamp`,
			"date", `^date\b`,
			"bool", `^bool`,
			"bytes", `^bytea\b`,
		),
		alike:      pairs("integer/number", "uuid/text"),
		unserial:   strings.NewReplacer("bigserial", "bigint", "smallserial", "smallint", "serial", "integer"),
		sameTable:  exactly,
		sameColumn: exactly,
		listTables: `SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_namespace n
			LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
			WHERE n.nspname = COALESCE(NULLIF(?, ''), current_schema()) ORDER BY c.relname`,
		transactional:  true,
		addsMany:       true,
		columnComments: true,
		measured:       true,
		digits:         6,
		longestName:    63,
		unlimited:      "text",
		taken:          takenPostgres,
		alter:          alterPostgres,
		exact:          func(*gorm.DB) (string, error) { return "default", nil },
	},
	"mysql": {
		name:        "mysql",
		read:        readMySQL,
		exclusively: exclusivelyMySQL,
		options:     optionsMySQL,
		families: families(
			"text", `^(var)?char\b|text\b`,
			"integer", `^((tiny|small|medium|big)?int|integer|bool|boolean|bit)\b`,
			"number", `^(decimal|numeric|float|double)\b`,
			"uuid", `^uuid\b`,
			"time", `^(datetime|timestamp)\b`,
			"date", `^date\b`,
			"bytes", `^(var)?binary\b|blob\b`,
		),
		alike:       pairs("integer/number", "text/bytes", "bytes/text", "uuid/text"),
		unserial:    strings.NewReplacer(" AUTO_INCREMENT", "", " auto_increment", ""),
		sameTable:   exactly,
		sameColumn:  strings.EqualFold,
		foldsTables: "SELECT @@lower_case_table_names <> 0",
		listTables: `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
			WHERE TABLE_SCHEMA = COALESCE(NULLIF(?, ''), DATABASE()) ORDER BY TABLE_NAME`,
		measured:      true,
		sameInt:       true,
		collates:      true,
		noKeyOn:       regexp.MustCompile(`(?i)^(tiny|medium|long)?(text|blob)\b|^json\b`),
		inlineIndexes: true,
		addsMany:      true,
		unlimited:     "text",
		alter:         alterMySQL,
		exact:         exactCollation,
	},
}

func pairs(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, pair := range list {
		m[pair] = true
	}
	return m
}

func dialectOf(db *gorm.DB) (*dialect, error) {
	if d := dialects[db.Name()]; d != nil {
		return d, nil
	}
	return nil, plainf("the catalogue of %q: %w; there are sqlite, postgres and mysql", db.Name(), errors.ErrUnsupported)
}

// tables reads those that exist, and measures their columns.
func (d *dialect) tables(tx *gorm.DB, names []string) (map[string]*Table, error) {
	found, err := d.read(tx, names)
	for _, t := range found {
		for i := range t.Columns {
			d.measure(&t.Columns[i])
		}
	}
	return found, err
}

// measure says what the column's type limits its values to.
func (d *dialect) measure(c *Column) {
	if !d.measured {
		return
	}
	n, given := argument(c.Type)
	switch d.family(c.Type) {
	case "text":
		c.Length = n
	case "time":
		if !given {
			n = d.digits
		}
		c.Precision = time.Second
		for range n {
			c.Precision /= 10
		}
	}
}

// argument returns the first number that the type has in parentheses.
func argument(typ string) (n int, given bool) {
	m := numbers.FindStringSubmatch(typ)
	if m == nil {
		return 0, false
	}
	n, _ = strconv.Atoi(m[1])
	return n, true
}

var numbers = regexp.MustCompile(`^[\w ]*\((\d+)`)

// family returns the name of the type's family, or "" if it has none.
func (d *dialect) family(typ string) string { return familyOf(d.families, typ) }

func familyOf(list []family, typ string) string {
	typ = strings.ToLower(typ)
	// The long spellings begin like other types' names.
	typ = strings.NewReplacer("character varying", "varchar", "character", "char").Replace(typ)
	for _, f := range list {
		if f.is.MatchString(typ) {
			return f.name
		}
	}
	return ""
}

// fits reports whether a column of the type found can hold what the wanted one
// does. An unknown type has the benefit of the doubt: it may be the
// application's own. So has a Go type that is not plain text, which knows by
// itself what an id looks like.
func (d *dialect) fits(wanted wantedColumn, found string) bool {
	f := d.family(found)
	for _, typ := range []string{wanted.typ, wanted.own} {
		if w := d.family(typ); w == "" || f == "" || w == f || d.alike[w+"/"+f] {
			return true
		}
	}
	return d.family(wanted.own) == "text" && (f == "uuid" || f == "bytes") && wanted.field.IndirectFieldType.Kind() != reflect.String
}

var (
	arguments = regexp.MustCompile(`\s*\([^)]*\)`)
	collated  = regexp.MustCompile(`(?i)\b(character set|charset|collate)\b`)
)

// canReference reports whether a foreign key from a column of the child's
// type may lead to one of the parent's.
func (d *dialect) canReference(child, parent string) bool {
	if collated.MatchString(child) || collated.MatchString(parent) {
		return child == parent
	}
	c, p := d.family(child), d.family(parent)
	if c != p {
		return false
	}
	if d.sameInt && c != "text" {
		bare := func(s string) string { return arguments.ReplaceAllString(strings.ToLower(s), "") }
		return bare(child) == bare(parent)
	}
	return true
}
