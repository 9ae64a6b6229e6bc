//go:build e2e && unix

package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"lanyard/keys/clipboard/clipboardtest"
)

// What becomes of a key after it was copied, at each place where a user would paste it.

// clearAfter makes a home whose settings clear the clipboard after so many seconds.
func clearAfter(t *testing.T, seconds string) Env {
	t.Helper()
	home := t.TempDir()
	dir := filepath.Join(home, "config", "lanyard")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := "[clipboard]\nclear_after = " + seconds + "\n"
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return Env{"HOME": home}
}

// outsideTmux is a prompt of a shell that doesn't know that its terminal is tmux, so that programs take it for any other.
func outsideTmux(t *testing.T, env Env) *Console {
	t.Helper()
	c := Start(t, Standard, env, "version").ExpectExit(0)
	return c.Run("unset", "TMUX").ExpectExit(0).Run("clear").ExpectExit(0)
}

// keepers returns the ids of the processes that clear the clipboard for a home.
func (c *Console) keepers() (ids []int) {
	c.t.Helper()
	list, err := filepath.Glob("/proc/[0-9]*/cmdline")
	c.check(err)
	for _, file := range list {
		args, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(args, []byte("\x00clear-clipboard\x00")) {
			continue
		}
		environ, err := os.ReadFile(filepath.Join(filepath.Dir(file), "environ"))
		if err != nil || !bytes.Contains(environ, []byte("HOME="+c.Home+"\x00")) {
			continue
		}
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		c.check(err)
		ids = append(ids, id)
	}
	return ids
}

// theKeeper waits for the only process that clears the clipboard for a home.
func (c *Console) theKeeper() int {
	c.t.Helper()
	var ids []int
	c.until("one keeper", func() bool {
		ids = c.keepers()
		return len(ids) == 1
	})
	return ids[0]
}

// until waits for something that isn't on the screen.
func (c *Console) until(what string, done func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.fail("waited %v for %s", patience, what)
		}
	}
}

// ours returns what tmux's only buffer holds, "" if there is none.
func (c *Console) ours() string {
	c.t.Helper()
	buffers, err := c.term.Buffers()
	if err != nil && strings.Contains(err.Error(), "no buffer") {
		buffers, err = c.term.Buffers() // it went between the list and the look
	}
	c.check(err)
	if len(buffers) > 1 {
		c.fail("tmux holds %v", buffers)
	}
	for _, text := range buffers {
		return text
	}
	return ""
}

// nowhere fails when a text is in a file below the home, or in the arguments or the environment of a process.
func (c *Console) nowhere(key string) {
	c.t.Helper()
	for _, path := range c.files() {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte(key)) {
			c.fail("%s holds the key", path)
		}
	}
	for _, name := range []string{"cmdline", "environ"} {
		list, err := filepath.Glob("/proc/[0-9]*/" + name)
		c.check(err)
		for _, file := range list {
			if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte(key)) {
				c.fail("%s holds the key", file)
			}
		}
	}
}

func TestClearedFromTmux(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, clearAfter(t, "5"), "demo").Expect("Users 42").Keys("2").Expect("billing-sync")
	c.Keys("c").Expect("sent to tmux", "until C").ExpectMatch(`[2-5] s\b`)
	key := c.ours()
	if keyPattern.FindString(key) != key || key == "" {
		t.Fatalf("tmux holds %q", key)
	}
	c.theKeeper()
	c.nowhere(key)
	c.Expect("1 s", "until C").Expect("Cleared from tmux · C overwrites")
	if left := c.ours(); left != "" {
		t.Errorf("tmux still holds %q", left)
	}
	c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
	c.Keys("C").Expect("a blank sent to its terminal")
	if left := c.ours(); left != "" {
		t.Errorf("after overwriting tmux holds %q", left)
	}
	c.Keys("q").ExpectExit(0).ExpectRestored()
}

// The clock runs from the second copy on, in tmux and by the same keeper.
func TestASecondCopyStartsTheClockAnew(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, clearAfter(t, "8"), "demo").Expect("Users 42").Keys("2").Expect("billing-sync")
	c.Keys("c").Expect("sent to tmux")
	first, keeper := c.ours(), c.theKeeper()
	time.Sleep(4 * time.Second)
	c.Keys("Down", "c")
	c.until("the second key", func() bool { key := c.ours(); return key != first && key != "" })
	second := c.ours()
	time.Sleep(5 * time.Second) // nine since the first
	if left := c.ours(); left != second || c.theKeeper() != keeper {
		t.Errorf("tmux holds %q, kept by %d; want %q by %d", left, c.theKeeper(), second, keeper)
	}
	c.Expect("Cleared from tmux").Keys("q").ExpectExit(0)
}

// An email isn't secret, and what somebody else put there isn't ours.
func TestWhatStaysOnTheClipboard(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, clearAfter(t, "4"), "demo").Expect("Users 42")
	c.Keys("c").Expect("sent to tmux").ExpectNot("leaves", "until C")
	if len(c.keepers()) != 0 {
		t.Error("an email is to be cleared")
	}
	c.Keys("2").Expect("billing-sync").Keys("c").Expect("until C").Keys("1", "c")
	c.until("an email", func() bool { return strings.Contains(c.ours(), "@") })
	c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
	c.Keys("q").ExpectExit(0)
	if left := c.ours(); !strings.Contains(left, "@") {
		t.Errorf("tmux holds %q", left)
	}
}

func TestClearedWhenTheConsoleIsKilled(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGKILL": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Start(t, Standard, nil, "demo").Expect("Users 42").Keys("2").Expect("billing-sync").Keys("c").Expect("sent to tmux")
			if c.ours() == "" {
				t.Fatal("nothing was copied")
			}
			c.Signal(signal)
			c.until("the buffer to go", func() bool { return c.ours() == "" })
			c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
		})
	}
}

// Counting the seconds wakes an idle terminal once a second, and afterwards it is quiet again.
func TestQuietWhileTheSecondsAreCounted(t *testing.T) {
	c := Start(t, Standard, clearAfter(t, "6"), "demo").Expect("Users 42").Keys("2").Expect("billing-sync").Keys("c").Expect("5 s")
	before, written := c.CPU(), len(c.Output())
	c.Expect("2 s")
	if used, output := c.CPU()-before, c.Output()[written:]; used > 50*time.Millisecond || len(output) > 3*60 {
		t.Errorf("three seconds took %v and wrote %d bytes: %q", used, len(output), output)
	}
	c.Expect("Cleared from tmux").Esc().ExpectNot("Cleared")
	time.Sleep(time.Second)
	c.ExpectIdle(3*time.Second, 20*time.Millisecond).Keys("q").ExpectExit(0)
}

var osc52 = regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)`)

// pasted returns what a terminal that was written this would paste.
func pasted(output string) string {
	all := osc52.FindAllStringSubmatch(output, -1)
	if all == nil {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(all[len(all)-1][1])
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestCopyInScreen(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("screen"); err != nil {
		t.Skip("screen isn't installed")
	}
	env := clearAfter(t, "1")
	env["SCREENDIR"] = filepath.Join(env["HOME"], "s")
	if err := os.Mkdir(env["SCREENDIR"], 0o700); err != nil {
		t.Fatal(err)
	}
	c := outsideTmux(t, env).Run("screen", "-c", "/dev/null", "lanyard", "demo").Expect("Users 42").Keys("2").Expect("billing-sync")
	c.Keys("c").Expect("sent to your terminal", "stays there until you press C")
	c.until("the key", func() bool { return keyPattern.MatchString(pasted(c.Output())) })
	time.Sleep(1500 * time.Millisecond)
	if !keyPattern.MatchString(pasted(c.Output())) || len(c.keepers()) != 0 {
		t.Error("something cleared it, though it said that nothing does")
	}
	c.Keys("C").Expect("A blank sent to your terminal")
	c.until("the blank", func() bool { return pasted(c.Output()) == " " })
	c.Keys("q").Expect("screen is terminating").ExpectExit(0)
}

// bare is a terminal that isn't tmux, nor on a desktop: a pair of files, and nobody who answers.
type bare struct {
	t      *testing.T
	file   *os.File
	chunks chan []byte
	output []byte
}

func startBare(t *testing.T, home Env, args ...string) *bare {
	t.Helper()
	cmd := exec.Command(binary(t), args...)
	cmd.Env = append(environment(t, home["HOME"], home, "lanyard"), "TERM=xterm-256color")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip(err)
	}
	b := &bare{t: t, file: file, chunks: make(chan []byte, 64)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = file.Close()
	})
	go func() {
		defer close(b.chunks)
		for r := bufio.NewReader(file); ; {
			chunk := make([]byte, 4096)
			n, err := r.Read(chunk)
			if err != nil {
				return
			}
			b.chunks <- chunk[:n]
		}
	}()
	return b
}

func (b *bare) keys(text string) {
	b.t.Helper()
	if _, err := b.file.WriteString(text); err != nil {
		b.t.Fatal(err)
	}
}

// until reads what is written until it is as it should be.
func (b *bare) until(what string, done func(output string) bool) {
	b.t.Helper()
	for limit := time.After(patience); !done(string(b.output)); {
		select {
		case chunk, more := <-b.chunks:
			if !more {
				b.t.Fatalf("the end, instead of %s: %q", what, b.output)
			}
			b.output = append(b.output, chunk...)
		case <-limit:
			b.t.Fatalf("waited %v for %s: %q", patience, what, b.output)
		}
	}
}

func (b *bare) wrote(text string) {
	b.t.Helper()
	b.until(text, func(output string) bool { return strings.Contains(output, text) })
}

func TestCopyInABareTerminal(t *testing.T) {
	t.Parallel()
	b := startBare(t, clearAfter(t, "1"), "demo")
	b.wrote("42 users")
	b.keys("2")
	b.wrote("9 service accounts")
	b.keys("c")
	b.until("a key", func(output string) bool { return keyPattern.MatchString(pasted(output)) })
	b.wrote("until you press C")
	b.keys("C")
	b.until("a blank", func(output string) bool { return pasted(output) == " " })
	b.keys("q")
	b.wrote("\x1b[?1049l")
}

// account makes an account with a service account named bot, at a prompt.
func (c *Console) account() *Console {
	c.t.Helper()
	c.Run("lanyard", "init", "--account", "Acme", "--name", "Ana", "--email", "ana@example.com").ExpectExit(0)
	return c.Run("lanyard", "sa", "create", "bot", "--role", "Builder").ExpectExit(0)
}

// A command ends at once, and what it copied is cleared all the same.
func TestACommandsCopyIsCleared(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, clearAfter(t, "5"), "version").ExpectExit(0).account()
	c.Run("lanyard", "sa", "copy-key", "bot").Expect("API key of bot sent to tmux", "It leaves tmux in 5 s").ExpectExit(0)
	key := c.ours()
	if keyPattern.FindString(key) != key || key == "" {
		t.Fatalf("tmux holds %q", key)
	}
	c.theKeeper()
	c.nowhere(key)
	c.until("the buffer to go", func() bool { return c.ours() == "" })
	c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
	c.Run("lanyard", "sa", "copy-key", "bot", "--clipboard", "osc52").Expect("sent to your terminal", "Nothing clears it there").ExpectExit(0)
	if len(c.keepers()) != 0 {
		t.Error("somebody waits to clear what can't be")
	}
}

// The same key is copied again by another process: the first one's clock doesn't count any more.
func TestASecondCommandStartsTheClockAnew(t *testing.T) {
	t.Parallel()
	env := clearAfter(t, "8")
	env["DISPLAY"], env["WAYLAND_DISPLAY"] = clipboardtest.Display(t), ""
	c := outsideTmux(t, env).account()
	copies := func() {
		c.Run("lanyard", "sa", "copy-key", "bot").Expect("It is cleared in 8 s").ExpectExit(0).Run("clear").ExpectExit(0)
	}
	copies()
	key := clipboardtest.Paste(env["DISPLAY"])
	time.Sleep(4 * time.Second)
	copies()
	c.until("the first keeper to go", func() bool { return len(c.keepers()) == 1 })
	if left := clipboardtest.Paste(env["DISPLAY"]); left != key || !keyPattern.MatchString(key) {
		t.Errorf("the first keeper left %q of %q", left, key)
	}
	c.until("an empty clipboard", func() bool { return clipboardtest.Paste(env["DISPLAY"]) == "" })
	c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
}

func TestClearedFromTheDesktop(t *testing.T) {
	t.Parallel()
	env := clearAfter(t, "6")
	env["DISPLAY"], env["WAYLAND_DISPLAY"] = clipboardtest.Display(t), ""
	display := env["DISPLAY"]
	isKey := func() bool { return keyPattern.MatchString(clipboardtest.Paste(display)) }
	isGone := func() bool { return clipboardtest.Paste(display) == "" }
	c := outsideTmux(t, env).Run("lanyard", "demo").Expect("Users 42").Keys("2").Expect("billing-sync")

	c.Keys("c").Expect("clears in")
	c.until("the key", isKey)
	c.theKeeper()
	c.nowhere(clipboardtest.Paste(display))
	time.Sleep(3 * time.Second)
	c.Keys("Down", "c") // anew
	time.Sleep(4 * time.Second)
	if !isKey() {
		t.Error("the second copy was cleared by the clock of the first")
	}
	c.Expect("Clipboard cleared")
	c.until("an empty clipboard", isGone)

	c.Keys("c").Expect("clears in")
	c.until("the key", isKey)
	theirs := exec.Command("xclip", "-selection", "clipboard", "-i")
	theirs.Env, theirs.Stdin = append(os.Environ(), "DISPLAY="+display), strings.NewReader("something else")
	c.check(theirs.Run())
	c.Expect("it held something else")
	if got := clipboardtest.Paste(display); got != "something else" {
		t.Errorf("what somebody else copied became %q", got)
	}

	c.Keys("c").Expect("clears in").Keys("C").Expect("Clipboard cleared")
	c.until("an empty clipboard", isGone)
	c.Keys("c").Expect("clears in")
	c.until("the key", isKey)
	c.Keys("q").ExpectExit(0).ExpectRestored()
	if left := clipboardtest.Paste(display); left != "" {
		t.Errorf("after quitting the clipboard holds %q", left)
	}
	c.Run("lanyard", "demo").Expect("Users 42").Keys("2").Expect("billing-sync").Keys("c").Expect("clears in")
	c.until("the key", isKey)
	c.Signal(syscall.SIGKILL)
	c.until("an empty clipboard", isGone)
	c.until("the keeper to end", func() bool { return len(c.keepers()) == 0 })
}
