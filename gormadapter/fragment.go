package gormadapter

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A fragment is a part of a statement whose text is written once: what stands
// before, between and behind the placeholders, and what is bound at them. The
// placeholders themselves depend on what the statement binds before.
type fragment struct {
	text []string
	vars []any
}

var _ clause.Expression = fragment{}

// fragmentOf writes conditions that are joined by AND.
func (a *Adapter) fragmentOf(conditions ...clause.Expression) fragment {
	db := a.base.Session(&gorm.Session{})
	db.Dialector = gaps{db.Dialector}
	stmt := &gorm.Statement{DB: db, Clauses: map[string]clause.Clause{}}
	for i, c := range conditions {
		if i > 0 {
			stmt.SQL.WriteString(" AND ")
		}
		c.Build(stmt)
	}
	return fragment{strings.Split(stmt.SQL.String(), gap), stmt.Vars}
}

// gap stands for a placeholder. No name has it in it.
const gap = "\x00"

// gaps is a dialector that leaves the placeholders open.
type gaps struct{ gorm.Dialector }

func (gaps) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _, _ = w.WriteString(gap) }

// with returns the fragment with a call's arguments in the slots.
func (f fragment) with(args []any) fragment {
	vars := make([]any, len(f.vars))
	for i, v := range f.vars {
		if s, ok := v.(slot); ok {
			v = args[s]
		}
		vars[i] = v
	}
	return fragment{f.text, vars}
}

// Build writes the fragment into a statement.
func (f fragment) Build(b clause.Builder) {
	for i, v := range f.vars {
		_, _ = b.WriteString(f.text[i])
		b.AddVar(b, v)
	}
	_, _ = b.WriteString(f.text[len(f.vars)])
}

// written is a part of a statement without placeholders.
type written string

// Build writes it into a statement.
func (w written) Build(b clause.Builder) { _, _ = b.WriteString(string(w)) }
