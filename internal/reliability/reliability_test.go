package reliability_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/reliability"
)

func TestMain(m *testing.M) {
	reliability.Peer(broken)
	os.Exit(m.Run())
}

// The default takes a minute or two, also where the machine has much else to do.
var (
	scale = flag.Float64("scale", 0.1, "how much of it: 1 is everything")
	each  = flag.Duration("each", 9*time.Second, "how long a fault may take on a database; 0 is as long as it takes")
)

// TestFaults: whatever happens, nothing is lost, used twice or left half done.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute or two")
	}
	result, err := reliability.Run(t.Context(), reliability.Config{Scale: *scale, Each: *each, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range result.Sections {
		if s.Skipped != "" {
			missing(t, s)
		}
		for _, r := range s.Rows {
			if r.Harm() > 0 {
				t.Errorf("%s: %s: %d lost, %d used twice, %d orphans: %q", s.Version, r.Fault, r.Lost, r.Doubles, r.Orphans, r.Details)
			}
		}
	}
}

// missing fails the test for a server that AUTHDB_TEST_REQUIRE names.
func missing(t *testing.T, s reliability.Section) {
	for name := range strings.SplitSeq(os.Getenv("AUTHDB_TEST_REQUIRE"), ",") {
		if name != "" && strings.HasPrefix(strings.ToLower(s.Database), name) {
			t.Errorf("%s (required by AUTHDB_TEST_REQUIRE)", s.Skipped)
		}
	}
	t.Log(s.Skipped)
}

// broken are adapters as somebody would break them by mistake. They yield where
// the mistake is, so that it does not hide by luck.
var broken = reliability.Wrappers{
	"registers in two transactions":     func(a authdb.Adapter) authdb.Adapter { return inTwo{a} },
	"reads a token and then removes it": func(a authdb.Adapter) authdb.Adapter { return careless{whole{a}} },
	"says stored and does it later":     func(a authdb.Adapter) authdb.Adapter { return later{whole{a}} },
}

// inTwo has transactions that are none.
type inTwo struct{ authdb.Adapter }

func (a inTwo) InTx(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	return f(ctx, a)
}

func (a inTwo) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	return a.GetUser(ctx, id)
}

// whole has the transactions of the adapter that it wraps.
type whole struct{ authdb.Adapter }

func (a whole) InTx(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	return a.Adapter.(authdb.Transactor).InTx(ctx, f)
}

// careless returns a token to whoever saw it.
type careless struct{ whole }

func (a careless) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	time.Sleep(time.Millisecond)
	if t, err := a.Adapter.UseVerificationToken(ctx, identifier, token); err == nil {
		again := *t
		_, err = a.CreateVerificationToken(ctx, &again) // as if it had only been read
		return t, err
	}
	return nil, authdb.ErrNotFound
}

// later stores a session after it has said so.
type later struct{ whole }

func (a later) CreateSession(_ context.Context, s *authdb.Session) (*authdb.Session, error) {
	stored := *s
	go func() {
		time.Sleep(50 * time.Millisecond)
		_, _ = a.Adapter.CreateSession(context.Background(), &stored)
	}()
	return &stored, nil
}

// TestBrokenAdaptersAreFound: each mistake shows in the column that is its own.
func TestBrokenAdaptersAreFound(t *testing.T) {
	for _, c := range []struct {
		broken, fault string
		harm          func(reliability.Row) int
	}{
		{"registers in two transactions", "writing process killed", func(r reliability.Row) int { return r.Orphans }},
		{"reads a token and then removes it", "tokens × 64 racers in 4 processes", func(r reliability.Row) int { return r.Doubles }},
		{"says stored and does it later", "writing process killed", func(r reliability.Row) int { return r.Lost }},
	} {
		t.Run(c.broken, func(t *testing.T) {
			result, err := reliability.Run(t.Context(), reliability.Config{
				Scale: 0.05, Databases: []string{"sqlite"}, Faults: []string{c.fault}, Broken: c.broken, Wrappers: broken, Log: t.Output(),
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(result.Sections[0].Rows, func(r reliability.Row) bool { return c.harm(r) > 0 }) {
				t.Error("nobody noticed")
			}
		})
	}
}
