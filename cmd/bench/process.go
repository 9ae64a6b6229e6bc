//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpu is how much processor time a process has used, exact to the nanosecond; 0 where the system doesn't tell.
func cpu(pid int) time.Duration {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid)) // the pattern is right
	var sum time.Duration
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // a thread that ended
		}
		ran, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(ran, 10, 64) // 0 if it isn't there
		sum += time.Duration(n)
	}
	return sum
}

// memory is what a process has in memory, in KiB.
type memory struct {
	peak   int // the most at once, its files' pages among it
	anon   int // its own, now
	mapped int // pages of files, now: the system can take them back
}

func memoryOf(pid int) (m memory) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m // not Linux: not measured
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		to, ok := map[string]*int{"VmHWM": &m.peak, "RssAnon": &m.anon, "RssFile": &m.mapped}[name]
		if ok {
			*to, _ = strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
		}
	}
	return m
}

// watchMemory looks at a process's memory every few milliseconds until stop is called, which returns the most of each
// that it saw.
func watchMemory(pid int) (stop func() memory) {
	done, out := make(chan struct{}), make(chan memory)
	go func() {
		var most memory
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			m := memoryOf(pid)
			most = memory{max(most.peak, m.peak), max(most.anon, m.anon), max(most.mapped, m.mapped)}
			select {
			case <-tick.C:
			case <-done:
				out <- most
				return
			}
		}
	}()
	return func() memory {
		close(done)
		return <-out
	}
}
