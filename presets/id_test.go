package presets_test

import (
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb/presets"
)

var cuid = regexp.MustCompile(`^c[0-9a-z]{24}$`)

// TestCUID has the parts that an id made by Prisma's client has:
// c mwpr0sqd 0000 pc7d 5x12tm57.
func TestCUID(t *testing.T) {
	newID := presets.Prisma().Layout.NewID
	var process string
	for i := range 36 * 3 {
		before := time.Now().UnixMilli()
		id := newID()
		after := time.Now().UnixMilli()
		if !cuid.MatchString(id) {
			t.Fatalf("%q is no cuid", id)
		}
		at, err := strconv.ParseInt(id[1:9], 36, 64)
		if err != nil || at < before || at > after {
			t.Errorf("%q was made at %d, want %d to %d", id, at, before, after)
		}
		if n, err := strconv.ParseInt(id[9:13], 36, 64); err != nil || n != int64(i) {
			t.Errorf("%q counts %d, want %d", id, n, i)
		}
		if process == "" {
			process = id[13:17]
		}
		if id[13:17] != process {
			t.Errorf("%q is of another process than %s", id, process)
		}
	}
	if other := presets.Prisma().Layout.NewID(); other[13:17] == process {
		t.Errorf("%q has the mark of another maker", other)
	}
}

func TestCUIDsSort(t *testing.T) {
	newID := presets.Prisma().Layout.NewID
	ids := make([]string, 5000)
	for i := range ids {
		ids[i] = newID()
	}
	if !slices.IsSorted(ids) {
		t.Error("ids made one after the other don't sort")
	}
}

// TestCUIDsDiffer has two makers, as two processes have, and more ids than the
// counter can count.
func TestCUIDsDiffer(t *testing.T) {
	const each = 250_000
	makers := []func() string{presets.Prisma().Layout.NewID, presets.Prisma().Layout.NewID}
	made := make([][]string, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			for range each {
				made[i] = append(made[i], makers[i%2]())
			}
		})
	}
	all.Wait()
	seen := make(map[string]bool, len(made)*each)
	for _, ids := range made {
		for _, id := range ids {
			if len(id) != 25 || seen[id] {
				t.Fatalf("%q was made twice, or has not 25 characters", id)
			}
			seen[id] = true
		}
	}
}
