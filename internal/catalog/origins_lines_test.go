package catalog_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/authdb/authdb/internal/catalog"
)

// TestEveryLineOfAFingerprintCounts changes each line of each fingerprint, and
// expects one difference that says so.
func TestEveryLineOfAFingerprintCounts(t *testing.T) {
	files, err := filepath.Glob("origins/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(text), "\n")
		table, database := "", ""
		for i, line := range lines {
			switch {
			case strings.HasPrefix(line, "database: "):
				database = strings.TrimSpace(strings.TrimPrefix(line, "database: "))
			case strings.HasPrefix(line, "  "):
				changeLine(t, file, database, table, lines, i)
			default:
				table = strings.TrimSpace(line)
			}
		}
	}
}

// changeLine changes one line in each way that it can be changed.
func changeLine(t *testing.T, file, database, table string, lines []string, i int) {
	line := lines[i]
	parts := regexp.MustCompile(` {2,}`).Split(strings.TrimSpace(line), -1)
	column := table + "." + parts[0]
	compare := func(with string, want string, fits bool) {
		t.Helper()
		changed := slices.Clone(lines)
		changed[i] = with
		got, fit, err := catalog.CompareFingerprints(database, strings.Join(lines, ""), strings.Join(changed, ""))
		if err != nil || !slices.Equal(got, []string{want}) || fit {
			t.Errorf("%s: %q as %q: %q, fits %v (%v); want %q", file, line, with, got, fit, err, want)
		}
		// The other way round it is an addition, or the opposite.
		got, fit, err = catalog.CompareFingerprints(database, strings.Join(changed, ""), strings.Join(lines, ""))
		if err != nil || len(got) != 1 || fit != fits {
			t.Errorf("%s: %q as %q: %q, fits %v (%v); want fits %v", file, with, line, got, fit, err, fits)
		}
	}
	toggle := func(flag, given, removed string) {
		t.Helper()
		if strings.Contains(line, "  "+flag) {
			compare(strings.Replace(line, "  "+flag, "", 1), column+" "+removed, false)
		} else {
			compare(strings.TrimSuffix(line, "\n")+"  "+flag+"\n", column+" "+given, false)
		}
	}
	switch parts[0] {
	case "primary key":
		compare("", table+" has no primary key instead of primary key ("+parts[1]+")", false)
	case "unique key":
		compare("", table+" has no unique key ("+parts[1]+")", true)
	case "foreign key":
		compare("", table+" has no foreign key ("+parts[1]+") to "+parts[2]+" ("+parts[3]+")", true)
		rule := strings.TrimPrefix(parts[4], "on delete ")
		compare(strings.Replace(line, rule, "SET DEFAULT", 1), table+" has ON DELETE SET DEFAULT instead of "+rule+" on the foreign key ("+parts[1]+")", false)
	default:
		given := strings.Contains(line, "  not null") && !strings.Contains(line, "  default") && !strings.Contains(line, "  numbered")
		compare("", column+" is missing", !given)
		compare(strings.Replace(line, "  "+parts[1], "  xml", 1), column+" is xml instead of "+parts[1], false)
		toggle("not null", "is NOT NULL", "can be NULL")
		if !strings.Contains(line, "  numbered") {
			toggle("default", "has a default", "has no default")
		}
		toggle("numbered", "is numbered by the database", "is not numbered by the database")
	}
}
