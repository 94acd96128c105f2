package readme_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/authdb/authdb/datasource"
)

const root = "../.."

// TestSnippets: every Go snippet of the documents stands, but for its
// indentation, in code that is compiled.
func TestSnippets(t *testing.T) {
	var code [][]string // the lines of each file
	for _, name := range find(t, ".", ".go") {
		code = append(code, strings.Split(read(t, name), "\n"))
	}
	found := 0
	for name, document := range documents(t) {
		if name == guide {
			continue // TestGuide compiles its blocks where it stands
		}
		for _, block := range blocks(document, "go") {
			found++
			if !slices.ContainsFunc(code, func(lines []string) bool { return holds(lines, block) }) {
				t.Errorf("%s: no Go file has this snippet:\n%s", name, strings.Join(block, "\n"))
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d snippets: are they looked for in the right way?", found)
	}
}

// TestOutputs: what the README and the guide say that a program prints is what its
// test says, and the outputs of all examples are there.
func TestOutputs(t *testing.T) {
	var shown []string
	for _, name := range []string{"README.md", guide} {
		for _, block := range blocks(read(t, name), "text") {
			shown = append(shown, strings.Join(block, "\n"))
		}
	}
	own := outputs(t, "examples")
	for _, output := range own {
		if !slices.Contains(shown, output) {
			t.Errorf("no document shows what an example prints:\n%s", output)
		}
	}
	all := slices.Concat(own, outputs(t, "internal/readme"))
	for _, block := range shown {
		if !slices.ContainsFunc(all, func(output string) bool { return strings.Contains(output, block) }) {
			t.Errorf("a document shows what no example prints:\n%s", block)
		}
	}
}

// outputs returns what the examples below a folder print.
func outputs(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	for _, name := range find(t, folder, "_test.go") {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, example := range doc.Examples(file) {
			all = append(all, strings.TrimSpace(example.Output))
		}
	}
	return all
}

// TestURLs: every URL of a database that the README shows can be parsed.
func TestURLs(t *testing.T) {
	found := 0
	for _, span := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(read(t, "README.md"), -1) {
		if !regexp.MustCompile(`^((sqlite3?|file|postgres(ql)?|mysql|mariadb):.|:memory:)`).MatchString(span[1]) {
			continue
		}
		found++
		if _, err := datasource.Parse(span[1]); err != nil {
			t.Errorf("%s: %v", span[1], err)
		}
	}
	if found < 10 {
		t.Errorf("found %d URLs: are they looked for in the right way?", found)
	}
}

// TestContract: the README names every method and every error of the contract.
func TestContract(t *testing.T) {
	readme := read(t, "README.md")
	for _, name := range contract(t) {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(readme) {
			t.Errorf("README.md does not name %s", name)
		}
	}
}

// TestLinks: links between the documents lead to a file, and to a heading where
// they name one.
func TestLinks(t *testing.T) {
	all := documents(t)
	for name, document := range all {
		document = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`").ReplaceAllString(document, "")
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(document, -1) {
			path, heading, _ := strings.Cut(link[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			target := filepath.Join(filepath.Dir(name), path)
			if path == "" {
				target = name
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: link to %s: %v", name, link[1], err)
			}
			if heading != "" && !slices.Contains(anchors(all[target]), heading) {
				t.Errorf("%s: link to %s: no such heading", name, link[1])
			}
		}
	}
}

// documents returns those of the project, by name.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	names := find(t, "docs", ".md")
	for _, name := range append(names, "README.md", "CONTRIBUTING.md", "CHANGELOG.md") {
		all[name] = read(t, name)
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// find returns the files below a folder whose names end so.
func find(t *testing.T, folder, end string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(root), folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir // .git, .cache
		}
		if strings.HasSuffix(name, end) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// blocks returns the fenced blocks of a language, as lines.
func blocks(document, language string) (all [][]string) {
	for _, fence := range regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$").FindAllStringSubmatch(document, -1) {
		if fence[2] != language {
			continue
		}
		var block []string
		for line := range strings.Lines(fence[3]) {
			block = append(block, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), fence[1]))
		}
		all = append(all, block)
	}
	return all
}

// holds reports whether the lines of a snippet follow each other in a file, all
// of them indented by the same.
func holds(file, snippet []string) bool {
	for i := range file {
		if i+len(snippet) > len(file) || len(snippet) == 0 {
			return false
		}
		indent, ok := strings.CutSuffix(file[i], snippet[0])
		if !ok || strings.Trim(indent, "\t") != "" {
			continue
		}
		same := func(a, b string) bool { return a == b || b != "" && a == indent+b }
		if slices.EqualFunc(file[i:i+len(snippet)], snippet, same) {
			return true
		}
	}
	return false
}

// anchors returns the names by which a document's headings are linked to.
func anchors(document string) []string {
	var names []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(document, -1) {
		name := regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// contract returns the names of the methods of the root package's interfaces
// and of its errors.
func contract(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, name := range []string{"adapter.go", "extensions.go", "errors.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return false
			case *ast.InterfaceType:
				for _, method := range n.Methods.List {
					for _, ident := range method.Names {
						names = append(names, ident.Name)
					}
				}
			case *ast.ValueSpec:
				for _, ident := range n.Names {
					names = append(names, ident.Name)
				}
			}
			return true
		})
	}
	if len(names) < 30 {
		t.Fatalf("found %d names: are they looked for in the right way?", len(names))
	}
	return names
}
