package datasource_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

// mute is a server that accepts connections and says nothing, or what it is
// given.
func mute(tb testing.TB, say string) (port int) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				if say != "" {
					_, _ = io.WriteString(conn, say)
					_ = conn.Close()
				}
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

func closedPort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestNoServer(t *testing.T) {
	for _, typ := range []string{"postgres", "mysql"} {
		base := datasource.Config{Type: typ, Host: "127.0.0.1", Username: "u", Password: secret, Database: "d"}
		for name, test := range map[string]struct {
			change func(c *datasource.Config)
			want   string
			is     error
		}{
			"down":   {func(c *datasource.Config) { c.Port = closedPort(t) }, "nothing listens there", nil},
			"socket": {func(c *datasource.Config) { c.Host = t.TempDir() + "/x.sock" }, "there is no such socket", nil},
			"mute":   {func(c *datasource.Config) { c.Port = mute(t, "") }, "no answer in time", context.DeadlineExceeded},
			"other":  {func(c *datasource.Config) { c.Port = mute(t, "HTTP/1.1 400 Bad Request "+secret+"\r\n\r\n") }, "is it a server of this type", nil},
		} {
			t.Run(typ+"/"+name, func(t *testing.T) {
				c := base
				test.change(&c)
				c.Params = map[string]string{"connect_timeout": "1"}
				if typ == "mysql" {
					c.Params = map[string]string{"timeout": "300ms"}
				}
				start := time.Now()
				db, err := datasource.OpenDB(t.Context(), c)
				if db != nil || err == nil {
					t.Fatal("no error")
				}
				checkText(t, test.want, err)
				if errors.Is(err, authdb.ErrInvalid) {
					t.Errorf("a later attempt may be free, but this is ErrInvalid: %v", err)
				}
				if test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("not %v: %v", test.is, err)
				}
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		}
		t.Run(typ+"/deadline", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			c := base
			c.Port = mute(t, "")
			_, err := datasource.OpenDB(ctx, c)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			checkText(t, "before the database answered", err)
		})
	}
}
