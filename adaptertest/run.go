package adaptertest

import (
	"strings"
	"testing"

	"github.com/authdb/authdb"
)

// A rule is one sentence of the contract, and how to check it.
type rule struct {
	store  string
	name   string // the sentence
	needs  facts  // without all of which it is not run
	unless facts  // with any of which it is not run
	check  func(r *rig)
}

func (rule rule) applies(known facts) bool {
	return known&rule.needs == rule.needs && known&rule.unless == 0
}

// group names the store of rules that all need the same.
func group(store string, needs facts, rules []rule) []rule {
	for i := range rules {
		rules[i].store = store
		rules[i].needs |= needs
	}
	return rules
}

// Run checks that the adapter keeps the contract: a subtest per store, and in
// it a subtest per rule, named by the sentence of the contract that it checks.
//
// It calls newAdapter once to see what the adapter has, and once for each
// rule. The adapters may all be the same one, and their database need not be
// empty: rules use keys of their own. Each is used from one rule at a time.
func Run(t *testing.T, newAdapter func(testing.TB) authdb.Adapter, opts ...Option) {
	t.Helper()
	c := newConfig(opts)
	all := allRules()
	c.checkWithout(all)
	if c.err != nil {
		t.Fatal(c.err)
	}
	s := &suite{config: c, newAdapter: newAdapter}
	known, lacks := learn(s.adapter(t), c)
	s.known = known
	if err := checkRequired(c.required, lacks); err != nil {
		t.Error(err)
	}
	if len(lacks) > 0 {
		t.Logf("adaptertest: As does not find %s: their rules are not run", strings.Join(lacks, ", "))
	}
	for _, rules := range byStore(all, known) {
		t.Run(rules[0].store, func(t *testing.T) {
			for _, rule := range rules {
				t.Run(rule.name, func(t *testing.T) { s.run(t, rule) })
			}
		})
	}
}

// checkWithout refuses names that no rule has.
func (c *config) checkWithout(all []rule) {
	known := make(map[string]bool, len(all))
	for _, rule := range all {
		known[rule.name] = true
	}
	for name := range c.without {
		if !known[name] {
			c.refuse("Without(%q): there is no such rule", name)
		}
	}
}

// byStore returns the rules that apply, those of a store together.
func byStore(all []rule, known facts) [][]rule {
	var groups [][]rule
	index := make(map[string]int)
	for _, rule := range all {
		if !rule.applies(known) {
			continue
		}
		i, ok := index[rule.store]
		if !ok {
			i = len(groups)
			index[rule.store] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], rule)
	}
	return groups
}

// A suite runs rules on the adapters of one factory.
type suite struct {
	config     *config
	known      facts
	newAdapter func(testing.TB) authdb.Adapter
}

func (s *suite) adapter(t *testing.T) authdb.Adapter {
	t.Helper()
	adapter := s.newAdapter(t)
	if adapter == nil {
		t.Fatal("adaptertest: newAdapter returned nil")
	}
	return adapter
}

func (s *suite) run(t *testing.T, rule rule) {
	adapter := s.adapter(t)
	reason, without := s.config.without[rule.name]
	if without {
		s.runWithout(t, adapter, rule, reason)
		s.config.onResult(rule.name, false)
		return
	}
	defer func() { s.config.onResult(rule.name, !t.Failed()) }()
	rule.check(newRig(t, s, adapter, rule))
}

func (s *suite) runWithout(t testing.TB, adapter authdb.Adapter, rule rule, reason string) {
	failures := record(t, func(tb testing.TB) { rule.check(newRig(tb, s, adapter, rule)) })
	if len(failures) == 0 {
		t.Errorf("%s\n\tpasses: take it off the list (Without says: %s)", rule.name, reason)
		return
	}
	t.Logf("not kept: %s\n%s", reason, strings.Join(failures, "\n"))
}
