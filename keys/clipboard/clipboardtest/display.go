// Package clipboardtest has what tests of the desktop's clipboard need.
package clipboardtest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long an X server may take to start.
const patience = 20 * time.Second

// Display starts an X server without a screen, which chooses a display that nobody uses, and returns what DISPLAY has to be for
// it. Where Xvfb or xclip isn't installed, or the server doesn't start, the test is skipped.
func Display(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"Xvfb", "xclip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " isn't installed")
		}
	}
	said, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{says}
	err = server.Start()
	_ = says.Close()
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM) // so that it takes its lock with it
		_ = server.Wait()
		_ = said.Close()
	})
	_ = said.SetReadDeadline(time.Now().Add(patience))
	number, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Skip("Xvfb doesn't start here")
	}
	return ":" + strings.TrimSpace(number)
}

// Paste returns what xclip pastes on a display: nothing where nothing was ever copied.
func Paste(display string) string {
	cmd := exec.Command("xclip", "-selection", "clipboard", "-o")
	cmd.Env = append(os.Environ(), "DISPLAY="+display)
	out, _ := cmd.Output()
	return string(out)
}
