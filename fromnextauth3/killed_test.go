package fromnextauth3_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
)

// CI moves some. docs/from-nextauth3.md has what came of -users 200000.
var population = flag.Int("users", 2000, "how many users TestKilled generates")

// variable holds the work of a process that is to be killed.
const variable = "AUTHDB_FROMNEXTAUTH3_TEST"

// work is what a process does: it moves from one database into another, or beside.
type work struct {
	From, To  string
	BatchSize int
}

func TestMain(m *testing.M) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	time.Local = zone // which no test means
	if text := os.Getenv(variable); text != "" {
		if err := toil(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// toil does the work, and says a line for each batch.
func toil(text string) error {
	var w work
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return err
	}
	ctx := context.Background()
	from, err := datasource.OpenDB(ctx, datasource.Config{URL: w.From})
	if err != nil {
		return err
	}
	to := from
	if w.To != w.From {
		if to, err = datasource.OpenDB(ctx, datasource.Config{URL: w.To}); err != nil {
			return err
		}
	}
	adapter := gormadapter.New(to, beside()...)
	if err := adapter.Check(ctx); err != nil {
		return err
	}
	report, err := fromnextauth3.Run(ctx, from, adapter, fromnextauth3.Options{
		BatchSize: w.BatchSize, Now: clock,
		Progress: func(p fromnextauth3.Progress) { fmt.Println(p.Record, p.Rows) },
	})
	if err == nil && len(report.Refused) > 0 {
		err = fmt.Errorf("refused: %v", report.Refused)
	}
	return err
}

// start starts a process that works.
func (w work) start(t *testing.T) (cmd *exec.Cmd, said *bufio.Scanner) {
	t.Helper()
	text, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

// killedAfter kills the process some time after that many batches, and reports
// whether it was still at work.
func (w work) killedAfter(t *testing.T, batches int) bool {
	t.Helper()
	cmd, said := w.start(t)
	for range batches {
		if !said.Scan() {
			break
		}
	}
	time.Sleep(rand.N(4 * time.Millisecond)) // into the next batch
	_ = cmd.Process.Kill()
	for said.Scan() { // so that it can't wait for us
	}
	_ = cmd.Wait()
	return !cmd.ProcessState.Exited()
}

var newTables = []string{"next_users", "next_accounts", "next_sessions", "next_verification_tokens"}

// TestKilled kills the process that moves twenty times, and goes on each time. What
// comes out is what a run in one go makes, and what two at once make.
func TestKilled(t *testing.T) {
	const kills = 20
	for _, server := range servers {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			url := urlOf(t, server)
			from := openDB(t, url)
			generate(t, from, server, *population)
			synchronized(t, from, beside()...)

			whole := openDB(t, urlOf(t, server))
			at := time.Now()
			report := mustRun(t, from, synchronized(t, whole, beside()...), fromnextauth3.Options{Progress: timed(t, &at)})
			want := checksum(t, whole, newTables...)
			complete(t, report)

			size := max(10, *population/40)
			batches := 0
			for _, c := range []fromnextauth3.Counts{report.Users, report.Accounts, report.Sessions, report.VerificationTokens} {
				batches += (int(c.Rows) + size - 1) / size
			}
			w := work{From: url, To: url, BatchSize: size}
			for i, late := 0, 0; i < kills; {
				if w.killedAfter(t, 1+i*batches*9/10/kills) {
					i++
				} else if late++; late > kills {
					t.Fatal("the process ends before it is killed")
				}
			}
			last := mustRun(t, from, gormadapter.New(from, append(beside(), authdb.WithClock(clock))...), fromnextauth3.Options{})
			complete(t, last)
			t.Logf("%s: after %d kills: %d users, %d accounts, %d sessions and %d tokens were there", server, kills,
				last.Users.Present, last.Accounts.Present, last.Sessions.Present, last.VerificationTokens.Present)
			if got := checksum(t, from, newTables...); got != want {
				t.Errorf("the tables differ from those of a run in one go")
			}
			began := time.Now()
			again := mustRun(t, from, gormadapter.New(from, append(beside(), authdb.WithClock(clock))...), fromnextauth3.Options{})
			rows := again.Users.Present + again.Accounts.Present + again.Sessions.Present + again.VerificationTokens.Present
			t.Logf("a run that finds all %d rows moved: %.2f s for 10,000", rows, time.Since(began).Seconds()/float64(rows)*10000)
			restores(t, from, report)
		})
	}
}

// complete fails the test unless all was moved.
func complete(t *testing.T, r fromnextauth3.Report) {
	t.Helper()
	for name, c := range map[string]fromnextauth3.Counts{"users": r.Users, "accounts": r.Accounts, "sessions": r.Sessions, "tokens": r.VerificationTokens} {
		if c.Rows == 0 || c.Moved() != c.Rows || c.Refused != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// restores looks up some of what was moved as an application does.
func restores(t *testing.T, db *gorm.DB, r fromnextauth3.Report) {
	t.Helper()
	a := gormadapter.New(db, append(beside(), authdb.WithClock(clock))...)
	n := int(r.Users.Rows)
	for i := 10; i <= n; i += max(10, n/1000*10) {
		id := fmt.Sprint(i)
		if _, user, err := a.GetSessionAndUser(t.Context(), secretOf("session", i)); err != nil || user.ID != id {
			t.Fatalf("session %d: %v, %v", i, user, err)
		}
		if user, err := a.GetUserByAccount(t.Context(), "google", "g"+id); err != nil || user.ID != id {
			t.Fatalf("account %d: %v, %v", i, user, err)
		}
		if _, err := a.UseVerificationToken(t.Context(), "person"+id+"@example.com", secretOf("link", i)); err != nil {
			t.Fatalf("link %d: %v", i, err)
		}
	}
}

// timed logs how long each table took.
func timed(t *testing.T, at *time.Time) func(fromnextauth3.Progress) {
	return func(p fromnextauth3.Progress) {
		if p.Rows < p.Total {
			return
		}
		took := time.Since(*at)
		*at = time.Now()
		t.Logf("%-18s %8d rows, %8d moved, %d refused, %.2f s for 10,000", p.Record, p.Rows, p.Moved(), p.Refused, took.Seconds()/float64(p.Rows)*10000)
	}
}

// TestTogether has three processes move the same at once.
func TestTogether(t *testing.T) {
	for _, server := range servers {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			url := urlOf(t, server)
			from := openDB(t, url)
			generate(t, from, server, 500)
			synchronized(t, from, beside()...)
			whole := openDB(t, urlOf(t, server))
			mustRun(t, from, synchronized(t, whole, beside()...), fromnextauth3.Options{})

			w := work{From: url, To: url, BatchSize: 20}
			var all []*exec.Cmd
			for range 3 {
				cmd, said := w.start(t)
				go func() {
					for said.Scan() {
					}
				}()
				all = append(all, cmd)
			}
			for _, cmd := range all {
				if err := cmd.Wait(); err != nil {
					t.Errorf("one of the processes: %v", err)
				}
			}
			if checksum(t, from, newTables...) != checksum(t, whole, newTables...) {
				t.Errorf("the tables differ from those of one process")
			}
		})
	}
}
