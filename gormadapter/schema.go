package gormadapter

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
)

// Check implements authdb.Checker. It reads the catalogue, and what it finds
// spares the adapter work: keys that compare exactly by themselves, and foreign
// keys that guard what the adapter would lock for. Of keys that no unique key
// guards (Layout.Unguarded) it tells GORM's logger, with the SQL of one: others
// who write to the tables don't keep them. That is no error.
func (a *Adapter) Check(ctx context.Context) error {
	return a.wrap(ctx, "check", a.check(ctx))
}

func (a *Adapter) check(ctx context.Context) error {
	if a.err != nil {
		return a.err
	}
	if err := checkContext(ctx); err != nil {
		return err
	}
	found, err := catalog.Check(ctx, a.session(ctx), a.request())
	if err != nil {
		return &catalogueError{err}
	}
	if err := a.probe(ctx); err != nil {
		return err
	}
	a.learn(found)
	if err := a.checkSecrets(); err != nil {
		return err
	}
	return a.report(ctx)
}

// report tells the application's logger of keys that no unique key guards.
func (a *Adapter) report(ctx context.Context) error {
	if len(a.queries().facts.unguarded) == 0 {
		return nil
	}
	plan, err := a.propose(ctx)
	if err != nil {
		return err
	}
	for _, f := range plan.Findings {
		if f.Kind == MissingUnique {
			a.base.Logger.Warn(ctx, "gormadapter: table %s: %s: %s (%s)", f.Table, f.Problem, f.Why, strings.Join(f.SQL, "; "))
		}
	}
	return nil
}

// A probe asks a connection for a setting that the contract depends on.
type probe struct {
	query string // of one value
	fits  func(a *Adapter, value any) bool
	fault string // what is wrong, and the remedy
}

// probe asks what no catalogue says.
func (a *Adapter) probe(ctx context.Context) error {
	for _, p := range a.dialect.probes {
		value, err := a.ask(ctx, p.query)
		if err != nil {
			return err
		}
		if !p.fits(a, value) {
			return faultf(authdb.ErrSchema, "%s", p.fault)
		}
	}
	return nil
}

// ask returns the one value of a query. It does not use GORM's Row, which
// panics where a statement can't be prepared.
func (a *Adapter) ask(ctx context.Context, query string) (value any, err error) {
	rows, err := a.session(ctx).Raw(query).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&value)
	}
	return value, errors.Join(err, rows.Err())
}

// plainTimes reports whether a row leaves an instant to the driver.
func (a *Adapter) plainTimes() bool {
	for _, t := range a.tables() {
		for _, c := range t.columns {
			if c.field.DataType == schema.Time && !c.typed {
				return true
			}
		}
	}
	return false
}

// Synchronize implements authdb.Synchronizer: it runs what Plan returns. Where
// DDL is transactional (PostgreSQL, SQLite) that is all or nothing. On MySQL
// what it created is dropped again if a later statement fails, as long as it
// has no rows; columns and indexes that it added stay. If the database refuses
// a statement for want of a right, the error is ErrSchema and has the
// statements that somebody with the right can run.
func (a *Adapter) Synchronize(ctx context.Context) error {
	return a.wrap(ctx, "synchronize", a.synchronizeNow(ctx))
}

func (a *Adapter) synchronizeNow(ctx context.Context) error {
	if a.err != nil {
		return a.err
	}
	if err := checkContext(ctx); err != nil {
		return err
	}
	if a.tx != nil {
		return faultf(authdb.ErrNotSynchronized, "this adapter is inside a transaction, which creating tables could commit: call adapter.Synchronize(ctx) on one that is not")
	}
	if err := catalog.Synchronize(ctx, a.session(ctx), a.request()); err != nil {
		return &catalogueError{err}
	}
	a.synchronized.Store(true)
	return a.check(ctx)
}

// synchronizeOnce does what authdb.WithSynchronize asks for: the first call
// synchronises under its own context, and others wait. If it fails, the next
// one tries.
func (a *Adapter) synchronizeOnce(ctx context.Context) error {
	if !a.opts.Synchronize || a.synchronized.Load() {
		return nil
	}
	select {
	case a.synchronize <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-a.synchronize }()
	if a.synchronized.Load() {
		return nil
	}
	return a.synchronizeNow(ctx)
}

// learn rewrites the queries for what the catalogue says.
func (a *Adapter) learn(found map[string]*catalog.Table) {
	layout := a.opts.Models.Layout
	f := facts{exact: map[*column]bool{}, references: map[*table]bool{}, cascades: map[*table]bool{}, unguarded: unguarded(layout)}
	for _, t := range a.tables() {
		have := found[t.name]
		if key, columns := a.keyOf(t); have.UniqueOn(columnNames(columns)...) {
			delete(f.unguarded, key)
		}
		for _, c := range t.columns {
			column := have.Column(c.field.DBName)
			f.exact[c] = layout.ExactKeys || column != nil && column.Exact
			if column != nil {
				c.coarse.Store(int64(column.Precision))
				c.length.Store(int64(column.Length))
			}
		}
	}
	if a.users != nil {
		a.learnReferences(found, &f)
	}
	a.planned.Store(a.plan(f))
}

// learnReferences says which tables have foreign keys to the users.
func (a *Adapter) learnReferences(found map[string]*catalog.Table, f *facts) {
	layout, id := a.opts.Models.Layout, a.users.column("ID")
	for _, t := range a.children() {
		ref := t.column("UserID")
		settled := a.dialect.settlesForeignKeys || a.opts.ForeignKeys
		guarded := settled && found[t.name].References(ref.field.DBName, a.users.name, id.field.DBName)
		f.cascades[t] = settled && found[t.name].Cascades(ref.field.DBName, a.users.name, id.field.DBName)
		// A foreign key takes "ABC" for "abc" where the users' ids fold.
		f.references[t] = layout.ForeignKeys || guarded && (f.exact[id] || !id.text)
	}
}

// request says what the contract needs of the tables, and whose they are.
func (a *Adapter) request() catalog.Request {
	layout := a.opts.Models.Layout
	r := catalog.Request{Origin: layout.Origin, ForeignChanges: a.opts.ForeignChanges}
	for _, t := range a.tables() {
		r.Models = append(r.Models, a.catalogue(t))
	}
	return r
}

// catalogue says what the contract needs of the table.
func (a *Adapter) catalogue(t *table) catalog.Model {
	m := catalog.Model{
		Record: t.record, Schema: t.schema, Table: t.name,
		Fields: map[string]string{}, Derived: map[string][]string{},
	}
	for _, c := range t.columns {
		if !c.extra {
			a.catalogueColumn(&m, c)
		}
	}
	for _, d := range t.derived {
		for _, name := range d.from {
			if c := t.column(name); c != nil {
				m.Derived[d.field.DBName] = append(m.Derived[d.field.DBName], c.field.DBName)
			}
		}
	}
	m.Unique = append(m.Unique, columnNames(t.key))
	if t == a.users {
		m.Unique = append(m.Unique, columnNames([]*column{t.column("Email")}))
	}
	if key, columns := a.keyOf(t); slices.Contains(a.opts.Models.Layout.Unguarded, key) {
		m.Unguarded = append(m.Unguarded, columnNames(columns))
	}
	return m
}

func (a *Adapter) catalogueColumn(m *catalog.Model, c *column) {
	name := c.field.DBName
	m.Fields[c.name] = name
	if c.required {
		m.Required = append(m.Required, name)
	}
	if c.needed {
		m.Needed = append(m.Needed, name)
	}
	if c.user {
		if a.users != nil {
			m.User = &catalog.Reference{Column: name, Table: a.users.name, TableColumn: a.users.column("ID").field.DBName}
		}
		m.Indexes = append(m.Indexes, []string{name})
	}
	if c.name == "Expires" {
		m.Indexes = append(m.Indexes, []string{name})
	}
}

func columnNames(columns []*column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.field.DBName)
	}
	return names
}
