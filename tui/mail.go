package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// mailing is the invitations that are on their way, a few at a time so that many don't take for ever.
type mailing struct {
	queue  []model.Invited
	total  int
	sent   int
	last   string // the email of the last that was sent or failed
	failed int
	why    error // of the last that failed
}

// mailersAtOnce is how many letters are under way at the same time.
const mailersAtOnce = 4

// mailed is what became of one letter.
type mailed struct {
	snapshot *model.Snapshot
	to       string // the email
	err      error
}

// mailInvites sends invitations in the background. Each row says what became of its own; a mail that fails leaves the
// invitation as it is.
func (c *console) mailInvites(invited []model.Invited) tea.Cmd {
	idle := max(0, mailersAtOnce-(c.mail.total-c.mail.sent-c.mail.failed))
	c.mail.queue = append(c.mail.queue, invited...)
	c.mail.total += len(invited)
	var cmds []tea.Cmd
	for range min(idle, len(invited)) {
		cmds = append(cmds, c.mailNext())
	}
	return tea.Batch(cmds...)
}

// mailNext sends the next letter, if there is one.
func (c *console) mailNext() tea.Cmd {
	if len(c.mail.queue) == 0 {
		return nil
	}
	one := c.mail.queue[0]
	c.mail.queue = c.mail.queue[1:]
	letter := c.snapshot.Letter(one, c.rules().Actor)
	ctx, directory, mailer, base := c.ctx, c.session.Directory, c.opts.Mailer, c.snapshot
	return func() tea.Msg {
		publicID := one.Token.PublicID()
		one.Token.Wipe()
		err := directory.MailInvite(ctx, mailer, letter, one.User.ID, publicID)
		s, _ := base.Refresh(ctx, directory.Store()) // if it fails, the watch says so
		return mailed{s, one.User.Email, err}
	}
}

func (c *console) onMailed(msg mailed) tea.Cmd {
	c.mail.last = msg.to
	if msg.err == nil {
		c.mail.sent++
	} else {
		c.mail.failed++
		c.mail.why = msg.err
	}
	cmds := []tea.Cmd{c.show(msg.snapshot), c.mailNext()}
	if m := c.mail; m.sent+m.failed == m.total {
		c.mail = mailing{}
		cmds = append(cmds, c.reportMail(m))
	}
	return tea.Batch(cmds...)
}

func (c *console) reportMail(m mailing) tea.Cmd {
	switch {
	case m.total == 1 && m.failed == 0:
		return c.sayWritten(c.naming("Invite of %s mailed", m.last), true)
	case m.failed == 0:
		return c.say(count(m.sent, "invite") + " mailed")
	case m.total == 1:
		return c.fail(errors.New("The invite of " + m.last + " wasn't mailed: " + m.why.Error() +
			". It is valid all the same: a, then r, tries again, c copies it"))
	}
	return c.fail(errors.New(count(m.failed, "") + " of " + count(m.total, "invite") + " not mailed, the last because " + m.why.Error() +
		". Filter by mail:failed and resend"))
}

// askQuit quits, but for mails that are on their way: those it asks about.
func (c *console) askQuit() tea.Cmd {
	left := c.mail.total - c.mail.sent - c.mail.failed
	if left == 0 {
		return c.quit()
	}
	text := count(left, "invite") + " not mailed yet. They stay as they are, and a, then r, mails them another time."
	c.push(newConfirm("Quit while mails are on their way?", text, "Quit", 1, c.quit))
	return nil
}

// underway says how far the mails are, "" when there are none.
func (m mailing) underway() string {
	if m.total == 0 {
		return ""
	}
	return "mailing " + count(m.sent+m.failed, "") + " of " + count(m.total, "") + "…"
}
