package tui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/keys/clipboard"
)

// copyText copies something that isn't secret.
func (c *console) copyText(what, text string) tea.Cmd { return c.copySecret(what, []byte(text)) }

// copySecret carries a text to the clipboard, away from the Update goroutine: a clipboard can hang.
func (c *console) copySecret(what string, text []byte) tea.Cmd {
	clip, ctx := c.opts.Clipboard, c.ctx
	c.working++
	return func() tea.Msg {
		result, err := clip.Copy(ctx, text)
		return written{nil, func(c *console) tea.Cmd { return c.copied(what, result, err, "Select it on the screen instead.") }}
	}
}

// copied says honestly where a text went: copied only when that is known, otherwise sent.
func (c *console) copied(what string, result clipboard.Result, err error, otherwise string) tea.Cmd {
	if err != nil {
		return c.warn(what + " not copied: " + err.Error() + ". " + otherwise)
	}
	said := c.say(what + " " + result.Where)
	if len(result.Sequence) == 0 {
		return said
	}
	return tea.Batch(tea.Raw(string(result.Sequence)), said)
}
