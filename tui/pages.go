package tui

import (
	"strings"

	"lanyard/model"
	"lanyard/tui/theme"
)

// refusals are the records that a change of many left alone for one reason.
type refusals struct {
	why   string
	names []string // the first of them
	more  int      // how many are not among the names
}

// namedRefusals is how many records are named for each reason.
const namedRefusals = 12

// byReason sums refusals up, the reason that came first first.
func byReason(list []model.Refusal) []refusals {
	var out []refusals
	at := map[string]int{}
	for _, r := range list {
		why := model.Short(r.Err)
		i, ok := at[why]
		if !ok {
			i = len(out)
			at[why] = i
			out = append(out, refusals{why: why})
		}
		if len(out[i].names) < namedRefusals {
			out[i].names = append(out[i].names, r.Name)
		} else {
			out[i].more++
		}
	}
	return out
}

// refusalPage sums up what a change of many left alone, and why.
func refusalPage(first string, refused []model.Refusal) *page {
	reasons := byReason(refused)
	return &page{title: "Not all of them", fixed: true, body: func(c *console, width int) []line {
		lines := append(c.paragraphs(first, width), nil)
		for _, r := range reasons {
			n := count(len(r.names)+r.more, "")
			lines = append(lines, line{{r.why, theme.Bad}, {" · " + n, theme.Normal}})
			names := strings.Join(r.names, ", ")
			if r.more > 0 {
				names += " and " + count(r.more, "") + " more"
			}
			for _, l := range c.wrap(names, width-2) {
				lines = append(lines, dim("  "+l))
			}
		}
		return lines
	}}
}
