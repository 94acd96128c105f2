package gormadapter_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// TestUnguardedOneWinner: of 32 callers on four pools that give one value to a
// key, one does.
func TestUnguardedOneWinner(t *testing.T) {
	const callers = 32
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		var adapters []*gormadapter.Adapter
		for range 4 {
			adapters = append(adapters, newLoose(anotherPool(t, db)))
		}
		for _, c := range claimants() {
			for round := range claimRounds {
				value := fmt.Sprint(c.name, round)
				var winners atomic.Int64
				atOnce(callers, func(i int) {
					switch err := c.claim(t.Context(), adapters[i%len(adapters)], user, value); {
					case err == nil:
						winners.Add(1)
					case !errors.Is(err, authdb.ErrDuplicate):
						t.Errorf("%s: %v", value, err)
					}
				})
				if n, rows := winners.Load(), count(t, db, c.rows, value); n != 1 || rows != 1 {
					t.Errorf("%s: %d winners, %d rows", value, n, rows)
				}
				unlocked(t, db, value)
			}
		}
	})
}

// TestUnguardedUpdate: users who take one address at the same time, some of
// them new.
func TestUnguardedUpdate(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, _ string) {
		adapters := []*gormadapter.Adapter{newLoose(anotherPool(t, db)), newLoose(anotherPool(t, db))}
		var ids []string
		for range 8 {
			u, err := adapters[0].CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, u.ID)
		}
		for round := range 20 {
			email := fmt.Sprint("user", round)
			var winners atomic.Int64
			atOnce(12, func(i int) {
				var err error
				if i < len(ids) {
					_, err = adapters[i%2].UpdateUser(t.Context(), ids[i], authdb.UserPatch{Email: authdb.Set(email)})
				} else {
					_, err = adapters[i%2].CreateUser(t.Context(), &authdb.User{Email: email})
				}
				switch {
				case err == nil:
					winners.Add(1)
				case !errors.Is(err, authdb.ErrDuplicate):
					t.Error(err)
				}
			})
			if n, rows := winners.Load(), count(t, db, claimants()[0].rows, email); n != 1 || rows != 1 {
				t.Errorf("%s: %d winners, %d rows", email, n, rows)
			}
		}
		a := adapters[0]
		owner, err := a.GetUserByEmail(t.Context(), "user19")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.UpdateUser(t.Context(), owner.ID, authdb.UserPatch{Email: authdb.Set("user19")}); err != nil {
			t.Errorf("the own address: %v", err)
		}
		if _, err := a.UpdateUser(t.Context(), "nobody", authdb.UserPatch{Email: authdb.Set("user19")}); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestUnguardedWaits: while one transaction has claimed a value, who wants the
// same waits for its end, and nobody else does.
func TestUnguardedWaits(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a, b := newLoose(db), newLoose(anotherPool(t, db))
		for _, end := range []string{"commit", "panic"} {
			inside, leave := make(chan struct{}), make(chan struct{})
			holder := context.WithValue(t.Context(), afterCreate{}, func() {
				close(inside)
				<-leave
				if end == "panic" {
					panic(end)
				}
			})
			first, second := make(chan error, 1), make(chan error, 1)
			go func() {
				defer func() {
					if v := recover(); v != nil {
						first <- errors.New(fmt.Sprint(v))
					}
				}()
				_, err := a.LinkAccount(holder, accountOf(user, end))
				first <- err
			}()
			<-inside
			go func() {
				_, err := b.LinkAccount(t.Context(), accountOf(user, end))
				second <- err
			}()
			if db.Name() != "sqlite" { // which has one writer
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
				if _, err := b.LinkAccount(ctx, accountOf(user, end+"s")); err != nil {
					t.Errorf("another value: %v", err)
				}
				cancel()
			}
			select {
			case err := <-second:
				t.Errorf("the same value: did not wait: %v", err)
				second <- err
			case <-time.After(200 * time.Millisecond):
			}
			close(leave)
			if err := <-first; (err != nil) != (end == "panic") {
				t.Error(err)
			}
			if err := <-second; errors.Is(err, authdb.ErrDuplicate) != (end == "commit") || err != nil && end == "panic" {
				t.Errorf("after the %s: %v", end, err)
			}
			unlocked(t, db, end)
			if n := count(t, db, claimants()[1].rows, end); n != 1 {
				t.Errorf("%s: %d rows", end, n)
			}
		}
	})
}

// TestUnguardedEndedContext: who stops waiting has written and locked nothing.
func TestUnguardedEndedContext(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a, others := newLoose(db), anotherPool(t, db)
		letGo := lockAccount(t, others, "v")
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := a.LinkAccount(ctx, accountOf(user, "v")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		letGo()
		unlocked(t, db, "v")
		if n := count(t, db, claimants()[1].rows, "v"); n != 0 {
			t.Errorf("%d rows", n)
		}
		for i := range 60 { // at all moments
			value := fmt.Sprint("v", i)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
			_, err := a.LinkAccount(ctx, accountOf(user, value))
			cancel()
			// It may end when the commit is on its way.
			if rows := count(t, db, claimants()[1].rows, value); err != nil && !errors.Is(err, context.DeadlineExceeded) || err == nil && rows != 1 {
				t.Errorf("%d rows and %v", rows, err)
			}
			unlocked(t, db, value)
		}
		if _, err := a.LinkAccount(t.Context(), accountOf(user, "v")); err != nil {
			t.Error(err)
		}
	})
}

// claimsEnv tells a process of TestUnguardedProcesses what to do: a driver, a
// user's id and a DSN.
const claimsEnv = "AUTHDB_GORMADAPTER_CLAIMS"

const claimRounds = 20

func TestMain(m *testing.M) {
	setZone()
	if what := strings.SplitN(os.Getenv(claimsEnv), " ", 3); len(what) == 3 {
		os.Exit(claimProcess(what[0], what[1], what[2]))
	}
	os.Exit(m.Run())
}

// claimProcess is what each of the processes is: it opens the database, says so,
// waits for its standard input to close, and prints what it won.
func claimProcess(driver, user, dsn string) int {
	db, err := openPlace(driver, dsn)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	a := newLoose(db)
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1))
	for _, c := range claimants() {
		for round := range claimRounds {
			value := fmt.Sprint(c.name, round)
			atOnce(3, func(int) {
				switch err := c.claim(context.Background(), a, user, value); {
				case err == nil:
					fmt.Println("won " + value)
				case !errors.Is(err, authdb.ErrDuplicate):
					fmt.Println(value, err)
				}
			})
		}
	}
	return 0
}

// TestUnguardedProcesses is TestUnguardedOneWinner with processes.
func TestUnguardedProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		driver, dsn := placeOf(db)
		winners := map[string]int{}
		for _, line := range runClaims(t, self, strings.Join([]string{driver, user, dsn}, " ")) {
			value, won := strings.CutPrefix(line, "won ")
			if !won {
				t.Error(line)
			}
			winners[value]++
		}
		for _, c := range claimants() {
			for round := range claimRounds {
				value := fmt.Sprint(c.name, round)
				if rows := count(t, db, c.rows, value); winners[value] != 1 || rows != 1 {
					t.Errorf("%s: %d winners, %d rows", value, winners[value], rows)
				}
				unlocked(t, db, value)
			}
		}
	})
}

// runClaims returns what four processes print that begin at the same time.
func runClaims(t *testing.T, self, what string) (lines []string) {
	t.Helper()
	start, begin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer start.Close()
	var ready, group sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		c := exec.Command(self)
		c.Env = append(os.Environ(), claimsEnv+"="+what)
		c.Stdin = start
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		ready.Add(1)
		group.Go(func() {
			said := bufio.NewScanner(out)
			if !said.Scan() || said.Text() != "ready" {
				t.Error(said.Text())
			}
			ready.Done()
			for said.Scan() {
				mu.Lock()
				lines = append(lines, said.Text())
				mu.Unlock()
			}
			if err := c.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	begin.Close()
	group.Wait()
	return lines
}

// TestUnguardedBusy: a lock that others keep for long is waited for again.
func TestUnguardedBusy(t *testing.T) {
	if testing.Short() {
		t.Skip("waits")
	}
	for _, d := range databases()[3:] {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			db, _ := d.open(t)
			makeLoose(t, db)
			a := newLoose(db)
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			letGo := lockAccount(t, anotherPool(t, db), "v")
			time.AfterFunc(5500*time.Millisecond, letGo)
			if _, err := a.LinkAccount(t.Context(), accountOf(u.ID, "v")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnguardedLearns has a Check find the unique key while others are about to
// lock it.
func TestUnguardedLearns(t *testing.T) {
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		if err := db.Exec("CREATE UNIQUE INDEX one_account ON loose_accounts (provider, provider_account_id)").Error; err != nil {
			t.Fatal(err)
		}
		a := newLoose(db)
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				for j := range 8 {
					if _, err := a.LinkAccount(t.Context(), accountOf(user, fmt.Sprint(i, j))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		if err := a.Check(t.Context()); err != nil {
			t.Error(err)
		}
		group.Wait()
	})
}
