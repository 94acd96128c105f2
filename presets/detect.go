package presets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
)

// A Detection says whose tables a database has. Its Candidate is the best one,
// and the zero value where no origin is near.
type Detection struct {
	Candidate

	// Others has what fits too or nearly, the best first: another origin that
	// makes like tables, or one whose tables are beside the first one's.
	Others []Candidate
}

// A Candidate is an origin whose tables these are, or nearly.
type Candidate struct {
	Origin  string // as Layout.Origin of the presets names it; "authdb" for our own
	Variant string // of an origin that makes other tables under some circumstance
	Version string // of our own tables: the first one that made them so

	// Same has the other origins that make the very same tables, so that these
	// may be theirs: Neon's are pg's.
	Same []string

	// Schema holds the tables; "" is where the connection looks.
	Schema string

	// Prefix stands before the origin's names of the tables, as Drizzle's
	// pgTableCreator puts it there.
	Prefix string

	// Exact says that every table is as the origin makes it: columns, types,
	// defaults, what may be NULL, primary, unique and foreign keys. Names of
	// keys, collations and indexes that are not unique do not count.
	Exact bool

	// Fits says that what [Candidate.Models] returns opens the tables. At most
	// there is more than the origin makes, and in nobody's way: columns that may
	// be left out, and keys. And a table may be missing that nobody needs who has
	// no passkeys: that of authenticators.
	Fits bool

	// Differences says, sorted, what is not as the origin makes it. It names
	// tables and columns, and holds no values.
	Differences []string

	missing []string
}

// Detect reads the catalogue and says which origin made the tables: one of the
// presets, or this module in one of its versions. It judges by types, keys and
// what may be NULL, and never by names alone. It reads no rows and changes
// nothing.
//
// It looks where the connection looks, and on PostgreSQL also in the schema
// next_auth, where Supabase's tables are. With [Schema] it looks there alone.
//
// The tables do not tell everything: see [Candidate.Models].
func Detect(ctx context.Context, db *gorm.DB, opts ...Option) (*Detection, error) {
	if db == nil {
		return nil, errors.New("presets.Detect: no database: db is nil")
	}
	schemas := []string{""}
	if db.Name() == "postgres" {
		schemas = append(schemas, "next_auth")
	}
	if l := layout(authdb.Layout{}, opts); l.Schema != "" {
		schemas = []string{l.Schema}
	}
	matches, err := catalog.Origins(ctx, db, schemas...)
	if err != nil {
		return nil, fmt.Errorf("presets.Detect: %w", err)
	}
	d := &Detection{}
	for i, m := range matches {
		c := Candidate{
			Origin: m.Origin, Variant: m.Variant, Version: m.Version, Same: m.Like, Schema: m.Schema, Prefix: m.Prefix,
			Exact: m.Exact, Fits: m.Fits, Differences: m.Differences, missing: m.Missing,
		}
		if i == 0 {
			d.Candidate = c
		} else {
			d.Others = append(d.Others, c)
		}
	}
	return d, nil
}

// Models returns the preset for the tables, with their schema and prefix, and
// false for the zero value. Tables that do not exist are [authdb.Absent] in it, but for
// the users, without which there is nothing to adapt.
//
// What the catalogue does not tell is as the preset has it, and set by its
// options: in which zone Kysely or MikroORM wrote to MySQL ([Location]), and
// whether Prisma wrote numbers to SQLite ([UnixMilli]).
//
// A candidate that is not Exact has the preset all the same: whether its rows fit
// the tables is what the adapter's Check says.
func (c Candidate) Models() (authdb.Models, bool) {
	if c.Origin == "authdb" {
		return authdb.Models{Layout: authdb.Layout{Schema: c.Schema, TablePrefix: c.Prefix}}, true
	}
	p, ok := presetOf(c.Origin, c.Variant)
	if !ok {
		return authdb.Models{}, false
	}
	m := p.make(Schema(c.Schema))
	m.Layout.TablePrefix = c.Prefix
	for _, entry := range []*any{&m.Account, &m.Session, &m.VerificationToken, &m.Authenticator} {
		if slices.Contains(c.missing, c.Prefix+tableOf(*entry)) {
			*entry = authdb.Absent
		}
	}
	return m, true
}

// tableOf returns the name of an entry's table, which is the same on every
// database.
func tableOf(entry any) string {
	if by, ok := entry.(authdb.ByDatabase); ok {
		for _, row := range by {
			if name := tableOf(row); name != "" {
				return name
			}
		}
	}
	if row, ok := entry.(interface{ TableName() string }); ok {
		return row.TableName()
	}
	return ""
}

// A preset is a constructor of this package, for one variant of an origin or for
// all that have none of their own.
type preset struct {
	variant, name string
	make          func(Option) authdb.Models
}

func presetOf(origin, variant string) (preset, bool) {
	all := []preset{
		{"", "TypeORM", func(o Option) authdb.Models { return TypeORM(o) }},
		{"", "Sequelize", func(o Option) authdb.Models { return Sequelize(o) }},
		{"next-auth 4", "PrismaNextAuth4", func(o Option) authdb.Models { return PrismaNextAuth4(o) }},
		{"", "Prisma", func(o Option) authdb.Models { return Prisma(o) }},
		{"", "Drizzle", func(o Option) authdb.Models { return Drizzle(o) }},
		{"", "PG", func(o Option) authdb.Models { return PG(o) }},
		{"", "Neon", func(o Option) authdb.Models { return Neon(o) }},
		{"", "Kysely", func(o Option) authdb.Models { return Kysely(o) }},
		{"", "D1", func(o Option) authdb.Models { return D1(o) }},
		{"", "MikroORM", func(o Option) authdb.Models { return MikroORM(o) }},
		{"", "Supabase", func(o Option) authdb.Models { return Supabase(o) }},
		{"", "Hasura", func(o Option) authdb.Models { return Hasura(o) }},
		{"", "NextAuth3", func(o Option) authdb.Models { return NextAuth3(o) }},
	}
	for _, p := range all {
		if (p.variant == variant || p.variant == "") && p.make(Schema("")).Layout.Origin == origin {
			return p, true
		}
	}
	return preset{}, false
}

// String says it in words, for a person to read.
func (d *Detection) String() string {
	if d.Origin == "" {
		return "No origin's tables are here, nor nearly."
	}
	var b strings.Builder
	b.WriteString(d.Candidate.String())
	for i, other := range d.Others {
		if i == 0 {
			b.WriteString("\n\nOther candidates:")
		}
		fmt.Fprintf(&b, "\n  %s: %s", other.who(), other.verdict())
	}
	return b.String()
}

// String says it in words, for a person to read.
func (c Candidate) String() string {
	if c.Origin == "" {
		return "no origin"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s.", c.who(), c.verdict())
	for _, d := range c.Differences {
		fmt.Fprintf(&b, "\n  - %s", d)
	}
	return b.String()
}

// who names the origin and how to open its tables.
func (c Candidate) who() string {
	var notes []string
	if c.Variant != "" {
		notes = append(notes, c.Variant)
	}
	if len(c.Same) > 0 {
		notes = append(notes, "or "+strings.Join(c.Same, ", ")+", whose tables are the same")
	}
	if c.Schema != "" {
		notes = append(notes, "in the schema "+c.Schema)
	}
	if c.Prefix != "" {
		notes = append(notes, "with the prefix "+c.Prefix)
	}
	who := c.Origin
	if c.Version != "" {
		who += " " + c.Version
	}
	if len(notes) > 0 {
		who += " (" + strings.Join(notes, "; ") + ")"
	}
	return who
}

// more says whether there is anything that the origin does not make, where
// tables are missing.
func (c Candidate) more() string {
	if len(c.Differences) > len(c.missing) {
		return " and with something more"
	}
	return ""
}

func (c Candidate) verdict() string {
	open := "the default rows open them"
	if p, ok := presetOf(c.Origin, c.Variant); ok {
		open = "presets." + p.name + " opens them"
	}
	switch {
	case c.Exact:
		return "these are its tables, " + open
	case c.Fits && len(c.missing) == 0:
		return "these are its tables with something more, " + open
	case c.Fits:
		return "these are its tables without " + strings.Join(c.missing, ", ") + c.more() + ", " + open + " with Authenticator: authdb.Absent"
	case len(c.Differences) == 1:
		return "nearly its tables, with 1 difference"
	}
	return fmt.Sprintf("nearly its tables, with %d differences", len(c.Differences))
}
