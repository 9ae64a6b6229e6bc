package model

import "slices"

// Deed is one sort of change that a step made, and to how many. Most steps are of one; an import, or an edit of a whole table,
// has several.
type Deed struct {
	Action string // as in its events
	Name   string // what the first target is called
	From   string // of the first target's first field
	To     string
	Count  int // how many targets it has
}

// deeds are all that a step did, what it did first first.
func (s Step) deeds() []Deed { return append([]Deed{s.Deed}, s.Also...) }

// withDeeds is the step with others in their place, of which those that are about nothing are left out.
func (s Step) withDeeds(list []Deed) Step {
	list = slices.DeleteFunc(list, func(d Deed) bool { return d.Count <= 0 })
	if len(list) > 0 {
		s.Deed, s.Also = list[0], list[1:]
	} else {
		s.Count, s.Also = 0, nil
	}
	return s
}

// family is the action, or what several of its kind together are.
func (d Deed) family() string {
	if d.Action == "user.join_group" || d.Action == "user.leave_group" {
		return "user.set_groups"
	}
	return d.Action
}

// with has a deed that is about several groups or roles say so, instead of naming the first.
func (d Deed) with(other Deed) Deed {
	if wordsOf(d.Action).doneEach != "" && d.To != other.To {
		d.To = ""
	}
	if d.family() == other.family() && d.family() != d.Action && (d.Action != other.Action || d.From != other.From || d.To != other.To) {
		d.Action = d.family()
	}
	return d
}

// together adds a deed to those of its family, or to the end, and tells where.
func together(list []Deed, one Deed) ([]Deed, int) {
	i := slices.IndexFunc(list, func(d Deed) bool { return d.family() == one.family() })
	if i < 0 {
		return append(list, one), len(list)
	}
	list[i] = list[i].with(one)
	return list, i
}

// target is a record that a deed of some family is about.
type target struct {
	family string
	ref    Ref
}

func (e *encoder) deed(d Deed) {
	for _, text := range []string{d.Action, d.Name, d.From, d.To} {
		e.text(text)
	}
	e.number(uint64(d.Count))
}

func (d *decoder) deed() Deed {
	return Deed{d.text(), d.text(), d.text(), d.text(), int(d.number())}
}
