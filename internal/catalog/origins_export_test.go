package catalog

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
)

// An Origins test sees fingerprints as text.

// Fingerprint renders the tables of the current schema, or of the one named,
// but for those left out.
func Fingerprint(ctx context.Context, db *gorm.DB, schema, origin, variant, version string, like []string, without ...string) (string, error) {
	d := dialects[db.Name()]
	f := fingerprint{origin: origin, variant: variant, version: version, like: like, database: db.Name()}
	_, names, _, err := d.tablesIn(db, schema)
	if err != nil {
		return "", err
	}
	var qualified []string
	for _, name := range names {
		if schema != "" {
			name = schema + "." + name
		}
		qualified = append(qualified, name)
	}
	found, err := Read(ctx, db, qualified...)
	if err != nil {
		return "", err
	}
	for _, name := range qualified {
		p := d.printOf(found[name], schema)
		if !slices.Contains(without, p.name) {
			f.tables = append(f.tables, p)
		}
	}
	return f.String(), nil
}

// Reparsed parses a fingerprint and renders it again.
func Reparsed(text string) (string, error) {
	f, err := parseFingerprint(text)
	return f.String(), err
}

// Whose is whose on tables as Read returns them.
func Whose(database string, found map[string]*Table) ([]Match, error) {
	if dialects[database] == nil {
		return nil, errors.ErrUnsupported
	}
	return dialects[database].whose(found)
}

// CompareFingerprints compares two fingerprints of a database as text.
func CompareFingerprints(database, origin, found string) (differences []string, fits bool, err error) {
	want, err := parseFingerprint(origin)
	if err != nil {
		return nil, false, err
	}
	have, err := parseFingerprint(found)
	d := dialects[database]
	c := likeness{sameTable: exactly, sameColumn: exactly, family: d.family, alike: d.likely}
	c.tables(want.tables, have.tables)
	return c.differences, c.harmless, err
}
