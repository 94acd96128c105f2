package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/catalog"
	"github.com/authdb/authdb/internal/testdb"
)

// A source is a dump as what it is a fingerprint of.
type source struct {
	dump                     string
	origin, variant, version string
	like                     []string
	schema                   string
}

// sourceOf says what the dump of that name shows.
func sourceOf(dump string) source {
	name := dump[:strings.LastIndex(dump, "-")]
	s := source{dump: dump, origin: name}
	switch {
	case strings.HasPrefix(name, "authdb-v"):
		s.origin, s.version = "authdb", strings.TrimPrefix(name, "authdb-v")
	case dump == "typeorm-mariadb":
		s.variant = `connection type "mariadb"`
	case dump == "typeorm-type-mysql-mariadb":
		s.origin, s.variant = "typeorm", `connection type "mysql"`
	case dump == "next-auth-v3-mariadb":
		s.variant = `connection type "mysql"`
	case dump == "next-auth-v3-type-mariadb-mariadb":
		s.origin, s.variant = "next-auth-v3", `connection type "mariadb"`
	case name == "kysely" && dump != "kysely-pg":
		s.variant = "as the adapter is tested; there is no documented schema"
	case strings.HasPrefix(name, "prisma-"):
		s.origin, s.variant = "prisma", "next-auth 4"
	case name == "pg":
		s.like = []string{"neon"}
	case name == "neon":
		s.origin, s.like = "pg", []string{"neon"}
	case name == "supabase":
		s.schema = "next_auth"
	}
	return s
}

// eachDump runs the test on every dump, restored on each database that can.
func eachDump(t *testing.T, test func(t *testing.T, d database, db *gorm.DB, s source)) {
	for _, d := range databases() {
		for _, dump := range testdb.DumpsFor(serverOf(d)) {
			t.Run(d.name+"/"+dump, func(t *testing.T) {
				db := open(t, d.open(d.dsn(t)), nil)
				restore(t, db, dump)
				test(t, d, db, sourceOf(dump))
			})
		}
	}
}

// serverOf returns what package testdb calls the database.
func serverOf(d database) string {
	if d.golden == "sqlite" {
		return "sqlite"
	}
	return d.name
}

func restore(t testing.TB, db *gorm.DB, dump string) {
	t.Helper()
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	testdb.RestoreSchema(t, pool, dump)
}

// TestFingerprints compares what is committed with what the dumps show.
func TestFingerprints(t *testing.T) {
	eachDump(t, func(t *testing.T, _ database, db *gorm.DB, s source) {
		got, err := catalog.Fingerprint(t.Context(), db, s.schema, s.origin, s.variant, s.version, s.like, "typeorm_metadata")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := catalog.Reparsed(got); err != nil || again != got {
			t.Errorf("read and written again it is another (%v):\n%s", err, again)
		}
		path := filepath.Join("origins", fingerprintFile(s)+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("it is not as in %s (%v); -update writes it anew:\n%s", path, err, got)
		}
	})
}

// fingerprintFile returns the file that several databases and origins share
// where their tables are the same.
func fingerprintFile(s source) string {
	if s.dump == "neon-pg" {
		return "pg-pg"
	}
	if s.origin == "authdb" {
		return strings.Replace(s.dump, "-mariadb", "-mysql", 1)
	}
	return s.dump
}

func TestEveryDumpIsRecognised(t *testing.T) {
	eachDump(t, func(t *testing.T, _ database, db *gorm.DB, s source) {
		matches, err := catalog.Origins(t.Context(), db, s.schema)
		if err != nil || len(matches) == 0 {
			t.Fatalf("nothing is near (%v)", err)
		}
		m := matches[0]
		if m.Origin != s.origin || m.Variant != s.variant || m.Version != s.version || m.Schema != s.schema {
			t.Errorf("taken for %s %s %s in schema %q", m.Origin, m.Variant, m.Version, m.Schema)
		}
		if !m.Exact || !m.Fits || len(m.Differences)+len(m.Missing) > 0 {
			t.Errorf("exact %v, fits %v:\n%s", m.Exact, m.Fits, strings.Join(m.Differences, "\n"))
		}
		for _, other := range matches[1:] {
			if other.Exact {
				t.Errorf("%s is exact as well", other.Origin)
			}
		}
	})
}
