package testdb

import (
	"slices"
	"testing"
)

func TestStatementsAreSplit(t *testing.T) {
	got := splitStatements(`\restrict x;
SET a = 1;
-- a comment; no statement
BEGIN; /*!40101 SET b = 2 */;
INSERT INTO t VALUES ('a;b', 'it''s -- no comment', "c;""d", ` + "`e;f`" + `, $$ g; $$); SELECT 1-1, 2/2, $1
;COMMIT;SELECT 2`)
	want := []string{`INSERT INTO t VALUES ('a;b', 'it''s -- no comment', "c;""d", ` + "`e;f`" + `, $$ g; $$)`, "SELECT 1-1, 2/2, $1", "SELECT 2"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
