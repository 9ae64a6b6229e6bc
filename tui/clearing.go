package tui

import (
	"errors"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/keys/clipboard"
	"lanyard/tui/theme"
)

// countdown is a secret on the clipboard that is to be cleared by somebody else: the console only tells of it.
type countdown struct {
	what   string
	result clipboard.Result
	toast  int // the number of the toast that counts down, and of the copy
}

type (
	// clearTick asks for the seconds to be counted anew.
	clearTick struct {
		of  countdown
		now time.Time
	}
	// clearEnds tells how the clearing went.
	clearEnds struct {
		of      countdown
		outcome clipboard.Outcome
	}
)

// clearEvery is how often the seconds that are left are drawn, for as long as they are on the screen.
const clearEvery = time.Second

// countDown says that a secret was copied and when it is cleared, and waits to hear that it was.
func (c *console) countDown(what string, r clipboard.Result) tea.Cmd {
	d := countdown{what, r, c.toast.number + 1}
	c.clearing = d.toast
	return tea.Batch(c.tellSeconds(d, time.Until(r.Clears)), c.hearOutcome(d))
}

// tellSeconds shows how long the secret stays.
func (c *console) tellSeconds(d countdown, left time.Duration) tea.Cmd {
	left = max(0, left)
	in := strconv.Itoa(int((left+clearEvery-1)/clearEvery)) + " s" // what is left of a second counts
	if d.result.Method == clipboard.Tmux {
		c.put(theme.Good, d.what+" "+d.result.Where+" · leaves tmux in "+in+" · C overwrites the terminal's too",
			d.what+" sent to tmux · leaves it in "+in+" · C overwrites its terminal's",
			d.what+" sent to tmux for "+in+", to its terminal until you press C", d.what+" sent to tmux for "+in+", to its terminal until C")
	} else {
		c.put(theme.Good, d.what+" "+d.result.Where+" · clears in "+in, d.what+" copied · clears in "+in)
	}
	c.toast.number, c.toast.stays = d.toast, true // it is the same toast all the time
	if left == 0 {
		return nil // the outcome comes in a moment
	}
	next := (left-1)%clearEvery + 1 // when the number changes
	return c.after(next, func(now time.Time) tea.Msg { return clearTick{d, now} })
}

// onClearTick counts on while the seconds are on the screen, and otherwise stops for good.
func (c *console) onClearTick(msg clearTick) tea.Cmd {
	if !c.counts(msg.of) {
		return nil
	}
	return c.tellSeconds(msg.of, msg.of.result.Clears.Sub(msg.now))
}

// counts reports whether the seconds of a copy are on the screen.
func (c *console) counts(d countdown) bool { return c.toast.text != "" && c.toast.number == d.toast }

// hearOutcome waits, away from the Update goroutine, for how the clearing went.
func (c *console) hearOutcome(d countdown) tea.Cmd {
	if d.result.Outcome == nil {
		return nil
	}
	ctx := c.ctx
	return c.linger(func() tea.Msg {
		select {
		case outcome, said := <-d.result.Outcome:
			if said {
				return clearEnds{d, outcome}
			}
		case <-ctx.Done():
		}
		return nil
	})
}

// onClearEnds says how the clearing went, unless another copy or the person at the keyboard has overtaken it. Good news
// don't drive away another toast.
func (c *console) onClearEnds(msg clearEnds) tea.Cmd {
	if c.clearing != msg.of.toast {
		return nil
	}
	c.clearing = 0
	if msg.outcome != clipboard.Failed && c.toast.text != "" && !c.counts(msg.of) {
		return nil
	}
	return c.sayOutcome(msg.outcome, msg.of.result.Method == clipboard.Tmux)
}

func (c *console) sayOutcome(outcome clipboard.Outcome, inTmux bool) tea.Cmd {
	switch outcome {
	case clipboard.Cleared:
		if inTmux {
			return c.sayOf("Cleared from tmux · C overwrites what its terminal got", "Cleared from tmux · C overwrites its terminal's")
		}
		return c.say("Clipboard cleared")
	case clipboard.Replaced:
		if inTmux {
			return c.sayOf("tmux's buffer was changed since, and left alone · C overwrites what its terminal got",
				"tmux's buffer was changed since · C overwrites its terminal's")
		}
		return c.sayOf("The clipboard held something else by now, and was left alone", "Clipboard left alone: it held something else")
	case clipboard.Overtaken:
		return c.say("Copied again by another lanyard, which clears it")
	case clipboard.Failed:
	}
	return c.warn("Nobody knows whether the clipboard was cleared: it didn't answer. C overwrites it")
}

// sayItStays says that a secret was sent where nothing clears it by itself, and what does.
func (c *console) sayItStays(what string, r clipboard.Result) tea.Cmd {
	texts := []string{what + " " + r.Where + " · nothing clears it there by itself: C overwrites it"}
	switch {
	case r.Method == clipboard.OSC52 || r.Method == clipboard.Screen:
		texts = append(texts, what+" sent to your terminal · stays there until you press C")
	case r.Copied:
		texts = append(texts, what+" copied · stays until you press C")
	}
	return c.sayOf(texts...)
}

// sayOf shows something that was done, in as many words as fit, for as long as two facts take to read.
func (c *console) sayOf(texts ...string) tea.Cmd {
	c.put(theme.Good, texts...)
	n := c.toast.number
	return c.after(errorFor, func(time.Time) tea.Msg { return toastEnds{n} })
}

// actionOverwrite is the id of the action that overwrites the clipboard.
const actionOverwrite = "overwrite"

var errNothingCopied = errors.New("nothing was copied yet")

func (c *console) mayOverwrite() error {
	if c.opts.Clipboard == nil || c.opts.Clipboard.Sent() == "" {
		return errNothingCopied
	}
	return nil
}

// overwriteClipboard puts a blank in the place of what was copied, the way that it went.
func (c *console) overwriteClipboard() tea.Cmd {
	clip, ctx := c.opts.Clipboard, c.ctx
	c.working++
	return func() tea.Msg {
		result, err := clip.Overwrite(ctx)
		return written{then: func(c *console) tea.Cmd {
			if err != nil {
				return c.warn("The clipboard wasn't overwritten: " + err.Error())
			}
			c.clearing = 0 // nothing more is to be said of it
			return tea.Batch(sequence(result), c.say(result.Where))
		}}
	}
}

// overwriteBy runs the action if a key is its own, over a page from which something was copied.
func (c *console) overwriteBy(k tea.KeyPressMsg) tea.Cmd {
	if a, ok := actionFor(c.general, k.String()); ok && a.id == actionOverwrite {
		return c.runAction(a)
	}
	return nil
}
