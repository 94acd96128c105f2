// Reliability writes docs/reliability.md: see package reliability.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/authdb/authdb/internal/reliability"
)

func main() {
	reliability.Peer(nil)
	var c reliability.Config
	flag.Float64Var(&c.Scale, "scale", 1, "how much of it: 0.1 is a tenth of all rounds")
	flag.StringVar(&c.Interop, "interop", "", "the folder interop, to try Auth.js's own adapters too")
	databases := flag.String("databases", "", "comma-separated: sqlite, postgres, mariadb, mysql (default: all)")
	faults := flag.String("faults", "", "comma-separated names (default: all)")
	out := flag.String("out", "", "the document to write (default: none)")
	flag.Parse()
	c.Databases, c.Faults, c.Log = list(*databases), list(*faults), os.Stderr
	if err := run(c, *out); err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		os.Exit(1)
	}
}

// run fails if anything of ours was lost, after it has written so.
func run(c reliability.Config, out string) error {
	began := time.Now()
	result, err := reliability.Run(context.Background(), c)
	if err != nil {
		return err
	}
	if out != "" {
		var text bytes.Buffer
		if err := result.Write(&text, time.Since(began)); err != nil {
			return err
		}
		if err := os.WriteFile(out, text.Bytes(), 0o644); err != nil { //nolint:gosec // a document
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "took %s\n", time.Since(began).Round(time.Second))
	if n := result.Harm(); n > 0 {
		return fmt.Errorf("%d rows lost, used twice or orphaned: see above", n)
	}
	return nil
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
