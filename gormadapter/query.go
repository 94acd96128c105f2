package gormadapter

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
)

// A query is a SELECT, written once and sent many times.
type query struct {
	sql   string
	vars  []any // what stands at the placeholders: a slot, or a constant
	parts []part

	direct  bool      // its rows need not be rows of the application's types: see buffer
	buffers sync.Pool // of *buffer[R]
}

// A part of a query is the columns of one of its tables.
type part struct {
	t       *table
	columns []*column
	whole   bool // all columns: find hooks get the row
}

func (t *table) whole() part { return part{t, t.columns, true} }

// identified is what a row is known by, if no hook is to see it: rows that are
// only locked or deleted need not even be readable.
func (t *table) identified() part {
	p := part{t: t, columns: t.primaryKey()}
	for _, c := range t.key {
		if !slices.Contains(p.columns, c) {
			p.columns = append(p.columns, c)
		}
	}
	return p
}

// deleted is what has to be read of a row that is to be deleted.
func (t *table) deleted() part {
	if t.deleteHooks() {
		return t.whole()
	}
	return t.identified()
}

// surrogate is what has an index in a table that has none on the record's key:
// the primary key or, without one, what points at the user.
func (t *table) surrogate() part {
	p := part{t: t, columns: t.primaryKey()}
	if user := t.column("UserID"); len(p.columns) == 0 && user != nil {
		p.columns = []*column{user}
	}
	return p
}

// A slot is the position of an argument of the call.
type slot int

// A facts says what is known of the database: by the layout, or by its
// catalogue.
type facts struct {
	exact      map[*column]bool // compares byte for byte by itself
	references map[*table]bool  // has an enforced foreign key to the user
	cascades   map[*table]bool  // whose rows go with the user

	// unguarded are the keys of the layout's for which the catalogue has shown
	// no unique key.
	unguarded map[authdb.Key]bool
}

// queries are the SELECTs of an adapter, as written for what is known.
type queries struct {
	facts facts
	of    map[*table]*tableQueries

	// nil where users are kept elsewhere
	userShared     *query // locked against deletion
	userByEmail    *query
	userByAccount  *query
	sessionAndUser *query

	// who has an unguarded key, dead or alive: before a transaction, and in one
	taken, takenInside map[authdb.Key]*query
}

// tableQueries are those that every table has.
type tableQueries struct {
	one    *query // by key
	locked *query // the same, FOR UPDATE

	// located finds the surrogates of the rows, where locked would lock what it
	// reads, and reads all rows.
	located *query

	byUser *query

	// byUserNow is byUser of what is stored now, however old the transaction's
	// picture of it: it takes a lock.
	byUserNow *query

	keyed     fragment // the condition that the key is the arguments
	returning written  // all of a row that is changed

	// To be deleted, soft-deleted or not, and whatever became of the user.
	any       *query // by key
	anyByUser *query
}

// A selection is a query in the making.
type selection struct {
	a     *Adapter
	facts facts
	stmt  *gorm.Statement
	query *query
}

// aliases of a query's first and second table.
const (
	first  = "t"
	second = "u"
)

// selectFrom begins a query for parts of the tables; rows of the second are the
// users of those of the first.
func (a *Adapter) selectFrom(facts facts, t *table, user *table, parts ...part) *selection {
	s := &selection{
		a: a, facts: facts,
		stmt:  &gorm.Statement{DB: a.base, Clauses: map[string]clause.Clause{}},
		query: &query{parts: parts},
	}
	s.write("SELECT ")
	separator := ""
	for _, p := range parts {
		alias := first
		if p.t == user {
			alias = second
		}
		for _, c := range p.columns {
			s.write(separator, s.output(c, alias))
			separator = ", "
		}
	}
	s.write(" FROM ", s.quote(t.name), " ", s.quote(first))
	if user != nil {
		id, ref := user.column("ID"), t.column("UserID")
		s.write(" JOIN ", s.quote(user.name), " ", s.quote(second), " ON ", s.name(id, second), " = ", s.name(ref, first))
		if id.text && (!facts.exact[id] || !facts.exact[ref]) {
			s.write(" AND ", a.dialect.exactly(s.name(id, second), cast(a.dialect.exactColumn, s.name(ref, first))))
		}
	}
	s.write(" WHERE 1 = 1")
	return s
}

func (s *selection) write(parts ...string) {
	for _, p := range parts {
		s.stmt.SQL.WriteString(p)
	}
}

func (s *selection) quote(name string) string { return s.stmt.Quote(name) }

func (s *selection) name(c *column, alias string) string {
	return s.stmt.Quote(clause.Column{Table: alias, Name: c.field.DBName})
}

// output is how a column is selected.
func (s *selection) output(c *column, alias string) string {
	name := s.name(c, alias)
	switch {
	case !c.typed:
		return name
	case c.stored != modelTimeType: // whose column is as Synchronize makes it
		name = c.form.Column(s.a.dialect.name, name)
	}
	return cast(s.a.dialect.instant, name)
}

// where adds the condition that a key column is the argument in that slot.
func (s *selection) where(c *column, arg slot) *selection {
	s.write(" AND ")
	match{s.a, s.facts, c, arg, first}.Build(s.stmt)
	return s
}

// equal is where by the column's own collation.
func (s *selection) equal(c *column, arg slot) *selection {
	s.write(" AND ", s.name(c, first), " = ", placeholder(s.a, s.stmt, c, arg))
	return s
}

// that adds a condition on the first table.
func (s *selection) that(condition clause.Expression) *selection {
	s.write(" AND ")
	condition.Build(s.stmt)
	return s
}

// alive leaves out what the application has soft-deleted, by whatever clauses
// the row type has for it.
func (s *selection) alive(t *table, alias string) *selection {
	for _, c := range t.schema.QueryClauses {
		scratch := &gorm.Statement{DB: s.a.base, Table: alias, Schema: t.schema, Clauses: map[string]clause.Clause{}}
		scratch.AddClause(c)
		where, _ := scratch.Clauses["WHERE"].Expression.(clause.Where)
		for _, e := range where.Exprs {
			s.write(" AND ")
			s.stmt.Table = alias
			e.Build(s.stmt)
		}
	}
	return s
}

// ofSomebody leaves out the rows of users that the application has
// soft-deleted.
func (s *selection) ofSomebody(t *table) *selection {
	users, ref := s.a.users, t.column("UserID")
	if ref == nil || !s.a.hidesUsers() {
		return s
	}
	s.write(" AND EXISTS (SELECT 1 FROM ", s.quote(users.name), " ", s.quote(second),
		" WHERE ", s.name(users.column("ID"), second), " = ", s.name(ref, first))
	s.alive(users, second).write(")")
	return s
}

// ordered sorts the rows of a key that no unique key guards, so that of several
// the same is always meant: the first made, where ids are numbers.
func (s *selection) ordered(t *table) *selection {
	if key, _ := s.a.keyOf(t); !s.facts.unguarded[key] {
		return s
	}
	by := t.primaryKey()
	if len(by) == 0 {
		by = append([]*column{t.column("UserID")}, t.key...)
		by = append(by, t.column("Expires"))
	}
	separator := " ORDER BY "
	for _, c := range by {
		if c != nil {
			s.write(separator, s.name(c, first))
			separator = ", "
		}
	}
	return s
}

// takenQuery finds the rows that have a key, soft-deleted or not.
func (a *Adapter) takenQuery(f facts, t *table, columns []*column, suffix string) *query {
	s := a.selectFrom(f, t, nil, t.identified())
	for i, c := range columns {
		s.where(c, slot(i))
	}
	return s.end(suffix)
}

func (s *selection) end(suffix string) *query {
	s.write(suffix)
	s.query.sql, s.query.vars = s.stmt.SQL.String(), s.stmt.Vars
	s.query.direct = !slices.ContainsFunc(s.query.parts, func(p part) bool { return !p.whole || !p.t.direct })
	return s.query
}

// there begins a query for what the application has not soft-deleted.
func (a *Adapter) there(f facts, t *table, p part) *selection {
	return a.selectFrom(f, t, nil, p).alive(t, first).ofSomebody(t)
}

// byKey adds the conditions that the table's key holds the arguments.
func (s *selection) byKey(t *table) *selection {
	for i, c := range t.key {
		s.where(c, slot(i))
	}
	if t == s.a.users { // an id
		return s
	}
	return s.ordered(t)
}

// plan writes the queries for what is known of the database.
func (a *Adapter) plan(f facts) *queries {
	q := &queries{facts: f, of: map[*table]*tableQueries{}, taken: map[authdb.Key]*query{}, takenInside: map[authdb.Key]*query{}}
	for _, t := range a.tables() {
		key, columns := a.keyOf(t)
		if f.unguarded[key] {
			q.taken[key] = a.takenQuery(f, t, columns, a.dialect.keyLock.look)
			q.takenInside[key] = a.takenQuery(f, t, columns, a.dialect.keyLock.lookInside)
		}
		there := func() *selection { return a.there(f, t, t.whole()) }
		any := func() *selection { return a.selectFrom(f, t, nil, t.deleted()) }
		q.of[t] = &tableQueries{
			one:    there().byKey(t).end(""),
			locked: there().byKey(t).end(a.dialect.forUpdate),
			any:    any().byKey(t).end(a.dialect.forUpdate),

			keyed:     a.keyed(f, t),
			returning: a.returning(t),
		}
		if p := t.surrogate(); a.dialect.locksWhatItReads && f.unguarded[key] && t != a.users && len(p.columns) > 0 {
			q.of[t].located = a.there(f, t, p).byKey(t).end("")
		}
		if user := t.column("UserID"); user != nil {
			q.of[t].byUser = there().where(user, 0).end("")
			q.of[t].byUserNow = there().where(user, 0).end(a.dialect.forShare)
			q.of[t].anyByUser = any().where(user, 0).end(a.dialect.forUpdate)
		}
	}
	u := a.users
	if u == nil {
		return q
	}
	q.userShared = a.selectFrom(f, u, nil, u.identified()).alive(u, first).where(u.key[0], 0).end(a.dialect.forShare)
	q.userByEmail = a.userByEmail(f).end("")
	if t := a.accounts; t != nil {
		q.userByAccount = a.selectFrom(f, t, u, u.whole()).alive(t, first).alive(u, second).
			where(t.key[0], 0).where(t.key[1], 1).ordered(t).end("")
	}
	if t := a.sessions; t != nil {
		q.sessionAndUser = a.selectFrom(f, t, u, t.whole(), u.whole()).alive(t, first).alive(u, second).
			where(t.key[0], 0).ordered(t).end("")
	}
	return q
}

// userByEmail takes what a unique key takes for the same address, and where
// there is none only what is the same.
func (a *Adapter) userByEmail(f facts) *selection {
	u := a.users
	s := a.selectFrom(f, u, nil, u.whole()).alive(u, first)
	if f.unguarded[authdb.KeyEmail] {
		return s.where(u.column("Email"), 0).ordered(u)
	}
	return s.equal(u.column("Email"), 0)
}

// open sends the query. The text is complete: GORM's Raw would parse it, and
// its Row panics where a statement can't be prepared.
func open(ctx context.Context, tx *gorm.DB, q *query, args []any) (*sql.Rows, error) {
	tx = tx.Raw("")
	stmt := tx.Statement
	stmt.Context, stmt.Table = ctx, q.parts[0].t.schema.Table // for tracing, and for resolvers that go by table
	stmt.SQL.WriteString(q.sql)
	for _, v := range q.vars {
		if s, ok := v.(slot); ok {
			v = args[s]
		}
		stmt.Vars = append(stmt.Vars, v)
	}
	stmt.Settings.Store("rows", true) // as Rows does, with another session
	tx = tx.Callback().Row().Execute(tx)
	rows, ok := stmt.Dest.(*sql.Rows)
	if !ok && tx.Error == nil {
		tx.Error = errors.New("a callback of the application's has put something else in the place of the rows")
	}
	if tx.Error != nil {
		if rows != nil { // a callback refused them afterwards
			_ = rows.Close()
		}
		return nil, tx.Error
	}
	return rows, nil
}
