package reliability

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
)

// A fault is something that happens to a database while writers are at work.
type fault struct {
	name   string
	rounds int // at full scale
	unit   string

	// on says why it is not tried on a database; "-" leaves no line.
	on map[string]string

	// params are further parameters of the writers' connections, by database.
	params map[string]map[string]string

	// line leads the writers' connections through one that can be cut.
	line bool

	// apart has the writers in a process of their own.
	apart bool

	// bound makes each call's context end at a random moment before.
	bound time.Duration

	// strike makes the fault and lasts as long as it does.
	strike func(context.Context, *scene) error

	// race is instead of all the above: it fills the row by itself.
	race func(ctx context.Context, c Config, s *stage, r *Row) error
}

// A scene is a stage with a fault's writers.
type scene struct {
	*stage
	line    *line // between the writers and the server, if the fault needs it
	pool    *gorm.DB
	adapter authdb.Adapter
	ledger  *ledger
	load    load
	spawn   func(*ledger) (*process, error) // starts a peer on the stage
}

// A load is a number of writers at work.
type load interface {
	start(name string, writers int)
	end()
}

// The writers, and how many rounds there are before the tables are emptied.
const (
	writers    = 16
	generation = 10
)

// faults are all, in the order of the table.
func faults() []fault {
	return []fault{
		serverKilled(), processKilled(), connectionCut(), diskFull(), databaseLocked(), poolExhausted(), statementTimeout(), contextCanceled(),
		tokensRaced(), peopleRaced(),
	}
}

// try has a fault happen as often as the scale says.
func (c Config) try(ctx context.Context, s *stage, f fault) (Row, error) {
	why := f.on[s.kind()]
	if why == "-" {
		return Row{}, nil
	}
	row := Row{Fault: f.name, Rounds: fmt.Sprintf("%d %s", c.scaled(f.rounds), f.unit), Skipped: why, Errors: map[string]int{}}
	if why != "" {
		return row, nil
	}
	if err := s.empty(ctx); err != nil {
		return row, err
	}
	if f.race != nil {
		return row, f.race(ctx, c, s, &row)
	}
	sc, err := c.enter(ctx, s, f)
	if err != nil {
		return row, err
	}
	defer sc.leave()
	for round := range c.scaled(f.rounds) {
		if round%generation == generation-1 {
			if err := s.empty(ctx); err != nil {
				return row, err
			}
			clear(sc.ledger.may)
		}
		if err := sc.round(ctx, f, &row, round); errors.Is(err, errors.ErrUnsupported) {
			row.Skipped = err.Error()
			return row, nil
		} else if err != nil {
			return row, err
		}
	}
	row.take(sc.ledger)
	return row, nil
}

// round has the fault happen once.
func (sc *scene) round(ctx context.Context, f fault, row *Row, round int) error {
	sc.load.start(fmt.Sprintf("r%d", round), writers)
	time.Sleep(time.Duration(20+rand.IntN(100)) * time.Millisecond)
	err := f.strike(ctx, sc)
	if err == nil {
		var took time.Duration
		var failed int
		took, failed, err = sc.probe(ctx, sc.adapter)
		row.Back = append(row.Back, took)
		row.Failed = max(row.Failed, failed)
	}
	time.Sleep(20 * time.Millisecond)
	sc.load.end()
	if err != nil {
		return err
	}
	return sc.check(ctx, sc.ledger, row)
}

// take adds what the ledger has counted.
func (r *Row) take(l *ledger) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Calls += l.calls
	r.Lost += l.lost
	r.Doubles += l.doubles
	r.Details = append(r.Details, l.details...)
	for kind, n := range l.errors {
		r.Errors[kind] += n
	}
}

// enter opens the database for a fault's writers. Their pool is the same over
// all rounds.
func (c Config) enter(ctx context.Context, s *stage, f fault) (*scene, error) {
	sc := &scene{stage: s, ledger: newLedger()}
	port := 0
	if f.line {
		var err error
		if sc.line, err = newLine(s.where); err != nil {
			return nil, err
		}
		port = sc.line.port()
	}
	var err error
	if sc.pool, err = datasource.OpenDB(ctx, s.config(port, f.params[s.kind()])); err != nil {
		return nil, err
	}
	adapter := gormadapter.New(sc.pool)
	if err := adapter.Check(ctx); err != nil {
		return nil, err
	}
	sc.adapter = c.Wrappers.wrap(c.Broken, adapter)
	sc.spawn = func(l *ledger) (*process, error) { return c.peer(s, l) }
	sc.load = &crew{adapter: sc.adapter, record: sc.ledger, bound: f.bound}
	if f.apart {
		sc.load = &troop{spawn: func() (*process, error) { return sc.spawn(sc.ledger) }}
	}
	return sc, nil
}

// peer starts this program again, as a process with an adapter on the stage.
func (c Config) peer(s *stage, l *ledger) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(setup{Kind: s.kind(), Where: s.where, File: s.file, Broken: c.Broken})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), variable+"="+string(text))
	return spawn(cmd, l)
}

func (sc *scene) leave() {
	if t, ok := sc.load.(*troop); ok {
		_ = t.kill()
	}
	_ = closePool(sc.pool)
	if sc.line != nil {
		sc.line.close()
	}
}

// Wrappers break adapters on purpose, by name.
type Wrappers map[string]func(authdb.Adapter) authdb.Adapter

func (w Wrappers) wrap(name string, a authdb.Adapter) authdb.Adapter {
	if wrap := w[name]; wrap != nil {
		return wrap(a)
	}
	return a
}
