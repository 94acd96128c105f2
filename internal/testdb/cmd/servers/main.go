// Servers starts database servers for tests and keeps them until its standard
// input ends:
//
//	go run ./internal/testdb/cmd/servers postgres mariadb mysql redis
//
// It prints the variables that make the tests use them; see [testdb.Serve]. With
// -missing it only prints which of the servers the machine lacks.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/authdb/authdb/internal/testdb"
)

func main() {
	missing := flag.Bool("missing", false, "print the servers that are not installed, and start none")
	flag.Parse()
	names := flag.Args()
	if len(names) == 0 {
		names = testdb.Names()
	}
	if err := run(names, *missing); err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		os.Exit(1)
	}
}

func run(names []string, missing bool) error {
	for _, name := range names {
		if !slices.Contains(append(testdb.Names(), testdb.Redis), name) {
			return fmt.Errorf("no server is called %q", name)
		}
	}
	if missing {
		for _, name := range testdb.Missing(names) {
			fmt.Println(name)
		}
		return nil
	}
	// Ctrl-C reaches a whole pipeline. Whoever holds our standard input decides.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	return testdb.Serve(names, os.Stdout, os.Stdin)
}
