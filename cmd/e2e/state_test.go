//go:build e2e && unix

package e2e_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// state is what a program may change in a terminal and has to put back.
type state struct {
	Flags string // tmux's, by name
	Line  string // the line discipline, as stty writes it
}

// flags are the modes that tmux tells of, in its formats. Others are found in what the program wrote, by leftOn.
var flags = []string{
	"alternate_on", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag", "mouse_any_flag", "mouse_button_flag",
	"mouse_sgr_flag", "mouse_standard_flag", "origin_flag", "scroll_region_upper", "wrap_flag",
}

// belowRegion is the scroll region's other end, counted so that it is the same in every size.
const belowRegion = " below_scroll_region=#{e|-:#{pane_height},#{scroll_region_lower}}"

func (c *Console) state() state {
	c.t.Helper()
	formats := make([]string, len(flags))
	for i, flag := range flags {
		formats[i] = fmt.Sprintf("%s=#{%s}", flag, flag)
	}
	stty := exec.Command("stty", "-g")
	stty.Stdin = c.tty()
	line, err := stty.Output()
	c.check(err)
	return state{Flags: c.format(strings.Join(formats, " ") + belowRegion), Line: string(line)}
}

func (c *Console) format(format string) string {
	c.t.Helper()
	filled, err := c.term.Format(format)
	c.check(err)
	return filled
}

// Flag returns one of tmux's formats, such as "alternate_on", "cursor_flag", "mouse_any_flag" or "pane_title".
func (c *Console) Flag(name string) string {
	c.t.Helper()
	return c.format("#{" + name + "}")
}

// ExpectRestored compares the terminal, back at the shell's prompt, with what it was before anything was run.
func (c *Console) ExpectRestored() *Console {
	c.t.Helper()
	c.WaitExit()
	before, now := c.before, c.state()
	if now.Flags != before.Flags {
		c.fail("the terminal was left with\n%s\nand was\n%s", now.Flags, before.Flags)
	}
	if now.Line != before.Line {
		c.fail("the line was left as\n%sand was\n%s", now.Line, before.Line)
	}
	if left := leftOn(c.Output()); len(left) > 0 {
		c.fail("these were left changed: %s", strings.Join(left, ", "))
	}
	return c
}

var (
	privateMode  = regexp.MustCompile(`\x1b\[\?([\d;]+)([hl])`)
	keyboardMode = regexp.MustCompile(`\x1b\[([<>=])([\d;]*)([um])`)
	cursorShape  = regexp.MustCompile(`\x1b\[(\d*) q`)
)

// onFromTheStart are the private modes that a terminal starts with: wrapping, and a cursor that is seen.
var onFromTheStart = map[string]bool{"7": true, "25": true}

// leftOn returns what a program changed in a terminal by escape sequences and didn't change back: modes, for example
// "?2004" for bracketed paste, keyboard protocols, and the cursor's shape.
func leftOn(output string) []string {
	changed := map[string]bool{}
	for _, match := range privateMode.FindAllStringSubmatch(output, -1) {
		for mode := range strings.SplitSeq(match[1], ";") {
			changed["?"+mode] = (match[2] == "h") != onFromTheStart[mode]
		}
	}
	pushed := 0
	for _, match := range keyboardMode.FindAllStringSubmatch(output, -1) {
		switch match[1] + match[3] {
		case ">u":
			pushed++
		case "<u":
			n, err := strconv.Atoi(match[2])
			if err != nil {
				n = 1
			}
			pushed = max(0, pushed-n)
		case "=u":
			changed["kitty keyboard flags"] = !strings.HasPrefix(match[2], "0")
		case ">m":
			if number, value, _ := strings.Cut(match[2], ";"); number == "4" {
				changed["modifyOtherKeys"] = value != "" && value != "0"
			}
		}
	}
	changed["kitty keyboard stack"] = pushed > 0
	for _, match := range cursorShape.FindAllStringSubmatch(output, -1) {
		changed["cursor shape"] = match[1] != "" && match[1] != "0"
	}
	maps.DeleteFunc(changed, func(_ string, on bool) bool { return !on })
	return slices.Sorted(maps.Keys(changed))
}

// Process returns the id of the program that is in the foreground.
func (c *Console) Process() int {
	c.t.Helper()
	shell := c.Flag("pane_pid")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if foreground := c.stat(shell)[statForeground]; foreground != shell {
			id, err := strconv.Atoi(foreground)
			c.check(err)
			return id
		}
	}
	c.fail("nothing but the shell is in the foreground")
	return 0
}

// CPU returns the processor time that the program in the foreground has used, in steps of 10 ms.
func (c *Console) CPU() time.Duration {
	c.t.Helper()
	var ticks int
	fields := c.stat(strconv.Itoa(c.Process()))
	for _, field := range fields[statUserTime : statSystemTime+1] {
		n, err := strconv.Atoi(field)
		c.check(err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// ExpectIdle watches the program do nothing for a while: it writes no bytes and uses no more processor time than allowed,
// beside one tick of 10 ms.
func (c *Console) ExpectIdle(watch, allowed time.Duration) *Console {
	c.t.Helper()
	cpu, written := c.CPU(), len(c.Output())
	time.Sleep(watch)
	if used := c.CPU() - cpu; used > allowed+10*time.Millisecond {
		c.fail("used %v of processor time in %v of idling", used, watch)
	}
	if output := c.Output(); len(output) > written {
		c.fail("wrote %d bytes in %v of idling: %q", len(output)-written, watch, output[written:])
	}
	return c
}

// Memory returns the most memory that the program in the foreground has had, in bytes.
func (c *Console) Memory() int {
	c.t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.Process()), "status"))
	c.check(err)
	match := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		c.fail("no peak in\n%s", status)
	}
	kib, err := strconv.Atoi(string(match[1]))
	c.check(err)
	return kib << 10
}

// What proc(5) says of a process, counted from behind its name.
const (
	statForeground = 5
	statUserTime   = 11
	statSystemTime = 12
)

// stat reads /proc/PID/stat from behind the process's name on.
func (c *Console) stat(pid string) []string {
	c.t.Helper()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		c.t.Skip("needs /proc:", err)
	}
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	c.check(err)
	return strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
}

// tty opens the terminal without becoming its owner.
func (c *Console) tty() *os.File {
	c.t.Helper()
	file, err := os.OpenFile(c.Flag("pane_tty"), os.O_RDONLY|syscall.O_NOCTTY, 0)
	c.check(err)
	c.t.Cleanup(func() { c.check(file.Close()) })
	return file
}
