package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

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
			return c.labelled(s.facts(machineOf(c.snapshot, now)), width)
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
	in := m.in
	pairs := [][2]string{
		{"Name", m.Name},
		{"Description", m.Description},
		{"Role", in.RoleName(m.Role)},
		{"May", permissions(in, m.Role)},
		{"Workspaces", grantList(in, m.Workspaces, "none yet")},
	}
	if in.ReachesAll(m.Role) {
		pairs[4][1] = "all " + count(in.Workspaces().Len(), "") + ", as an Admin"
	}
	pairs = append(pairs, keyFacts(m, s.c.now())...)
	return append(pairs, [][2]string{
		{"Created", moment(m.CreatedAt)},
		{"Created by", s.c.personName(m.CreatedBy)},
		{"Id", idText(m.ID)},
	}...)
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
		result, err := clip.CopySecret(ctx, secret.Text())
		secret.Wipe()
		return func(c *console) tea.Cmd { return c.copied("API key of "+name, result, err, "o, then r shows it.") }
	})
}
