package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb/internal/testdb"
)

// TestBrowser has a browser do what web/browse.mjs says: people sign in with
// Auth.js, are somebody to the Go API, and are signed out by it.
func TestBrowser(t *testing.T) {
	chromium, node := testdb.Browser(t)
	t.Setenv("DATABASE_URL", testdb.New(t, testdb.Postgres).DSN)
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	ended := make(chan error, 1)
	site := make(chan string, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", func(url string) { site <- url }) }()
	var url string
	select {
	case url = <-site:
	case err := <-ended:
		t.Fatal(err)
	}
	browse := exec.CommandContext(ctx, node, "browse.mjs", url, chromium)
	browse.Dir, browse.Env = "web", append(os.Environ(), "NODE_OPTIONS=")
	out, err := browse.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), strings.TrimSpace(string(out))) {
		t.Errorf("README.md does not have what there was to see:\n%s", out)
	}
	stop()
	if err := <-ended; err == nil {
		t.Error("it ends with an error, as http.Server does")
	}
}
