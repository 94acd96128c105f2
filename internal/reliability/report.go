package reliability

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// summary is the row in one line.
func (r Row) summary() string {
	if r.Skipped != "" {
		return "not tried: " + r.Skipped
	}
	text := fmt.Sprintf("%s, %d calls, %d rows checked, %d lost, %d used twice, %d orphans; %s; %s",
		r.Rounds, r.Calls, r.Checked, r.Lost, r.Doubles, r.Orphans, r.kinds(), r.back())
	for _, d := range r.Details[:min(len(r.Details), 10)] {
		text += "\n    " + d
	}
	return text
}

// kinds are the errors that reached callers, the most frequent first.
func (r Row) kinds() string {
	if len(r.Errors) == 0 {
		return "none"
	}
	names := slices.SortedFunc(maps.Keys(r.Errors), func(a, b string) int {
		return cmp.Or(r.Errors[b]-r.Errors[a], strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, r.Errors[name])
	}
	return strings.Join(names, ", ")
}

// back says how long it took from the end of the fault to a call that worked.
func (r Row) back() string {
	if len(r.Back) == 0 {
		return "–"
	}
	sorted := slices.Sorted(slices.Values(r.Back))
	text := fmt.Sprintf("%s, at most %s", short(sorted[len(sorted)/2]), short(sorted[len(sorted)-1]))
	if r.Failed > 0 {
		text += fmt.Sprintf(" and %d failed calls", r.Failed)
	}
	return text
}

func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
