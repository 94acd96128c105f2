// Report puts what the benchmarks measured into documents: it reads the output of
// go test -bench and replaces, between the lines
//
//	<!-- bench: Operations/postgres -->
//	<!-- end -->
//
// what was there by a table of the benchmarks of that name.
//
//	go test ./bench -run '^$' -bench Operations | go run ./bench/report docs/performance.md
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A measurement is one benchmark's.
type measurement struct {
	name    string // behind "Benchmark", and without the number of processors
	rounds  int
	metrics map[string]float64
}

// targets are the ratios that are asked for, by kind of database: a benchmark that
// has none is only reported.
type targets struct{ sqlite, cgo, network, busy float64 }

// targetOf returns the ratio that a benchmark is to reach, or 0.
func targetOf(name string) float64 {
	parts := strings.Split(name, "/")
	if len(parts) != 4 { // on default rows
		return 0
	}
	database, operation, goroutines := parts[1], parts[2], parts[3]
	t := targets{1.4, 1.4, 1.15, 1.15} // look-ups
	switch {
	case parts[0] == "Unprepared":
		t = targets{1.6, 1.6, 1.6, 1.6}
	case operation == "GetSessionAndUser":
		t = targets{1.25, 1.35, 1.1, 1.2}
	case !strings.HasPrefix(operation, "Get") && !strings.HasPrefix(operation, "List"):
		t = targets{1.15, 1.15, 1.15, 1.15}
	}
	switch {
	case database == "sqlite":
		return t.sqlite
	case database == "sqlite-cgo":
		return t.cgo
	case goroutines == "16":
		return t.busy
	}
	return t.network
}

var (
	line   = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+(\d+)\s+(.*)$`)
	metric = regexp.MustCompile(`(\S+) (\S+)`)
	begin  = regexp.MustCompile(`^<!-- bench: (\S+) -->$`)
)

const end = "<!-- end -->"

// read returns the measurements, and copies what it reads, for who watches.
func read(r io.Reader, watch io.Writer) (all []measurement, failed bool, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fmt.Fprintln(watch, lines.Text())
		failed = failed || strings.HasPrefix(lines.Text(), "FAIL") || strings.HasPrefix(lines.Text(), "--- FAIL")
		found := line.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		m := measurement{name: found[1], metrics: map[string]float64{}}
		m.rounds, _ = strconv.Atoi(found[2])
		for _, pair := range metric.FindAllStringSubmatch(strings.Join(strings.Fields(found[3]), " "), -1) {
			if v, err := strconv.ParseFloat(pair[1], 64); err == nil {
				m.metrics[pair[2]] = v
			}
		}
		all = append(all, m)
	}
	return all, failed, lines.Err()
}

// table returns those measurements whose name begins with prefix: one line for each
// operation, with one goroutine and with several.
func table(all []measurement, prefix string) string {
	var b strings.Builder
	b.WriteString("| | ratio, 1 goroutine | 16 goroutines | target | best | by hand | allocations | by hand | messages | by hand |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
	for i := 0; i < len(all); i++ {
		m := all[i]
		rest, ok := strings.CutPrefix(m.name, prefix+"/")
		if !ok || !strings.HasSuffix(rest, "/1") {
			continue
		}
		operation := strings.TrimSuffix(rest, "/1")
		busy := "–"
		for _, n := range all {
			if n.name == prefix+"/"+operation+"/16" {
				busy = ratio(n)
			}
		}
		target := "–"
		if t := targetOf(m.name); t > 0 {
			target = number(t, 2)
			if t := targetOf(prefix + "/" + operation + "/16"); number(t, 2) != target {
				target += " / " + number(t, 2)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s µs | %s µs | %s | %s | %s | %s |\n",
			strings.ReplaceAll(operation, "_", " "), ratio(m), busy, target,
			number(m.metrics["us"], 1), number(m.metrics["raw-us"], 1),
			count(m, "allocs"), count(m, "raw-allocs"), count(m, "messages"), count(m, "raw-messages"))
	}
	return b.String()
}

func number(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

func count(m measurement, name string) string {
	v, ok := m.metrics[name]
	if !ok {
		return "–"
	}
	return number(v, 0)
}

// ratio is the median with its interval, in bold where the interval misses the
// target.
func ratio(m measurement) string {
	median := number(m.metrics["ratio"], 2)
	if t := targetOf(m.name); t > 0 && m.metrics["low"] > t {
		median = "**" + median + "**"
	}
	return fmt.Sprintf("%s (%s–%s)", median, number(m.metrics["low"], 2), number(m.metrics["high"], 2))
}

// write replaces the parts of the document.
func write(document string, all []measurement) string {
	var b strings.Builder
	skipping := false
	for text := range strings.Lines(document) {
		text = strings.TrimSuffix(text, "\n")
		if text == end {
			skipping = false
		}
		if !skipping {
			b.WriteString(text + "\n")
		}
		if found := begin.FindStringSubmatch(text); found != nil {
			part := table(all, found[1])
			if strings.Count(part, "\n") > 2 { // else it was not measured this time
				b.WriteString(part)
				skipping = true
			}
		}
	}
	return b.String()
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go test ./bench -run '^$' -bench Operations | go run ./bench/report docs/performance.md ...")
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(paths []string) error {
	all, failed, err := read(os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	if failed {
		return errors.New("a benchmark failed: nothing is written")
	}
	for _, path := range paths {
		document, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(write(string(document), all)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
