package gormadapter_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/presets"
)

// sent keeps the statements of a *gorm.DB.
type sent struct {
	logger.Interface
	mu   sync.Mutex
	list []string
}

func (l *sent) LogMode(logger.LogLevel) logger.Interface { return l }

func (l *sent) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	statement, _ := f()
	l.list = append(l.list, statement)
}

func listen(db *gorm.DB) (*gorm.DB, *sent) {
	l := &sent{Interface: logger.Discard}
	return db.Session(&gorm.Session{Logger: l}), l
}

var reads = regexp.MustCompile(`^\s*SELECT\b`)

// TestPlan has an empty database, one with some of the tables, and a complete
// one, and what Plan says of them.
func TestPlan(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			server, _, _ := strings.Cut(d.name, "-")
			watched, log := listen(db)
			adapter := gormadapter.New(watched)
			empty := plan(t, adapter)
			golden(t, "plans/empty."+server, empty.String())

			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			if full := plan(t, adapter); len(full.Statements)+len(full.Findings) > 0 {
				t.Errorf("after Synchronize:\n%s", full)
			}

			for _, s := range []string{"DROP TABLE authenticators", "DROP TABLE accounts", "DROP TABLE sessions", "ALTER TABLE users DROP COLUMN image"} {
				if err := db.Exec(s).Error; err != nil {
					t.Fatal(err)
				}
			}
			log.list = nil
			half := plan(t, adapter)
			for _, s := range log.list {
				if !reads.MatchString(s) {
					t.Errorf("Plan sent %q", s)
				}
			}
			golden(t, "plans/half."+server, script(t, half.WriteSQL)+"\n"+script(t, half.WriteGoose))
			log.list = nil
			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			log.list = slices.DeleteFunc(log.list, func(s string) bool {
				return reads.MatchString(s) || strings.HasPrefix(s, "SET ")
			})
			if !slices.Equal(log.list, half.Statements) {
				t.Errorf("Synchronize ran %q, and the plan was %q", log.list, half.Statements)
			}
		})
	}
}

func plan(t *testing.T, adapter *gormadapter.Adapter) *gormadapter.Plan {
	t.Helper()
	p, err := adapter.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := adapter.Plan(t.Context()); err != nil || again.String() != p.String() {
		t.Errorf("a second Plan is another: %v\n%v", err, again)
	}
	return p
}

func script(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPlanScript has what WriteSQL writes run as it is: it does what
// Synchronize does.
func TestPlanScript(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		adapter := gormadapter.New(db)
		for line := range strings.SplitSeq(script(t, plan(t, adapter).WriteSQL), ";\n") {
			if line == "BEGIN" || line == "COMMIT" {
				continue // on one connection they would work
			}
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if err := db.Exec(line).Error; err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		if p := plan(t, adapter); len(p.Statements)+len(p.Findings) > 0 {
			t.Errorf("there is more:\n%s", p)
		}
	})
}

// TestPlanComments has names that would end a comment, or be one of goose's.
func TestPlanComments(t *testing.T) {
	p := &gormadapter.Plan{Findings: []gormadapter.Finding{{
		Kind: gormadapter.Misfit, Table: "a\rDROP TABLE b;\n-- +goose Down\n+goose Up", Problem: "x", SQL: []string{"A\nB"},
	}}}
	for _, text := range []string{script(t, p.WriteSQL), script(t, p.WriteGoose)} {
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
			own := line == "-- +goose Up" || line == "-- +goose Down"
			if !strings.HasPrefix(line, "--") || strings.Contains(line, "+goose") && !own {
				t.Errorf("%q in\n%s", line, text)
			}
		}
		if n := strings.Count(text, "+goose"); n != 0 && n != 2 {
			t.Errorf("%d annotations in\n%s", n, text)
		}
	}
}

// TestPlanRefuses has an adapter that can't plan, and tables that do not fit.
func TestPlanRefuses(t *testing.T) {
	if _, err := gormadapter.New(nil).Plan(t.Context()); err == nil {
		t.Error("no error of the configuration")
	}
	db := onSQLite(t)
	adapter := gormadapter.New(db)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := adapter.Plan(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := db.Exec("CREATE TABLE users (name TEXT)").Error; err != nil {
		t.Fatal(err)
	}
	p := plan(t, adapter)
	if len(p.Statements) > 0 || !slices.ContainsFunc(p.Findings, func(f gormadapter.Finding) bool {
		return f.Fatal && f.Kind == gormadapter.MissingColumn && f.Table == "users" && f.Column == "email"
	}) {
		t.Errorf("the plan is\n%s", p)
	}
	if !slices.ContainsFunc(p.Findings, func(f gormadapter.Finding) bool {
		return f.Kind == gormadapter.MissingTable && f.Table == "sessions" && f.Fatal && strings.Contains(f.Why, "nothing is added")
	}) {
		t.Errorf("the plan does not say what else is missing:\n%s", p)
	}
	if err := adapter.Synchronize(t.Context()); !errors.Is(err, authdb.ErrSchema) {
		t.Errorf("Synchronize: %v", err)
	}
	if after := plan(t, adapter); after.String() != p.String() {
		t.Errorf("Synchronize changed something:\n%s", after)
	}
}

// TestForeign has the tables of another origin, of which something is missing.
func TestForeign(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage string
		says   string
		helps  bool // WithForeignChanges
	}{
		{"a column", `ALTER TABLE account DROP COLUMN session_state`, "table account, column session_state: missing", true},
		{"a table", `DROP TABLE session`, "table session: does not exist", true},
		{"a needed column", `ALTER TABLE session DROP COLUMN expires`, "table session, column expires: missing", false},
		{"a unique key", `ALTER TABLE "user" DROP CONSTRAINT user_email_unique`, "table user: no unique key on email", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			onDumps(t, func(t *testing.T, _, dump string, restored func(*testing.T) *gorm.DB) {
				if dump != "drizzle-pg" {
					t.Skip("the statement is for one dump")
				}
				db := restored(t)
				if err := db.Exec(c.damage).Error; err != nil {
					t.Fatal(err)
				}
				before := catalogue(t, db)
				adapter := gormadapter.New(db, authdb.WithModels(presets.Drizzle()))
				if p := plan(t, adapter); len(p.Statements) > 0 || !strings.Contains(p.String(), "(fatal)") {
					t.Errorf("the plan is\n%s", p)
				}
				for _, err := range []error{adapter.Synchronize(t.Context()), adapter.Check(t.Context())} {
					if !errors.Is(err, authdb.ErrSchema) || !strings.Contains(err.Error(), c.says) {
						t.Errorf("%v does not say %q", err, c.says)
					}
				}
				if after := catalogue(t, db); after != before {
					t.Errorf("the catalogue is\n%s\nand was\n%s", after, before)
				}
				adapter = gormadapter.New(db, authdb.WithModels(presets.Drizzle()), authdb.WithForeignChanges())
				if err := adapter.Synchronize(t.Context()); (err == nil) != c.helps {
					t.Errorf("with WithForeignChanges: %v", err)
				}
				if after := catalogue(t, db); (after != before) != c.helps {
					t.Errorf("the catalogue is\n%s\nand was\n%s", after, before)
				}
				p := plan(t, adapter)
				if len(p.Statements) > 0 || !slices.ContainsFunc(p.Findings, func(f gormadapter.Finding) bool { return f.Kind == gormadapter.ForeignTools }) {
					t.Errorf("the plan is\n%s", p)
				}
			})
		})
	}
}
