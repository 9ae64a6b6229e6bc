package model

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// Apply brings the account to what rows say of it: creates what isn't there and changes what differs. A few hundred rows are
// one transaction, and all of them are one step to undo. A row that the rules are against is left alone as a whole. Any other
// error ends the work; what was done before it stays done, and is in the plan that is returned. Applying the same rows again
// changes nothing more.
func (d *Directory) Apply(ctx context.Context, actor Actor, rows []Row, how Importing) (Plan, error) {
	ctx = OneStep(ctx)
	rows = withGroups(rows, how)
	w := &rowWork{d: d, actor: actor, how: how, total: len(rows)}
	var todo []Row
	for _, more := range d.ownRowApart(ctx, rows, actor) {
		todo = append(todo, more...)
		for before := len(todo) + 1; len(todo) > 0 && len(todo) < before; {
			before = len(todo)
			if err := w.pass(ctx, todo); err != nil {
				return w.plan, err
			}
			todo = w.later
		}
	}
	w.plan.Entries = append(w.plan.Entries, w.waiting...)
	slices.SortStableFunc(w.plan.Entries, func(a, b Entry) int { return a.Line - b.Line })
	return w.plan, nil
}

// rowWork is rows being applied, in as many passes as it takes: a row may take away what a row behind it gives to somebody.
type rowWork struct {
	d     *Directory
	actor Actor
	how   Importing
	plan  Plan
	total int

	later   []Row   // of the last pass: those that may go when others have gone
	waiting []Entry // what is to be said of them if none of them can
}

// pass applies rows, some hundreds in a transaction.
func (w *rowWork) pass(ctx context.Context, rows []Row) error {
	w.later, w.waiting = nil, nil
	for part := range slices.Chunk(rows, bulkSize) {
		var run *applying
		err := w.d.update(ctx, w.actor, func(c *change) error {
			run.wipe() // of an earlier try
			run = &applying{change: c, how: w.how}
			return run.all(part)
		})
		if err != nil {
			run.wipe()
			return err
		}
		if w.how.Invited != nil {
			w.how.Invited(run.invited)
		} else {
			run.wipe()
		}
		w.plan.Entries = append(w.plan.Entries, run.entries...)
		w.later, w.waiting = append(w.later, run.later...), append(w.waiting, run.waiting...)
		ReportProgress(ctx, len(w.plan.Entries), w.total)
	}
	return nil
}

// withGroups puts rows before the others for the groups that only those name.
func withGroups(rows []Row, how Importing) []Row {
	if !how.CreateGroups {
		return rows
	}
	known := map[string]bool{}
	for _, r := range rows {
		if r.Kind == KindGroup {
			known[FoldName(r.Key)] = true
		}
	}
	var groups []Row
	for _, r := range rows {
		if r.Groups == nil || r.Skip != "" || r.Err != nil {
			continue
		}
		for _, name := range *r.Groups {
			if key := FoldName(name); !known[key] {
				known[key] = true
				groups = append(groups, Row{Line: r.Line, Kind: KindGroup, Key: name, named: true})
			}
		}
	}
	return append(groups, rows...)
}

// ownRowApart parts the row about the actor from the others, which come before it: whoever gives away what they may do has
// done the rest by then.
func (d *Directory) ownRowApart(ctx context.Context, rows []Row, actor Actor) [][]Row {
	u, err := d.FindUser(ctx, actor, strconv.FormatUint(uint64(actor.User), 10))
	own := func(r Row) bool {
		return r.Kind == KindUser && (r.Seen.ID == actor.User || err == nil && r.Seen.ID == 0 && FoldEmail(r.Key) == FoldEmail(u.Email))
	}
	if !slices.ContainsFunc(rows, own) {
		return [][]Row{rows}
	}
	others := slices.DeleteFunc(slices.Clone(rows), own)
	return [][]Row{others, slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !own(r) })}
}

// applying is one transaction of rows.
type applying struct {
	*change
	how     Importing
	entries []Entry
	invited []Invited
	later   []Row   // were refused, and may go when others have gone
	waiting []Entry // what is to be said of those if they can't
}

func (a *applying) wipe() {
	if a == nil {
		return
	}
	for i := range a.invited {
		a.invited[i].Token.Wipe()
	}
	a.invited = nil
}

func (a *applying) all(rows []Row) error {
	for i := range rows {
		e, err := a.one(&rows[i])
		if refused(err) {
			e.Fate, e.Err, err = RowRefused, err, nil
			e.Changes = nil
		}
		switch {
		case err != nil:
			return err
		case errors.Is(e.Err, ErrLastOwner) || errors.Is(e.Err, ErrLastAdmin):
			a.later, a.waiting = append(a.later, rows[i]), append(a.waiting, e)
			continue
		}
		if !rows[i].named || e.Fate != RowSame {
			a.entries = append(a.entries, e)
		}
	}
	return nil
}

func (a *applying) one(row *Row) (Entry, error) {
	e := Entry{Line: row.Line, Kind: row.Kind, ID: row.Seen.ID, Name: row.Key}
	switch {
	case row.Err != nil:
		return e, asRefusal(row.Err)
	case row.Skip != "":
		e.Fate, e.Note = RowSkipped, row.Skip
		return e, nil
	}
	a.told = nil
	var err error
	switch row.Kind {
	case KindUser:
		err = a.user(row, &e)
	case KindServiceAccount:
		err = applyNamed(a, row, &e, machineRows)
	case KindGroup:
		err = applyNamed(a, row, &e, groupRows)
	case KindWorkspace:
		err = applyNamed(a, row, &e, workspaceRows)
	case KindRole:
		err = applyNamed(a, row, &e, roleRows)
	default:
		err = errors.New("no file has rows of " + row.Kind.String())
	}
	e.Changes = a.told
	return e, err
}

// asRefusal makes the rules' answer of what is wrong with how a row was written.
func asRefusal(err error) error {
	if refused(err) {
		return err
	}
	return &Error{Kind: ErrInvalid, What: err.Error()}
}

// deed is a part of what a row asks for.
type deed func(*change) error

// whole does all of what a row asks for or, when one part of it is refused, nothing: several are tried first, on a sketch.
func (a *applying) whole(deeds []deed) error {
	if len(deeds) > 1 {
		if err := a.settle(); err != nil { // the trial reads the tallies
			return err
		}
		trial := &change{WriteTx: newSketch(a.WriteTx), d: a.d, root: a.root, actor: a.actor, via: a.via, now: a.now}
		for _, do := range deeds {
			if err := do(trial); err != nil {
				return err
			}
		}
	}
	for _, do := range deeds {
		if err := do(a.change); err != nil {
			return err
		}
	}
	return nil
}

// changeTo does what makes a record what the row says, unless it is to stay as it is.
func (a *applying) changeTo(e *Entry, deeds []deed) error {
	switch {
	case len(deeds) == 0:
		return nil
	case a.how.KeepExisting:
		e.Note = "is there already and stays as it is"
		return nil
	}
	if err := a.whole(deeds); err != nil {
		return err
	}
	if len(a.told) > 0 {
		e.Fate = RowChanged
	}
	return nil
}
