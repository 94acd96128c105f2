package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A rule is a finding that any table can have, however it was made: something
// that is no reason to refuse it, for the most part, and that whoever runs it
// should know of.
type rule struct {
	kind  Kind
	fatal bool
	on    []string // the fields that it is about, "Account.ExpiresAt"; none for the table
	why   string
	find  func(s subject) []hit
}

// A subject is what a rule looks at: a table, and a column of a rule with
// fields.
type subject struct {
	*comparison
	field  string // of the record: "ExpiresAt"
	column *Column
}

// A hit is what a rule found.
type hit struct {
	problem string
	sql     []string
	note    string
}

// The fields that rules are about.
var (
	instants  = []string{"User.EmailVerified", "Session.Expires", "VerificationToken.Expires"}
	expiries  = []string{"Session.Expires", "VerificationToken.Expires"}
	owners    = []string{"Account.UserID", "Session.UserID", "Authenticator.UserID"}
	optionals = []string{
		"User.Name", "User.Email", "User.Image", "User.EmailVerified",
		"Account.RefreshToken", "Account.AccessToken", "Account.ExpiresAt", "Account.TokenType",
		"Account.Scope", "Account.IDToken", "Account.SessionState", "Authenticator.Transports",
	}
	keys = []string{
		"User.Email", "Account.Provider", "Account.ProviderAccountID", "Session.SessionToken",
		"VerificationToken.Identifier", "VerificationToken.Token", "Authenticator.CredentialID",
	}
)

// sizes are how long the values are that providers and browsers give, by the
// fields that hold them. Longer ones are rare.
var sizes = map[string]int{
	"Account.RefreshToken": 4096, "Account.AccessToken": 4096, "Account.IDToken": 4096,
	"Account.Scope": 1024, "User.Image": 1024,
	"Authenticator.CredentialID": 1364, "Authenticator.CredentialPublicKey": 1024,
}

// rules are in the order in which they are reported.
var rules = []rule{
	{
		kind: SelfUpdating, fatal: true, on: instants, find: selfUpdating,
		why: "an UPDATE of another column moves the instant to the present",
	},
	{
		kind: MissingPrimaryKey, find: noPrimaryKey,
		why: "tools that replicate, copy or edit rows by their primary key pass them over; the adapter needs none",
	},
	{
		kind: InexactKey, on: keys, find: inexact,
		why: "of two keys that it takes for one the second is ErrDuplicate; look-ups of the adapter compare once more, those of others find the wrong row",
	},
	{
		kind: NarrowColumn, on: []string{"Account.ExpiresAt"}, find: int32s("which ends in 2038, at 2038-01-19T03:14:07Z"),
		why: "an account whose token expires later can't be stored",
	},
	{
		kind: NarrowColumn, on: []string{"Authenticator.Counter"}, find: int32s("while counters go to 4294967295"),
		why: "an authenticator with a greater counter can't be used any more",
	},
	{
		kind: NarrowColumn, on: append([]string{"Account.ExpiresAt"}, instants...), find: until2038,
		why: "a later instant can't be stored",
	},
	{
		kind: NarrowColumn, on: sorted(sizes), find: short,
		why: "what is longer can't be stored: the sign-in fails",
	},
	{
		kind: CoarseColumn, on: expiries, find: coarse,
		why: "an instant loses its milliseconds: a session may end up to a second early, and what others write is rounded",
	},
	{
		kind: RequiredColumn, on: optionals, find: required,
		why: "a row without a value can't be stored, and not every provider has one",
	},
	{
		kind: NullableColumn, on: owners, find: nullable,
		why: "what others write may belong to no user; the adapter writes no such row, and finds none",
	},
	{
		kind: RefusingKey, on: owners, find: single,
		why: "a second one for the same user can't be stored",
	},
	{
		kind: RefusingKey, on: []string{"Account.Type", "Account.Provider"}, find: listed,
		why: "an account of another kind can't be stored",
	},
	{
		kind: RefusingKey, on: []string{"User.Email"}, find: oneNull,
		why: "a second user without an address can't be stored",
	},
	{
		kind: UncascadedKey, on: owners, find: uncascaded,
		why: "the adapter deletes these rows before their user; what deletes a user in another way is refused, or leaves them behind",
	},
}

func sorted(m map[string]int) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// rules applies the rules to the table.
func (c *comparison) rules() error {
	for _, r := range rules {
		for _, s := range c.subjects(r) {
			for _, h := range r.find(s) {
				x := Finding{Kind: r.kind, Problem: h.problem, Why: r.why, SQL: h.sql, Note: h.note, Fatal: r.fatal}
				if s.column != nil {
					x.Column = s.column.Name
				}
				if len(x.SQL) == 0 && x.Note == "" && c.d.alter == nil {
					x.Note = remake
				}
				c.add(x)
			}
		}
	}
	return nil
}

// subjects returns what the rule is to look at: the columns of its fields that
// are in this table, in the rule's order.
func (c *comparison) subjects(r rule) []subject {
	if len(r.on) == 0 {
		return []subject{{comparison: c}}
	}
	var list []subject
	for _, name := range r.on {
		record, field, _ := strings.Cut(name, ".")
		if record != c.w.Record {
			continue
		}
		if column := c.t.Column(c.w.Fields[field]); column != nil {
			list = append(list, subject{c, field, column})
		}
	}
	return list
}

// altered returns the statements that change the column, nil where there are
// none.
func (s subject) altered(change func(c *Column)) []string {
	if s.d.alter == nil {
		return nil
	}
	to := *s.column
	change(&to)
	return s.d.alter(s.tx, s.w.Table, *s.column, to)
}

func selfUpdating(s subject) []hit {
	if !s.column.OnUpdate {
		return nil
	}
	return []hit{{
		problem: "is ON UPDATE CURRENT_TIMESTAMP",
		sql:     s.altered(func(c *Column) { c.OnUpdate = false }),
	}}
}

func noPrimaryKey(s subject) []hit {
	if slices.ContainsFunc(s.t.Keys, func(k Key) bool { return k.Primary }) {
		return nil
	}
	h := hit{problem: "has no primary key"}
	if len(s.w.Unique) == 0 || s.d.alter == nil {
		return []hit{h}
	}
	key := s.w.Unique[0]
	if !s.indexable(key) || slices.ContainsFunc(key, func(name string) bool { c := s.t.Column(name); return c == nil || c.Nullable }) {
		return []hit{h}
	}
	h.sql = []string{"ALTER TABLE " + quote(s.tx, s.w.Table) + " ADD PRIMARY KEY (" + columnList(s.tx, key) + ")"}
	return []hit{h}
}

var int32Type = regexp.MustCompile(`(?i)^(integer|int4|int|mediumint|smallint|int2|tinyint)\b`)

// int32s finds columns that hold no number above 2147483647, on the databases
// where "integer" means that.
func int32s(what string) func(s subject) []hit {
	return func(s subject) []hit {
		if s.d.alter == nil || !int32Type.MatchString(s.column.Type) || strings.Contains(s.column.Type, "unsigned") {
			return nil
		}
		return []hit{{
			problem: fmt.Sprintf("is %s, %s", s.column.Type, what),
			sql:     s.altered(func(c *Column) { c.Type = "bigint" }),
		}}
	}
}

// until2038 finds MySQL's TIMESTAMP, which PostgreSQL has by the same name and
// without that end.
func until2038(s subject) []hit {
	if !s.d.collates || !strings.HasPrefix(strings.ToLower(s.column.Type), "timestamp") {
		return nil
	}
	return []hit{{
		problem: "is " + s.column.Type + ", which ends at 2038-01-19T03:14:07Z",
		sql:     s.altered(func(c *Column) { c.Type = strings.Replace(strings.ToLower(c.Type), "timestamp", "datetime", 1) }),
		note:    "in a session whose time_zone is the server's own, as that of everybody who uses the table has to be from then on; and change the other side's schema alike",
	}}
}

func short(s subject) []hit {
	n, want := s.column.Length, sizes[s.w.Record+"."+s.field]
	if n == 0 || n >= want {
		return nil
	}
	h := hit{problem: fmt.Sprintf("is %s, while values of %d characters are known", s.column.Type, want)}
	if s.d.noKeyOn != nil && slices.ContainsFunc(s.t.Keys, func(k Key) bool { return s.t.subset([]string{s.column.Name}, k.Columns) }) {
		h.note = "make it longer, as far as a key may be"
		return []hit{h}
	}
	h.sql = s.altered(func(c *Column) { c.Type = s.d.unlimited })
	return []hit{h}
}

func coarse(s subject) []hit {
	if s.column.Precision <= time.Millisecond {
		return nil
	}
	digits, _ := argument(s.column.Type)
	return []hit{{
		problem: fmt.Sprintf("is %s, which keeps %d digits of a second", s.column.Type, digits),
		sql:     s.altered(func(c *Column) { c.Type = withPrecision(strings.ToLower(c.Type)) }),
	}}
}

func required(s subject) []hit {
	if s.column.Nullable {
		return nil
	}
	return []hit{{problem: "is NOT NULL", sql: s.altered(func(c *Column) { c.Nullable = true })}}
}

func nullable(s subject) []hit {
	if !s.column.Nullable {
		return nil
	}
	return []hit{{
		problem: "may be NULL",
		sql:     s.altered(func(c *Column) { c.Nullable = false }),
		note:    "it fails while rows have no user",
	}}
}
