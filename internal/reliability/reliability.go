// Package reliability does to databases what happens to them, while adapters
// write, and counts what is lost: kills, cut connections, full disks, locks,
// races of processes. Its command writes docs/reliability.md:
//
//	./scripts/reliability
//
// A fault is a value in a table (see faults). What is common to all is the
// runner: writers begin, the fault happens, it is over, the next call has to
// work, the writers stop, and all rows are compared with what the writers were
// told. Each writer remembers what it was told is stored or removed, what was
// refused, and of what nobody knows; a row that is otherwise is lost.
package reliability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/authdb/authdb/internal/testdb"
)

// A Config says what to run.
type Config struct {
	Scale     float64       // 1 is everything; rounds and races are multiplied by it
	Each      time.Duration // how long a fault may take, but for its first round; 0 is as long as it takes
	Databases []string      // as testdb calls the servers, or "sqlite"; none is all
	Faults    []string      // names; none is all
	Interop   string        // the folder interop, for the adapters of Auth.js; "" leaves them out
	Broken    string        // names a wrapper of Peer's for the adapters, for tests
	Log       io.Writer

	// Wrap breaks the adapters of this process, for tests.
	Wrappers Wrappers
}

// A Result is what happened.
type Result struct {
	Scale    float64
	Sections []Section
}

// A Section is one adapter on one database.
type Section struct {
	Adapter  string // "" is ours
	Database string
	Version  string
	Rows     []Row
	Skipped  string // why there are no rows
}

// A Row is one fault.
type Row struct {
	Fault   string
	Rounds  int
	Unit    string // of the rounds
	Calls   int
	Checked int // rows, over all rounds
	Lost    int
	Doubles int
	Orphans int
	Errors  map[string]int
	Back    []time.Duration // from the end of each fault to the first call that worked
	Failed  int             // the most calls that failed in between
	Details []string
	Skipped string // why it was not tried
}

// Harm is how much of the row must be zero.
func (r Row) Harm() int { return r.Lost + r.Doubles + r.Orphans }

// Harm is how much must be zero of what is ours.
func (r *Result) Harm() (n int) {
	for _, s := range r.Sections {
		for _, row := range s.Rows {
			if s.Adapter == "" {
				n += row.Harm()
			}
		}
	}
	return n
}

// Run tries all faults, several databases at a time.
func Run(ctx context.Context, c Config) (*Result, error) {
	if c.Log == nil {
		c.Log = io.Discard
	}
	// A server that we start inherits it, and finds the disk full instead of dying.
	signal.Ignore(syscall.SIGXFSZ)
	dir, err := os.MkdirTemp("", "authdb-reliability-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	jobs := c.jobs()
	sections := make([]Section, len(jobs))
	errs := make([]error, len(jobs))
	var wait sync.WaitGroup
	places := make(chan struct{}, 4) // they wait for servers most of the time
	for i, job := range jobs {
		wait.Go(func() {
			places <- struct{}{}
			if sections[i], errs[i] = job(ctx, dir); errs[i] != nil {
				fmt.Fprintln(c.Log, "FAILED:", errs[i])
			}
			<-places
		})
	}
	wait.Wait()
	return &Result{Scale: c.Scale, Sections: sections}, errors.Join(errs...)
}

// jobs are the sections to make.
func (c Config) jobs() (jobs []func(context.Context, string) (Section, error)) {
	for _, d := range databases() {
		if !wanted(c.Databases, d.kind()) {
			continue
		}
		jobs = append(jobs, func(ctx context.Context, dir string) (Section, error) {
			return c.section(ctx, d, dir, "", func(s *stage) error { return s.synchronize(ctx) })
		})
		if d.server != testdb.MySQL || c.Interop == "" {
			continue
		}
		for _, o := range origins() {
			jobs = append(jobs, func(ctx context.Context, dir string) (Section, error) {
				return c.section(ctx, d, dir, c.packageVersion(o.title), func(s *stage) error { return c.migrate(s, o) })
			})
		}
	}
	return jobs
}

func wanted(names []string, name string) bool { return len(names) == 0 || slices.Contains(names, name) }

// section tries all faults on one database.
func (c Config) section(ctx context.Context, d database, dir, adapter string, prepare func(*stage) error) (Section, error) {
	s, err := d.raise(ctx, dir, prepare)
	if errors.Is(err, testdb.ErrNotInstalled) {
		return Section{Adapter: adapter, Database: d.name, Skipped: err.Error()}, nil
	}
	if err != nil {
		return Section{}, err
	}
	defer s.close()
	section := Section{Adapter: adapter, Database: d.name, Version: s.versionS}
	for _, f := range faults() {
		if !wanted(c.Faults, f.name) {
			continue
		}
		began := time.Now()
		row, err := c.try(ctx, s, f)
		if err != nil {
			return section, fmt.Errorf("%s%s: %s: %w", adapter, d.name, f.name, err)
		}
		if row.Fault != "" {
			section.Rows = append(section.Rows, row)
			fmt.Fprintf(c.Log, "%s: %s, %s: %s\n", strings.TrimSpace(adapter+" "+s.versionS), f.name, time.Since(began).Round(time.Millisecond), row.summary())
		}
	}
	return section, nil
}

// enough returns a function that says whether a fault has had its time.
func (c Config) enough() func() bool {
	began := time.Now()
	return func() bool { return c.Each != 0 && time.Since(began) > c.Each }
}

func (c Config) scaled(n int) int { return int(math.Ceil(float64(n) * c.Scale)) }
