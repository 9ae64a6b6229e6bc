package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// sixTabs are the tabs of an account with so many of each.
func sixTabs(counts ...int) []tab {
	list := []tab{
		{title: "Users", short: "Users"},
		{title: "Service Accounts", short: "Services"},
		{title: "Groups", short: "Groups"},
		{title: "Workspaces", short: "Spaces"},
		{title: "Roles", short: "Roles"},
		{title: "Activity", short: "Activity"},
	}
	for i := range list {
		list[i].number, list[i].count = i+1, counts[i]
	}
	return list
}

func drawn(l line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return strings.TrimRight(b.String(), " ")
}

func TestTabsFit(t *testing.T) {
	small, large := sixTabs(42, 7, 5, 3, 6, 128), sixTabs(1_000_000, 123_456, 12_345, 3, 6, 10_000_000)
	for _, want := range []struct {
		tabs           []tab
		current, width int
		line           string
	}{
		{small, 0, 120, " ▏1 Users 42▕  2 Service Accounts 7   3 Groups 5   4 Workspaces 3   5 Roles 6   6 Activity 128"},
		{small, 1, 92, "  1 Users 42 ▏2 Service Accounts 7▕ 3 Groups 5  4 Workspaces 3  5 Roles 6  6 Activity 128"},
		{small, 0, 84, " ▏1 Users 42▕  2 Services 7   3 Groups 5   4 Spaces 3   5 Roles 6   6 Activity 128"},
		{small, 0, 80, " ▏1 Users 42▕ 2 Services 7  3 Groups 5  4 Spaces 3  5 Roles 6  6 Activity 128"},
		{small, 1, 74, "  1 Users ▏2 Service Accounts 7▕ 3 Groups  4 Spaces  5 Roles  6 Activity"},
		{small, 1, 66, "  1 Users ▏2 Services 7▕ 3 Groups  4 Spaces  5 Roles  6 Activity"},
		{small, 0, 60, "▏1 Users 42▕2 Services 3 Groups 4 Spaces 5 Roles 6 Activity"},
		{small, 5, 60, " 1 Users 2 Services 3 Groups 4 Spaces 5 Roles▏6 Activity▕"},
		{small, 1, 40, "  1 ▏2 Service Accounts 7▕ 3  4  5  6"},
		{large, 0, 140, " ▏1 Users 1,000,000▕  2 Service Accounts 123,456   3 Groups 12,345   4 Workspaces 3   5 Roles 6   6 Activity 10,000,000"},
		{large, 0, 108, " ▏1 Users 1.0M▕ 2 Service Accounts 123k  3 Groups 12.3k  4 Workspaces 3  5 Roles 6  6 Activity 10.0M"},
		{large, 0, 80, " ▏1 Users 1,000,000▕  2 Services   3 Groups   4 Spaces   5 Roles   6 Activity"},
		{large, 5, 60, " 1 Users 2 Services 3 Groups 4 Spaces 5 Roles▏6 Activity▕"},
		{large, 1, 40, "  1 ▏2 Service Accounts 123k▕ 3  4  5  6"},
		{small, 5, 92, "  1 Users 42  2 Service Accounts 7  3 Groups 5  4 Workspaces 3  5 Roles 6 ▏6 Activity 128▕"},
		{small[:2], 1, 40, "  1 Users 42  ▏2 Service Accounts 7▕"},
		{nil, 0, 40, ""},
	} {
		l, _ := fitTabs(theme.New(theme.Options{}), want.tabs, want.current, want.width)
		if got := drawn(l); got != want.line {
			t.Errorf("tab %d on %d cells:\n%s instead of\n%s", want.current+1, want.width, got, want.line)
		}
	}
}

// TestTabsOnEveryScreen looks at all widths: nothing is cut, every number is there, and a click finds its tab.
func TestTabsOnEveryScreen(t *testing.T) {
	for _, tabs := range [][]tab{sixTabs(0, 0, 0, 0, 0, 0), sixTabs(42, 7, 5, 3, 6, 1_234), sixTabs(1_000_000, 1_000_000, 1_000_000, 1_000_000, 99_999, 250_000_000)} {
		for width := minWidth; width < 160; width++ {
			for current := range tabs {
				for _, ascii := range []bool{false, true} {
					l, at := fitTabs(theme.New(theme.Options{ASCII: ascii}), tabs, current, width)
					s := []rune(drawn(l))
					where := fmt.Sprintf("tab %d of %d cells: %s", current+1, width, string(s))
					if len(s) > width || len(at) != len(tabs) {
						t.Fatalf("%d cells, %d places, %s", len(s), len(at), where)
					}
					for i, p := range at {
						if !strings.Contains(string(s[p[0]:min(p[1], len(s))]), fmt.Sprint(i+1)) {
							t.Fatalf("%d isn't at %v, %s", i+1, p, where)
						}
						if i > 0 && p[0] != at[i-1][1] {
							t.Fatalf("a gap before %d, %s", i+1, where)
						}
					}
				}
			}
		}
	}
}

func TestRounded(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 9_999: "9,999", 10_000: "10.0k", 99_999: "99.9k", 100_000: "100k", 999_999: "999k", 1_000_000: "1.0M", 1_960_000: "1.9M", 250_000_000: "250M",
	} {
		if got := rounded(n); got != want {
			t.Errorf("%d is %s instead of %s", n, got, want)
		}
	}
}

func TestClickOnATab(t *testing.T) {
	d := start(t, setup{width: 40, height: 12, users: 3, machines: 2})
	_, at := d.c.tabs()
	for _, i := range []int{1, 0} {
		d.send(tea.MouseClickMsg{X: at[i][0] + 2, Y: tabsLine, Button: tea.MouseLeft})
		if d.c.tab != i {
			t.Errorf("a click on tab %d shows %d", i+1, d.c.tab+1)
		}
	}
}
