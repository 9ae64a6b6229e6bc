package tui

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

const keysHead = `# Keys

Made from the program by ` + "`make docs`" + `. In the console ` + "`?`" + ` lists what can be done where you are, finds it by typing, and runs it.
Where two keys are given, either does it. ` + "`a` and a letter" + ` is the menu of the row, or of all marked rows.
`

// The page of keys in docs is what the actions and the overlays say.
func TestKeysPageIsFresh(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 41, machines: 9})
	var b strings.Builder
	b.WriteString(keysHead)
	for _, s := range []section{sectionHere, sectionMove, sectionView, sectionProgram} {
		title := string(s)
		if s == sectionHere {
			title = "Everywhere"
		}
		writeActions(&b, d.c, title, d.c.general, s)
	}
	for i := range d.c.screens {
		d.c.showTab(i)
		writeActions(&b, d.c, d.c.screen().title(), d.c.screen().actions(), "")
	}
	writeOverlays(t, &b)
	path := filepath.Join("..", "docs", "keys.md")
	if os.Getenv("LANYARD_UPDATE") != "" {
		d.must(os.WriteFile(path, []byte(b.String()), 0o644))
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != b.String() {
		t.Errorf("%s is stale: make docs. %v", path, err)
	}
}

// writeActions writes the actions of a section, or of all.
func writeActions(b *strings.Builder, c *console, title string, list []action, of section) {
	rows := ""
	for _, a := range list {
		if of != "" && a.section != of {
			continue
		}
		names := spelled(c, a.keys)
		if a.menu != "" && len(a.keys) == 0 {
			names = append(names, "`a` `"+c.keyName(a.menu)+"`")
		}
		rows += fmt.Sprintf("| %s | %s |\n", strings.Join(names, ", "), a.name())
	}
	if rows != "" {
		fmt.Fprintf(b, "\n## %s\n\n| key | does |\n| --- | --- |\n%s", title, rows)
	}
}

func spelled(c *console, keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = "`" + c.keyName(k) + "`"
	}
	return out
}

// overlaid is where each overlay is met.
var overlaid = []struct {
	title string
	setup setup
	keys  string
}{
	{"A cell that is edited", setup{users: 41}, "down enter"},
	{"A choice in a cell", setup{users: 41}, "down right right enter"},
	{"A list to tick", setup{users: 41, machines: 9}, "4 a u"},
	{"The menu of a row", setup{users: 41}, "down a"},
	{"A question", setup{machines: 3}, "2 x"},
	{"A form", setup{users: 41}, "n"},
	{"The filter", setup{users: 41}, "/"},
	{"A page of information", setup{machines: 3}, "2 o"},
	{"A revealed API key", setup{machines: 3}, "2 o r"},
	{"Everything you can do here", setup{users: 3}, "?"},
	{"The passphrase", setup{machines: 3, locked: true}, "2 n w e b tab tab ctrl+s"},
}

func writeOverlays(t *testing.T, b *strings.Builder) {
	t.Helper()
	met := map[string]bool{}
	b.WriteString("\n## What opens over the table\n\n| where | keys |\n| --- | --- |\n")
	var c *console
	write := func(title string, o overlay) {
		met[reflect.TypeOf(o).Elem().Name()] = true
		var hints []string
		for _, h := range o.hints() {
			key := "`" + c.keyName(h.key) + "`"
			if h.key == "type" {
				key = "letters"
			}
			hints = append(hints, key+" "+h.does)
		}
		fmt.Fprintf(b, "| %s | %s |\n", title, strings.Join(hints, ", "))
	}
	for _, o := range overlaid {
		o.setup.width, o.setup.height = 100, 30
		d := start(t, o.setup)
		c = d.c
		d.press(o.keys)
		if c.top() == nil {
			t.Fatalf("%s: %s opens nothing", o.title, o.keys)
		}
		write(o.title, c.top())
	}
	write("A change that somebody else made too", &conflict{choices: []choice{{label: "Keep theirs"}, {label: "Use mine"}}})

	b.WriteString("\n| key | does, where it fits |\n| --- | --- |\n")
	for _, k := range declared(t) {
		fmt.Fprintf(b, "| %s | %s |\n", strings.Join(spelled(c, k.keys), ", "), k.does)
	}
	for _, name := range overlayTypes(t) {
		if !met[name] {
			t.Errorf("the page of keys has nothing about a %s", name)
		}
	}
}

// declared are the keysets of keys.go, in their order.
func declared(t *testing.T) (list []keyset) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		set, ok := n.(*ast.CompositeLit)
		if !ok || fmt.Sprint(set.Type) != "keyset" {
			return true
		}
		var words []string
		ast.Inspect(set, func(n ast.Node) bool {
			if word, ok := n.(*ast.BasicLit); ok {
				s, err := strconv.Unquote(word.Value)
				if err != nil {
					t.Fatal(err)
				}
				words = append(words, s)
			}
			return true
		})
		list = append(list, keyset{words[:len(words)-1], words[len(words)-1]})
		return false
	})
	return list
}

// overlayTypes are the types that have hints.
func overlayTypes(t *testing.T) (list []string) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "hints" {
				continue
			}
			if p, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
				list = append(list, fmt.Sprint(p.X))
			}
		}
	}
	return list
}
