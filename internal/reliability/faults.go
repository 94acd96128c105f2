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

	// origins is how many rounds there are for the adapters of Auth.js; 0 is none.
	// A process of Node.js takes a second to start.
	origins int

	// on says why it is not tried on a database; "-" leaves no line.
	on map[string]string

	// params are further parameters of the writers' connections, by database.
	params map[string]map[string]string

	// line leads the writers' connections through one that can be cut.
	line bool

	// apart has the writers in a process of their own.
	apart bool

	// bound makes the contexts of half of the calls end at a random moment before.
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
	ping    func(context.Context) error     // a call as a writer makes it
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
	rounds := c.scaled(f.rounds)
	if s.origin != "" {
		if f.origins == 0 {
			return Row{}, nil
		}
		rounds = c.scaled(f.origins)
	}
	row := Row{Fault: f.name, Unit: f.unit, Skipped: why, Errors: map[string]int{}}
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
	enough := c.enough()
	for round := range rounds {
		if row.Rounds > 0 && enough() {
			break
		}
		if round%generation == generation-1 {
			if err := s.empty(ctx); err != nil {
				return row, err
			}
			sc.ledger.clear()
		}
		err := sc.round(ctx, f, &row, round)
		if errors.Is(err, errors.ErrUnsupported) {
			row.Skipped = err.Error()
			return row, nil
		}
		if err != nil {
			return row, err
		}
		row.Rounds++
	}
	row.take(sc.ledger)
	return row, nil
}

// round has the fault happen once.
func (sc *scene) round(ctx context.Context, f fault, row *Row, round int) error {
	sc.load.start(fmt.Sprintf("r%d", round), writers)
	sc.await(ctx, 50)
	time.Sleep(time.Duration(10+rand.IntN(90)) * time.Millisecond)
	err := f.strike(ctx, sc)
	if err == nil {
		var took time.Duration
		var failed int
		took, failed, err = sc.probe(ctx)
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

// await waits until the writers are at work, as that many calls are a sign of.
func (sc *scene) await(ctx context.Context, calls int) {
	for end, until := sc.ledger.begun()+calls, time.Now().Add(10*time.Second); sc.ledger.begun() < end; {
		if time.Now().After(until) || ctx.Err() != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
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
	sc.spawn = func(l *ledger) (*process, error) { return c.peer(s, l) }
	if f.apart || s.origin != "" {
		sc.load = &troop{spawn: func() (*process, error) { return sc.spawn(sc.ledger) }}
	}
	if s.origin != "" {
		sc.ping = sc.load.(*troop).ping
		return sc, nil
	}
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
	if f.params == nil { // else it may not get that far
		if err := adapter.Check(ctx); err != nil {
			return nil, err
		}
	}
	sc.adapter = c.Wrappers.wrap(c.Broken, adapter)
	sc.ping = func(ctx context.Context) error {
		_, err := sc.adapter.GetUserByEmail(ctx, "nobody@example.com")
		if errors.Is(err, authdb.ErrNotFound) {
			return nil
		}
		return err
	}
	if !f.apart {
		sc.load = &crew{adapter: sc.adapter, record: sc.ledger, bound: f.bound}
	}
	return sc, nil
}

// peer starts this program again, as a process with an adapter on the stage.
func (c Config) peer(s *stage, l *ledger) (*process, error) {
	if s.origin != "" {
		return c.originPeer(s, l)
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(setup{Kind: s.kind(), Where: s.where, File: s.file, Broken: c.Broken})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	// The race detector waits a second at the end of each process.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"), variable+"="+string(text))
	return spawn(cmd, l)
}

func (sc *scene) leave() {
	if t, ok := sc.load.(*troop); ok {
		_ = t.kill()
	}
	if sc.pool != nil {
		_ = closePool(sc.pool)
	}
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
