package testdb

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is a test process that starts a server and comes to a bad end, if
// TestGuard has started it for that.
func TestMain(m *testing.M) {
	if end := os.Getenv("AUTHDB_TESTDB_END"); end != "" {
		die(os.Getenv("AUTHDB_TESTDB_SERVER"), end)
	}
	os.Exit(m.Run())
}

// die starts a server, says so, and ends in the given way.
func die(name, end string) {
	if end == "kill while starting" {
		go func() { _, _ = start(name) }()
		for { // until the folder has data: initdb is at work
			if data, _ := filepath.Glob(filepath.Join(os.TempDir(), "authdb-testdb-*", "data", "*")); len(data) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		fmt.Println("starting")
		select {}
	}
	if _, err := start(name); err != nil {
		panic(err)
	}
	fmt.Println("started")
	switch end {
	case "panic":
		panic("a panic in a test")
	case "exit":
		os.Exit(3)
	case "goroutine panic":
		go panic("a panic outside a test")
	}
	select {} // to be killed
}

// TestGuard ends test processes in all the ways in which they don't clean up.
func TestGuard(t *testing.T) {
	for _, server := range Names() {
		if newEngine(server).missing() != "" {
			continue
		}
		for _, end := range []string{"panic", "goroutine panic", "exit", "kill", "kill while starting", "interrupt"} {
			t.Run(server+"/"+end, func(t *testing.T) {
				t.Parallel()
				folder := child(t, server, end)
				deadline := time.Now().Add(30 * time.Second)
				for left(folder) != "" && time.Now().Before(deadline) {
					time.Sleep(20 * time.Millisecond)
				}
				if l := left(folder); l != "" {
					t.Errorf("left behind:\n%s", l)
				}
			})
		}
	}
}

// child runs this test binary as a process that ends in the given way, and returns
// the folder in which it had its temporary files, when it has ended.
func child(t *testing.T, server, end string) (folder string) {
	t.Helper()
	// A folder of its own, so that no other test's server is taken for the child's.
	// The servers' users must be able to enter it, which t.TempDir doesn't let them.
	folder, err := os.MkdirTemp("", "authdb-guard-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AUTHDB_TESTDB_END="+end, "AUTHDB_TESTDB_SERVER="+server, "TMPDIR="+folder)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(said, "start") {
		_ = cmd.Process.Kill()
		t.Fatalf("the child said %q, %v", said, cmd.Wait())
	}
	if end != "kill while starting" && left(folder) == "" {
		t.Error("left does not see the server, and so not what is left of it")
	}
	switch end {
	case "kill", "kill while starting":
		err = cmd.Process.Kill()
	case "interrupt": // as Ctrl-C does it: the whole group
		err = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	}
	if err != nil {
		t.Fatal(err)
	}
	if exit := (*exec.ExitError)(nil); !errors.As(cmd.Wait(), &exit) {
		t.Error("the child ended well")
	}
	return folder
}

// left returns what there is of servers in folder: files, and processes that name
// it in their arguments.
func left(folder string) string {
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	args, err := exec.Command("ps", "-eo", "args").Output()
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(args)) {
		if strings.Contains(line, folder) {
			files = append(files, strings.TrimSpace(line))
		}
	}
	return strings.Join(files, "\n")
}
