//go:build unix

// Command bench measures what the design gives a budget, on the real binary in a terminal of its own, beside less and fzf
// on the same lines in the same run. Machines are noisy: read the figures against each other. See docs/benchmarks.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	binary := flag.String("binary", "bin/lanyard", "the program to measure")
	sizes := flag.String("users", "1000,100000,1000000", "how many users, divided by commas")
	only := flag.String("programs", "lanyard,less,fzf", "what to measure, divided by commas")
	var o settings
	flag.IntVar(&o.keys, "keys", 300, "how many key presses to time")
	flag.IntVar(&o.starts, "starts", 7, "how many starts to time")
	flag.DurationVar(&o.idle, "idle", 10*time.Second, "how long to watch them rest")
	making := flag.String("make", "", "only make an account of -users in this `DIRECTORY`")
	flag.Parse()
	if err := run(*binary, *sizes, *only, *making, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(binary, sizes, only, making string, o settings) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lanyard-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var table table
	for size := range strings.SplitSeq(sizes, ",") {
		users, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return err
		}
		if making != "" {
			return makeAccount(context.Background(), account{dir: making, users: users})
		}
		a, err := madeApart(account{dir: filepath.Join(dir, strconv.Itoa(users)), users: users})
		if err != nil {
			return fmt.Errorf("%d users: %w", users, err)
		}
		if err := table.measure(a, binary, only, o); err != nil {
			return fmt.Errorf("%d users: %w", users, err)
		}
		_ = os.RemoveAll(a.dir) // a million take 300 MB
	}
	table.print(os.Stdout)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil { // elsewhere it isn't told
		fmt.Printf("%d processors; load over 1, 5 and 15 minutes, ours in it: %s\n", runtime.NumCPU(), strings.Join(strings.Fields(string(load))[:3], ", "))
	}
	return nil
}

// madeApart makes an account in a process of its own, so that the one that measures stays small and at rest.
func madeApart(a account) (account, error) {
	progress("making %s users", number(a.users))
	self, err := os.Executable()
	if err != nil {
		return a, err
	}
	cmd := exec.Command(self, "-make", a.dir, "-users", strconv.Itoa(a.users))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return a, err
	}
	data, err := os.ReadFile(a.made())
	if err != nil {
		return a, err
	}
	var m made
	err = json.Unmarshal(data, &m)
	a.last, a.took = m.Last, m.Took
	return a, err
}

// progress says on standard error what is being done: the table is for a file.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }

func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
