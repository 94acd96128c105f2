package bench_test

import (
	"testing"
)

// spare is how many allocations GetSessionAndUser may have beyond those of SQL
// written by hand, which GORM's statement and its callbacks take.
const spare = 6

// TestAllocations holds the hot path against the same by hand, on default rows. It
// means nothing under the race detector, which drops what is kept to be used again.
func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("under the race detector nothing is kept to be used again")
	}
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			a := d.adapter(t)
			storeAll(t, a, keysFrom("", 1), everything(userOf))
			s := newByHand(t, poolOf(t, a), d, defaultTables(), true)
			ctx := t.Context()
			ours := testing.AllocsPerRun(200, func() {
				if _, _, err := a.GetSessionAndUser(ctx, "session-0"); err != nil {
					t.Fatal(err)
				}
			})
			raw := testing.AllocsPerRun(200, func() {
				if _, _, err := s.sessionAndUser(ctx, "session-0"); err != nil {
					t.Fatal(err)
				}
			})
			t.Logf("%v allocations, and %v by hand", ours, raw)
			if ours > raw+spare {
				t.Errorf("%v allocations, and %v by hand: more than %d beyond", ours, raw, spare)
			}
		})
	}
}
