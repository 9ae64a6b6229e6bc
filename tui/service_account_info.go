package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// faultOf names the field of a form that an error is about.
func faultOf(err error) string {
	if errors.Is(err, model.ErrTaken) {
		return "name"
	}
	return ""
}

// info shows everything about a service account, with the key masked until it is revealed on purpose.
func (s *serviceAccountsScreen) info() tea.Cmd {
	m, ok := s.row()
	if !ok {
		return nil
	}
	s.c.push(&page{
		title: m.Name, extra: []hint{{"r", "reveal key"}, {"c", "copy key"}},
		body: func(c *console, width int) []line {
			now, ok := c.snapshot.ServiceAccounts().Get(m.ID)
			if !ok {
				return []line{{{"This service account was deleted meanwhile.", theme.Bad}}}
			}
			key, _ := c.snapshot.APIKey(now)
			return c.labelled(s.facts(machine{now, key}), width)
		},
		onKey: func(_ *console, k tea.KeyPressMsg) (tea.Cmd, bool) {
			switch {
			case keyReveal.has(k):
				return s.openKey(m, model.UseReveal), true
			case keyCopy.has(k):
				return s.openKey(m, model.UseCopy), true
			}
			return nil, false
		},
	})
	return nil
}

func (s *serviceAccountsScreen) facts(m machine) [][2]string {
	by := "somebody who was removed since"
	if u, ok := s.c.snapshot.Users().Get(m.CreatedBy); ok {
		by = u.Name + " <" + u.Email + ">"
	}
	reach := "the workspaces it was added to: none yet"
	if role, _ := model.RoleByID(m.Role); role.Allows(model.PermAccountEdit) {
		reach = "every workspace"
	}
	return [][2]string{
		{"Name", m.Name},
		{"Description", m.Description},
		{"Role", model.RoleName(m.Role)},
		{"May", permissions(m.Role)},
		{"Reaches", reach},
		{"API key", m.APIKey.Hint()},
		{"Key made", moment(m.APIKey.CreatedAt)},
		{"Last used", ago(m.APIKey.LastUsedAt, s.c.now())},
		{"Created", moment(m.CreatedAt)},
		{"Created by", by},
		{"Id", idText(m.ID)},
	}
}

func (s *serviceAccountsScreen) copyKey() tea.Cmd {
	m, ok := s.row()
	if !ok {
		return nil
	}
	return s.openKey(m, model.UseCopy)
}

// openKey opens a key away from the Update goroutine, and copies or reveals it. The event is written before.
func (s *serviceAccountsScreen) openKey(m machine, use model.KeyUse) tea.Cmd {
	if err := s.c.rules().RevealAPIKey(m.ServiceAccount); err != nil {
		return s.c.fail(err)
	}
	actor, id, name, clip := s.c.session.Actor, m.ID, m.Name, s.c.opts.Clipboard
	return s.c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		secret, err := d.OpenAPIKey(ctx, actor, id, use)
		if err != nil {
			return func(c *console) tea.Cmd { return c.fail(err) }
		}
		if use == model.UseReveal {
			return func(c *console) tea.Cmd { return c.showSecret(name, secret) }
		}
		result, err := clip.Copy(ctx, secret.Text())
		secret.Wipe()
		return func(c *console) tea.Cmd { return c.copied("API key of "+name, result, err, "o, then r shows it.") }
	})
}
