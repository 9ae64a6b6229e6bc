//go:build unix

package clipboard

import (
	"bufio"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDetached(t *testing.T) {
	in, out, err := Detached("sh", "-c", "echo $$; pwd; cat")()
	if err != nil {
		t.Skip(err)
	}
	lines := bufio.NewReader(out)
	pid, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	if session, err := unix.Getsid(id); err != nil || session != id {
		t.Errorf("process %d is of session %d, %v", id, session, err)
	}
	if _, err := in.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	if rest, _ := lines.ReadString(0); rest != "/\nhello\n" {
		t.Errorf("said %q", rest)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := Detached("/nowhere/lanyard")(); err == nil {
		t.Error("what isn't there was started")
	}
}
