//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lanyard/model"
)

// program is something to measure, and how it is used.
type program struct {
	name    string
	command []string
	env     []string
	stdin   string // a file, if it reads its lines there

	shown func(*screen) bool // the first frame stands
	ready func(*screen) bool // everything is read and in order
	down  string             // the key that goes a row on
	find  [2]string          // what is typed before and after a text to find it
	typed bool               // the rows follow every letter
	clear string             // what ends the filter
	quit  string
}

// Keys are pressed at random moments, so that no rhythm of a program's meets ours.
const (
	keyQuiet  = 10 * time.Millisecond // nothing more comes of a move after this
	keyJitter = 8 * time.Millisecond
	restFor   = 200 * time.Millisecond // a program has gone to rest after this
	letters   = "ander"                // typed into the filter
)

// settings are how thoroughly to measure.
type settings struct {
	starts, keys int
	idle         time.Duration
}

// figures are what was measured; what a program doesn't do stays zero.
type figures struct {
	firstFrame, ready, found    []time.Duration
	firstLetter                 time.Duration
	letters                     []time.Duration
	keyFirst, keyLast, restLast []time.Duration
	insideBytes, scrollBytes    []int
	loading, settled            memory // the most while it began, and what is left
	peak                        int
	idleCPU                     time.Duration
	idleBytes                   int
	startCPU                    time.Duration // until everything was read
}

// full reports whether the rows of a table stand on a screen: each has a status.
func full(s *screen) bool {
	n := 0
	for _, status := range []model.Status{model.StatusActive, model.StatusInactive, model.StatusInvited} {
		n += s.lines(" " + status.String())
	}
	return n >= rows*3/4
}

// found reports whether a row shows an email, and not only the line where it was typed.
func found(s *screen, email string) bool {
	for y := range s.height() {
		before, _, ok := strings.Cut(s.line(y), email)
		if ok && strings.ContainsFunc(before, func(r rune) bool { return r >= 'A' }) {
			return true
		}
	}
	return false
}

// measure measures everything about a program.
func (p program) measure(a account, o settings) (f figures, err error) {
	for range o.starts {
		if err := p.begin(&f); err != nil {
			return f, err
		}
	}
	for range (o.starts + 1) / 2 {
		if err := p.findLast(&f, a.last); err != nil {
			return f, err
		}
	}
	return f, p.sit(&f, a, o)
}

// begin measures a start.
func (p program) begin(f *figures) error {
	t, err := start(p.command, p.env, p.stdin)
	if err != nil {
		return err
	}
	defer func() { _ = t.stop(p.quit) }()
	shown, err := t.await("the first frame", p.shown)
	if err != nil {
		return err
	}
	ready, err := t.await("all of it", p.ready)
	if err != nil {
		return err
	}
	f.startCPU = cpu(t.cmd.Process.Pid)
	f.firstFrame = append(f.firstFrame, shown.Sub(t.began))
	f.ready = append(f.ready, ready.Sub(t.began))
	return nil
}

// findLast measures a start until the last user is found by a filter that was typed as soon as something stood there.
func (p program) findLast(f *figures, email string) error {
	t, err := start(p.command, p.env, p.stdin)
	if err != nil {
		return err
	}
	defer func() { _ = t.stop(p.clear + p.quit) }()
	if _, err := t.await("the first frame", p.shown); err != nil {
		return err
	}
	if _, err := t.tty.WriteString(p.find[0] + email + p.find[1]); err != nil {
		return err
	}
	at, err := t.await(email, func(s *screen) bool { return found(s, email) })
	f.found = append(f.found, at.Sub(t.began))
	return err
}

// sit measures a program that is used for a while.
func (p program) sit(f *figures, a account, o settings) error {
	t, err := start(p.command, p.env, p.stdin)
	if err != nil {
		return err
	}
	defer func() { _ = t.stop(p.quit) }()
	pid := t.cmd.Process.Pid
	stop := watchMemory(pid)
	_, err = t.await("all of it", p.ready)
	time.Sleep(500 * time.Millisecond)
	f.loading = stop()
	if err != nil {
		return err
	}
	time.Sleep(2 * time.Second)
	f.settled = memoryOf(pid)
	before, n := cpu(pid), t.mark()
	time.Sleep(o.idle)
	_, _, after := t.since()
	f.idleCPU, f.idleBytes = cpu(pid)-before, after-n
	if err := p.move(t, f, o.keys); err != nil {
		return err
	}
	if p.typed {
		if err := p.narrow(t, f, a.users); err != nil {
			return err
		}
	}
	f.peak = memoryOf(pid).peak
	return nil
}

// move goes down: within the window first, then so that it scrolls, then a key now and again.
func (p program) move(t *terminal, f *figures, keys int) error {
	for i := range rows + 5 {
		s, err := t.press(p.down, keyQuiet)
		if err != nil {
			return err
		}
		if i >= 3 && i < rows-10 {
			f.insideBytes = append(f.insideBytes, s.bytes)
		}
	}
	for range keys {
		time.Sleep(rand.N(keyJitter))
		s, err := t.press(p.down, keyQuiet)
		if err != nil {
			return err
		}
		f.scrollBytes = append(f.scrollBytes, s.bytes)
		f.keyFirst, f.keyLast = append(f.keyFirst, s.first), append(f.keyLast, s.last)
	}
	for range max(10, keys/10) {
		time.Sleep(restFor + rand.N(keyJitter))
		s, err := t.press(p.down, keyQuiet)
		if err != nil {
			return err
		}
		f.restLast = append(f.restLast, s.last)
	}
	return nil
}

// narrow types letters into the filter.
func (p program) narrow(t *terminal, f *figures, users int) error {
	quiet := 300 * time.Millisecond
	if users > 200_000 {
		quiet = time.Second
	}
	if p.find[0] != "" {
		if _, err := t.press(p.find[0], quiet); err != nil {
			return err
		}
	}
	for i, letter := range strings.Split(letters, "") {
		s, err := t.press(letter, quiet)
		if err != nil {
			return fmt.Errorf("letter %q: %w", letter, err)
		}
		if i == 0 {
			f.firstLetter = s.last
		} else {
			f.letters = append(f.letters, s.last)
		}
	}
	_, err := t.press(p.clear, quiet)
	return err
}

// quantile is the value that a part of the list lies below.
func quantile[T int | time.Duration](list []T, part float64) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

func median[T int | time.Duration](list []T) T { return quantile(list, 0.5) }

func mean(list []int) float64 {
	sum := 0
	for _, n := range list {
		sum += n
	}
	return float64(sum) / float64(max(1, len(list)))
}
