package tui

import (
	"cmp"
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
)

// creation is how a screen's records are made: a form with a name, a description and what else it takes.
type creation struct {
	title, intro string
	more         []*field
	column       string // of the new row, where the cursor goes
	done         string // what to say behind the name
	plan         func(f *form) maker
}

// maker makes a record, away from the Update goroutine. What it takes from the form was read when it was planned.
type maker func(context.Context, *model.Directory, model.Actor, model.Draft) (model.ID, error)

// openCreate asks for a new record.
func (s *sheet[T]) openCreate(n creation) tea.Cmd {
	s.c.push(&form{
		title: n.title, verb: "Create", intro: n.intro,
		fields: append([]*field{textField("name", "Name"), textField("description", "Description")}, n.more...),
		submit: func(c *console, f *form) tea.Cmd { return s.submitCreate(c, f, n) },
	})
	return nil
}

func (s *sheet[T]) submitCreate(c *console, f *form, n creation) tea.Cmd {
	draft := model.Draft{Name: f.field("name").value(), Description: f.field("description").value()}
	name, err := model.CleanName(draft.Name)
	if err != nil {
		f.refuse("name", err.Error())
		return nil
	}
	if _, err := model.CleanDescription(draft.Description); err != nil {
		f.refuse("description", err.Error())
		return nil
	}
	actor, create := c.session.Actor, n.plan(f)
	return c.write(func(ctx context.Context, d *model.Directory) func(*console) tea.Cmd {
		id, err := create(ctx, d, actor, draft)
		return func(c *console) tea.Cmd {
			if err != nil {
				f.refuse(faultOf(err), err.Error())
				return nil
			}
			c.remove(f)
			s.grid.Select(uint64(id), n.column)
			return tea.Batch(c.sayWritten(c.naming("%s "+n.done, name), true), f.ahead.press(c))
		}
	})
}

// faultOf names the field of a form that an error is about.
func faultOf(err error) string {
	if errors.Is(err, model.ErrTaken) {
		return "name"
	}
	return ""
}

// roleField asks for one of some roles: a wanted one to begin with, or the first that may be given. One that may not be says
// why.
func roleField(id, label string, roles []model.Role, want model.ID, may func(model.ID) error) *field {
	var names, help []string
	at, first := -1, -1
	for i, r := range roles {
		says := r.Description
		if err := may(r.ID); err != nil {
			says = model.Short(err)
		} else {
			if r.ID == want {
				at = i
			}
			if first < 0 {
				first = i
			}
		}
		names, help = append(names, r.Name), append(help, says)
	}
	return choiceField(id, label, names, help, max(0, cmp.Or(at+1, first+1)-1))
}
