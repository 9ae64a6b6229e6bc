package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"lanyard/keys/clipboard"
)

// copyText copies something that isn't secret, and stays on the clipboard.
func (c *console) copyText(what, text string) tea.Cmd {
	return c.copyBy(c.opts.Clipboard.Copy, what, []byte(text))
}

// copySecret copies something that is cleared from the clipboard after a while.
func (c *console) copySecret(what string, text []byte) tea.Cmd {
	return c.copyBy(c.opts.Clipboard.CopySecret, what, text)
}

// copyBy carries a text to the clipboard, away from the Update goroutine: a clipboard can hang.
func (c *console) copyBy(carry func(context.Context, []byte) (clipboard.Result, error), what string, text []byte) tea.Cmd {
	ctx := c.ctx
	c.working++
	return func() tea.Msg {
		result, err := carry(ctx, text)
		return written{then: func(c *console) tea.Cmd { return c.copied(what, result, err, "Select it on the screen instead.") }}
	}
}

// copied says honestly where a text went: copied only when that is known, otherwise sent. Of a secret it says how long it
// stays there.
func (c *console) copied(what string, result clipboard.Result, err error, otherwise string) tea.Cmd {
	if err != nil {
		return c.warn(what + " not copied: " + err.Error() + ". " + otherwise)
	}
	var said tea.Cmd
	switch {
	case !result.Clears.IsZero():
		said = c.countDown(what, result)
	case result.Stays:
		said = c.sayItStays(what, result)
	default:
		said = c.sayWritten(c.naming("%s "+result.Where, what), true)
	}
	return tea.Batch(sequence(result), said)
}

// sequence writes to the terminal what has to be, nothing for most.
func sequence(r clipboard.Result) tea.Cmd {
	if len(r.Sequence) == 0 {
		return nil
	}
	return tea.Raw(string(r.Sequence))
}
