package reliability

import (
	"strings"
	"testing"
	"time"
)

// TestLedger: what may be there after what a caller was told, and what may not.
func TestLedger(t *testing.T) {
	const k = "user:ada"
	for _, c := range []struct {
		name string
		told []outcome // of writing "1", "2", ...; "" never ended
		is   string
		lost int
	}{
		{name: "stored", told: []outcome{done}, is: "1"},
		{name: "stored and gone", told: []outcome{done}, is: "", lost: 1},
		{name: "refused", told: []outcome{refused}, is: ""},
		{name: "refused and there", told: []outcome{refused}, is: "1", lost: 1},
		{name: "unknown and there", told: []outcome{unknown}, is: "1"},
		{name: "unknown and not there", told: []outcome{unknown}, is: ""},
		{name: "killed", told: []outcome{""}, is: "1"},
		{name: "changed", told: []outcome{done, done}, is: "2"},
		{name: "changed, and the old value is there", told: []outcome{done, done}, is: "1", lost: 1},
		{name: "unknown change, old", told: []outcome{done, unknown}, is: "1"},
		{name: "unknown change, new", told: []outcome{done, unknown}, is: "2"},
		{name: "unknown change, gone", told: []outcome{done, unknown}, is: "", lost: 1},
		{name: "refused change, new", told: []outcome{done, refused}, is: "2", lost: 1},
	} {
		l := newLedger()
		for i, o := range c.told {
			id := l.begin("", []change{{Key: k, Value: string(rune('1' + i))}})
			if o != "" {
				l.end(id, o, "")
			}
		}
		rows := map[key]string{}
		if c.is != "" {
			rows[k] = c.is
		}
		l.compare(rows)
		if l.lost != c.lost {
			t.Errorf("%s: %d lost, want %d: %q", c.name, l.lost, c.lost, l.details)
		}
	}
}

// TestLedgerOfTokens: returned twice, and not found though it is there.
func TestLedgerOfTokens(t *testing.T) {
	l := newLedger()
	l.end(l.begin("", []change{{Key: "token:a", Value: there}}), done, "")
	l.end(l.begin("token:a", []change{{Key: "token:a", Spends: true}}), missing, "ErrNotFound")
	if l.lost != 1 || l.errors["ErrNotFound"] != 1 {
		t.Errorf("a caller that did not find what is stored: %d lost", l.lost)
	}
	for range 2 {
		l.end(l.begin("", []change{{Key: "token:a", Spends: true}}), done, "")
	}
	if l.doubles != 1 {
		t.Errorf("returned twice: %d", l.doubles)
	}
	l.compare(nil)
	l.compare(map[key]string{"token:a": there})
	if l.lost != 2 {
		t.Errorf("what was gone and came back: %d lost", l.lost)
	}
}

// TestWrite: a document has the numbers, and says what was not tried.
func TestWrite(t *testing.T) {
	var b strings.Builder
	result := &Result{Scale: 1, Sections: []Section{
		{Database: "SQLite", Version: "SQLite 3", Rows: []Row{
			{Fault: "disk full", Rounds: 2, Unit: "times", Checked: 7, Lost: 1, Errors: map[string]int{"a": 1, "b": 2}, Back: []time.Duration{time.Millisecond}},
			{Fault: "statement timeout", Skipped: "there is none"},
		}},
		{Database: "MySQL", Skipped: "not installed"},
	}}
	if err := result.Write(&b, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| disk full | 2 times | 7 | 1 | 0 | 0 | b 2, a 1 | 1.0 ms, at most 1.0 ms |", "not tried: there is none", "## MySQL\n\nNot tried: not installed",
		"Node.js, or the packages",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if result.Harm() != 1 {
		t.Error("one row is lost")
	}
}
