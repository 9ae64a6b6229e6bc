//go:build e2e && unix

package e2e_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/cmd/e2e/tmux"
)

// patience is how long a screen may take to show what is expected: long, since what is quick is measured elsewhere and a machine may be
// busy.
const patience = 15 * time.Second

// Size is a terminal's, in columns and rows.
type Size struct{ Width, Height int }

// The sizes that the design names.
var (
	Small    = Size{60, 16}
	Standard = Size{80, 24}
	Wide     = Size{120, 40}
)

// Env is what a console's environment has beside, or instead of, what every console gets. An empty value is set, too.
type Env map[string]string

// Console is lanyard, or another program, that was started at a shell's prompt in a terminal of its own. Every method
// that can fail ends the test and shows the screen; those that do something return the console, so that they chain.
type Console struct {
	Home string // holds everything that the program may write; its XDG directories and TMPDIR are inside

	t      testing.TB
	term   *tmux.Terminal
	before state // of the terminal, as the shell had it
}

// Start runs lanyard and doesn't wait for its screen.
func Start(tb testing.TB, size Size, env Env, args ...string) *Console {
	tb.Helper()
	return StartCommand(tb, size, env, append([]string{"lanyard"}, args...)...)
}

// StartCommand runs any command. One named lanyard is the binary that is being tested.
func StartCommand(tb testing.TB, size Size, env Env, command ...string) *Console {
	tb.Helper()
	if err := tmux.Available(); err != nil {
		tb.Skip(err)
	}
	c := &Console{t: tb, Home: env["HOME"]}
	if c.Home == "" {
		c.Home = tb.TempDir()
	}
	var err error
	c.term, err = tmux.Open(tmux.Options{Width: size.Width, Height: size.Height, Env: environment(tb, c.Home, env, command[0])}, "sh", "-i")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.term.Close(); err != nil {
			tb.Error(err)
		}
	})
	c.ExpectExit(0) // the prompt, before anything was run
	c.before = c.state()
	return c.Run(command...)
}

// Run runs a command at the prompt, which has to be there.
func (c *Console) Run(command ...string) *Console {
	c.t.Helper()
	line := quote(command)
	c.Type(line)
	solid := strings.NewReplacer("\n", "", " ", "") // a long line is broken, and loses spaces there
	c.wait("the shell to echo "+line, func(screen string) bool {
		return strings.Contains(solid.Replace(screen), solid.Replace(line))
	})
	return c.Keys("Enter")
}

// Keys presses keys by the names that tmux gives them: "n", "Enter", "Escape", "Space", "C-a", "BTab", "Down", "PPage", "DC".
func (c *Console) Keys(names ...string) *Console {
	c.t.Helper()
	c.check(c.term.Keys(names...))
	return c
}

// Esc presses escape, and lets the moment pass in which a key behind it would count as pressed together with alt.
func (c *Console) Esc() *Console {
	c.t.Helper()
	c.Keys("Escape")
	time.Sleep(150 * time.Millisecond)
	return c
}

// Type types text, letter by letter.
func (c *Console) Type(text string) *Console {
	c.t.Helper()
	c.check(c.term.Type(text))
	return c
}

// Paste pastes text all at once, in brackets if the program asked for them.
func (c *Console) Paste(text string) *Console {
	c.t.Helper()
	c.check(c.term.Paste(text))
	return c
}

// Click presses and releases the left mouse button on a cell, counted from 0.
func (c *Console) Click(column, row int) *Console {
	c.t.Helper()
	return c.Type(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", column+1, row+1, column+1, row+1))
}

// ClickOn clicks on the first cell of a text on the screen.
func (c *Console) ClickOn(text string) *Console {
	c.t.Helper()
	c.Expect(text)
	for row, line := range strings.Split(c.Screen(), "\n") {
		if before, _, found := strings.Cut(line, text); found {
			return c.Click(ansi.StringWidth(before), row)
		}
	}
	c.fail("it went away before the click: %q", text)
	return c
}

// Wheel turns the mouse wheel over a cell, up by that many steps, or down when steps is negative.
func (c *Console) Wheel(column, row, steps int) *Console {
	c.t.Helper()
	button := 64
	if steps < 0 {
		button, steps = 65, -steps
	}
	return c.Type(strings.Repeat(fmt.Sprintf("\x1b[<%d;%d;%dM", button, column+1, row+1), steps))
}

// Resize gives the terminal another size.
func (c *Console) Resize(size Size) *Console {
	c.t.Helper()
	c.check(c.term.Resize(size.Width, size.Height))
	return c
}

// Signal sends the running program a signal.
func (c *Console) Signal(signal syscall.Signal) *Console {
	c.t.Helper()
	c.check(syscall.Kill(c.Process(), signal))
	return c
}

// Expect waits until the screen shows all of the texts at once.
func (c *Console) Expect(texts ...string) *Console {
	c.t.Helper()
	c.wait(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
	return c
}

// ExpectMatch waits until the screen matches a regular expression, and returns the match and its groups.
func (c *Console) ExpectMatch(expression string) []string {
	c.t.Helper()
	compiled := regexp.MustCompile(expression)
	return compiled.FindStringSubmatch(c.wait("a match of "+expression, compiled.MatchString))
}

// ExpectNot waits until the screen shows none of the texts. What was never there counts, so first expect what comes
// with their going.
func (c *Console) ExpectNot(texts ...string) *Console {
	c.t.Helper()
	c.wait(fmt.Sprintf("none of %q", texts), func(screen string) bool {
		for _, text := range texts {
			if strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
	return c
}

// ExpectExit waits for the shell's prompt and compares the exit code. A program that was stopped with ctrl+z has the
// exit code Stopped, and goes on with Run("fg").
func (c *Console) ExpectExit(code int) *Console {
	c.t.Helper()
	if got := c.WaitExit(); got != code {
		c.fail("exit code %d, want %d", got, code)
	}
	return c
}

// Stopped is what the shell gives as the exit code of a program that ctrl+z has stopped.
const Stopped = 128 + int(syscall.SIGTSTP)

// prompt is the shell's, with the exit code of what ran last; promptLine finds it where the cursor is.
const prompt = `[$?]$ `

var promptLine = regexp.MustCompile(`\[(\d+)\]\$ ?$`)

// WaitExit waits for the shell's prompt and returns the exit code of what ran last.
func (c *Console) WaitExit() int {
	c.t.Helper()
	var found []string
	c.wait("the shell's prompt", func(screen string) bool {
		found = promptLine.FindStringSubmatch(strings.TrimRight(screen, "\n"))
		return found != nil
	})
	code, err := strconv.Atoi(found[1])
	c.check(err)
	return code
}

// Screen returns what is on the screen, a line a row, without trailing spaces.
func (c *Console) Screen() string {
	c.t.Helper()
	screen, err := c.term.Screen()
	c.check(err)
	return screen
}

// Output returns every byte that was written to the terminal so far, the shell's and the program's.
func (c *Console) Output() string {
	c.t.Helper()
	output, err := c.term.Output()
	c.check(err)
	return string(output)
}

// Buffers returns tmux's paste buffers by name.
func (c *Console) Buffers() map[string]string {
	c.t.Helper()
	buffers, err := c.term.Buffers()
	c.check(err)
	return buffers
}

// wait looks at the screen until done says so, and returns it.
func (c *Console) wait(what string, done func(screen string) bool) string {
	c.t.Helper()
	screen, ok, err := c.term.Wait(patience, done)
	c.check(err)
	if !ok {
		c.fail("waited %v for %s", patience, what)
	}
	return screen
}

func (c *Console) check(err error) {
	c.t.Helper()
	if err != nil {
		c.fail("%v", err)
	}
}

// fail ends the test and shows the screen.
func (c *Console) fail(format string, args ...any) {
	c.t.Helper()
	screen, err := c.term.Screen()
	if err != nil {
		screen = err.Error()
	}
	c.t.Fatalf("%s\nThe screen:\n%s", fmt.Sprintf(format, args...), frame(screen))
}

// frame draws a border at the left of a screen, so that empty rows show in a test's log.
func frame(screen string) string {
	return "│ " + strings.ReplaceAll(strings.TrimRight(screen, "\n"), "\n", "\n│ ")
}

// environment is what a program gets: a home of its own, a fixed language, and nothing of the tester's.
func environment(tb testing.TB, home string, env Env, command string) []string {
	tb.Helper()
	path := os.Getenv("PATH")
	if command == "lanyard" {
		path = filepath.Dir(binary(tb)) + string(filepath.ListSeparator) + path
	}
	all := Env{
		"HOME": home, "PATH": path, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh", "PS1": prompt,
		"TMPDIR":          filepath.Join(home, "tmp"),
		"XDG_CACHE_HOME":  filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"XDG_DATA_HOME":   filepath.Join(home, "data"),
		"XDG_STATE_HOME":  filepath.Join(home, "state"),
	}
	if err := os.MkdirAll(all["TMPDIR"], 0o700); err != nil {
		tb.Fatal(err)
	}
	maps.Copy(all, env)
	list := make([]string, 0, len(all))
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return list
}

// TestMain removes what binary may have built.
func TestMain(m *testing.M) {
	code := m.Run()
	if err := os.RemoveAll(buildDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// binary returns the path of the program that is tested: the one that LANYARD_E2E_BINARY names, else a fresh build.
func binary(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("LANYARD_E2E_BINARY"); path != "" {
		return path
	}
	path, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

var buildDir string

var build = sync.OnceValues(func() (path string, err error) {
	if buildDir, err = os.MkdirTemp("", "lanyard"); err != nil {
		return "", err
	}
	path = filepath.Join(buildDir, "lanyard")
	if out, err := exec.Command("go", "build", "-o", path, "lanyard").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

var unquoted = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// quote writes a command as a person types it into a shell.
func quote(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		if !unquoted.MatchString(word) {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		words[i] = word
	}
	return strings.Join(words, " ")
}
