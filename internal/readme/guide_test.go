package readme_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guide builds an adapter. Its blocks are, by the line above them:
//
//   - "... `user.go`:" and Go: the file, or what comes next in it
//   - "... `user.go`:" and a diff: a mistake, which is there for the next commands
//     only; with ", for good:" it stays
//   - console: commands after "$ ", and what they print
const (
	guide   = "docs/writing-an-adapter.md"
	example = "examples/fileadapter"
)

// beside are the files of the example that the guide only mentions.
var beside = []string{"crash_test.go"}

// TestGuide follows the guide to the letter in an empty module. What its commands
// print is what it says, and what it has built in the end is the example.
func TestGuide(t *testing.T) {
	m := &module{folder: t.TempDir()}
	for _, block := range labelled(read(t, guide)) {
		switch block.language {
		case "go":
			m.write(t, block)
		case "diff":
			m.edit(t, block)
		case "console":
			m.run(t, block)
			m.takeBack(t)
		}
	}
	if len(m.edited) > 0 {
		t.Errorf("%s ends with a diff that nothing was run with", guide)
	}
	want, got := m.files(t, filepath.Join(root, example)), m.files(t, m.folder)
	for _, name := range beside {
		delete(want, name)
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s/%s is not what the guide builds:\n%s", example, name, firstDifference(text, got[name]))
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("the guide builds %s, which is not in %s", name, example)
	}
}

// A labelled block is a fenced one with the line of text above it.
type labelledBlock struct {
	language, label string
	lines           []string
}

func labelled(document string) (all []labelledBlock) {
	label, open := "", false
	for line := range strings.Lines(document) {
		line = strings.TrimSuffix(line, "\n")
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open:
			open = false
		case fence:
			open = true
			all = append(all, labelledBlock{language: language, label: label})
		case open:
			block := &all[len(all)-1]
			block.lines = append(block.lines, line)
		case line != "":
			label = line
		}
	}
	return all
}

// file returns the name of the file that the block is of.
func (b labelledBlock) file(t *testing.T) string {
	t.Helper()
	name := regexp.MustCompile("`([a-z_]+\\.go)`(, for good)?:$").FindStringSubmatch(b.label)
	if name == nil {
		t.Fatalf("%s: of which file is the block below %q?", guide, b.label)
	}
	return name[1]
}

// A module is what the reader of the guide makes.
type module struct {
	folder string
	edited map[string]string // the files as they were before the mistake
}

func (m *module) path(name string) string { return filepath.Join(m.folder, name) }

func (m *module) write(t *testing.T, block labelledBlock) {
	t.Helper()
	path, text := m.path(block.file(t)), strings.Join(block.lines, "\n")+"\n"
	if before, err := os.ReadFile(path); err == nil {
		text = string(before) + "\n" + text
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit makes the change of a diff, whose hunks begin with "@@".
func (m *module) edit(t *testing.T, block labelledBlock) {
	t.Helper()
	name := block.file(t)
	content, err := os.ReadFile(m.path(name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for hunk := range strings.SplitSeq(strings.Join(block.lines, "\n"), "@@\n") {
		before, after := sides(hunk)
		if strings.Count(text, before) != 1 {
			t.Fatalf("%s: %s has %d times what the diff says:\n%s", guide, name, strings.Count(text, before), before)
		}
		text = strings.Replace(text, before, after, 1)
	}
	if !strings.Contains(block.label, "for good") {
		if m.edited == nil {
			m.edited = make(map[string]string)
		}
		m.edited[name] = string(content)
	}
	if err := os.WriteFile(m.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sides returns what a hunk replaces, and by what.
func sides(hunk string) (before, after string) {
	for line := range strings.Lines(hunk) {
		line = strings.TrimSuffix(line, "\n") + "\n"
		switch {
		case line == "\n":
			before, after = before+line, after+line
		case line[0] == '-':
			before += line[1:]
		case line[0] == '+':
			after += line[1:]
		default:
			before, after = before+line[1:], after+line[1:]
		}
	}
	return before, after
}

// takeBack undoes the mistakes.
func (m *module) takeBack(t *testing.T) {
	t.Helper()
	for name, text := range m.edited {
		if err := os.WriteFile(m.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.edited = nil
}

// run runs the block's commands, and compares what they print.
func (m *module) run(t *testing.T, block labelledBlock) {
	t.Helper()
	for part := range strings.SplitSeq("\n"+strings.Join(block.lines, "\n"), "\n$ ") {
		command, want, _ := strings.Cut(part, "\n")
		if command == "" {
			continue
		}
		got := m.command(t, command)
		if !regexp.MustCompile(pattern(want)).MatchString(got) {
			t.Errorf("%s: below %q: %s prints\n%s\nwant\n%s", guide, block.label, command, got, want)
		}
	}
}

// command runs a command in the module, and returns what it prints but for what
// differs from run to run.
func (m *module) command(t *testing.T, command string) string {
	t.Helper()
	if command == "go get github.com/authdb/authdb" { // this one, and not what has been released
		here, err := filepath.Abs(root)
		if err != nil {
			t.Fatal(err)
		}
		command = "go mod edit -require=github.com/authdb/authdb@v0.0.0 -replace=github.com/authdb/authdb='" + here + "'" +
			" && cp '" + here + "/go.sum' ."
	}
	bash := exec.CommandContext(t.Context(), "bash", "-c", command)
	bash.Dir = m.folder
	bash.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := bash.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // as Run returns it
		t.Fatalf("%s: %v", command, err)
	}
	return normal(string(out))
}

// normal leaves out times, line numbers, and how far lines are indented.
func normal(output string) string {
	output = regexp.MustCompile(`(?m)( \(\d+\.\d+s\)|\t\d+\.\d+s|\t\(cached\))$`).ReplaceAllString(output, "")
	output = regexp.MustCompile(`(?m)^(\s+)\w+\.go:\d+: `).ReplaceAllString(output, "$1")
	var lines []string
	for line := range strings.Lines(output) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// pattern is what the guide says is printed: a line "..." is any lines, and "…" any
// text in a line.
func pattern(want string) string {
	var lines []string
	for line := range strings.Lines(normal(want)) {
		line = regexp.QuoteMeta(strings.TrimSuffix(line, "\n"))
		lines = append(lines, strings.ReplaceAll(line, "…", ".*")+`\n`)
	}
	return `^` + strings.ReplaceAll(strings.Join(lines, ""), `\.\.\.\n`, `(.*\n)*`) + `$`
}

// files returns the Go files of a folder.
func (m *module) files(t *testing.T, folder string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(text)
	}
	return all
}

// firstDifference returns the first line in which two texts differ.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return "want " + a[i] + "\ngot  " + strings.Join(slices.Clone(b[min(i, len(b)):min(i+1, len(b))]), "")
		}
	}
	return "the guide goes on after the end"
}
