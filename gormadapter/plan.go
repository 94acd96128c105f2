package gormadapter

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/authdb/authdb/internal/catalog"
)

// A Plan is what Synchronize would do to the database, and what it would leave
// to a person. It is the same for the same tables, so that it can be printed,
// reviewed and compared.
type Plan struct {
	// Statements are the SQL that Synchronize would run, in this order. There
	// are none where nothing is missing, where the tables are another origin's
	// (see authdb.WithForeignChanges), or where a finding is in the way.
	Statements []string

	// Findings are what Synchronize does not touch, table by table.
	Findings []Finding

	undo   []string // what would take the statements back
	atomic bool     // the database takes DDL back with the rest of a transaction
}

// A Finding is something about a table that the contract suffers from, or that
// only a person can decide.
type Finding struct {
	Kind    FindingKind
	Table   string   // "" if it is about all tables
	Column  string   // "" if it is about the table
	Problem string   // what was found
	Why     string   // what is lost by it, or why Synchronize does not touch it
	SQL     []string // what a person could run; nil where no statement helps
	Note    string   // what a person has to know or do besides

	// Fatal says that rows can't be stored, or the contract not be kept, until
	// it is dealt with: Check returns ErrSchema.
	Fatal bool
}

// A FindingKind says what a finding is about.
type FindingKind string

// The kinds of findings.
const (
	MissingTable      = FindingKind(catalog.MissingTable)
	MissingColumn     = FindingKind(catalog.MissingColumn)
	MissingUnique     = FindingKind(catalog.MissingUnique)     // nothing keeps rows unique that have to be
	MissingIndex      = FindingKind(catalog.MissingIndex)      // look-ups read the whole table
	MissingForeignKey = FindingKind(catalog.MissingForeignKey) // rows may belong to no user
	MissingPrimaryKey = FindingKind(catalog.MissingPrimaryKey)
	Misfit            = FindingKind(catalog.Misfit)         // something is there and is not what the row type wants
	InexactKey        = FindingKind(catalog.InexactKey)     // it folds case, or pads
	NarrowColumn      = FindingKind(catalog.NarrowColumn)   // it can't hold all values
	CoarseColumn      = FindingKind(catalog.CoarseColumn)   // it keeps no milliseconds
	NullableColumn    = FindingKind(catalog.NullableColumn) // it takes rows that belong to no user
	RequiredColumn    = FindingKind(catalog.RequiredColumn) // it refuses rows without a value
	RefusingKey       = FindingKind(catalog.RefusingKey)    // a unique key refuses rows that the contract allows
	SelfUpdating      = FindingKind(catalog.SelfUpdating)   // the database changes it by itself
	UncascadedKey     = FindingKind(catalog.UncascadedKey)  // a foreign key that does not delete with the user
	ForeignTools      = FindingKind(catalog.ForeignTools)   // what else changes the tables
)

// String returns the kind in words: "missing index".
func (k FindingKind) String() string { return string(k) }

// String returns where the finding is, its kind and the problem, in a line.
func (f Finding) String() string {
	var where []string
	if f.Table != "" {
		where = append(where, "table "+f.Table)
	}
	if f.Column != "" {
		where = append(where, "column "+f.Column)
	}
	s := strings.Join(where, ", ")
	if s != "" {
		s += ": "
	}
	s += f.Kind.String() + ": " + f.Problem
	if f.Fatal {
		s += " (fatal)"
	}
	return s
}

// Plan returns what Synchronize would do, and what it would report. It changes
// nothing and needs no right but to read. Where Synchronize would return
// ErrSchema, Plan does not: the reason is a finding that is Fatal.
func (a *Adapter) Plan(ctx context.Context) (*Plan, error) {
	p, err := a.propose(ctx)
	return p, a.wrap(ctx, "plan", err)
}

func (a *Adapter) propose(ctx context.Context) (*Plan, error) {
	if a.err != nil {
		return nil, a.err
	}
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	proposed, err := catalog.Propose(ctx, a.session(ctx), a.request())
	if err != nil {
		return nil, &catalogueError{err}
	}
	p := &Plan{Statements: proposed.Statements(), atomic: proposed.Atomic}
	for i := len(proposed.Changes) - 1; i >= 0; i-- {
		p.undo = append(p.undo, proposed.Changes[i].Undo...)
	}
	for _, x := range proposed.Findings {
		p.Findings = append(p.Findings, Finding{
			Kind: FindingKind(x.Kind), Table: x.Table, Column: x.Column,
			Problem: x.Problem, Why: x.Why, SQL: x.SQL, Note: x.Note, Fatal: x.Fatal,
		})
	}
	return p, nil
}

// String returns the plan as text: the statements, and then the findings.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", count(len(p.Statements), "statement"))
	for _, s := range p.Statements {
		fmt.Fprintf(&b, "\n%s;\n", s)
	}
	fmt.Fprintf(&b, "\n%s\n", count(len(p.Findings), "finding"))
	for _, f := range p.Findings {
		b.WriteString("\n" + f.text())
	}
	return b.String()
}

// text returns all of the finding, in lines.
func (f Finding) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", f)
	if f.Why != "" {
		fmt.Fprintf(&b, "  why: %s\n", f.Why)
	}
	for _, s := range f.SQL {
		fmt.Fprintf(&b, "  SQL: %s;\n", s)
	}
	if f.Note != "" {
		fmt.Fprintf(&b, "  note: %s\n", f.Note)
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// WriteSQL writes the plan as a script for psql, mysql or sqlite3 -bail: the
// statements, in one transaction where the database takes DDL back, and the
// findings as comments.
func (p *Plan) WriteSQL(w io.Writer) error {
	var b strings.Builder
	begin, commit := "BEGIN;\n", "COMMIT;\n"
	if !p.atomic || len(p.Statements) == 0 {
		begin, commit = "", ""
	}
	b.WriteString(begin)
	for _, s := range p.Statements {
		b.WriteString(s + ";\n")
	}
	b.WriteString(commit)
	p.comments(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteGoose writes the plan as a migration for goose. Its way down drops
// nothing: it has what would, as comments.
func (p *Plan) WriteGoose(w io.Writer) error {
	var b strings.Builder
	b.WriteString("-- +goose Up\n")
	for _, s := range p.Statements {
		b.WriteString("-- +goose StatementBegin\n" + s + ";\n-- +goose StatementEnd\n")
	}
	p.comments(&b)
	b.WriteString("\n-- +goose Down\n")
	if len(p.undo) > 0 {
		comment(&b, "This would take it back, and lose what was stored since:")
	}
	for _, s := range p.undo {
		comment(&b, s+";")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// comments writes the findings as comments.
func (p *Plan) comments(b *strings.Builder) {
	if len(p.Findings) > 0 {
		b.WriteString("\n")
		comment(b, count(len(p.Findings), "finding")+" that nothing above changes:")
	}
	for _, f := range p.Findings {
		comment(b, "\n"+strings.TrimSuffix(f.text(), "\n"))
	}
}

// comment writes the text as comments, line by line: a name in it may have a
// line break, and may look like one of goose's annotations.
func comment(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		line = strings.ReplaceAll(line, "+goose", "+ goose")
		b.WriteString(strings.TrimRight("-- "+line, " ") + "\n")
	}
}
