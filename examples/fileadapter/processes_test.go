package fileadapter

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// TestProcesses: of four processes that want the same fifty tokens, each token
// goes to one.
func TestProcesses(t *testing.T) {
	if path := os.Getenv("FILEADAPTER_RACE"); path != "" {
		race(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "auth.log")
	a := open(t, path)
	for i := range 50 {
		token := &authdb.VerificationToken{Identifier: "ada@example.com", Token: fmt.Sprint(i), Expires: time.Now().Add(time.Hour)}
		if _, err := a.CreateVerificationToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if err := acquire(t.Context(), a.file.lock); err != nil { // so that they begin together
		t.Fatal(err)
	}
	var racers [4]*exec.Cmd
	var won [len(racers)]strings.Builder
	for i := range racers {
		racers[i] = exec.Command(os.Args[0], "-test.run=^TestProcesses$")
		racers[i].Env = append(os.Environ(), "FILEADAPTER_RACE="+path)
		racers[i].Stdout = &won[i]
		if err := racers[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(200 * time.Millisecond)
	release(a.file.lock)
	winners := make(map[string]int)
	for i, racer := range racers {
		if err := racer.Wait(); err != nil {
			t.Errorf("%v\n%s", err, won[i].String())
		}
		for line := range strings.Lines(won[i].String()) {
			if token, ok := strings.CutPrefix(line, "got "); ok {
				winners[token]++
			}
		}
	}
	if len(winners) != 50 {
		t.Errorf("%d tokens were used, want 50", len(winners))
	}
	for token, n := range winners {
		if n != 1 {
			t.Errorf("token %q has %d winners", token, n)
		}
	}
}

// race is what each of the processes does.
func race(t *testing.T, path string) {
	a := open(t, path)
	for i := range 50 {
		if token, err := a.UseVerificationToken(t.Context(), "ada@example.com", fmt.Sprint(i)); err == nil {
			fmt.Println("got", token.Token)
		}
	}
}
