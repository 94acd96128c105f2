package fileadapter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// TestTorn: wherever in its last line a file ends, or that line is spoilt, the
// change of that line was not made, and the next one is kept.
func TestTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.log")
	a := open(t, path)
	addUser(t, a, "ada")
	before := size(t, path)
	addUser(t, a, "grace")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for end := before; end <= len(whole); end++ {
		torn := bytes.Clone(whole[:end])
		if end == len(whole) {
			torn[before+1] = 0 // a page that never reached the disk
		}
		path := filepath.Join(t.TempDir(), "auth.log")
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		a := open(t, path)
		if !has(t, a, "ada") || has(t, a, "grace") {
			t.Errorf("%d bytes of the last line: ada is there: %v, grace: %v", end-before, has(t, a, "ada"), has(t, a, "grace"))
		}
		addUser(t, a, "hedy")
		if b := open(t, path); !has(t, b, "ada") || !has(t, b, "hedy") {
			t.Errorf("%d bytes of the last line: what was stored after it is lost", end-before)
		}
	}
}

// TestDamaged: a line in the middle is nothing that a crash leaves, so that
// nothing is cut off.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.log")
	content := []byte("{}\n{\"Users\":[{\"ID\":\"secret\n{}\n")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, path).GetUser(t.Context(), "ada")
	if !errors.Is(err, authdb.ErrSchema) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want ErrSchema, without what is stored", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
		t.Errorf("the file was changed: %q, %v", after, err)
	}
}

// TestKilled: what a process was told is kept, whenever it is killed, and nobody
// waits for its lock.
func TestKilled(t *testing.T) {
	if path := os.Getenv("FILEADAPTER_KILLED"); path != "" {
		for a, i := open(t, path), 0; ; i++ {
			id := fmt.Sprintf("%d-%d", os.Getpid(), i)
			if _, err := a.CreateUser(t.Context(), &authdb.User{ID: id}); err != nil {
				t.Fatal(err)
			}
			fmt.Println("kept", id)
		}
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	told := 0
	for round := range 10 {
		victim := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		victim.Env = append(os.Environ(), "FILEADAPTER_KILLED="+path)
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		a, lines := open(t, path), bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			if i == 10+round {
				_ = victim.Process.Kill()
			}
			if id, ok := strings.CutPrefix(lines.Text(), "kept "); ok {
				if told++; !has(t, a, id) {
					t.Errorf("round %d: user %s is lost", round, id)
				}
			}
		}
		_ = victim.Wait() // killed
	}
	if told < 100 {
		t.Errorf("only %d users were stored", told)
	}
}

// TestRewritten: the log does not grow for ever, and who has it open meanwhile
// goes on.
func TestRewritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.log")
	a, b := open(t, path), open(t, path)
	addUser(t, a, "ada")
	addUser(t, b, "grace")
	largest := 0
	for i := range 450 {
		name := strings.Repeat("x", i)
		if _, err := a.UpdateUser(t.Context(), "ada", authdb.UserPatch{Name: authdb.Set(name)}); err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 || i > 400 {
			u, err := b.GetUser(t.Context(), "ada")
			if err != nil || u.Name != name || !has(t, b, "grace") {
				t.Fatalf("after %d changes the other sees %v, %v", i, u, err)
			}
		}
		largest = max(largest, size(t, path))
	}
	if now := size(t, path); now > largest/2 {
		t.Errorf("the file has %d bytes, and had %d at most", now, largest)
	}
	if c := open(t, path); !has(t, c, "ada") || !has(t, c, "grace") {
		t.Error("users are lost")
	}
}

// TestRefused: what the disk refuses has not happened.
func TestRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.log")
	a := open(t, path)
	addUser(t, a, "ada")
	readOnly, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	writable := a.file.log
	a.file.log = readOnly
	if err := a.DeleteUser(t.Context(), "ada"); err == nil {
		t.Error("DeleteUser on a file that can't be written: no error")
	}
	a.file.log = writable
	if err := readOnly.Close(); err != nil {
		t.Fatal(err)
	}
	if b := open(t, path); !has(t, a, "ada") || !has(t, b, "ada") {
		t.Error("the user is gone, though DeleteUser said that it failed")
	}
}

// TestLocked: nobody waits longer than their context.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.log")
	a, other := open(t, path), open(t, path)
	if err := acquire(t.Context(), other.file.lock); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := a.GetUser(ctx, "ada"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another process has the lock: got %v, want the context's error", err)
	}
	release(other.file.lock)
	a.turn <- struct{}{}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := a.GetUser(ctx, "ada"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another call is at work: got %v, want the context's error", err)
	}
	<-a.turn
	addUser(t, a, "ada")
}

func addUser(t testing.TB, a *Adapter, id string) {
	t.Helper()
	if _, err := a.CreateUser(t.Context(), &authdb.User{ID: id}); err != nil {
		t.Fatal(err)
	}
}

func has(t testing.TB, a *Adapter, id string) bool {
	t.Helper()
	_, err := a.GetUser(t.Context(), id)
	if err != nil && !errors.Is(err, authdb.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func size(t testing.TB, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Size())
}
