// Flame draws a flame graph of a CPU profile: it reads the traces that pprof prints,
// and writes an SVG in which a box is a function, its width the share of the time
// that was spent in it, and what it calls is above it.
//
//	go tool pprof -traces bench.test cpu.prof | go run ./bench/flame -root GetSessionAndUser -title ... > flame.svg
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	width  = 1200
	height = 17 // of a box
	narrow = 0.6
)

// A frame is a function where it was called from.
type frame struct {
	name  string
	time  time.Duration
	calls map[string]*frame
}

func (f *frame) call(name string) *frame {
	if f.calls[name] == nil {
		f.calls[name] = &frame{name: name, calls: map[string]*frame{}}
	}
	return f.calls[name]
}

// read returns what was spent under the functions whose name ends with root.
func read(r io.Reader, root string) (*frame, error) {
	all := &frame{name: root, calls: map[string]*frame{}}
	var stack []string // innermost first
	var spent time.Duration
	flush := func() {
		defer func() { stack, spent = nil, 0 }()
		at := slices.IndexFunc(stack, func(name string) bool { return strings.HasSuffix(name, root) })
		if at < 0 {
			return
		}
		all.time += spent
		f := all
		for _, name := range slices.Backward(stack[:at]) {
			f = f.call(name)
			f.time += spent
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		if strings.HasPrefix(text, "-----------+") {
			flush()
			continue
		}
		before, name, ok := strings.Cut(strings.TrimSuffix(text, " (inline)"), "   ")
		if !ok || name == "" {
			continue
		}
		if d, err := time.ParseDuration(strings.TrimSpace(before)); err == nil {
			spent = d
		} else if fields := strings.Fields(text); len(fields) > 1 && len(stack) == 0 {
			if d, err := time.ParseDuration(fields[0]); err == nil {
				spent, name = d, strings.Join(fields[1:], " ")
			}
		}
		if spent > 0 {
			stack = append(stack, short(strings.TrimSpace(name)))
		}
	}
	flush()
	return all, lines.Err()
}

// short leaves out the path of the package, and what a generic function is of.
func short(name string) string {
	if i := strings.Index(name, "["); i >= 0 {
		if j := strings.LastIndex(name, "]"); j > i {
			name = name[:i] + name[j+1:]
		}
	}
	if i := strings.LastIndex(name, "/"); i >= 0 {
		name = name[i+1:]
	}
	return name
}

func depth(f *frame, unit float64) int {
	deepest := 0
	for _, c := range f.calls {
		if float64(c.time)*unit >= narrow {
			deepest = max(deepest, depth(c, unit))
		}
	}
	return deepest + 1
}

// colour tells whose function it is: ours, GORM's, database/sql's or else the
// driver's and the runtime's.
func colour(name string) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	shade := hash.Sum32() % 24
	switch {
	case strings.HasPrefix(name, "gormadapter.") || strings.HasPrefix(name, "models.") || strings.HasPrefix(name, "authdb."):
		return fmt.Sprintf("rgb(%d,120,60)", 215+shade)
	case strings.HasPrefix(name, "gorm.") || strings.HasPrefix(name, "callbacks.") || strings.HasPrefix(name, "clause."):
		return fmt.Sprintf("rgb(%d,190,70)", 215+shade)
	case strings.HasPrefix(name, "sql."):
		return fmt.Sprintf("rgb(110,%d,220)", 165+shade)
	}
	return fmt.Sprintf("rgb(%d,%d,%d)", 195+shade, 195+shade, 200+shade)
}

func draw(w io.Writer, all *frame, title string) {
	unit := float64(width) / float64(all.time)
	rows := depth(all, unit)
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n", width, (rows+2)*height)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" fill="white"/><text x="6" y="13" font-size="13">%s</text>`+"\n", html.EscapeString(title))
	box(w, all, all, 0, rows+1, unit)
	fmt.Fprintln(w, "</svg>")
}

func box(w io.Writer, all, f *frame, x float64, row int, unit float64) {
	size := float64(f.time) * unit
	if size < narrow {
		return
	}
	share := 100 * float64(f.time) / float64(all.time)
	fmt.Fprintf(w, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" stroke="white" stroke-width="0.5"/>`,
		html.EscapeString(f.name), share, x, row*height, size, height, colour(f.name))
	if room := int(size / 6.2); room > 3 {
		text := f.name
		if len(text) > room {
			text = text[:room-1] + "…"
		}
		fmt.Fprintf(w, `<text x="%.1f" y="%d">%s</text>`, x+3, row*height+12, html.EscapeString(text))
	}
	fmt.Fprintln(w, "</g>")
	calls := make([]*frame, 0, len(f.calls))
	for _, c := range f.calls {
		calls = append(calls, c)
	}
	slices.SortFunc(calls, func(a, b *frame) int { return cmp.Or(cmp.Compare(b.time, a.time), cmp.Compare(a.name, b.name)) })
	for _, c := range calls {
		box(w, all, c, x, row-1, unit)
		x += float64(c.time) * unit
	}
}

func main() {
	root := flag.String("root", "GetSessionAndUser", "draw what functions whose name ends so have called")
	title := flag.String("title", "", "written above the graph")
	flag.Parse()
	all, err := read(os.Stdin, *root)
	if err == nil && all.time == 0 {
		err = fmt.Errorf("no trace goes through a function whose name ends with %q", *root)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "flame:", err)
		os.Exit(1)
	}
	draw(os.Stdout, all, *title)
}
