package model

import "slices"

// moveBack sets the slots back that the step changed, as far as nobody else has changed them, or the caller insists.
func moveBack[T slotted[T]](u *undoing, r Rules, t touch, k undoKind[T], now T) (bool, error) {
	list, err := u.movesBack(t, now)
	if err != nil || len(list) == 0 {
		return false, err
	}
	updated := k.next(now)
	for _, m := range list {
		if err := k.may(r, now, m.slot, m.from); err != nil {
			return false, err
		}
		updated = updated.withSlot(m.slot, m.from)
	}
	renamed := func(m move) bool { return m.slot.field == fieldName }
	if slices.ContainsFunc(list, renamed) { // nothing else that moves has to be unique
		if err := k.free(updated); err != nil {
			return false, err
		}
	}
	if err := k.save(&now, updated); err != nil {
		return false, err
	}
	if t.kind == touchSwept {
		return true, nil // has no event, as its going had none
	}
	return true, u.tell(updated, u.changes(updated, now.slots(), updated.slots()))
}

// movesBack returns what there is to take back of what the step did to a record. What was in a group or a workspace that is
// gone stays out of it, and is an error when that was all.
func (u *undoing) movesBack(t touch, now undoable) ([]move, error) {
	var list []move
	var missing error
	kept, has := false, now.slots()
	for _, m := range t.moved {
		is := has[m.slot]
		if is == m.from || u.going[m.slot.of] && m.owns() {
			continue
		}
		if is != m.to && !u.forced(now) {
			if u.choice.Keep {
				kept = true
				continue
			}
			return nil, movedOn(now)
		}
		switch err := u.container(m.slot); {
		case err == nil:
			list = append(list, m)
			u.keepMine(t.ref, m, is)
		case m.from != "" && t.kind == touchChanged:
			missing = err
		}
	}
	if kept {
		u.keepTheirs(t, now)
	}
	if len(list) > 0 {
		return list, nil
	}
	return nil, missing
}

// keepMine has a redo put again what the actor made of a slot, and not what somebody else did meanwhile.
func (u *undoing) keepMine(ref Ref, m move, is string) {
	if is == m.to {
		return
	}
	if u.recording.mine[ref] == nil {
		u.recording.mine[ref] = slots{}
	}
	u.recording.mine[ref][m.slot] = m.to
}

// movedOn is the refusal of a conflict that came up since the caller was asked.
func movedOn(now undoable) error {
	return checkVersion(now.title(), now.version(), Seen{Version: now.version() + 1})
}

// container reports that the group or workspace that a slot is about is gone.
func (u *undoing) container(k slot) error {
	switch k.field {
	case fieldGroup:
		if _, there := u.Group(k.of); !there {
			return gone("group")
		}
	case fieldWorkspace:
		if _, there := u.Workspace(k.of); !there {
			return gone("workspace")
		}
	}
	return nil
}
