// Reliability writes docs/reliability.md: see package reliability.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/authdb/authdb/internal/reliability"
)

func main() {
	reliability.Peer(nil)
	scale := flag.Float64("scale", 1, "how much of it: 0.1 is a tenth of all rounds")
	databases := flag.String("databases", "", "comma-separated: sqlite, postgres, mariadb, mysql (default: all)")
	faults := flag.String("faults", "", "comma-separated names (default: all)")
	interop := flag.String("interop", "", "the folder interop, to try Auth.js's own adapters too")
	flag.Parse()
	result, err := reliability.Run(context.Background(), reliability.Config{
		Scale: *scale, Databases: list(*databases), Faults: list(*faults), Interop: *interop, Log: os.Stderr,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		os.Exit(1)
	}
	_ = result
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
