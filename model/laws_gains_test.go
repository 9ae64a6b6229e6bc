package model_test

import (
	"fmt"
	"slices"

	"lanyard/model"
)

// holding is all that somebody may do: permissions by workspace, those of the account under 0.
type holding map[model.ID][]model.Permission

func holds(s *model.Snapshot, role model.ID, groups []model.ID, grants []model.WorkspaceGrant) holding {
	h := holding{}
	r, _ := s.Role(role)
	for _, p := range model.ScopeTenant.Permissions() {
		if r.Allows(p) {
			h[0] = append(h[0], p)
		}
	}
	for _, reach := range s.Reaches(model.User{Role: role, Groups: groups, Workspaces: grants}) {
		h[reach.Workspace.ID] = reach.Access.Permissions()
	}
	if s.ReachesAll(role) {
		for work := range all(s.Workspaces()) {
			h[work.ID] = model.ScopeWorkspace.Permissions()
		}
	}
	return h
}

func userHolds(s *model.Snapshot, u model.User) holding {
	return holds(s, u.Role, u.Groups, u.Workspaces)
}

// beyond returns something that h has and neither of the others does.
func (h holding) beyond(others ...holding) string {
	for where, list := range h {
		for _, p := range list {
			if !slices.ContainsFunc(others, func(o holding) bool { return slices.Contains(o[where], p) }) {
				return fmt.Sprintf("%s in %d", p, where)
			}
		}
	}
	return ""
}

// checkGains: nobody has more after what somebody did than before, unless that person held it; the actor above all. Whose
// token comes out has no more either. A workspace that is new is its creator's.
func (w *world) checkGains(name string, got attempt, after *model.Snapshot) {
	if got.by.User == 0 {
		return
	}
	actor, _ := w.before.Users().Get(got.by.User)
	own := userHolds(w.before, actor)
	gain := func(who string, was, is holding) {
		for id := range is {
			if _, there := w.before.Workspace(id); id != 0 && !there {
				delete(is, id)
			}
		}
		if more := is.beyond(was, own); more != "" {
			w.t.Fatalf("%s by %s (%s) gave %s %s", name, actor.Name, w.before.RoleName(actor.Role), who, more)
		}
	}
	for u := range all(after.Users()) {
		var was holding
		if old, ok := w.before.Users().Get(u.ID); ok && !slices.Contains(got.opened, u.ID) {
			was = userHolds(w.before, old)
		}
		gain(u.Name, was, userHolds(after, u))
	}
	for m := range all(after.ServiceAccounts()) {
		var was holding
		if old, ok := w.before.ServiceAccounts().Get(m.ID); ok {
			was = holds(w.before, old.Role, nil, old.Workspaces)
		}
		gain(m.Name, was, holds(after, m.Role, nil, m.Workspaces))
	}
}
