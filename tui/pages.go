package tui

import (
	"lanyard/model"
	"lanyard/tui/theme"
)

// refusalPage lists what a change of many left alone, and why.
func refusalPage(done string, refused []model.Refusal) *page {
	return &page{title: "Not all of them", body: func(c *console, width int) []line {
		lines := []line{plain(done + ". " + count(len(refused), "") + " refused, still marked:"), nil}
		for _, r := range refused {
			for i, l := range c.wrap(r.Name+": "+r.Err.Error(), width-2) {
				indent := "•" + " "
				if i > 0 {
					indent = "  "
				}
				lines = append(lines, line{{indent, theme.Bad}, {l, theme.Normal}})
			}
		}
		return lines
	}}
}
