package testdb

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	New(t, Postgres) // skips or fails where there is none
	life, end := newPipe(t)
	lines, out := newPipe(t)
	done := make(chan error, 1)
	go func() {
		done <- Serve([]string{Postgres}, out, life)
		_ = out.Close()
	}()
	var printed string
	buffer := make([]byte, 1024)
	for !strings.HasSuffix(printed, "# ready\n") {
		n, err := lines.Read(buffer)
		if err != nil {
			t.Fatalf("%v after %q", err, printed)
		}
		printed += string(buffer[:n])
	}
	if !strings.HasPrefix(printed, "# PostgreSQL ") || !strings.Contains(printed, "\nexport AUTHDB_TEST_POSTGRES='postgres://") {
		t.Errorf("printed %q", printed)
	}
	if err := end.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(timeout):
		t.Error("Serve goes on after its life has ended")
	}
}

// newPipe returns the two ends of a pipe.
func newPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

func TestQuote(t *testing.T) {
	if got, want := quote(`a'b`), `'a'\''b'`; got != want {
		t.Errorf("quote = %s, want %s", got, want)
	}
}
