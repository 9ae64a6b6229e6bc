package clipboard

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// lookFor reads a terminal until a text comes, or the end, and hands over what came.
func lookFor(terminal io.Reader, text []byte) <-chan []byte {
	found := make(chan []byte, 1)
	go func() {
		var all bytes.Buffer
		buffer := make([]byte, 4096)
		for {
			n, err := terminal.Read(buffer)
			all.Write(buffer[:n])
			if err != nil || bytes.Contains(all.Bytes(), text) {
				found <- all.Bytes()
				return
			}
		}
	}()
	return found
}

// TestScreen runs GNU screen in a terminal of our own, has a program inside print what we would, and looks whether the
// terminal around it gets the sequence.
func TestScreen(t *testing.T) {
	if _, err := exec.LookPath("screen"); err != nil {
		t.Skip("screen isn't installed")
	}
	for name, text := range map[string]string{"a key": secret, "more than one string holds": strings.Repeat(secret+"\n", 40)} {
		t.Run(name, func(t *testing.T) { throughRealScreen(t, osc52([]byte(text))) })
	}
}

func throughRealScreen(t *testing.T, sequence []byte) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "sequence")
	if err := os.WriteFile(file, throughScreen(sequence), 0o600); err != nil {
		t.Fatal(err)
	}
	sockets := filepath.Join(dir, "s")
	if err := os.Mkdir(sockets, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("screen", "-c", "/dev/null", "-S", "lanyard", "sh", "-c", "cat '"+file+"'; sleep 20")
	cmd.Env = []string{"TERM=xterm-256color", "SCREENDIR=" + sockets, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		quit := exec.Command("screen", "-S", "lanyard", "-X", "quit")
		quit.Env = cmd.Env
		_ = quit.Run()
		_ = terminal.Close()
		_ = cmd.Wait()
	})
	select {
	case out := <-lookFor(terminal, sequence):
		if !bytes.Contains(out, sequence) || bytes.Contains(out, []byte("\x1bP\x1b]52")) {
			t.Errorf("the terminal got %q", out)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing came through screen")
	}
}
