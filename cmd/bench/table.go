//go:build unix

package main

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// row is a measure: the budget at a thousand users and at more, and how it is told. A budget of 0 is none.
type row struct {
	what         string
	small, large float64
	unit         string // "ms", "bytes" or "MiB"
	of           func(figures) float64
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func mib(kib int) float64        { return float64(kib) / 1024 }

var measures = []row{
	{"start to first frame", 10, 15, "ms", func(f figures) float64 { return ms(median(f.firstFrame)) }},
	{"start to first frame, best", 0, 0, "ms", func(f figures) float64 { return ms(quantile(f.firstFrame, 0)) }},
	{"start to all read and sorted", 20, 800, "ms", func(f figures) float64 { return ms(median(f.ready)) }},
	{"start to the last user found", 20, 800, "ms", func(f figures) float64 { return ms(median(f.found)) }},
	{"first letter in the filter", 2, 50, "ms", func(f figures) float64 { return ms(f.firstLetter) }},
	{"one more letter, median", 2, 50, "ms", func(f figures) float64 { return ms(median(f.letters)) }},
	{"one more letter, slowest", 2, 50, "ms", func(f figures) float64 { return ms(quantile(f.letters, 1)) }},
	{"key to first byte, median", 0, 0, "ms", func(f figures) float64 { return ms(median(f.keyFirst)) }},
	{"key to first byte, p99", 5, 5, "ms", func(f figures) float64 { return ms(quantile(f.keyFirst, 0.99)) }},
	{"key to frame, median", 0, 0, "ms", func(f figures) float64 { return ms(median(f.keyLast)) }},
	{"key to frame, p99", 5, 5, "ms", func(f figures) float64 { return ms(quantile(f.keyLast, 0.99)) }},
	{"key to frame, from rest, median", 5, 5, "ms", func(f figures) float64 { return ms(median(f.restLast)) }},
	{"bytes a row down, in the window", 0, 0, "bytes", func(f figures) float64 { return mean(f.insideBytes) }},
	{"bytes a row down, scrolling", 150, 150, "bytes", func(f figures) float64 { return mean(f.scrollBytes) }},
	{"bytes a row down, scrolling, p95", 0, 0, "bytes", func(f figures) float64 { return float64(quantile(f.scrollBytes, 0.95)) }},
	{"memory, peak", 30, 160, "MiB", func(f figures) float64 { return mib(f.peak) }},
	{"memory, its own, most at start", 0, 0, "MiB", func(f figures) float64 { return mib(f.loading.anon) }},
	{"memory, files', most at start", 0, 0, "MiB", func(f figures) float64 { return mib(f.loading.mapped) }},
	{"memory, its own, settled", 0, 0, "MiB", func(f figures) float64 { return mib(f.settled.anon) }},
	{"processor, start to all read", 0, 0, "ms", func(f figures) float64 { return ms(f.startCPU) }},
	{"processor, a second at rest", 0, 0, "ms", func(f figures) float64 { return ms(f.idleCPU) }},
	{"bytes, a second at rest", 0, 0, "bytes", func(f figures) float64 { return float64(f.idleBytes) }},
}

// cell is a figure of a row at a size.
type cell struct {
	what    string
	users   int
	program string
}

// table is what was measured so far.
type table struct {
	sizes    []int
	programs []string
	figures  map[cell]float64
	whole    []string // what is only said
}

func (t *table) set(what string, users int, program string, value float64) {
	if t.figures == nil {
		t.figures = map[cell]float64{}
	}
	t.figures[cell{what, users, program}] = value
	if !slices.Contains(t.programs, program) {
		t.programs = append(t.programs, program)
	}
}

// measure measures all programs at one size.
func (t *table) measure(a account, binary, only string, o settings) error {
	t.sizes = append(t.sizes, a.users)
	for _, p := range a.programs(binary, only) {
		progress("%s, %s users", p.name, number(a.users))
		f, err := p.measure(a, o)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		f.idleCPU = time.Duration(float64(f.idleCPU) / o.idle.Seconds())
		f.idleBytes = int(float64(f.idleBytes) / o.idle.Seconds())
		for _, m := range measures {
			if value := m.of(f); value != 0 || !p.skips(m.what) {
				t.set(m.what, a.users, p.name, value)
			}
		}
	}
	t.whole = append(t.whole, fmt.Sprintf("%s users: made in %s; whole processes: lanyard version %s", number(a.users), show(ms(a.took), "ms"),
		show(ms(a.cold(binary, "version")), "ms")))
	if _, err := exec.LookPath("fzf"); err == nil {
		t.whole[len(t.whole)-1] += ", fzf --filter " + letters + " " +
			show(ms(a.cold("sh", "-c", "fzf --filter "+letters+" <'"+a.lines()+"' >/dev/null")), "ms")
	}
	return nil
}

// skips reports whether a program has nothing to say about a measure.
func (p program) skips(what string) bool { return !p.typed && strings.Contains(what, "letter") }

// print writes the table: what has a budget says how much of it was used.
func (t *table) print(w io.Writer) {
	lines := [][]string{append([]string{"what", "users", "budget", "used"}, t.programs...)}
	for _, m := range measures {
		for _, users := range t.sizes {
			lines = append(lines, t.line(m, users))
		}
	}
	widths := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, c := range l {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, l := range lines {
		for i, c := range l {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i == 0 {
				_, _ = fmt.Fprint(w, "| "+c+pad+" |")
			} else {
				_, _ = fmt.Fprint(w, " "+pad+c+" |")
			}
		}
		_, _ = fmt.Fprintln(w)
		if n == 0 {
			_, _ = fmt.Fprint(w, "| "+strings.Repeat("-", widths[0])+" |")
			for _, width := range widths[1:] {
				_, _ = fmt.Fprint(w, " "+strings.Repeat("-", width-1)+": |")
			}
			_, _ = fmt.Fprintln(w)
		}
	}
	_, _ = fmt.Fprintln(w, "\n"+strings.Join(t.whole, "\n"))
}

func (t *table) line(m row, users int) []string {
	budget := m.small
	if users > 10_000 {
		budget = m.large
	}
	cells := []string{m.what, number(users), "", ""}
	if ours, ok := t.figures[cell{m.what, users, "lanyard"}]; ok && budget > 0 {
		cells[2] = show(budget, m.unit)
		cells[3] = strconv.FormatFloat(100*ours/budget, 'f', 0, 64) + " %"
		if ours > budget {
			cells[3] = "over, " + cells[3]
		}
	}
	for _, p := range t.programs {
		value, ok := t.figures[cell{m.what, users, p}]
		if !ok {
			cells = append(cells, "–")
		} else {
			cells = append(cells, show(value, m.unit))
		}
	}
	return cells
}

// show writes a figure with its unit, as exact as it is worth.
func show(v float64, unit string) string {
	if unit == "bytes" {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := 0
	switch {
	case v != 0 && v < 1:
		digits = 2
	case v < 100:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + unit
}
