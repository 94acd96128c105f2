package gormadapter

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// Records are many records at once.
type Records struct {
	Users              []*authdb.User
	Accounts           []*authdb.Account
	Sessions           []*authdb.Session
	VerificationTokens []*authdb.VerificationToken
}

// CheckRecord returns the error with which the method that stores the record, a
// *authdb.User and so on, would refuse it before anything is sent. It does no I/O.
func (a *Adapter) CheckRecord(record any) error {
	return a.wrap(context.Background(), "check record", a.checkRecord(record))
}

func (a *Adapter) checkRecord(record any) error {
	if a.err != nil {
		return a.err
	}
	v := reflect.ValueOf(record)
	if isNilOrNoPointer(v) {
		return faultf(authdb.ErrInvalid, "a record is to be a pointer, and not nil: have %T", record)
	}
	for _, t := range a.tables() {
		if v.Type().Elem().Name() != t.record {
			continue
		}
		_, _, err := a.bulkRow(context.Background(), t, record)
		return err
	}
	return faultf(errors.ErrUnsupported, "a %T is no record, or its table is Absent from authdb.Models", record)
}

// bulkRow returns the row of a record as it is stored, after all checks, and
// whether it can be inserted together with others: GORM sends its zeros as they
// are.
func (a *Adapter) bulkRow(ctx context.Context, t *table, record any) (row reflect.Value, plain bool, err error) {
	if record, err = a.secretive(record); err != nil {
		return row, false, err
	}
	src := reflect.ValueOf(record).Elem()
	if err := t.checkAll(src, a.users != nil); err != nil {
		return row, false, err
	}
	made, err := a.madeID(t, src)
	if err != nil {
		return row, false, err
	}
	row = t.newRow()
	nulls, err := t.encode(ctx, src, row, creatable)
	if err == nil && made != "" {
		_, err = t.store(ctx, t.column("ID"), row, made)
	}
	zero := func(c *column) bool { return t.isZero(ctx, c, row) }
	return row, len(nulls) == 0 && !slices.ContainsFunc(t.forced(src), zero), err
}

// secretive returns the record as it is stored: hashed or encrypted.
func (a *Adapter) secretive(record any) (any, error) {
	switch r := record.(type) {
	case *authdb.Account:
		if a.secrets.seal != nil {
			return a.sealed(r)
		}
	case *authdb.Session:
		if a.secrets.hash != nil || secret.IsForm(r.SessionToken) {
			stored := *r
			var err error
			stored.SessionToken, err = a.hashed(a.sessions, a.sessions.key[0], r.SessionToken, secret.Session(r.SessionToken))
			return &stored, err
		}
	case *authdb.VerificationToken:
		if a.secrets.hash != nil || secret.IsForm(r.Token) {
			stored := *r
			var err error
			stored.Token, err = a.hashed(a.tokens, a.tokens.key[1], r.Token, secret.VerificationToken(r.Identifier, r.Token))
			return &stored, err
		}
	}
	return record, nil
}

// CreateAll stores all of the records, or none, as CreateUser, LinkAccount,
// CreateSession and CreateVerificationToken would, with their errors, in one
// transaction and in one statement for each 500 of a kind. Rows whose key no unique
// key guards, or with values that GORM does not write as they are, are stored one by
// one. Hooks for what is created are called for each row, and those for what is found
// are not. Which of the table's foreign keys has refused a row it does not look for:
// it is ErrReference.
func (a *Adapter) CreateAll(ctx context.Context, all Records) error {
	err := a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		b := tx.(*Adapter)
		if err := createMany(ctx, b, b.users, all.Users, b.CreateUser); err != nil {
			return err
		}
		if err := createMany(ctx, b, b.accounts, all.Accounts, b.LinkAccount); err != nil {
			return err
		}
		if err := createMany(ctx, b, b.sessions, all.Sessions, b.CreateSession); err != nil {
			return err
		}
		return createMany(ctx, b, b.tokens, all.VerificationTokens, b.CreateVerificationToken)
	})
	return a.wrap(ctx, opCreateAll, err)
}

// many is how many rows one statement writes or finds, if they have not so many
// columns that there would be too few placeholders: SQLite has 32,766.
const (
	many         = 500
	maxVariables = 30_000
)

// createMany stores the records, or calls create for each.
func createMany[R any](ctx context.Context, a *Adapter, t *table, records []*R, create func(context.Context, *R) (*R, error)) error {
	if len(records) == 0 {
		return nil
	}
	if err := a.begun(ctx, t); err != nil {
		return err
	}
	key, _ := a.keyOf(t)
	size := max(1, min(many, maxVariables/len(t.schema.DBNames)))
	for chunk := range slices.Chunk(records, size) {
		rows, plain, err := bulkRows(ctx, a, t, chunk)
		switch {
		case err != nil:
		case plain && !a.queries().facts.unguarded[key]:
			err = a.insertMany(ctx, t, rows)
		default:
			for i := 0; i < len(chunk) && err == nil; i++ {
				_, err = create(ctx, chunk[i])
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bulkRows returns the rows of the records, as a slice of pointers to the row type,
// and whether all can be inserted together.
func bulkRows[R any](ctx context.Context, a *Adapter, t *table, records []*R) (rows reflect.Value, plain bool, err error) {
	rows, plain = reflect.MakeSlice(reflect.SliceOf(reflect.PointerTo(t.schema.ModelType)), 0, len(records)), true
	for _, r := range records {
		if r == nil {
			return rows, false, faultf(authdb.ErrInvalid, "nil *%s", t.record)
		}
		row, asItIs, err := a.bulkRow(ctx, t, r)
		if err != nil {
			return rows, false, err
		}
		rows, plain = reflect.Append(rows, row), plain && asItIs
	}
	return rows, plain, nil
}

// insertMany stores rows that have all been checked in one statement.
func (a *Adapter) insertMany(ctx context.Context, t *table, rows reflect.Value) error {
	lock := a.users != nil && t.column("UserID") != nil && (a.users.softDeletes() || !a.queries().facts.references[t])
	return a.inTx(ctx, func(tx *gorm.DB) error {
		locked := map[string]bool{}
		for i := 0; lock && i < rows.Len(); i++ {
			user, err := t.text(ctx, t.column("UserID"), rows.Index(i))
			if err == nil && !locked[user] {
				err = a.lockUser(ctx, tx, t, rows.Index(i))
			}
			if err != nil {
				return err
			}
			locked[user] = true
		}
		return into(tx, t).Create(rows.Interface()).Error
	})
}

// FindAll returns the stored records that have the keys of these: users by ID,
// accounts by Provider and ProviderAccountID, sessions by SessionToken and
// verification tokens by Identifier and Token. What is not there is left out. What
// has expired is there, and nothing is used up. The order is any.
func (a *Adapter) FindAll(ctx context.Context, keys Records) (Records, error) {
	found, err := a.findAll(ctx, keys)
	return found, a.wrap(ctx, "find all", err)
}

func (a *Adapter) findAll(ctx context.Context, keys Records) (found Records, err error) {
	var all [][]string
	for _, u := range keys.Users {
		all = append(all, []string{u.ID})
	}
	if found.Users, _, err = findMany(ctx, a, a.users, all, func(u *authdb.User) []string { return []string{u.ID} }); err != nil {
		return found, err
	}
	all = nil
	for _, x := range keys.Accounts {
		all = append(all, []string{x.Provider, x.ProviderAccountID})
	}
	if found.Accounts, _, err = findMany(ctx, a, a.accounts, all, func(x *authdb.Account) []string { return []string{x.Provider, x.ProviderAccountID} }); err != nil {
		return found, err
	}
	for i, x := range found.Accounts {
		if found.Accounts[i], err = a.opened(x, nil); err != nil {
			return found, err
		}
	}
	if found.Sessions, err = a.findSessions(ctx, keys.Sessions); err != nil {
		return found, err
	}
	found.VerificationTokens, err = a.findTokens(ctx, keys.VerificationTokens)
	return found, err
}

func (a *Adapter) findSessions(ctx context.Context, keys []*authdb.Session) ([]*authdb.Session, error) {
	var all [][]string
	var tokens []string // of which all are the forms
	for _, s := range keys {
		for _, form := range a.tokenForms(s.SessionToken) {
			all, tokens = append(all, []string{form}), append(tokens, s.SessionToken)
		}
	}
	found, which, err := findMany(ctx, a, a.sessions, all, func(s *authdb.Session) []string { return []string{s.SessionToken} })
	for i, s := range found {
		s.SessionToken = tokens[which[i]]
	}
	return found, err
}

func (a *Adapter) findTokens(ctx context.Context, keys []*authdb.VerificationToken) ([]*authdb.VerificationToken, error) {
	var all [][]string
	var tokens []string
	for _, x := range keys {
		for _, form := range a.secrets.hash.Candidates(secret.VerificationToken(x.Identifier, x.Token)) {
			all, tokens = append(all, []string{x.Identifier, form}), append(tokens, x.Token)
		}
	}
	found, which, err := findMany(ctx, a, a.tokens, all, func(x *authdb.VerificationToken) []string { return []string{x.Identifier, x.Token} })
	for i, x := range found {
		x.Token = tokens[which[i]]
	}
	return found, err
}

// findMany returns the records that have one of the keys, and which one. It asks
// for what is in the columns of the key, and compares here, byte for byte.
func findMany[R any](ctx context.Context, a *Adapter, t *table, keys [][]string, keyOf func(*R) []string) (found []*R, which []int, err error) {
	if len(keys) == 0 {
		return nil, nil, nil
	}
	if err := a.begun(ctx, t); err != nil {
		return nil, nil, err
	}
	joined := func(key []string) string { return strings.Join(key, "\x00") }
	order := make([]int, len(keys)) // by the first column
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return strings.Compare(keys[x][0], keys[y][0]) })
	for len(order) > 0 {
		var chunk [][]string
		position := map[string]int{} // of this chunk: rows of others may be found as well
		n := alikeIn(keys, order)
		for _, i := range order[:n] {
			chunk, position[joined(keys[i])] = append(chunk, keys[i]), i
		}
		order = order[n:]
		q := a.amongKeys(ctx, t, chunk)
		if q == nil {
			continue
		}
		var records []*R
		err := a.planning(ctx, func(tx *gorm.DB) (err error) {
			records, err = recordsFrom[R](ctx, a, tx, q, nil)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range records {
			if i, ok := position[joined(keyOf(r))]; ok {
				found, which = append(found, r), append(which, i)
			}
		}
	}
	return found, which, nil
}

// planning runs f, which sends a query, so that it is planned anew.
func (a *Adapter) planning(ctx context.Context, f func(tx *gorm.DB) error) error {
	if a.dialect.planAnew == "" {
		return a.retry(ctx, func() error { return f(a.primary(a.base)) })
	}
	return a.inTx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec(a.dialect.planAnew).Error; err != nil {
			return err
		}
		return f(tx)
	})
}

// fewFirsts is how many values of the first of two columns a query asks for: an
// index is searched for every pair of what stands in the two lists.
const fewFirsts = 16

// alikeIn returns for how many of the keys, which are in the order of their first
// columns, one query asks.
func alikeIn(keys [][]string, order []int) int {
	firsts := 1
	for n := 1; n < min(len(order), many); n++ {
		if key := keys[order[n]]; len(key) > 1 && key[0] != keys[order[n-1]][0] {
			if firsts++; firsts > fewFirsts {
				return n
			}
		}
	}
	return min(len(order), many)
}

// amongKeys returns the query for rows whose columns hold the parts of one of the
// keys, and perhaps of some others, or nil if no column can hold any.
func (a *Adapter) amongKeys(ctx context.Context, t *table, keys [][]string) *query {
	s := a.there(a.queries().facts, t, t.whole())
	for i, c := range t.key {
		seen := map[string]bool{}
		separator := " AND " + s.name(c, first) + " IN ("
		for _, key := range keys {
			arg, ok := t.bind(ctx, c, key[i])
			if !ok || seen[key[i]] {
				continue
			}
			seen[key[i]] = true
			s.write(separator, placeholder(a, s.stmt, c, arg))
			separator = ", "
		}
		if len(seen) == 0 {
			return nil
		}
		s.write(")")
	}
	return s.end("")
}
