package gormadapter_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// TestUnknownOutcome loses the connection after COMMIT, or a statement that
// commits itself, was sent: the server does the work and the caller is told that
// nobody knows. It is not done again.
func TestUnknownOutcome(t *testing.T) {
	for server, commit := range map[string]string{
		testdb.Postgres: "commit\x00", // and not BEGIN ... READ COMMITTED
		testdb.MariaDB:  "commit",
	} {
		t.Run(server, func(t *testing.T) {
			s := testdb.New(t, server)
			line := newLine(t, net.JoinHostPort(s.Host, fmt.Sprint(s.Port)))
			db := openGORM(t, dialThrough(s, line.port()))
			a := gormadapter.New(db)
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}

			session := &authdb.Session{SessionToken: "token", UserID: u.ID, Expires: time.Now().Add(time.Hour)}
			if _, err := a.CreateSession(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			line.cutAfter(commit)
			if _, err := a.DeleteSessionsByUserID(t.Context(), u.ID); !errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("cut at COMMIT: %v", err)
			}
			if n := line.cuts(); n != 1 {
				t.Errorf("COMMIT was sent %d times", n)
			}
			// The server may take its time: nobody waits for it.
			soon(t, "the server did not commit", func() error {
				if _, _, err := a.GetSessionAndUser(t.Context(), "token"); !errors.Is(err, authdb.ErrNotFound) {
					return fmt.Errorf("the session is there: %w", err)
				}
				return nil
			})

			if server == testdb.Postgres { // elsewhere COMMIT was not sent
				line.cutAfter("grace")
				if _, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("Grace")}); !errors.Is(err, authdb.ErrUnknownOutcome) {
					t.Errorf("cut at UPDATE: %v", err)
				}
				if n := line.cuts(); n != 1 {
					t.Errorf("UPDATE was sent %d times", n)
				}
			}

			// Statements are prepared on the new connection first.
			if _, err := a.CreateUser(t.Context(), &authdb.User{}); err != nil {
				t.Fatal(err)
			}
			line.cutAfter("ada@example.com")
			if _, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"}); !errors.Is(err, authdb.ErrUnknownOutcome) {
				t.Errorf("cut at INSERT: %v", err)
			}
			if n := line.cuts(); n != 1 {
				t.Errorf("INSERT was sent %d times", n)
			}
			soon(t, "the server did not insert", func() error {
				_, err := a.GetUserByEmail(t.Context(), "ada@example.com")
				return err
			})
		})
	}
}

// soon waits until f returns nil.
func soon(t *testing.T, fault string, f func() error) {
	t.Helper()
	give := time.Now().Add(20 * time.Second)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(give) {
			t.Errorf("%s: %v", fault, err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func dialThrough(s testdb.Database, port int) gorm.Dialector {
	if s.Server == testdb.Postgres {
		return postgres.Open(fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", s.Username, s.Password, port, s.Name))
	}
	return mysql.Open(fmt.Sprintf("%s:%s@tcp(127.0.0.1:%d)/%s?parseTime=true&interpolateParams=true", s.Username, s.Password, port, s.Name))
}

// A line leads to a server, and can be cut after certain words were sent.
type line struct {
	listener net.Listener
	mu       sync.Mutex
	words    []byte // in lower case; nil: not to be cut
	cut      int
}

func newLine(t *testing.T, server string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.connect(client, server)
		}
	}()
	return l
}

func (l *line) port() int { return l.listener.Addr().(*net.TCPAddr).Port }

// cutAfter cuts connections that send the words, once they have arrived.
func (l *line) cutAfter(words string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.words, l.cut = []byte(words), 0
}

// cuts returns how often the words were sent since, and cuts no more.
func (l *line) cuts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.words = nil
	return l.cut
}

func (l *line) connect(client net.Conn, server string) {
	defer client.Close()
	to, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer to.Close()
	go l.copyTo(client, to, func([]byte) bool { return false })
	l.copyTo(to, client, func(sent []byte) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.words == nil || !bytes.Contains(bytes.ToLower(sent), l.words) {
			return false
		}
		l.cut++
		return true
	})
}

// copyTo copies until an end, or until enough was sent: then the other side has
// a moment to do its work, and its answer is not read.
func (l *line) copyTo(to, from net.Conn, enough func([]byte) bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		cut := enough(buf[:n])
		if cut {
			from.Close()
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
		if cut {
			time.Sleep(100 * time.Millisecond)
			return
		}
	}
}
