package catalog

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// A Plan is what Synchronize does, and what it leaves to a person.
type Plan struct {
	Changes  []Change  // in the order in which they are made; none if something is stuck
	Findings []Finding // in the order of the tables
	Found    map[string]*Table

	// Atomic says that the changes are made together or not at all.
	Atomic bool

	refused error // why Synchronize would do nothing
}

// A Change makes a table, or adds to one.
type Change struct {
	Table   string
	Creates bool
	SQL     []string
	Undo    []string // what would take it back
}

// Statements returns the SQL of the changes.
func (p *Plan) Statements() []string {
	var list []string
	for _, c := range p.Changes {
		list = append(list, c.SQL...)
	}
	return list
}

// what says what the change does.
func (c Change) what() string {
	if c.Creates {
		return "create table " + c.Table
	}
	return "add to table " + c.Table
}

// Propose reads the tables of the request and returns what Synchronize would
// do. It changes nothing, needs no right but to read, and may be called inside
// a transaction.
func Propose(ctx context.Context, db *gorm.DB, r Request) (*Plan, error) {
	d, err := dialectOf(db)
	if err != nil {
		return nil, err
	}
	var p *Plan
	err = onConnection(ctx, db, func(tx *gorm.DB, _ pinned) error {
		p, err = propose(tx, d, r)
		return err
	})
	return p, ended(ctx, describe("plan", err))
}

func propose(tx *gorm.DB, d *dialect, r Request) (*Plan, error) {
	found, want, findings, err := look(tx, d, r)
	if err != nil {
		return nil, err
	}
	p := &Plan{Found: found, Findings: findings, Atomic: d.transactional}
	p.refused, err = d.refuse(r, found, findings, stuck)
	if err != nil {
		return nil, err
	}
	if p.refused == nil {
		p.arrange(tx, d, want)
	} else {
		p.block()
	}
	return p, nil
}

// look reads the tables of the request and compares them with what is wanted.
func look(tx *gorm.DB, d *dialect, r Request) (found map[string]*Table, want []*wanted, findings []Finding, err error) {
	found, err = d.tables(tx, names(r.Models))
	if err != nil {
		return nil, nil, nil, describe("read the catalogue", err)
	}
	want, err = desired(tx, r.Models, found)
	if err != nil {
		return nil, nil, nil, err
	}
	findings, err = compare(tx, d, r, want, found)
	if err != nil || len(found) > 0 {
		return found, want, findings, err
	}
	neighbours, err := d.neighbours(tx, r)
	return found, want, append(neighbours, findings...), err
}

// neighbours finds, where none of our tables is, those of an origin: that they
// have other names is no sign that they are not meant.
func (d *dialect) neighbours(tx *gorm.DB, r Request) ([]Finding, error) {
	if r.foreign() || r.ForeignChanges || len(r.Models) == 0 {
		return nil, nil
	}
	schema, _ := split(r.Models[0].Table)
	matches, err := d.origins(tx, schema)
	if err != nil || len(matches) == 0 || matches[0].Origin == Own || !matches[0].Fits {
		return nil, err
	}
	return []Finding{{
		Kind: Misfit, Fatal: true,
		Problem: "none of the tables is there, and those of " + matches[0].Origin + " are",
		Why:     "tables beside them would be empty, and nobody who has signed up there be known",
		Note:    "open them with the rows of package presets, whose Detect says which, or let authdb.WithForeignChanges() make tables beside them",
	}}, nil
}

// block says of what could be added why it is not.
func (p *Plan) block() {
	for i := range p.Findings {
		if x := &p.Findings[i]; x.add != nil {
			x.Why = "nothing is added while something else does not fit"
		}
	}
}

// arrange makes changes of the findings that something can be done about. What
// adds to a table comes first: where DDL can't be taken back, it is the tables
// created afterwards that can be dropped again.
func (p *Plan) arrange(tx *gorm.DB, d *dialect, want []*wanted) {
	var created []Change
	for _, w := range want {
		var additions []*addition
		for _, x := range p.Findings {
			switch {
			case x.Table != w.Table || x.add == nil:
			case x.Kind == MissingTable:
				created = append(created, Change{w.Table, true, x.add.create, []string{x.add.undo}})
			default:
				additions = append(additions, x.add)
			}
		}
		if len(additions) > 0 {
			p.Changes = append(p.Changes, alteration(tx, d, w.Table, additions))
		}
	}
	p.Changes = append(p.Changes, created...)
	p.Findings = slices.DeleteFunc(p.Findings, func(x Finding) bool { return x.add != nil })
}

// alteration returns the change that adds all of that to the table: in one
// statement where it could not be taken back, in as few as the database has
// otherwise.
func alteration(tx *gorm.DB, d *dialect, table string, additions []*addition) Change {
	var columns, after []string
	c := Change{Table: table}
	for _, a := range additions {
		switch {
		case a.column != "":
			columns = append(columns, "ADD COLUMN "+a.column)
			after = append(after, a.after...)
		case d.inlineIndexes:
			columns = append(columns, "ADD "+a.index)
		default:
			after = append(after, a.index)
		}
		c.Undo = append([]string{a.undo}, c.Undo...)
	}
	if d.addsMany && len(columns) > 0 {
		columns = []string{strings.Join(columns, ", ")}
	}
	for _, part := range columns {
		c.SQL = append(c.SQL, "ALTER TABLE "+quote(tx, table)+" "+part)
	}
	c.SQL = append(c.SQL, after...)
	return c
}

// Check reads the tables of the request and returns them. If the contract
// can't rest on one of them it returns an error that wraps authdb.ErrSchema and
// says of each what was found and what is to be done. It may be called inside a
// transaction.
func Check(ctx context.Context, db *gorm.DB, r Request) (map[string]*Table, error) {
	d, err := dialectOf(db)
	if err != nil {
		return nil, err
	}
	var found map[string]*Table
	err = onConnection(ctx, db, func(tx *gorm.DB, _ pinned) error {
		var findings []Finding
		found, _, findings, err = look(tx, d, r)
		if err != nil {
			return err
		}
		refused, err := d.refuse(r, found, findings, fatal)
		if err != nil {
			return err
		}
		return refused
	})
	return found, ended(ctx, describe("check", err))
}
