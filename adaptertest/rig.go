package adaptertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// A rig is what a rule works with: the adapter under test with all its
// extensions, a context, and records with keys of their own. Its failures
// begin with the rule's sentence.
type rig struct {
	testing.TB
	*watched

	ctx    context.Context
	config *config
	known  facts
	rule   string

	generic bool // Register is to do without the extension Registrar

	mark    string // in every text that the rule stores
	counter atomic.Int64

	mu      sync.Mutex
	secrets []string // what no error may quote, in lower case
}

// timeout is far beyond what any rule takes, for an adapter that hangs.
const timeout = time.Minute

func newRig(tb testing.TB, s *suite, adapter authdb.Adapter, rule rule) *rig {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), timeout)
	tb.Cleanup(cancel)
	r := &rig{TB: tb, ctx: ctx, config: s.config, known: s.known, rule: rule.name}
	r.mark = strings.ToLower(rand.Text()[:12])
	r.hide(r.mark)
	r.watched = watch(r, adapter)
	return r
}

func (r *rig) has(some facts) bool { return r.known&some == some }

// hide adds a text that no error may quote.
func (r *rig) hide(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, strings.ToLower(secret))
}

// quotes returns the first secret that the text quotes.
func (r *rig) quotes(text string) (secret string, ok bool) {
	text = strings.ToLower(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range r.secrets {
		if strings.Contains(text, secret) {
			return secret, true
		}
	}
	return "", false
}

// fresh returns a text that nothing else has.
func (r *rig) fresh(kind string) string {
	return fmt.Sprintf("%s-%s-%d", kind, r.mark, r.counter.Add(1))
}

func (r *rig) freshEmail() string { return r.fresh("mail") + "@example.com" }

// unknownID returns an ID of the kind that users have, which no user has.
func (r *rig) unknownID() string {
	if r.has(numbersUsers) { // of 32 bits, and far from those in use
		return fmt.Sprint(2_000_000_000 + r.counter.Add(1))
	}
	return authdb.NewID()
}

// now is the adapter's present, as instants are stored.
func (r *rig) now() time.Time {
	now := time.Now()
	if r.config.clock != nil {
		now = r.config.clock.Now()
	}
	return r.truncate(now)
}

func (r *rig) truncate(t time.Time) time.Time { return t.UTC().Truncate(r.config.precision) }

// truncateVerified is truncate for EmailVerified.
func (r *rig) truncateVerified(t time.Time) time.Time { return t.UTC().Truncate(r.config.verified) }

func (r *rig) future() time.Time { return r.now().Add(time.Hour) }

func (r *rig) past() time.Time { return r.now().Add(-time.Hour) }

func (r *rig) Error(args ...any) {
	r.Helper()
	r.TB.Error(r.rule + "\n\t" + fmt.Sprint(args...))
}

func (r *rig) Errorf(format string, args ...any) {
	r.Helper()
	r.TB.Error(r.rule + "\n\t" + fmt.Sprintf(format, args...))
}

func (r *rig) Fatal(args ...any) {
	r.Helper()
	r.TB.Fatal(r.rule + "\n\t" + fmt.Sprint(args...))
}

func (r *rig) Fatalf(format string, args ...any) {
	r.Helper()
	r.TB.Fatal(r.rule + "\n\t" + fmt.Sprintf(format, args...))
}

// setupFailed begins the failure of what a rule stands on but is not about.
const setupFailed = "while setting up: "

// setup ends the rule if what it stands on failed.
func (r *rig) setup(err error, what string) {
	r.Helper()
	if err != nil {
		r.Fatalf(setupFailed+"%s: %v", what, err)
	}
}

// ok ends the rule if the call failed.
func (r *rig) ok(err error, what string) {
	r.Helper()
	if err != nil {
		r.Fatalf("%s: got the error %q, want none", what, err)
	}
}

// is checks for one of the contract's errors.
func (r *rig) is(err, want error, what string) {
	r.Helper()
	switch {
	case err == nil:
		r.Errorf("%s: got no error, want %q", what, want)
	case !errors.Is(err, want):
		r.Errorf("%s: got the error %q, want %q", what, err, want)
	}
}

// absent checks for ErrNotFound of what is not there, be it expired or not.
func (r *rig) absent(err error, what string) {
	r.Helper()
	r.is(err, authdb.ErrNotFound, what)
	if errors.Is(err, authdb.ErrExpired) {
		r.Errorf("%s: got the error %q of what is there but has expired, want %q", what, err, authdb.ErrNotFound)
	}
}

// invalid checks for ErrInvalid, and that it names the field.
func (r *rig) invalid(err error, field, what string) {
	r.Helper()
	r.is(err, authdb.ErrInvalid, what)
	if errors.Is(err, authdb.ErrInvalid) && !strings.Contains(err.Error(), field) {
		r.Errorf("%s: got the error %q, which does not name the field %s", what, err, field)
	}
}
