package reliability

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// variable holds the setup of a process that is a peer.
const variable = "AUTHDB_RELIABILITY_PEER"

// A setup is what a peer has to know from the start.
type setup struct {
	Kind   string
	Where  testdb.Database
	File   string
	Broken string
}

// An order is what a peer is to do. It comes as a line of JSON; interop/load.mjs
// takes the same.
type order struct {
	Do      string   `json:"do"` // "write" until "stop"; "create" or "use" a token, "register", "lock"
	Name    string   `json:"name,omitempty"`
	Callers int      `json:"callers,omitempty"`
	Token   string   `json:"token,omitempty"`
	People  []string `json:"people,omitempty"`
}

// A message is what a peer says, as a line of JSON: of a call that begins or has
// ended, or the answer to an order.
type message struct {
	Begin   int      `json:"begin,omitempty"`
	Needs   key      `json:"needs,omitempty"`
	Changes []change `json:"changes,omitempty"`
	End     int      `json:"end,omitempty"`
	Outcome outcome  `json:"outcome,omitempty"`
	Kind    string   `json:"kind,omitempty"`
	Answer  *answer  `json:"answer,omitempty"`
}

// An answer is what came of an order.
type answer struct {
	Used   int               `json:"used"`   // how many callers got the token
	IDs    map[string]string `json:"ids"`    // of the people's users
	Errors map[string]int    `json:"errors"` // that reached callers, by kind
	Failed string            `json:"failed"` // why the order was not carried out
}

// Peer makes this process a peer if that is what it was started for, and returns
// only if it is not. Programs that call Run call it first of all.
func Peer(wrappers Wrappers) {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	var s setup
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		err = serve(s, wrappers, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A speaker sends messages. Each is one write, so that what was said before a
// kill has been said.
type speaker struct {
	mu   sync.Mutex
	out  io.Writer
	next int
}

func (s *speaker) say(m message) {
	line, err := json.Marshal(m)
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.out.Write(append(line, '\n')) // nobody listens any more: then stdin ends too
}

func (s *speaker) begin(needs key, changes []change) int {
	s.mu.Lock()
	s.next++
	id := s.next
	s.mu.Unlock()
	s.say(message{Begin: id, Needs: needs, Changes: changes})
	return id
}

func (s *speaker) end(id int, o outcome, kind string) {
	s.say(message{End: id, Outcome: o, Kind: kind})
}

// serve carries out orders until there are no more.
func serve(s setup, wrappers Wrappers, in io.Reader, out io.Writer) error {
	ctx := context.Background()
	st := &stage{where: s.Where, file: s.File}
	if s.Kind != sqlite {
		st.server = s.Kind
	}
	db, err := datasource.OpenDB(ctx, st.config(0, nil))
	if err != nil {
		return err
	}
	adapter := gormadapter.New(db)
	speaker := &speaker{out: out}
	p := &peer{db: db, adapter: wrappers.wrap(s.Broken, adapter), speaker: speaker}
	orders := json.NewDecoder(in)
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		speaker.say(message{Answer: p.obey(ctx, o)})
	}
}

// A peer is a process with an adapter of its own, seen from inside.
type peer struct {
	db      *gorm.DB
	adapter authdb.Adapter
	speaker *speaker
	crew    *crew
}

func (p *peer) obey(ctx context.Context, o order) *answer {
	switch o.Do {
	case "write":
		p.crew = &crew{adapter: p.adapter, record: p.speaker}
		p.crew.start(o.Name, o.Callers)
		return &answer{}
	case "stop":
		p.crew.end()
		return &answer{}
	case "lock": // until the end of this process
		err := p.db.WithContext(ctx).Connection(func(tx *gorm.DB) error { return tx.Exec("BEGIN EXCLUSIVE").Error })
		return failed(err)
	case "create":
		_, err := p.adapter.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: o.Token, Token: o.Token, Expires: time.Now().Add(time.Hour)})
		return failed(err)
	case "use":
		return together(o.Callers, func(int) (func(*answer), error) {
			_, err := p.adapter.UseVerificationToken(ctx, o.Token, o.Token)
			return func(a *answer) { a.Used++ }, err
		})
	case "register":
		return together(len(o.People), func(i int) (func(*answer), error) {
			name := o.People[i]
			id, err := register(ctx, p.adapter, name+"@example.com", name, name)
			return func(a *answer) { a.IDs[name] = id }, err
		})
	}
	return failed(fmt.Errorf("nobody knows how to %q", o.Do))
}

func failed(err error) *answer {
	if err != nil {
		return &answer{Failed: err.Error()}
	}
	return &answer{}
}

// together makes a number of calls at once. Not to get a token is no error.
func together(callers int, call func(i int) (func(*answer), error)) *answer {
	a := &answer{IDs: map[string]string{}, Errors: map[string]int{}}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	for i := range callers {
		wait.Go(func() {
			note, err := call(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				note(a)
			} else if o, kind := classify(err); o != missing {
				a.Errors[kind]++
			}
		})
	}
	wait.Wait()
	return a
}

// A process is a peer, seen from outside.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan answer // closed when the process has ended
	ledger  *ledger     // hears of its calls; may be nil
	offset  int         // of the ids of its calls
}

// spawn starts a peer.
func spawn(cmd *exec.Cmd, l *ledger) (*process, error) {
	p := &process{cmd: cmd, ledger: l, answers: make(chan answer, 1)}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		p.in, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	if l != nil {
		p.offset = l.reserve()
	}
	go p.listen(out)
	return p, nil
}

func (p *process) listen(out io.Reader) {
	defer close(p.answers)
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // half a line is what a killed process had to say last
		}
		var m message
		if json.Unmarshal(line, &m) != nil {
			fmt.Fprintf(os.Stderr, "a peer says %s", line)
			continue
		}
		switch {
		case m.Answer != nil:
			p.answers <- *m.Answer
		case p.ledger == nil:
		case m.Begin != 0:
			p.ledger.announce(p.offset+m.Begin, m.Needs, m.Changes)
		case m.End != 0:
			p.ledger.end(p.offset+m.End, m.Outcome, m.Kind)
		}
	}
}

func (p *process) order(o order) error {
	line, err := json.Marshal(o)
	if err == nil {
		_, err = p.in.Write(append(line, '\n'))
	}
	return err
}

// ask gives an order and waits for what comes of it.
func (p *process) ask(o order) (answer, error) {
	if err := p.order(o); err != nil {
		return answer{}, err
	}
	a, ok := <-p.answers
	switch {
	case !ok:
		return a, errors.New("a peer has ended")
	case a.Failed != "":
		return a, errors.New(a.Failed)
	}
	return a, nil
}

// close ends the process and waits for it.
func (p *process) close() error {
	_ = p.in.Close()
	for range p.answers { // until it has said everything
	}
	return p.cmd.Wait()
}

// kill kills the process, and returns when all that it has said was heard.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.close() // "signal: killed"
}

// A troop is a number of writers in a process of their own, another one each time
// that it was killed.
type troop struct {
	spawn   func() (*process, error)
	process *process
	err     error
}

func (t *troop) start(name string, writers int) {
	if t.process == nil {
		t.process, t.err = t.spawn()
	}
	if t.err == nil {
		_, t.err = t.process.ask(order{Do: "write", Name: name, Callers: writers})
	}
}

func (t *troop) end() {
	if t.process != nil && t.err == nil {
		_, t.err = t.process.ask(order{Do: "stop"})
	}
}

// ping makes a call in the process of the writers, or in the next one.
func (t *troop) ping(context.Context) error {
	if t.process == nil {
		return nil // the next one has to start first
	}
	_, err := t.process.ask(order{Do: "ping"})
	return err
}

func (t *troop) kill() error {
	if t.process != nil {
		t.process.kill()
		t.process = nil
	}
	return t.err
}
