//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func (a account) env() []string {
	return []string{
		"HOME=" + a.dir, "XDG_DATA_HOME=" + filepath.Join(a.dir, "data"), "XDG_CONFIG_HOME=" + filepath.Join(a.dir, "config"),
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "LESSHISTFILE=-",
	}
}

// programs are those that were asked for and are there.
func (a account) programs(binary, only string) (list []program) {
	asked := strings.Split(only, ",")
	for _, p := range []program{a.lanyard(binary), a.less(), a.fzf()} {
		if _, err := exec.LookPath(p.command[0]); err == nil && slices.Contains(asked, p.name) {
			list = append(list, p)
		}
	}
	return list
}

func (a account) lanyard(binary string) program {
	total := number(a.users) + " users"
	return program{
		name: "lanyard", command: []string{binary, "--clipboard", "off"}, env: a.env(),
		shown: func(s *screen) bool { return s.lines("Email") > 0 && full(s) },
		// The progress line is gone, and the rows are sorted.
		ready: func(s *screen) bool { return s.lines(total) > 0 && s.lines("working…") == 0 && full(s) },
		down:  "j", find: [2]string{"/", ""}, typed: true, clear: "\x1b", quit: "\x03",
	}
}

func (a account) less() program {
	return program{
		name: "less", command: []string{"less", a.lines()}, env: a.env(),
		shown: full, ready: full, down: "j", find: [2]string{"/", "\r"}, quit: "q",
	}
}

func (a account) fzf() program {
	total := fmt.Sprintf(" %d/%d", a.users, a.users)
	return program{
		name: "fzf", command: []string{"fzf"}, env: a.env(), stdin: a.lines(),
		shown: full, ready: func(s *screen) bool { return s.lines(total) > 0 && full(s) },
		down:  "\x0b", // ctrl+k goes up its list, which grows upwards
		typed: true, clear: "\x15", quit: "\x03",
	}
}

// cold times whole processes, best of a few; 0 for what isn't there.
func (a account) cold(command ...string) time.Duration {
	best := time.Duration(0)
	for range 7 {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env = a.env()
		began := time.Now()
		if cmd.Run() != nil {
			return 0
		}
		if took := time.Since(began); best == 0 || took < best {
			best = took
		}
	}
	return best
}
