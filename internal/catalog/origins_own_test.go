package catalog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// ours is the version whose default tables Synchronize makes. Each version that
// makes others than the one before has a dump of its own.
const ours = "0.1"

// TestOwnTablesHaveADump makes the default tables anew, and compares them with
// the dump of the version. A version's dump is for good: with it later versions
// know the tables that this one left behind.
func TestOwnTablesHaveADump(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db, log := watch(open(t, d.open(d.dsn(t)), nil))
			if err := gormadapter.New(db).Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			kind := strings.Replace(d.golden, testdb.Postgres, "pg", 1)
			name := fmt.Sprintf("authdb-v%s-%s", ours, kind)
			path := filepath.Join("..", "testdb", "testdata", "origins", name+".sql")
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && *update {
				text := fmt.Sprintf("-- authdb on %s. Version %s, default tables, Synchronize\n%s;\n", kind, ours, strings.Join(log.ddl(), ";\n"))
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				t.Fatalf("%s is written: run the test again", path)
			}
			tables := tableNames(modelsOf(t, db, rows{}))
			made := dump(t, db, tables...)
			restored := open(t, d.open(d.dsn(t)), nil)
			restore(t, restored, name)
			if dumped := dump(t, restored, tables...); dumped != made {
				t.Errorf("The default tables are not those of %s any more. If version %s is released, name the next one in this file"+
					" and run the tests with -update, which writes its dump and, run again, its fingerprint."+
					" If it is not, remove the dump first.\nmade:\n%s\ndumped:\n%s", path, ours, made, dumped)
			}
		})
	}
}
