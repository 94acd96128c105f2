package gormadapter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// convertBatch is how many rows are read at once, and at most locked.
const convertBatch = 200

// ConvertSecrets implements authdb.SecretConverter. It reads all rows, those
// that the application has soft-deleted too, in the order of their primary key,
// 200 at a time and without locks; those to be rewritten it locks, reads again
// and writes in one transaction for each 200. No hooks are called, and no other
// column is written.
//
// A token hashed by another key than the first can't be hashed by it: its row
// stays as it is, is found as long as the key is listed, and is counted as
// Outdated. UpdateSession, which has the token, hashes it by the first key. A row
// whose new text is too long for its column, or is there already, is left as it
// is, and the error is ErrInvalid or ErrDuplicate then.
//
// Without WithHashedTokens and WithTokenEncryption it returns
// errors.ErrUnsupported, as where a field that the row type fills is made of a
// token, and inside a transaction ErrInvalid.
func (a *Adapter) ConvertSecrets(ctx context.Context, progress func(authdb.SecretProgress)) error {
	return a.wrap(ctx, "convert secrets", a.convertSecrets(ctx, progress))
}

func (a *Adapter) convertSecrets(ctx context.Context, progress func(authdb.SecretProgress)) error {
	if err := a.begun(ctx); err != nil {
		return err
	}
	switch {
	case a.secrets == secrets{}:
		return faultf(errors.ErrUnsupported, "neither authdb.WithHashedTokens nor authdb.WithTokenEncryption is set")
	case a.tx != nil:
		return faultf(authdb.ErrInvalid, "this adapter is inside a transaction, which would lock every row: call ConvertSecrets on one that is not")
	}
	all := a.conversions()
	for _, c := range all {
		if err := c.checkDerived(); err != nil {
			return err
		}
	}
	if progress == nil {
		progress = func(authdb.SecretProgress) {}
	}
	var skipped []error
	for _, c := range all {
		c.report = progress
		if err := c.run(ctx); err != nil {
			return err
		}
		if c.first != nil {
			skipped = append(skipped, fmt.Errorf("%s: %d rows are left as they are, one because: %w", c.t.record, c.progress.Skipped, c.first))
		}
	}
	return summary(skipped)
}

// summary is one error that prints all.
func summary(skipped []error) error {
	if len(skipped) == 0 {
		return nil
	}
	sentinel := authdb.ErrSecret
	if all := errors.Join(skipped...); !errors.Is(all, sentinel) {
		for _, s := range []error{authdb.ErrInvalid, authdb.ErrDuplicate} {
			if errors.Is(all, s) {
				sentinel = s
			}
		}
	}
	return errors.Join(append([]error{faultf(sentinel, "%v", errors.Join(skipped...))}, skipped...)...)
}

// A conversion rewrites the rows of one table.
type conversion struct {
	a      *Adapter
	t      *table
	fields []string // of the record: what is rewritten
	order  []*column

	// convert returns the new text of a field, and current reports whether one
	// needs none.
	convert func(ctx context.Context, row reflect.Value, c *column, stored string) (string, error)
	current func(stored string) bool

	report   func(authdb.SecretProgress)
	progress authdb.SecretProgress
	first    error // why the first row was skipped
}

func (a *Adapter) conversions() (all []*conversion) {
	add := func(t *table, current func(string) bool, convert func(context.Context, reflect.Value, *column, string) (string, error), fields ...string) {
		if t == nil {
			return
		}
		c := &conversion{a: a, t: t, fields: fields, convert: convert, current: current, progress: authdb.SecretProgress{Record: t.record}}
		if c.order = t.primaryKey(); len(c.order) == 0 {
			c.order = t.key
		}
		all = append(all, c)
	}
	if a.secrets.hash != nil {
		add(a.sessions, a.secrets.hash.Current, func(_ context.Context, _ reflect.Value, _ *column, stored string) (string, error) {
			return a.secrets.hash.Convert(secret.Session(stored)), nil
		}, "SessionToken")
		add(a.tokens, a.secrets.hash.Current, func(ctx context.Context, row reflect.Value, _ *column, stored string) (string, error) {
			identifier, err := a.tokens.text(ctx, a.tokens.key[0], row)
			return a.secrets.hash.Convert(secret.VerificationToken(identifier, stored)), err
		}, "Token")
	}
	if a.secrets.seal != nil {
		add(a.accounts, a.secrets.seal.Current, a.reseal, sealedFields...)
	}
	return all
}

// checkDerived refuses what only a hook can fill anew.
func (c *conversion) checkDerived() error {
	for _, d := range c.t.derived {
		if slices.ContainsFunc(d.from, func(name string) bool { return slices.Contains(c.fields, name) }) {
			return faultf(errors.ErrUnsupported, "field %s of %v is made of %s by the row type, which a conversion does not call: convert these rows by a migration of your own",
				d.field.Name, c.t.schema.ModelType, strings.Join(d.from, "+"))
		}
	}
	return nil
}

// reseal returns the text under the first key.
func (a *Adapter) reseal(ctx context.Context, row reflect.Value, c *column, stored string) (string, error) {
	provider, err := a.accounts.text(ctx, a.accounts.key[0], row)
	if err != nil {
		return "", err
	}
	id, err := a.accounts.text(ctx, a.accounts.key[1], row)
	if err != nil {
		return "", err
	}
	plain, err := a.openText(provider, id, c.name, stored)
	if err != nil || a.secrets.seal.Current(stored) {
		return stored, err
	}
	return a.sealText(provider, id, c.name, plain)
}

// run converts the table.
func (c *conversion) run(ctx context.Context) error {
	var err error
	if c.progress.Total, err = c.count(ctx); err != nil {
		return err
	}
	var last reflect.Value
	for {
		rows, err := c.page(ctx, last)
		if err != nil {
			return err
		}
		var outdated []reflect.Value
		for _, row := range rows {
			last = row
			c.progress.Read++
			changes, stays, err := c.changes(ctx, row)
			if err != nil {
				c.skip(err)
			}
			if stays {
				c.progress.Outdated++
			}
			if len(changes) > 0 {
				outdated = append(outdated, row)
			}
		}
		if err := c.rewrite(ctx, outdated); err != nil {
			return err
		}
		c.report(c.progress)
		if len(rows) < convertBatch {
			return nil
		}
	}
}

func (c *conversion) skip(why error) {
	c.progress.Skipped++
	if c.first == nil {
		c.first = why
	}
}

// count returns how many rows there are.
func (c *conversion) count(ctx context.Context) (n int64, err error) {
	session := c.a.session(ctx)
	quoted := (&gorm.Statement{DB: session}).Quote(c.t.name)
	err = c.a.retry(ctx, func() error {
		rows, err := session.Raw("SELECT COUNT(*) FROM " + quoted).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		if rows.Next() {
			err = rows.Scan(&n)
		}
		return errors.Join(err, rows.Err())
	})
	return n, err
}

// part is what is read of a row: its keys, and what is rewritten.
func (c *conversion) part() part {
	p := c.t.identified()
	for _, field := range c.fields {
		if x := c.t.column(field); x != nil && !slices.Contains(p.columns, x) {
			p.columns = append(p.columns, x)
		}
	}
	return p
}

// page reads the rows after the last one. For each column of the order there is
// a query of its own: those that are alike in all before it, and greater in it.
// All databases answer such a query from the index.
func (c *conversion) page(ctx context.Context, last reflect.Value) (rows []reflect.Value, err error) {
	if !last.IsValid() {
		return c.after(ctx, last, -1, convertBatch)
	}
	for i := len(c.order) - 1; i >= 0 && len(rows) < convertBatch; i-- {
		more, err := c.after(ctx, last, i, convertBatch-len(rows))
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (c *conversion) after(ctx context.Context, last reflect.Value, greater, limit int) (rows []reflect.Value, err error) {
	a := c.a
	s := a.selectFrom(a.queries().facts, c.t, nil, c.part())
	var args []any
	for i, column := range c.order[:greater+1] {
		operator := " = "
		if i == greater {
			operator = " > "
		}
		s.write(" AND ", s.name(column, first), operator, placeholder(a, s.stmt, column, slot(i)))
		args = append(args, c.t.bound(ctx, column.field, last))
	}
	separator := " ORDER BY "
	for _, column := range c.order {
		s.write(separator, s.name(column, first))
		separator = ", "
	}
	s.write(" LIMIT ", strconv.Itoa(limit))
	q := s.end("")
	var found [][]reflect.Value
	err = a.retry(ctx, func() (err error) {
		found, err = a.find(ctx, a.session(ctx), q, args...)
		return err
	})
	for _, row := range found {
		rows = append(rows, row[0])
	}
	return rows, err
}

// changes returns the new texts of the row, whether one stays that should have
// another, and why what can't be read is left as it is.
func (c *conversion) changes(ctx context.Context, row reflect.Value) (changes map[*column]string, stays bool, err error) {
	changes = map[*column]string{}
	for _, field := range c.fields {
		x := c.t.column(field)
		if x == nil {
			continue
		}
		converted, stored, failed := c.converted(ctx, row, x)
		switch {
		case failed != nil:
			err = errors.Join(err, failed)
		case converted != stored:
			changes[x] = converted
		case !c.current(stored):
			stays = true
		}
	}
	return changes, stays, err
}

// converted returns what is to be stored instead of what is.
func (c *conversion) converted(ctx context.Context, row reflect.Value, x *column) (converted, stored string, err error) {
	if stored, err = c.t.text(ctx, x, row); err != nil || stored == "" {
		return stored, stored, err
	}
	if converted, err = c.convert(ctx, row, x, stored); err == nil && converted != stored {
		err = c.t.check(x, converted)
	}
	return converted, stored, err
}

// rewrite converts the rows in one transaction, or each in its own if one of
// them can't be stored.
func (c *conversion) rewrite(ctx context.Context, rows []reflect.Value) error {
	if len(rows) == 0 {
		return nil
	}
	n, err := c.rewriteTogether(ctx, rows)
	class, code := c.a.dialect.classify(err)
	refused := errors.Is(class.sentinel, authdb.ErrDuplicate) || errors.Is(class.sentinel, authdb.ErrInvalid)
	switch {
	case err == nil:
		c.progress.Rewritten += n
	case refused && len(rows) == 1:
		c.skip(faultf(class.sentinel, "the database refuses the converted row%s", code))
	case refused:
		for _, row := range rows {
			if err := c.rewrite(ctx, []reflect.Value{row}); err != nil {
				return err
			}
		}
	default:
		return err
	}
	return nil
}

// rewriteTogether locks the rows, and converts those that still have to be.
func (c *conversion) rewriteTogether(ctx context.Context, rows []reflect.Value) (n int64, err error) {
	a := c.a
	err = a.inTx(ctx, func(tx *gorm.DB) error {
		n = 0
		any := make([]clause.Expression, len(rows))
		for i, row := range rows {
			any[i] = clause.And(a.identity(ctx, c.t, row).Exprs...)
		}
		s := a.selectFrom(a.queries().facts, c.t, nil, c.part())
		s.write(" AND (")
		clause.Where{Exprs: []clause.Expression{clause.And(clause.Or(any...))}}.Build(s.stmt)
		s.write(")")
		found, err := a.find(ctx, tx, s.end(a.dialect.forUpdate))
		if err != nil {
			return err
		}
		for _, row := range found {
			changes, _, _ := c.changes(ctx, row[0])
			if len(changes) == 0 { // somebody has changed it meanwhile
				continue
			}
			if err := c.write(ctx, tx, row[0], changes); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// write stores the changes of one row.
func (c *conversion) write(ctx context.Context, tx *gorm.DB, row reflect.Value, changes map[*column]string) error {
	where, set := c.a.identity(ctx, c.t, row), assignments{t: c.t, row: row}
	for column, text := range changes {
		if _, err := c.t.store(ctx, column, row, text); err != nil {
			return err
		}
		set.patched = append(set.patched, column)
	}
	return into(tx, c.t).Unscoped().Model(row.Interface()).Clauses(where, set).UpdateColumns(row.Interface()).Error
}
