//go:build e2e && unix

package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The driver is tested on programs that every system has, so that a scenario's failure is lanyard's.

func TestDriverReadsAndTypes(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Standard, Env{"GREETING": "hello"}, "cat")
	c.Type("a; b — 木;").Keys("Enter").Expect("a; b — 木;\na; b — 木;")
	c.Keys("C-d").ExpectExit(0).Run("sh", "-c", `echo "$GREETING, it's $TERM"; exit 7`)
	c.Expect("hello, it's tmux").ExpectExit(7)
	if got := c.ExpectMatch(`(\w+), it's`)[1]; got != "hello" {
		t.Errorf("matched %q", got)
	}
	c.Run("clear").ExpectNot("hello").ExpectRestored()
}

func TestDriverPastes(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Standard, nil, "cat", "-v")
	c.Paste("plain\n").Expect("plain\nplain").Keys("C-d").ExpectExit(0)
	c.Run("sh", "-c", `printf '\033[?2004hready\n'; cat -v`).ExpectMatch(`(?m)^ready$`)
	c.Paste("in brackets").Expect("^[[200~in brackets^[[201~").Keys("C-c").ExpectExit(128 + int(syscall.SIGINT))
	if buffers := c.Buffers(); len(buffers) != 0 {
		t.Errorf("pasting left %q", buffers)
	}
	if left := leftOn(c.Output()); !slices.Equal(left, []string{"?2004"}) {
		t.Errorf("left on: %q", left)
	}
	c.Run("sh", "-c", `printf 'kept' | tmux load-buffer -b name -`).ExpectExit(0)
	if got := c.Buffers()["name"]; got != "kept" {
		t.Errorf("the buffer holds %q", got)
	}
}

func TestDriverClicks(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Standard, nil, "sh", "-c", "printf '木 %s%s\\n' he re; cat -v")
	c.ClickOn("here").Expect("^[[<0;4;2M^[[<0;4;2m").Wheel(9, 4, -2).Expect("^[[<65;10;5M^[[<65;10;5M")
}

func TestDriverSeesWhatIsLeft(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("a line\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := StartCommand(t, Small, nil, "less", text).Expect("a line")
	if c.Flag("alternate_on") != "1" {
		t.Error("less isn't on the alternate screen")
	}
	c.Resize(Wide).ExpectMatch(`(a line\n){39}:`)
	c.Keys("G").Expect("(END)")
	if rows := strings.Count(c.Screen(), "\n"); rows != Wide.Height {
		t.Errorf("%d rows after the resize", rows)
	}
	c.Keys("q").ExpectExit(0).ExpectRestored()

	c.Run("sh", "-c", `printf '\033[?1049h\033[?25l\033[?1003;1006h\033[>1u'; stty -echo`).WaitExit()
	if now := c.state(); now.Flags == c.before.Flags || now.Line == c.before.Line {
		t.Errorf("saw no change in %+v", now)
	}
}

func TestDriverStopsAndSignals(t *testing.T) {
	t.Parallel()
	c := StartCommand(t, Standard, nil, "cat")
	c.Process()
	c.Keys("C-z").ExpectExit(Stopped).Run("fg").Expect("fg\ncat").Type("again").Keys("Enter").Expect("again\nagain")
	c.ExpectIdle(200*time.Millisecond, 0).Signal(syscall.SIGTERM).ExpectExit(128 + int(syscall.SIGTERM))

	c.Run("sh", "-c", "while :; do :; done")
	for deadline := time.Now().Add(patience); c.CPU() < 30*time.Millisecond; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("saw no processor time used")
		}
	}
	if peak := c.Memory(); peak < 100<<10 {
		t.Errorf("a peak of %d bytes", peak)
	}
	c.Signal(syscall.SIGHUP).ExpectExit(128 + int(syscall.SIGHUP))
}

func TestLeftOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, output string
		want         []string
	}{
		{"nothing", "plain \x1b[31mred\x1b[m", nil},
		{"all put back", "\x1b[?1049h\x1b[?25l\x1b[>1u\x1b[5 q\x1b[0 q\x1b[<u\x1b[?25h\x1b[?1049l", nil},
		{"a hidden cursor", "\x1b[?25l", []string{"?25"}},
		{"two at once", "\x1b[?1003;1006h\x1b[?1006l", []string{"?1003"}},
		{"off without having been on", "\x1b[?2004l\x1b[<u\x1b[>4m", nil},
		{"keyboards", "\x1b[>1u\x1b[>4;2m", []string{"kitty keyboard stack", "modifyOtherKeys"}},
		{"flags", "\x1b[=1;1u", []string{"kitty keyboard flags"}},
		{"the cursor's shape", "\x1b[2 q", []string{"cursor shape"}},
	} {
		if got := leftOn(test.output); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
