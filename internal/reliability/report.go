package reliability

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// summary is the row in one line.
func (r Row) summary() string {
	if r.Skipped != "" {
		return "not tried: " + r.Skipped
	}
	text := fmt.Sprintf("%d %s, %d calls, %d rows checked, %d lost, %d used twice, %d orphans; errors: %s; back after %s",
		r.Rounds, r.Unit, r.Calls, r.Checked, r.Lost, r.Doubles, r.Orphans, r.kinds(), r.back())
	for _, d := range r.Details[:min(len(r.Details), 5)] {
		text += "\n    " + d
	}
	return text
}

// kinds are the errors that reached callers, the most frequent first.
func (r Row) kinds() string {
	names := slices.SortedFunc(maps.Keys(r.Errors), func(a, b string) int {
		return cmp.Or(r.Errors[b]-r.Errors[a], strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, r.Errors[name])
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

// back says how long it took from the end of the fault to a call that worked.
func (r Row) back() string {
	if len(r.Back) == 0 {
		return "–"
	}
	sorted := slices.Sorted(slices.Values(r.Back))
	return fmt.Sprintf("%s, at most %s", short(sorted[len(sorted)/2]), short(sorted[len(sorted)-1]))
}

func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

const introduction = `# Reliability

What happens to databases, done to them on purpose while the adapter writes, and what was lost. This page is written by

` + "```" + `
./scripts/reliability
` + "```" + `

which starts private servers on free ports and takes some %s. ` + "`./scripts/reliability --scale 0.1`" + ` is a tenth of it, writes nothing, and runs as ` + "`go test ./internal/reliability`" + ` with all other tests: it fails if one of the three numbers below is not 0.

## What is counted

16 writers register users with an account, rename and delete them, link and unlink accounts, create, read, extend and delete sessions, create and use one-time tokens, all through one adapter that stays open over all rounds. Each remembers what it was told. Then the fault happens, is over, a call has to work again, and every row is compared:

- **lost**: a row is not as a caller was told. What was told as stored is gone or different, what was told as deleted is there, what failed is stored all the same, or a caller did not find what it had stored. Where the answer was ` + "`ErrUnknownOutcome`" + `, or the caller's own context had ended, both the old and the new state are right, but nothing between.
- **used twice**: a one-time token was returned to two callers, or a person has two users or accounts.
- **orphans**: a user without an account, though all are registered with one, or an account or a session without a user.

Errors are counted as they reached a caller, after what the adapter itself tries again, by the error of the contract or else by the database's code. ` + "\"No connection\"" + ` is an error before anything could have been done. A killed server costs so many of them because nobody waits: the writers go on while there is none. "Works again" is the time from the end of the fault to the first call that worked, the median and the longest, in a pool that has seen it all; for a killed server it begins when the server answers again.

`

const origins2 = `## The same done to adapters of Auth.js

%s and %s, with the tables that they make, on the same server, in processes of Node.js. Registrations are the sign-in of @auth/core itself, which creates the user, the account and the session one after the other. An error of theirs leaves open whether the work was done, so that only what they had reported as done can be lost. Kills are fewer, because Node.js takes a second to start.

`

// Write writes the document, for a run that took that long.
func (r *Result) Write(out io.Writer, took time.Duration) error {
	var b strings.Builder
	fmt.Fprintf(&b, introduction, fmt.Sprintf("%d minutes on two cores", int(took.Round(time.Minute).Minutes())))
	var theirs []Section
	for _, s := range r.Sections {
		if s.Adapter != "" {
			theirs = append(theirs, s)
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n", cmp.Or(s.Version, s.Database))
		if s.Skipped != "" {
			fmt.Fprintf(&b, "Not tried: %s\n\n", s.Skipped)
			continue
		}
		b.WriteString("| fault | rounds | rows checked | lost | used twice | orphans | errors that reached callers | works again after |\n|---|---|---|---|---|---|---|---|\n")
		for _, row := range s.Rows {
			if row.Skipped != "" {
				fmt.Fprintf(&b, "| %s | not tried: %s | | | | | | |\n", row.Fault, row.Skipped)
				continue
			}
			fmt.Fprintf(&b, "| %s | %d %s | %d | %d | %d | %d | %s | %s |\n", row.Fault, row.Rounds, row.Unit, row.Checked, row.Lost, row.Doubles, row.Orphans, row.kinds(), row.back())
		}
		b.WriteString("\n")
	}
	r.compare(&b, theirs)
	_, err := io.WriteString(out, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

// compare shows the adapters of Auth.js beside ours on the same database.
func (r *Result) compare(b *strings.Builder, theirs []Section) {
	if len(theirs) == 0 {
		b.WriteString("## The same done to adapters of Auth.js\n\nNot tried: Node.js, or the packages that scripts/interop installs, were not there.\n")
		return
	}
	fmt.Fprintf(b, origins2, theirs[0].Adapter, theirs[1].Adapter)
	all := theirs
	for _, s := range r.Sections {
		if s.Adapter == "" && s.Database == theirs[0].Database {
			s.Adapter = "authdb"
			all = append([]Section{s}, theirs...)
		}
	}
	if all[0].Skipped != "" {
		fmt.Fprintf(b, "Not tried: %s\n", all[0].Skipped)
		return
	}
	b.WriteString("| fault | adapter | rounds | rows checked | lost | used twice | orphans | errors that reached callers |\n|---|---|---|---|---|---|---|---|\n")
	for _, f := range faults() {
		if f.origins == 0 {
			continue
		}
		for _, s := range all {
			for _, row := range s.Rows {
				if row.Fault == f.name {
					fmt.Fprintf(b, "| %s | %s | %d %s | %d | %d | %d | %d | %s |\n", row.Fault, s.Adapter, row.Rounds, row.Unit, row.Checked, row.Lost, row.Doubles, row.Orphans, row.kinds())
				}
			}
		}
	}
}
