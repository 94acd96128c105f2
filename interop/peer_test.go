package interop_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// A peer is a process of Node.js with one of Auth.js's adapters: see peer.mjs.
type peer struct {
	requests io.WriteCloser
	answers  *bufio.Reader
	said     *tail
	asked    int
}

// A date is an instance of JavaScript's Date.
type date struct{ time.Time }

// A bigint is one of JavaScript's, in decimal.
type bigint string

// An object is one of JavaScript's.
type object = map[string]any

// start runs a peer in the given zone, until the test ends.
func start(t *testing.T, node, origin, database, where, zone string) *peer {
	t.Helper()
	cmd := exec.Command(node, "peer.mjs", origin, database, where)
	cmd.Env = append(os.Environ(), "TZ="+zone, "NODE_ENV=", "NODE_OPTIONS=")
	p := &peer{said: &tail{}}
	cmd.Stderr = p.said
	out, err := cmd.StdoutPipe()
	if err == nil {
		p.requests, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start a peer: %v", err)
	}
	p.answers = bufio.NewReader(out)
	// A peer ends when its standard input does. What hangs is killed.
	t.Cleanup(func() {
		_ = p.requests.Close()
		late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	return p
}

// call has the peer call a method and returns what the adapter returned: string,
// float64, bool, nil, date, bigint, object or []any.
func (p *peer) call(method string, args ...any) (any, error) {
	p.asked++
	line, err := json.Marshal(object{"id": p.asked, "method": method, "args": args})
	if err != nil {
		return nil, err
	}
	if _, err := p.requests.Write(append(line, '\n')); err != nil {
		return nil, errors.New("the peer has ended: " + p.said.String())
	}
	line, err = p.answers.ReadBytes('\n')
	if err != nil {
		return nil, errors.New("the peer has ended: " + p.said.String())
	}
	var answer struct {
		ID     int
		Result any
		Error  string
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.ID != p.asked:
		return nil, errors.New("the peer answers another request")
	case answer.Error != "":
		return nil, errors.New(answer.Error)
	}
	return decode(answer.Result), nil
}

// encode returns an instant as the peer reads it.
func encode(at time.Time) object {
	return object{"$date": at.UTC().Format("2006-01-02T15:04:05.000Z")}
}

// decode turns what JSON has no type for into a type of ours. An invalid Date is
// a date at the zero time.
func decode(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = decode(v[i])
		}
	case object:
		if at, ok := v["$date"]; ok {
			text, _ := at.(string)
			instant, _ := time.Parse(time.RFC3339Nano, text)
			return date{instant.UTC()}
		}
		if n, ok := v["$bigint"].(string); ok {
			return bigint(n)
		}
		for name := range v {
			v[name] = decode(v[name])
		}
	}
	return v
}

// A tail keeps the last of what a process wrote.
type tail struct {
	mu   sync.Mutex
	text string
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text += string(p)
	t.text = t.text[max(0, len(t.text)-4000):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.text)
}
