package reliability

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/authdb/authdb/internal/testdb"
)

// A line leads to a server and can be cut.
type line struct {
	server   string
	listener net.Listener

	mu  sync.Mutex
	cut *cut // nil: not to be cut
}

// A cut is a place at which a line is to be cut, once.
type cut struct {
	words   []byte // what is being sent; nil is anything
	after   int    // as often as it was sent before
	deliver bool   // the server gets it, and its answer is lost; else it is lost itself
	made    chan struct{}
}

func newLine(to testdb.Database) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{server: net.JoinHostPort(to.Host, fmt.Sprint(to.Port)), listener: listener}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.connect(client)
		}
	}()
	return l, nil
}

func (l *line) port() int { return l.listener.Addr().(*net.TCPAddr).Port }

func (l *line) close() { _ = l.listener.Close() }

func (l *line) connect(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		pass(client, server, func([]byte) *cut { return nil })
	}()
	pass(server, client, l.due)
}

// due returns the cut that is to be made at what is being sent, if it is time.
func (l *line) due(sent []byte) *cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.cut
	if c == nil || !bytes.Contains(bytes.ToLower(sent), c.words) {
		return nil
	}
	if c.after--; c.after >= 0 {
		return nil
	}
	l.cut = nil
	return c
}

func (l *line) set(c *cut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = c
}

// pass passes on what comes, until an end or a cut.
func pass(to, from net.Conn, due func([]byte) *cut) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		c := due(buffer[:n])
		if c != nil {
			_ = from.Close()
			defer close(c.made)
		}
		if c == nil || c.deliver {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if c != nil {
			if c.deliver {
				time.Sleep(20 * time.Millisecond) // the server does its work, and nobody reads the answer
			}
			return
		}
	}
}

// connectionCut cuts the connection of one of the writers, before or after a
// statement arrives, COMMIT as often as all others together.
func connectionCut() fault {
	return fault{
		name: "connection cut at a statement", rounds: 400, unit: "cuts", line: true,
		on: map[string]string{sqlite: "-"},
		strike: func(_ context.Context, sc *scene) error {
			c := &cut{after: rand.IntN(20), deliver: rand.IntN(3) > 0, made: make(chan struct{})}
			if rand.IntN(2) == 0 {
				c.words = []byte("commit")
			}
			sc.line.set(c)
			select {
			case <-c.made:
				return nil
			case <-time.After(20 * time.Second):
				return errors.New("nothing was sent")
			}
		},
	}
}
