package tui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// pickWork is what a checklist's choice does.
type pickWork func(context.Context, *model.Directory, model.Actor) (model.Outcome, error)

// picked is what was chosen in a checklist, on its way to the account.
type picked struct {
	list    *checklist
	changed map[uint64]int // the entries that differ from how the list began, with their states
	what    string         // is ticked there: "Groups", "Members"

	// latest takes the records in the versions that a snapshot holds, and tells the states that entries have there.
	latest func(*model.Snapshot) func(id uint64) int
	plan   func(changed map[uint64]int) pickWork // on the Update goroutine
	tries  int
}

// maxTries bounds how often a choice that others overtake elsewhere is tried again by itself.
const maxTries = 5

// applyPicked does what a checklist chose. Where others changed something else meanwhile, both stay. Where they changed the
// same entries, it asks. When it is refused, the list comes back as it was left.
func (c *console) applyPicked(p *picked) tea.Cmd {
	actor, work := c.session.Actor, p.plan(p.changed)
	return c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		out, err := work(ctx, d, actor)
		wrote := model.Wrote(ctx) > 0
		return func(c *console) tea.Cmd {
			if p.latest != nil && p.tries < maxTries && wasOvertaken(out, err) {
				p.tries++
				return c.pickOvertaken(p)
			}
			if err == nil && len(out.Refused) == 0 {
				return c.sayWritten(p.says(c, wrote), wrote)
			}
			return c.reportPicked(p, out, err)
		}
	})
}

// says that it was done, or that somebody else was faster in just what was chosen.
func (p *picked) says(c *console, wrote bool) []string {
	if !wrote {
		return c.naming(p.what+" of %s are already so", p.list.about.name)
	}
	return c.naming(p.what+" of %s changed", p.list.about.name)
}

func wasOvertaken(out model.Outcome, err error) bool {
	return errors.Is(err, model.ErrConflict) ||
		slices.ContainsFunc(out.Refused, func(r model.Refusal) bool { return errors.Is(r.Err, model.ErrConflict) })
}

// reportPicked says what of a choice was refused.
func (c *console) reportPicked(p *picked, out model.Outcome, err error) tea.Cmd {
	switch {
	case err != nil:
		c.push(p.list)
		return c.fail(err)
	case len(out.Refused) == 1 && out.Done == 0:
		c.push(p.list)
		return c.fail(out.Refused[0].Err)
	case len(out.Refused) == 1:
		return c.fail(fmt.Errorf("%s set, 1 refused: %w", count(out.Changed(), ""), out.Refused[0].Err))
	}
	c.push(refusalPage(p.says(c, true)[0]+". "+count(len(out.Refused), "")+" refused:", out.Refused))
	return c.warn(count(len(out.Refused), "") + " refused")
}

// pickOvertaken tries again with the records as they are now, and asks first about the entries that others changed too.
func (c *console) pickOvertaken(p *picked) tea.Cmd {
	now := p.latest(c.snapshot)
	maps.DeleteFunc(p.changed, func(id uint64, mine int) bool { return now(id) == mine })
	var fields []model.FieldConflict
	var clashing []uint64
	for _, id := range slices.Sorted(maps.Keys(p.changed)) {
		it := p.list.items[p.list.byID[id]]
		if theirs := now(id); theirs != it.was {
			fields = append(fields, model.FieldConflict{
				Field: it.name, Was: p.list.stateName(it.was), Mine: p.list.stateName(p.changed[id]), Theirs: p.list.stateName(theirs),
			})
			clashing = append(clashing, id)
		}
	}
	if len(p.changed) == 0 {
		return c.sayWritten(p.says(c, false), false)
	}
	if len(fields) == 0 {
		return c.applyPicked(p)
	}
	for _, id := range clashing { // what is seen now is what the next time is compared with
		p.list.items[p.list.byID[id]].was = now(id)
	}
	c.push(&conflict{
		title:   "Somebody else changed the same",
		records: []model.Conflict{{Fields: fields}},
		choices: []choice{
			{"Keep theirs", func(c *console) tea.Cmd { return c.keepPicked(p, clashing) }},
			{"Use mine", func(c *console) tea.Cmd { return c.applyPicked(p) }},
		},
		back: func(c *console) { c.push(p.list) },
	})
	return nil
}

// keepPicked applies what was chosen but for some entries.
func (c *console) keepPicked(p *picked, without []uint64) tea.Cmd {
	for _, id := range without {
		delete(p.changed, id)
	}
	if len(p.changed) == 0 {
		return nil
	}
	return c.applyPicked(p)
}

// stateName says in words what an entry is.
func (l *checklist) stateName(state int) string {
	switch {
	case l.roles() && state < len(l.states):
		return l.states[state]
	case state > 0:
		return "ticked"
	}
	return ""
}
