package interop_test

import (
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
)

// table returns what is known of the table of a row type, and its name with the
// schema in front; nothing if it is absent.
func (c *talk) table(row any) (*schema.Schema, string) {
	c.Helper()
	if by, ok := row.(authdb.ByDatabase); ok {
		row = by[c.db.Name()]
	}
	if row == nil || row == any(authdb.Absent) {
		return nil, ""
	}
	stmt := &gorm.Statement{DB: c.db}
	c.ok(stmt.Parse(row), "parse a row type")
	name := stmt.Schema.Table
	if c.models.Layout.Schema != "" {
		name = c.models.Layout.Schema + "." + name
	}
	return stmt.Schema, name
}

// rowsOf counts the rows of all tables that are the user's.
func (c *talk) rowsOf(userID string) (n int64) {
	c.Helper()
	key := c.jsID(userID)
	count := func(row any, field string) {
		s, name := c.table(row)
		if s == nil {
			return
		}
		var found int64
		where := clause.Eq{Column: clause.Column{Name: s.LookUpField(field).DBName}, Value: key}
		c.ok(c.db.Table(name).Where(where).Count(&found).Error, "count")
		n += found
	}
	count(c.models.User, "ID")
	for _, row := range []any{c.models.Account, c.models.Session, c.models.Authenticator} {
		count(row, "UserID")
	}
	return n
}

var fraction = regexp.MustCompile(`\.[0-9]+`)

// shape returns what the database holds in a column of a row, with every digit a
// 0: the form of an instant. On SQLite its storage class stands in front.
func (c *talk) shape(row any, field, keyField string, key any) string {
	c.Helper()
	s, name := c.table(row)
	column := c.db.Statement.Quote(s.LookUpField(field).DBName)
	text := map[string]string{"sqlite": "typeof(%[1]s) || ' ' || CAST(%[1]s AS TEXT)", "postgres": "%s::text", "mysql": "CAST(%s AS CHAR)"}[c.db.Name()]
	var held string
	where := clause.Eq{Column: clause.Column{Name: s.LookUpField(keyField).DBName}, Value: key}
	c.ok(c.db.Table(name).Where(where).Select(fmt.Sprintf(text, column)).Row().Scan(&held), "read a column")
	if c.db.Name() == "postgres" { // which prints no more digits than it needs
		held = fraction.ReplaceAllString(held, "")
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, held)
}

// alike checks that two rows, the first of JavaScript's and the second of Go's,
// hold a column in the same form.
func (c *talk) alike(row any, field, keyField string, js, ours any) {
	c.Helper()
	if theirs, our := c.shape(row, field, keyField, js), c.shape(row, field, keyField, ours); theirs != our {
		c.Errorf("%s: JavaScript stores %q and Go %q", field, theirs, our)
	}
}
