package testdb

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Serve starts the named servers, or takes those that the environment names, and
// prints for each a shell's export of the variable that makes other processes use
// it, with the server's version in front:
//
//	# PostgreSQL 15.18
//	export AUTHDB_TEST_POSTGRES='postgres://...'
//
// A last line "# ready" says that all are up. They run until life ends, which
// Serve reads to its end for that, and are gone when it returns.
func Serve(names []string, out io.Writer, life io.Reader) error {
	for _, name := range names {
		s, err := find(name)
		if err != nil {
			return err
		}
		defer s.stop()
		if _, err := fmt.Fprintf(out, "# %s\nexport %s=%s\n", s.version, variable(name), quote(s.engine.dsn(s, ""))); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(out, "# ready"); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, life)
	return err
}

// Missing returns those of the named servers that neither the environment names
// nor the machine has installed.
func Missing(names []string) []string {
	var missing []string
	for _, name := range names {
		if os.Getenv(variable(name)) == "" && newEngine(name).missing() != "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// quote returns s as one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
