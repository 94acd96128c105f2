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
		if now := size(t, path); now != before {
			t.Errorf("%d bytes of the last line: the file is left with %d bytes, want %d", end-before, now, before)
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
	for range 2 { // the second does not wait for the first
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := open(t, path).GetUser(ctx, "ada")
		if !errors.Is(err, authdb.ErrSchema) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want ErrSchema, without what is stored", err)
		}
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
	account := &authdb.Account{UserID: "grace", Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "1"}
	session := &authdb.Session{SessionToken: "s", UserID: "grace", Expires: time.Now().Add(time.Hour)}
	token := &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: session.Expires}
	_, err := a.LinkAccount(t.Context(), account)
	_, err2 := a.CreateSession(t.Context(), session)
	_, err3 := a.CreateVerificationToken(t.Context(), token)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
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
	c := open(t, path)
	_, err = c.GetUserByAccount(t.Context(), "google", "1")
	_, _, err2 = c.GetSessionAndUser(t.Context(), "s")
	_, err3 = c.UseVerificationToken(t.Context(), "i", "t")
	if err := errors.Join(err, err2, err3); err != nil || !has(t, c, "ada") {
		t.Errorf("something is lost: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

// TestUnsynced: a change that was not synced is not said to be made, and a log that
// was not synced takes no other's place. The null device takes all that is written,
// and refuses to sync it.
func TestUnsynced(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if null.Sync() == nil {
		t.Skip("this system syncs the null device")
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	a := open(t, path)
	a.file.path = os.DevNull
	if _, err := a.CreateUser(t.Context(), &authdb.User{ID: "ada"}); !errors.Is(err, authdb.ErrUnknownOutcome) || has(t, a, "ada") {
		t.Errorf("CreateUser on what can't be synced: %v, want ErrUnknownOutcome, and nothing done", err)
	}
	if err := os.Symlink(os.DevNull, path+".new"); err != nil {
		t.Fatal(err)
	}
	b := open(t, path)
	for i := range 250 {
		addUser(t, b, "ada")
		if err := b.DeleteUser(t.Context(), "ada"); err != nil {
			t.Fatal(i, err)
		}
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		t.Errorf("the log is %v, %v", info, err)
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
