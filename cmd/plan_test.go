package cmd

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"lanyard/model"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

var planned1 = model.Entry{
	Line: 4, Kind: model.KindUser, Name: "ben@example.com", Fate: model.RowChanged, Note: "Mail isn't sent",
	Changes: []model.Change{
		{Field: "name", From: "Ben Okafor2", To: "Benjamin Middlename Okafor von und zu Hohenstein"},
		{Field: "role", From: "Builder", To: "Tenant Guest"},
		{Field: "groups", To: "sre"},
		{Field: "workspaces", From: "web-shop:Viewer", To: "web-shop:Owner"},
	},
}

func TestAPlanForAPerson(t *testing.T) {
	tests := []struct {
		name  string
		width int
		entry model.Entry
		want  string
	}{
		{"changes", 60, planned1, `changed ben@example.com (line 4)
  Mail isn't sent
  name: Ben Okafor2 → Benjamin Middlename Okafor von und
    zu Hohenstein
  role: Builder → Tenant Guest
  groups: sre
  workspaces: web-shop:Viewer → web-shop:Owner
`},
		{"refused", 40, model.Entry{Kind: model.KindGroup, Name: "sre", Fate: model.RowRefused, Err: errors.New("your role, Builder, lacks account:edit, and here is what to do")}, `refused group sre
  your role, Builder, lacks
    account:edit, and here is what to do
`},
		{"hostile", 40, model.Entry{Kind: model.KindUser, Name: "a\x1b[2J\nb", Fate: model.RowCreated}, "created a‹U+001B›[2J\n  b\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := planTold(t, test.entry, test.width, theme.Options{NoColor: true}); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func planTold(t *testing.T, e model.Entry, width int, look theme.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeEntry(&b, screen{width: width, theme: theme.New(look)}, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever the width, each letter of a plan is there, and no line is too wide.
func TestNothingOfAPlanIsHidden(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	want := squeeze(planTold(t, planned1, 1000, theme.Options{NoColor: true}))
	for width := 1; width < 130; width++ {
		got := planTold(t, planned1, width, theme.Options{NoColor: true})
		if squeeze(got) != want {
			t.Errorf("at %d:\n%s", width, got)
		}
		for l := range strings.SplitSeq(got, "\n") {
			if n := text.Width(l); n > width {
				t.Errorf("%d cells in %d: %q", n, width, l)
			}
		}
	}
}
