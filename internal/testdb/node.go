package testdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// nodeJS is how AUTHDB_TEST_REQUIRE asks for Node.js and the packages of folder
// interop. It is no server.
const nodeJS = "node"

// oldestNode is the oldest version that the packages run on.
var oldestNode = [2]int{20, 19}

// Node returns the program of Node.js, for the packages that are installed in
// the folder. Without one, or without the packages, it skips the test or fails
// it, as New does.
func Node(tb testing.TB, folder string) string {
	tb.Helper()
	node, err := findNode(folder)
	must(tb, nodeJS, err)
	return node
}

// anyNode returns a Node.js that is new enough, whatever packages it has.
func anyNode() (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("testdb: Node.js is %w: install version %d.%d or later, and run scripts/interop", errNotInstalled, oldestNode[0], oldestNode[1])
	}
	out, err := exec.Command(node, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("testdb: node --version: %w", err)
	}
	if version := strings.TrimSpace(string(out)); !newEnough(version) {
		return "", fmt.Errorf("testdb: Node.js %d.%d or later is %w, but %s is", oldestNode[0], oldestNode[1], errNotInstalled, version)
	}
	return node, nil
}

func findNode(folder string) (string, error) {
	node, err := anyNode()
	if err != nil {
		return "", err
	}
	for _, built := range []string{"better-sqlite3/build/Release/better_sqlite3.node", "sqlite3/build/Release/node_sqlite3.node"} {
		_, err := os.Stat(filepath.Join(folder, "node_modules", built))
		if errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("testdb: %s is %w in folder interop: run scripts/interop", filepath.Dir(filepath.Dir(filepath.Dir(built))), errNotInstalled)
		}
		if err != nil {
			return "", err
		}
	}
	return node, nil
}

// newEnough reports whether a version such as "v20.20.2" will do.
func newEnough(version string) bool {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	var have [2]int
	for i := range have {
		if i >= len(parts) {
			return false
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return false
		}
		have[i] = n
	}
	return slices.Compare(have[:], oldestNode[:]) >= 0
}

// FindNode is Node for a program: without Node.js, or the packages, it returns
// ErrNotInstalled, which says how to get them.
func FindNode(folder string) (program string, err error) { return findNode(folder) }

// browser is how AUTHDB_TEST_REQUIRE asks for Chromium.
const browser = "browser"

// Browser returns the program of Chromium, and that of Node.js to steer it with,
// which may be any that is new enough. Without one it skips the test or fails it,
// as New does.
func Browser(tb testing.TB) (chromium, node string) {
	tb.Helper()
	node, err := anyNode()
	must(tb, browser, err)
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if chromium, err = exec.LookPath(name); err == nil {
			return chromium, node
		}
	}
	must(tb, browser, fmt.Errorf("testdb: Chromium is %w: install it", errNotInstalled))
	return "", ""
}
