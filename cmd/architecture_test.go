package cmd

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our own rooms each room may import. Imports point one way:
// main → cmd → tui → model → keys, and cmd → db → model.
var mayImport = map[string][]string{
	"main":  {"cmd"},
	"cmd":   {"cmd", "tui", "model", "db", "keys"},
	"tui":   {"tui", "model", "keys"},
	"model": {"model", "keys"},
	"db":    {"db", "model"},
	"keys":  {"keys"},
}

// outside says which rooms may touch what does I/O or draws; a prefix of the import path stands for all below it.
var outside = map[string][]string{
	"charm.land/":                 {"tui", "cmd"},
	"go.etcd.io/bbolt":            {"db"},
	"github.com/atotto/clipboard": {"keys"},
	"github.com/spf13/cobra":      {"cmd"},
	"os":                          {"cmd", "db", "keys", "tui", "main"},
	"net":                         {"cmd"},
	"golang.org/x/crypto/":        {"keys"},
	"lanyard/keys/clipboard":      {"keys", "tui", "cmd"},
}

const root = ".."

func TestImportsPointOneWay(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		checkImports(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, path string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	room, _, nested := strings.Cut(filepath.ToSlash(rel), "/")
	if !nested {
		room = "main"
	}
	allowed, known := mayImport[room]
	if !known {
		t.Errorf("%s lies in no room of the house", rel)
	}
	for _, im := range f.Imports {
		name, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if ours, ok := strings.CutPrefix(name, "lanyard/"); ok {
			to, _, _ := strings.Cut(ours, "/")
			if !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: %s may import only %v", rel, name, room, allowed)
			}
		}
		for prefix, rooms := range outside {
			if (name == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix)) && !slices.Contains(rooms, room) {
				t.Errorf("%s imports %s, which belongs in %v", rel, name, rooms)
			}
		}
	}
}

func TestNothingElseAtTheTop(t *testing.T) {
	allowed := strings.Fields("cmd tui model db keys docs main.go go.mod go.sum Makefile README.md LICENSE CHANGELOG.md " +
		"bin dist lanyard") // the last three are built, and git ignores them
	list, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s lies at the top of the house", e.Name())
		}
	}
}
