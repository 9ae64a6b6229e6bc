//go:build e2e && unix

package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A key shows where somebody asked for it and nowhere else: not in what a run writes, to the terminal or to files, and not
// in the arguments or the environment of any process, while it is created, copied, verified, refused and rotated.
func TestNoSecretLeaks(t *testing.T) {
	t.Parallel()
	spy := spyOnProcesses(t)
	c := found(t, Wide, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created").Keys("c").Expect("API key of bot")
	c.Keys("a").Expect("Copy API key").Esc().Keys("o").Expect("Created by").Keys("c").Expect("API key of bot").Esc()
	c.Keys("q").ExpectExit(0)
	run := func(line, says string, code int) {
		t.Helper()
		c.Run("clear").ExpectExit(0)
		c.Type(line).Keys("Enter").Expect(says).ExpectExit(code)
	}
	run("lanyard sa create ci --role Builder --copy", "API key of ci sent to tmux", 0)
	run("lanyard sa show-key ci | lanyard verify -o json", `"valid":true`, 0)
	run("lanyard sa show-key ci | tr 0-4 5-9 | lanyard verify", "not good: ", 7)
	run("lanyard sa show-key ci | lanyard verify --require account:view", "may not account:view", 4)
	run("lanyard sa show-key ci | lanyard verify --stream", `"name":"ci"`, 0)
	run("lanyard sa show-key ci | lanyard users accept", "isn't an invitation's token", 2)
	run("lanyard sa copy-key bot", "API key of bot sent to tmux", 0)
	secrets := map[string]string{"ci before it was rotated": c.keyOf("ci"), "bot": c.keyOf("bot")}
	run("lanyard sa rotate-key ci --copy", "API key of ci sent to tmux", 0)
	secrets["ci"] = c.keyOf("ci")

	for name, secret := range secrets {
		for _, form := range formsOf(secret) {
			if strings.Contains(c.Output(), form) {
				t.Errorf("the key of %s was written to the terminal", name)
			}
			if spy.saw(form) {
				t.Errorf("a process had the key of %s in its arguments or environment", name)
			}
			for _, path := range c.filesWith(form) {
				t.Errorf("%s holds the key of %s", path, name)
			}
		}
	}
	if !spy.saw("clear-clipboard") { // which lives on, while the others may be too short to be caught
		t.Error("the processes weren't seen at all")
	}
}

// formsOf are the ways in which a key may be written down: whole, its secret part alone, and encoded.
func formsOf(secret string) []string {
	return []string{
		secret, secret[len("lys_0123456789AB_"):], base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret)),
	}
}

// keyOf has lanyard print a key to this process alone.
func (c *Console) keyOf(name string) string {
	c.t.Helper()
	cmd := exec.Command(binary(c.t), "sa", "show-key", name)
	cmd.Env = environment(c.t, c.Home, nil, "lanyard")
	out, err := cmd.Output()
	c.check(err)
	key := strings.TrimSpace(string(out))
	if !keyPattern.MatchString(key) {
		c.fail("%q isn't a key", key)
	}
	return key
}

// filesWith lists the files below the home that hold a text.
func (c *Console) filesWith(text string) (list []string) {
	c.t.Helper()
	c.check(filepath.WalkDir(c.Home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			list = append(list, path)
		}
		return err
	}))
	return list
}

// processSpy keeps the arguments and the environment of every process that it catches.
type processSpy struct {
	mu   sync.Mutex
	seen map[string]bool
}

// spyOnProcesses looks at all processes again and again until the test ends. What lives for less than a few milliseconds
// may escape it.
func spyOnProcesses(t *testing.T) *processSpy {
	t.Helper()
	if _, err := os.ReadFile("/proc/self/environ"); err != nil {
		t.Skip("the processes of this system can't be seen in /proc")
	}
	s := &processSpy{seen: map[string]bool{}}
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
				s.look()
			}
		}
	})
	t.Cleanup(func() {
		close(done)
		ended.Wait()
	})
	return s
}

func (s *processSpy) look() {
	for _, name := range []string{"cmdline", "environ"} {
		list, _ := filepath.Glob("/proc/[0-9]*/" + name) // the pattern is right
		for _, path := range list {
			data, err := os.ReadFile(path)
			if err == nil && len(data) > 0 { // else it has ended, or is another's
				s.mu.Lock()
				s.seen[string(data)] = true
				s.mu.Unlock()
			}
		}
	}
}

func (s *processSpy) saw(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for data := range s.seen {
		if strings.Contains(data, text) {
			return true
		}
	}
	return false
}
