package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// welcome is the first run: three questions, and the account is there.
func (c *console) welcome() *form {
	return &form{
		title: "Welcome to lanyard", verb: "Create the account",
		intro:  "This machine has no account yet. It is kept in one local file, and you become its first Admin.",
		fields: []*field{textField("account", "Account"), textField("name", "Your name"), textField("email", "Your email")},
		submit: submitWelcome,
		drop:   func(c *console) tea.Cmd { return c.quit() },
	}
}

// founded comes back from creating the store.
type founded struct {
	form    *form
	session *Session
	err     error
}

func submitWelcome(c *console, f *form) tea.Cmd {
	founder := model.Founder{Account: f.field("account").value(), Name: f.field("name").value(), Email: f.field("email").value()}
	checks := []struct {
		id    string
		check func(string) (string, error)
		value string
	}{{"account", model.CleanName, founder.Account}, {"name", model.CleanName, founder.Name}, {"email", model.CleanEmail, founder.Email}}
	for _, q := range checks {
		if _, err := q.check(q.value); err != nil {
			f.refuse(q.id, err.Error())
			return nil
		}
	}
	found, ctx := c.opts.Found, c.ctx
	return func() tea.Msg {
		s, err := found(ctx, founder)
		return founded{f, s, err}
	}
}

func (c *console) onFounded(msg founded) tea.Cmd {
	if msg.err != nil {
		msg.form.refuse("", msg.err.Error())
		return nil
	}
	c.remove(msg.form)
	c.open(msg.session)
	first, _, _ := strings.Cut(msg.session.Me.Name, " ")
	return tea.Batch(c.begin(), c.say("Welcome, "+first+" · n invites, tab goes to Service Accounts"), msg.form.ahead.press(c))
}
