package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/catalog"
)

// TestConcurrent has eight pools of one process synchronise one empty database
// at the same moment.
func TestConcurrent(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for round := range 4 {
				dsn := d.dsn(t)
				var pools []*gorm.DB
				for range 8 {
					pools = append(pools, open(t, d.open(dsn), nil))
				}
				list := modelsOf(t, pools[0], rows{})
				start := make(chan struct{})
				var group sync.WaitGroup
				for _, db := range pools {
					group.Go(func() {
						<-start
						if err := catalog.Synchronize(t.Context(), db, request(list)); err != nil {
							t.Errorf("round %d: %v (%v)", round, err, errors.Unwrap(err))
						}
					})
				}
				close(start)
				group.Wait()
				if t.Failed() {
					return
				}
				if *update {
					continue
				}
				golden(t, "default."+d.golden, dump(t, pools[0], tableNames(list)...))
			}
		})
	}
}

// rounds is how often the processes of TestProcesses begin at the same moment.
const rounds = 20

// half is what is taken away from complete tables for a half-made database.
var half = []string{
	"DROP TABLE authenticators", "DROP TABLE accounts", "ALTER TABLE users DROP COLUMN image", "ALTER TABLE users DROP COLUMN name",
	"INSERT INTO users (id, email) VALUES ('u', 'ada@example.com')",
}

// synchronizeEnv tells a process of TestProcesses what to do: a database's name
// and its DSN.
const synchronizeEnv = "AUTHDB_CATALOG_SYNCHRONIZE"

func TestMain(m *testing.M) {
	setZone()
	if name, dsn, ok := strings.Cut(os.Getenv(synchronizeEnv), " "); ok {
		os.Exit(synchronizeProcess(name, dsn))
	}
	os.Exit(m.Run())
}

// synchronizeProcess is what each process of TestProcesses is: it opens the
// database, says so, waits for its standard input to close, and synchronises.
func synchronizeProcess(name, dsn string) int {
	for _, d := range databases() {
		if d.name != name {
			continue
		}
		db, err := gorm.Open(d.open(dsn), &gorm.Config{Logger: logger.Discard})
		if err == nil {
			fmt.Println("ready")
			_, _ = os.Stdin.Read(make([]byte, 1))
			err = catalog.Synchronize(context.Background(), db, request(modelsOf(nil, db, rows{})))
		}
		if err != nil {
			fmt.Println(err, errors.Unwrap(err))
			return 1
		}
	}
	return 0
}

// TestProcesses is TestConcurrent with processes, on an empty database and on
// one that is half made, with a row in it.
func TestProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for round := range rounds {
				dsn := d.dsn(t)
				db := open(t, d.open(dsn), nil)
				list := modelsOf(t, db, rows{})
				runProcesses(t, self, d.name+" "+dsn)
				golden(t, "default."+d.golden, dump(t, db, tableNames(list)...))

				execAll(t, db, half...)
				runProcesses(t, self, d.name+" "+dsn)
				made := dump(t, db, tableNames(list)...)
				if n, m := strings.Count(made, "table "), strings.Count(made, "  image "); n != 5 || m != 1 {
					t.Errorf("round %d: %d tables:\n%s", round, n, made)
				}
				if _, err := catalog.Check(t.Context(), db, request(list)); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
				var n int64
				if err := db.Table("users").Count(&n).Error; err != nil || n != 1 {
					t.Errorf("round %d: %d users are left, %v", round, n, err)
				}
				if t.Failed() {
					return
				}
				pool, err := db.DB()
				if err != nil {
					t.Fatal(err)
				}
				pool.Close()
			}
		})
	}
}

func runProcesses(t *testing.T, self, what string) {
	t.Helper()
	start, release, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer start.Close()
	var group sync.WaitGroup
	var ready sync.WaitGroup
	for range 8 {
		c := exec.Command(self)
		c.Env = append(os.Environ(), synchronizeEnv+"="+what)
		c.Stdin = start
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ready.Add(1)
		group.Go(func() {
			said := make([]byte, 4096)
			_, _ = out.Read(said)
			ready.Done()
			var rest strings.Builder
			for {
				n, err := out.Read(said)
				rest.Write(said[:n])
				if err != nil {
					break
				}
			}
			if err := c.Wait(); err != nil {
				t.Errorf("%v: %s %s", err, said, rest.String())
			}
		})
	}
	ready.Wait()
	release.Close()
	group.Wait()
}

// TestInsideTransaction refuses, and leaves the caller's transaction as it was.
func TestInsideTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		execAll(t, db, "CREATE TABLE work (n INTEGER)")
		list := modelsOf(t, db, rows{})
		for _, prepared := range []bool{false, true} {
			err := db.Session(&gorm.Session{PrepareStmt: prepared}).Transaction(func(tx *gorm.DB) error {
				execAll(t, tx, "INSERT INTO work VALUES (1)")
				watched, log := watch(tx)
				err := catalog.Synchronize(t.Context(), watched, request(list))
				if !errors.Is(err, authdb.ErrNotSynchronized) || !strings.Contains(err.Error(), "adapter.Synchronize(ctx)") {
					t.Errorf("Synchronize: %v", err)
				}
				if len(log.list) > 0 {
					t.Errorf("sent %q", log.list)
				}
				// To look is allowed.
				if _, err := catalog.Check(t.Context(), tx, request(list)); !errors.Is(err, authdb.ErrSchema) {
					t.Errorf("Check: %v", err)
				}
				execAll(t, tx, "INSERT INTO work VALUES (2)")
				return errors.New("rolled back")
			})
			if err == nil || err.Error() != "rolled back" {
				t.Error(err)
			}
		}
		var n int64
		if err := db.Table("work").Count(&n).Error; err != nil || n != 0 {
			t.Errorf("%d rows stayed, %v", n, err)
		}
	})
}

// Broken is a row whose table can't be created.
type Broken struct {
	CredentialID string `gorm:"primaryKey;size:255"`
	UserID       string `gorm:"size:64;not null;check:no_such_function(user_id) > 0"`
}

// TestTakenBack has the third table fail: what was created before is gone.
func TestTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		list := modelsOf(t, db, rows{authenticator: Broken{}})
		err := catalog.Synchronize(t.Context(), db, request(list))
		if err == nil {
			t.Skip("this database does not mind a function that it has not")
		}
		if !strings.Contains(err.Error(), "create table brokens") || strings.Contains(err.Error(), "no_such_function") {
			t.Errorf("Synchronize: %v", err)
		}
		if left := dump(t, db, tableNames(list)...); left != "" {
			t.Errorf("left behind:\n%s", left)
		}
		synchronize(t, db, modelsOf(t, db, rows{})) // no lock stays
	})
}

// TestNotTakenBack has others write to the tables that are to be taken back:
// one has a row by then, and one gets it after it was found to be empty.
func TestNotTakenBack(t *testing.T) {
	for _, d := range databases() {
		if !strings.HasPrefix(d.golden, "m") {
			continue // takes DDL back by itself
		}
		t.Run(d.name, func(t *testing.T) {
			dsn := d.dsn(t)
			db, others := open(t, d.open(dsn), nil), open(t, d.open(dsn), nil)
			list := modelsOf(t, db, rows{authenticator: Broken{}})
			inserted := make(chan error, 1)
			watched := db.Session(&gorm.Session{Logger: counter{logger.Discard, func(s string) {
				switch {
				case strings.HasPrefix(s, "CREATE TABLE `users`"):
					execAll(t, others, "INSERT INTO users (id) VALUES ('u')")
				case strings.HasPrefix(s, "SELECT COUNT(*) FROM `verification_tokens`"):
					go func() {
						inserted <- others.Exec("INSERT INTO verification_tokens (identifier, token, expires) VALUES ('i', 't', NOW())").Error
					}()
					time.Sleep(300 * time.Millisecond) // time to get in between, if it can
				}
			}}})
			err := catalog.Synchronize(t.Context(), watched, request(list))
			if err == nil || !strings.HasSuffix(err.Error(), "; created before and not dropped: users") {
				t.Errorf("Synchronize: %v", err)
			}
			if err := <-inserted; err == nil {
				t.Error("a row was written to a table that was dropped then")
			}
			var n int64
			if err := db.Table("users").Count(&n).Error; err != nil || n != 1 {
				t.Errorf("%d users are left, %v", n, err)
			}
			synchronize(t, db, modelsOf(t, db, rows{})) // no lock stays
		})
	}
}

// TestCanceled ends the context while tables are being created.
func TestCanceled(t *testing.T) {
	onEach(t, func(t *testing.T, _ database, db *gorm.DB) {
		list := modelsOf(t, db, rows{})
		for after := range 12 {
			ctx, cancel := context.WithCancel(t.Context())
			n := 0
			watched := db.Session(&gorm.Session{Logger: counter{logger.Discard, func(s string) {
				if strings.HasPrefix(s, "CREATE") {
					if n++; n > after {
						cancel()
					}
				}
			}}})
			err := catalog.Synchronize(ctx, watched, request(list))
			cancel()
			made := dump(t, db, tableNames(list)...)
			if err == nil {
				if strings.Count(made, "table ") != 5 {
					t.Errorf("no error after %d statements, and the tables\n%s", after, made)
				}
				return
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("canceled after %d statements: %v", after, err)
			}
			if made != "" {
				t.Errorf("canceled after %d statements, and left\n%s", after, made)
			}
		}
	})
}

type counter struct {
	logger.Interface
	see func(string)
}

func (c counter) LogMode(logger.LogLevel) logger.Interface { return c }

func (c counter) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	statement, _ := f()
	c.see(statement)
}
