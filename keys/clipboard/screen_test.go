package clipboard

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestScreen runs GNU screen in a terminal of our own, has a program inside print what we would, and looks whether the
// terminal around it gets the sequence.
func TestScreen(t *testing.T) {
	if _, err := exec.LookPath("screen"); err != nil {
		t.Skip("screen isn't installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "sequence")
	if err := os.WriteFile(file, throughScreen(osc52([]byte(secret))), 0o600); err != nil {
		t.Fatal(err)
	}
	sockets := filepath.Join(dir, "s")
	if err := os.Mkdir(sockets, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("screen", "-c", "/dev/null", "sh", "-c", "cat '"+file+"'; sleep 1")
	cmd.Env = []string{"TERM=xterm-256color", "SCREENDIR=" + sockets, "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = terminal.Close(); _ = cmd.Wait() })
	found := make(chan string, 1)
	go func() {
		var all bytes.Buffer
		buffer := make([]byte, 4096)
		for {
			n, err := terminal.Read(buffer)
			all.Write(buffer[:n])
			if err != nil || bytes.Contains(all.Bytes(), osc52([]byte(secret))) {
				found <- all.String()
				return
			}
		}
	}()
	select {
	case out := <-found:
		if !strings.Contains(out, string(osc52([]byte(secret)))) {
			t.Errorf("the terminal got %q", out)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing came through screen")
	}
}
