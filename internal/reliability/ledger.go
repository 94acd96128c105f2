package reliability

import (
	"maps"
	"slices"
	"sync"
)

// A key is what a row is known by: its kind and the natural key of that kind,
// such as "session:abc". The value of a row that isn't there is "".
type key = string

// A change is what a call is to make of a row.
type change struct {
	Key   key    `json:"key"`
	Value string `json:"value"`

	// Spends says that the call returns a one-time token if it is done.
	Spends bool `json:"spends,omitempty"`
}

// An outcome is what a caller was told about its changes.
type outcome string

const (
	done    outcome = "done"    // all of them
	refused outcome = "refused" // none of them
	missing outcome = "missing" // none, as what the call needs is not there
	unknown outcome = "unknown" // all or none
)

// A recorder hears of each call before it is made, and what was answered.
type recorder interface {
	// begin announces a call, which needs a row to be there, unless that is "".
	begin(needs key, changes []change) (id int)
	// end says what came of it; kind names the error that reached the caller.
	end(id int, o outcome, kind string)
}

// A ledger holds what callers were told, to be compared with what is there.
type ledger struct {
	mu        sync.Mutex
	next      int
	processes int
	open      map[int]attempt
	may       map[key][]string // the values that each row may have
	returned  map[key]int      // how often each one-time token was returned

	errors  map[string]int // by kind
	calls   int
	lost    int // rows that are not as somebody was told
	doubles int // one-time tokens that were returned twice
	details []string
}

// An attempt is a call that has begun.
type attempt struct {
	needs   key
	changes []change
	before  [][]string
}

func newLedger() *ledger {
	return &ledger{open: map[int]attempt{}, may: map[key][]string{}, returned: map[key]int{}, errors: map[string]int{}}
}

func (l *ledger) begin(needs key, changes []change) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	l.add(l.next, needs, changes)
	return l.next
}

// reserve returns what to add to the ids that another process gives its calls.
func (l *ledger) reserve() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.processes++
	return l.processes << 32
}

// announce is begin with such an id.
func (l *ledger) announce(id int, needs key, changes []change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(id, needs, changes)
}

// add notes a call. From now on each row may be as before or as the call makes
// it: who calls may die.
func (l *ledger) add(id int, needs key, changes []change) {
	l.calls++
	a := attempt{needs: needs, changes: changes}
	for _, c := range changes {
		before := l.expected(c.Key)
		a.before = append(a.before, before)
		l.may[c.Key] = append(slices.Clone(before), c.Value)
	}
	l.open[id] = a
}

// told reports whether somebody was told that the row is there, with that value.
func (l *ledger) told(k key, value string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.expected(k), value)
}

// clear is for tables that were emptied.
func (l *ledger) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.may)
}

// begun says how many calls have begun.
func (l *ledger) begun() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

func (l *ledger) end(id int, o outcome, kind string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.open[id]
	delete(l.open, id)
	if kind != "" {
		l.errors[kind]++
	}
	for i, c := range a.changes {
		switch o {
		case done:
			l.expect(c.Key, []string{c.Value})
			if c.Spends {
				l.spend(c.Key)
			}
		case refused, missing:
			l.expect(c.Key, a.before[i])
		}
	}
	if o == missing && a.needs != "" && !slices.Contains(l.expected(a.needs), "") {
		l.lose(a.needs, "a caller did not find it: "+kind)
	}
}

func (l *ledger) spend(k key) {
	l.returned[k]++
	if l.returned[k] == 2 {
		l.doubles++
		l.detail(k + ": returned twice")
	}
}

// expect says what the row may be. One that must be absent is like all those that
// nobody has heard of.
func (l *ledger) expect(k key, may []string) {
	if len(may) == 1 && may[0] == "" {
		delete(l.may, k)
		return
	}
	l.may[k] = may
}

// expected returns the values that the row may have.
func (l *ledger) expected(k key) []string {
	if may, ok := l.may[k]; ok {
		return may
	}
	return []string{""}
}

func (l *ledger) lose(k key, what string) {
	l.lost++
	l.detail(k + ": " + what)
}

// detail keeps the first of what went wrong, for whoever has to find out why.
func (l *ledger) detail(text string) {
	if len(l.details) < 10 {
		l.details = append(l.details, text)
	}
}

// compare counts the rows that are there or should be, and those that are not as
// somebody was told. After it, what is there is expected; but a change of which
// nobody knows may still come, while the server has it in hand.
func (l *ledger) compare(rows map[key]string) (checked int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := maps.Clone(rows)
	for k := range l.may {
		all[k] = rows[k]
	}
	for k, value := range all {
		may := l.expected(k)
		if value != "" || !slices.Contains(may, "") {
			checked++
		}
		if !slices.Contains(may, value) {
			l.lose(k, describe(value)+", told "+describe(may...))
		} else if value != may[len(may)-1] {
			continue
		}
		l.expect(k, []string{value})
	}
	clear(l.open)
	return checked
}

func describe(values ...string) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += " or "
		}
		if v == "" {
			v = "absent"
		}
		text += v
	}
	return text
}
