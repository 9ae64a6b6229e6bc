package cmd

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"lanyard/model"
	"lanyard/tui"
	"lanyard/tui/grid"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// line is a row of a table in these tests.
type line struct {
	name, note string
	n          int
}

func lineColumns() []column[line] {
	return []column[line]{
		{key: "name", title: "Name", least: 8, plain: func(l line) string { return l.name }},
		{
			key: "note", title: "Note", least: 5, yields: 1, plain: func(l line) string { return l.note },
			cell: func(l line) grid.Cell { return grid.Cell{Text: l.note, Glyph: theme.Full, Tone: theme.Good} },
		},
		numberColumn("n", "N", 2, func(l line) int { return l.n }),
		{key: "hidden", plain: func(l line) string { return "h" + l.name }},
		{key: "luxury", title: "Luxury", least: 6, yields: 9, plain: func(line) string { return "silk" }},
	}
}

func TestTables(t *testing.T) {
	rows := []line{{"Ana", "Admin of all", 1}, {"a very long name indeed", "", 1234}, {"\x1b[2J", "tab\there", 0}}
	tests := []struct {
		name  string
		width int
		look  theme.Options
		want  []string
	}{
		{"wide", 80, theme.Options{NoColor: true}, []string{
			"\x1b[1mName\x1b[m                     \x1b[1mNote\x1b[m                   \x1b[1mN\x1b[m  \x1b[1mLuxury\x1b[m",
			"Ana                      ● Admin of all         1  silk",
			"a very long name indeed  ●                  1,234  silk",
			"‹U+001B›[2J              ● tab‹U+0009›here      0  silk",
		}},
		{"narrower", 12, theme.Options{NoColor: true}, []string{
			"\x1b[1mName\x1b[m",
			"Ana",
			"a very long…",
			"‹U+001B›[2J",
		}},
		{"on a dumb terminal", 80, theme.Options{Dark: true, Bare: true}, []string{
			"Name                     Note                   N  Luxury",
			"Ana                      ● Admin of all         1  silk",
			"a very long name indeed  ●                  1,234  silk",
			"‹U+001B›[2J              ● tab‹U+0009›here      0  silk",
		}},
		{"piped", 0, theme.Options{}, []string{
			"Ana\tAdmin of all\t1\tsilk",
			"a very long name indeed\t\t1234\tsilk",
			"‹U+001B›[2J\ttab‹U+0009›here\t0\tsilk",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := drawn(t, rows, test.width, test.look)
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// drawn returns the lines of a table.
func drawn(t *testing.T, rows []line, width int, look theme.Options) []string {
	t.Helper()
	var b bytes.Buffer
	out := newTable(&b, screen{width: width, theme: theme.New(look)}, lineColumns())
	for _, row := range rows {
		if err := out.add(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.end(); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func checkWidths(t *testing.T, rows []line, width int, look theme.Options) {
	t.Helper()
	for _, l := range drawn(t, rows, width, look) {
		plain := strings.NewReplacer("\x1b[1m", "", "\x1b[m", "").Replace(l)
		if n := text.Width(plain); n > width || look.ASCII && strings.ContainsFunc(plain, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("%d cells in %d: %q", n, width, plain)
		}
	}
}

// Rows that come after the first were written take the room that is left: where there is enough, nothing is cut.
func TestLaterRowsTakeWhatRoomIsLeft(t *testing.T) {
	long := line{"a much longer name than the first ones had", "and more to say", 1_000_000}
	rows := slices.Repeat([]line{{"Ana", "a", 1}}, 5*sampleRows)
	rows = append(rows, long, long)
	rows = append(rows, slices.Repeat([]line{{"Ana", "a", 1}}, sampleRows)...)
	for _, width := range []int{90, 200} {
		got := drawn(t, rows, width, theme.Options{NoColor: true})
		if len(got) != len(rows)+1 || strings.Contains(strings.Join(got, ""), "…") {
			t.Errorf("at %d something is cut in %d lines, such as %q", width, len(got), got[5*sampleRows+1])
		}
	}
	// Where there isn't, all that there is is used.
	if l := drawn(t, rows, 60, theme.Options{NoColor: true})[5*sampleRows+1]; text.Width(l)+len("Luxury")-len("silk") != 60 {
		t.Errorf("%d cells of 60 are used: %q", text.Width(l), l)
	}
}

// However wide the terminal is, no line is wider.
func TestTablesFitEveryWidth(t *testing.T) {
	var rows []line
	for i := range sampleRows + 50 {
		rows = append(rows, line{strings.Repeat("名前 ", i%7), strings.Repeat("x", i/3), i * i})
	}
	for width := 8; width < 130; width++ {
		for _, ascii := range []bool{false, true} {
			checkWidths(t, rows, width, theme.Options{NoColor: true, ASCII: ascii})
		}
	}
}

func TestCSV(t *testing.T) {
	tests := []struct {
		clean bool
		name  string
		want  string
	}{
		{false, "a, \"b\"", "a, \"b\""},
		{false, "\u202ex", "\u202ex"},
		{true, "\u202ex", "‹U+202E›x"},
	}
	for _, test := range tests {
		var b bytes.Buffer
		out := newCSVRows(&b, lineColumns(), test.clean)
		if err := out.add(line{name: test.name}); err != nil {
			t.Fatal(err)
		}
		if err := out.end(); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(records) != 2 || records[0][3] != "hidden" || records[1][0] != test.want {
			t.Errorf("%q becomes %q, %v", test.name, records, err)
		}
	}
}

// Each column of each list has a name of its own, and what a list is sorted by is in the order that a person expects.
func TestColumns(t *testing.T) {
	e := &env{}
	check := func(noun string, keys []string) {
		if sorted := slices.Sorted(slices.Values(keys)); len(slices.Compact(sorted)) != len(keys) || slices.Contains(keys, "") {
			t.Errorf("%s: %v", noun, keys)
		}
	}
	check("users", keysOf(e.users()))
	check("service accounts", keysOf(e.machines()))
	check("groups", keysOf(e.groupList()))
	check("workspaces", keysOf(e.spaces()))
	check("roles", keysOf(e.roleList()))
	if numberOrder(9) >= numberOrder(10) || numberOrder(999) >= numberOrder(1_000_000) {
		t.Error("numbers are sorted as texts")
	}
}

func keysOf[T, D any](l *listing[T, D]) (keys []string) {
	for _, c := range l.columns {
		keys = append(keys, c.key)
	}
	return keys
}

func TestStatusesAreTheConsoles(t *testing.T) {
	for _, s := range statuses {
		back, err := parseStatus(statusWord(s))
		if err != nil || back != s {
			t.Errorf("%v: %v, %v", s, back, err)
		}
		if cell := tui.StatusCell(model.User{Status: s}, false); cell.Text != s.String() || cell.Glyph == theme.NoGlyph {
			t.Errorf("%v is shown as %+v", s, cell)
		}
	}
	if c := tui.StatusCell(model.User{Status: model.StatusInvited}, true); c.Tone != theme.Bad || c.Text != "Invited · expired" {
		t.Errorf("%+v", c)
	}
}
