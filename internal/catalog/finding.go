package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/authdb/authdb"
)

// A Kind says what a finding is about.
type Kind string

// The kinds of findings.
const (
	MissingTable      Kind = "missing table"
	MissingColumn     Kind = "missing column"
	MissingUnique     Kind = "missing unique key"  // nothing keeps rows unique that have to be
	MissingIndex      Kind = "missing index"       // look-ups read the whole table
	MissingForeignKey Kind = "missing foreign key" // rows may belong to no user
	MissingPrimaryKey Kind = "missing primary key"
	Misfit            Kind = "misfit"          // something is there and is not what the row type wants
	InexactKey        Kind = "inexact key"     // it folds case, or pads
	NarrowColumn      Kind = "narrow column"   // it can't hold all values
	CoarseColumn      Kind = "coarse column"   // it keeps no milliseconds
	NullableColumn    Kind = "nullable column" // it takes rows that belong to no user
	RequiredColumn    Kind = "required column" // it refuses rows without a value
	RefusingKey       Kind = "refusing key"    // a unique key refuses rows that the contract allows
	SelfUpdating      Kind = "self-updating"   // the database changes it by itself
	UncascadedKey     Kind = "no cascade"      // a foreign key that does not delete with the user
	ForeignTools      Kind = "schema tool"     // what else changes the tables
)

// A Finding is something about a table that Synchronize will not touch.
type Finding struct {
	Kind    Kind
	Table   string   // "" if it is about all of them
	Column  string   // "" if it is about the table
	Problem string   // what was found
	Why     string   // what the contract loses by it, or why it is not touched
	SQL     []string // what a person could run; nil where no statement helps
	Note    string   // what a person does besides, or instead
	Fatal   bool     // Check fails: rows can't be stored, or the contract not be kept

	add    *addition // what Synchronize could do about it
	origin string    // of a table that is not ours
}

// An addition is what Synchronize may do to a database.
type addition struct {
	create []string // a table: the statements that make it
	column string   // what follows ADD COLUMN
	after  []string // statements that follow the column's
	index  string   // a statement; what follows ADD on MySQL
	undo   string   // what would take it back
}

// where returns the table and the column.
func (x Finding) where() string {
	s := ""
	if x.Table != "" {
		s = "table " + x.Table
	}
	if x.Column != "" {
		s += ", column " + x.Column
	}
	return s
}

// String returns a sentence with the table, the column, what was found and
// what is to be done.
func (x Finding) String() string {
	s := x.Problem
	if where := x.where(); where != "" {
		s = where + ": " + s
	}
	if len(x.SQL) > 0 && x.add == nil {
		s += "; " + x.whose() + strings.Join(x.SQL, "; ")
		if x.Note != "" {
			s += ", " + x.Note
		}
	} else if x.Note != "" {
		s += "; " + x.Note
	}
	return s
}

// whose stands before the SQL.
func (x Finding) whose() string {
	if x.origin != "" {
		return "beside " + x.origin + "'s own migrations: "
	}
	return "if the table is this application's: "
}

// refuse returns ErrSchema with those of the findings that are reasons to, and
// with whose the tables found probably are, or nil.
// err is what kept us from finding out.
func (d *dialect) refuse(r Request, found map[string]*Table, findings []Finding, reason func(Finding) bool) (refused, err error) {
	var list []string
	for _, x := range findings {
		if reason(x) {
			list = append(list, x.String())
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	matches, err := d.whose(found)
	if err != nil {
		return nil, err
	}
	if len(matches) > 0 {
		switch m := matches[0]; {
		case m.Origin != cmp.Or(r.Origin, Own):
			list = append(list, "The tables look like those of "+m.Origin+": see package presets")
		case m.Exact && m.Variant != "": // which may have rows of its own
			list = append(list, "The tables are those of "+m.Origin+" ("+m.Variant+"): presets.Detect says which rows open them")
		}
	}
	return plainf("%w: %s", authdb.ErrSchema, strings.Join(list, ". ")), nil
}

// fatal and stuck are reasons to refuse: stuck is what no addition helps.
func fatal(x Finding) bool { return x.Fatal }
func stuck(x Finding) bool { return x.Fatal && x.add == nil }

// isStuck reports whether one of the findings keeps Synchronize from adding
// anything.
func isStuck(findings []Finding) bool { return slices.ContainsFunc(findings, stuck) }
