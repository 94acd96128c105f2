package fileadapter

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// TestProcesses: of four processes that want the same two hundred tokens, each token
// goes to one.
func TestProcesses(t *testing.T) {
	if path := os.Getenv("FILEADAPTER_RACE"); path != "" {
		race(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	a := open(t, path)
	for i := range 200 {
		token := &authdb.VerificationToken{Identifier: "ada@example.com", Token: fmt.Sprint(i), Expires: time.Now().Add(time.Hour)}
		if _, err := a.CreateVerificationToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	var racers [4]racer
	for i := range racers {
		racers[i] = newRacer(t, path)
	}
	for _, r := range racers {
		if err := r.start.Close(); err != nil {
			t.Fatal(err)
		}
	}
	winners := make(map[string]int)
	for _, r := range racers {
		for r.says.Scan() {
			if token, ok := strings.CutPrefix(r.says.Text(), "got "); ok {
				winners[token]++
			}
		}
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	}
	if len(winners) != 200 {
		t.Errorf("%d tokens were used, want 200", len(winners))
	}
	for token, n := range winners {
		if n != 1 {
			t.Errorf("token %s has %d winners", token, n)
		}
	}
}

// A racer is one of the processes: this test in another one.
type racer struct {
	*exec.Cmd
	start io.Closer
	says  *bufio.Scanner
}

// newRacer returns one that has read the file, and waits for the start.
func newRacer(t *testing.T, path string) racer {
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
	cmd.Env = append(os.Environ(), "FILEADAPTER_RACE="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := racer{cmd, in, bufio.NewScanner(out)}
	r.says.Scan() // "ready"
	return r
}

// race is what each of the processes does.
func race(t *testing.T, path string) {
	a := open(t, path)
	_, _ = a.GetUser(t.Context(), "nobody")
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for i := range 200 {
		if token, err := a.UseVerificationToken(t.Context(), "ada@example.com", fmt.Sprint(i)); err == nil {
			fmt.Println("got", token.Token)
		}
	}
}
