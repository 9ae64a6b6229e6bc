package cmd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
)

// house is an account with somebody and something of each kind, in a home of its own.
type house struct{ dir string }

// built is what newHouse runs. The examples of the commands are about what it makes.
var built = [][]string{
	{"init", "--account", "Acme", "--name", "Ana Ruiz", "--email", "ana@example.com"},
	{"groups", "create", "platform", "--description", "Builds the base"},
	{"groups", "create", "sre"},
	{"workspaces", "create", "web-shop"},
	{"workspaces", "create", "billing"},
	{"sa", "create", "ci-runner", "--role", "Builder"},
	{"sa", "set", "ci-runner", "--workspace", "web-shop:Contributor"},
	{"sa", "create", "backup", "--role", "Consumer"},
	{"roles", "create", "Auditor", "--permission", "account:view"},
	{"users", "invite", "ben@example.com", "dora@example.com", "--role", "Builder", "--group", "platform", "--workspace", "web-shop:Viewer"},
	{"users", "invite", "chiara@example.com", "--role", "Builder"},
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t.TempDir()}
	h.moveIn(t)
	for _, args := range built {
		h.run(t, args...)
	}
	for _, email := range []string{"ben@example.com", "dora@example.com"} {
		h.runWith(t, h.run(t, "users", "resend", email, "--show-token"), "users", "accept")
	}
	h.run(t, "users", "deactivate", "dora@example.com")
	h.write(t, "key.txt", h.run(t, "sa", "show-key", "ci-runner"))
	h.write(t, "keys.txt", h.run(t, "sa", "show-key", "ci-runner"))
	h.run(t, "backup", filepath.Join(h.dir, "latest.db"))
	h.write(t, "new.txt", "correct horse battery staple\n")
	h.write(t, "next.txt", "another horse, another staple\n")
	h.write(t, "people.csv", "email,name\neva@example.com,Eva Lind\n")
	h.write(t, "staff.csv", "Mail;Person\nfay@example.com;Fay Wu\n")
	h.write(t, "token.txt", h.run(t, "users", "resend", "chiara@example.com", "--show-token"))
	return h
}

// moveIn makes the house the home of what runs from here on.
func (h *house) moveIn(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", h.dir)
	t.Setenv("XDG_DATA_HOME", filepath.Join(h.dir, "data"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(h.dir, "config"))
	t.Setenv("LANYARD_DB", "")
	t.Setenv("LANYARD_AS", "")
	xdg.Reload()
	t.Cleanup(xdg.Reload)
}

// copy makes another one like it, which is cheaper than building it.
func (h *house) copy(t *testing.T) *house {
	t.Helper()
	other := &house{t.TempDir()}
	if out, err := exec.Command("cp", "-Rp", h.dir+"/.", other.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	other.moveIn(t)
	return other
}

func (h *house) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a command that has to work, and returns what it wrote to standard output.
func (h *house) run(t *testing.T, args ...string) string {
	t.Helper()
	return h.runWith(t, "", args...)
}

func (h *house) runWith(t *testing.T, in string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	e := &env{in: strings.NewReader(in), out: &out, err: &errs, getenv: os.Getenv, now: time.Now, cost: cheapCost}
	if code := e.run(context.Background(), args); code != exitDone {
		t.Fatalf("lanyard %s: exit code %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}
