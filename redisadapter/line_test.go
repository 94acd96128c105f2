package redisadapter_test

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb/internal/testdb"
)

// A line leads to a server, and is cut when certain words are sent over it.
type line struct {
	listener net.Listener
	server   string

	mu      sync.Mutex
	words   []byte // nil: it is not to be cut
	deliver bool   // the server gets them, and the answer is lost; else they are lost
	sent    int    // how often the words were sent
}

// newLine returns a client whose line to the server can be cut, and the line.
func newLine(t *testing.T) (*redis.Client, *line) {
	t.Helper()
	server := testdb.SharedRedis(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	l := &line{listener: listener, server: server.Addr}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.connect(client)
		}
	}()
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.Addr = listener.Addr().String()
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client, l
}

func (l *line) connect(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var lost atomic.Bool // the next answer
	answers := make(chan struct{})
	go func() {
		defer close(answers)
		defer client.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil || lost.Load() {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		due, deliver := l.due(buffer[:n])
		if due && !deliver {
			return
		}
		lost.Store(due)
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if due {
			<-answers
			return
		}
	}
}

// cut has the line be cut once, at these words.
func (l *line) cut(words string, deliver bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.words, l.deliver, l.sent = []byte(words), deliver, 0
}

// times says how often the words of the last cut were sent.
func (l *line) times() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent
}

func (l *line) due(sent []byte) (due, deliver bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.words == nil || !bytes.Contains(bytes.ToLower(sent), bytes.ToLower(l.words)) {
		return false, false
	}
	l.sent++
	return l.sent == 1, l.deliver
}
