package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// reader is somebody who does what the guide says, at one desk and with one machine after the other.
type reader struct{ desk, home string }

func (r *reader) store() string {
	return filepath.Join(r.home, ".local", "share", "lanyard", "default.db")
}

// misfortunes are what happens before somebody reads on under a heading of the guide.
var misfortunes = map[string]func(*testing.T, *reader){
	"On the new machine": func(t *testing.T, r *reader) {
		t.Helper()
		r.home = t.TempDir()
	},
	"The store is damaged": func(t *testing.T, r *reader) {
		t.Helper()
		key, err := os.ReadFile(filepath.Join(r.desk, "ci.key"))
		if err != nil {
			t.Fatal(err)
		}
		if err := damageKey(r.store(), string(key)); err != nil {
			t.Fatal(err)
		}
		r.fails(t, exitDamaged, "lanyard check")
	},
	"The store is beyond repair": func(t *testing.T, r *reader) {
		t.Helper()
		if err := damageBeginning(r.store()); err != nil {
			t.Fatal(err)
		}
		r.fails(t, exitDamaged, "lanyard check --repair --yes")
	},
	"The sealing key is lost": func(t *testing.T, r *reader) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(r.home, ".config", "lanyard", "seals")); err != nil {
			t.Fatal(err)
		}
		r.fails(t, exitFailed, "lanyard sa show-key ci-runner")
	},
}

// run runs a script at the desk.
func (r *reader) run(script string) (out string, code int, err error) {
	shell := exec.Command("sh", "-e", "-u", "-c", script)
	shell.Dir = r.desk
	shell.Env = append(os.Environ(), "HOME="+r.home, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "LANYARD_DB=", "LANYARD_AS=")
	text, err := shell.CombinedOutput()
	return string(text), shell.ProcessState.ExitCode(), err
}

func (r *reader) fails(t *testing.T, code int, script string) {
	t.Helper()
	if out, have, _ := r.run(script); have != code {
		t.Fatalf("%s: exit code %d, not %d\n%s", script, have, code, out)
	}
}

// The guide can be followed from top to bottom on a fresh machine, and helps against what it says it helps against.
func TestTheGuideCanBeFollowed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the guide's paths are those of Linux")
	}
	page, err := os.ReadFile(filepath.Join(docs, "guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{desk: t.TempDir(), home: t.TempDir()}
	happened, done := 0, 0
	heading, script, within := "", "", false
	for line := range strings.SplitSeq(string(page), "\n") {
		switch {
		case !within && strings.HasPrefix(line, "#"):
			heading = strings.TrimLeft(line, "# ")
			if happen := misfortunes[heading]; happen != nil {
				happen(t, r)
				happened++
			}
		case line == "```sh":
			script, within = "", true
		case within && line == "```":
			within = false
			if out, _, err := r.run(script); err != nil {
				t.Fatalf("under %q: %v\n%s%s", heading, err, script, out)
			}
			done++
		case within:
			script += line + "\n"
		}
	}
	if happened != len(misfortunes) || done < 15 {
		t.Errorf("%d of %d misfortunes happened, and %d scripts were run", happened, len(misfortunes), done)
	}
	for what, want := range map[string]string{
		"lanyard verify <ci.key":    "ci-runner",
		"lanyard users list":        "chiara@example.com",
		"lanyard activity verify":   "whole",
		"lanyard users list -o csv": "ana@example.com",
	} {
		if out, _, err := r.run(what); err != nil || !strings.Contains(out, want) {
			t.Errorf("in the end, %s: %v\n%s", what, err, out)
		}
	}
}
