package model_test

import (
	"errors"
	"slices"

	"pgregory.net/rapid"

	"lanyard/model"
)

// What is drawn for laws_deeds_test.go: whatever is there, was there or never will be.

func newWorld(t *rapid.T) *world {
	o := newOffice(t)
	w := &world{account: o.account, t: t, keys: map[string][]byte{}}
	ops, sre := w.workspace("ops"), w.group("sre")
	w.done(w.SetGroupsWorkspaceRole(t.Context(), w.ana, seen(sre), ops, o.viewsWorkspace))
	w.done(w.SetGroupsWorkspaceRole(t.Context(), w.ana, seen(o.team), o.web, model.RoleContributor))
	w.addTo(sre, o.who["editor"], o.who["builder"])
	w.join(ops, model.RoleOwner, o.who["editor"], o.who["consumer"])
	w.join(ops, o.viewsWorkspace, o.who["guest"])
	w.add("max@acme.test", w.custom(model.ScopeTenant, model.PermAccountEdit, model.PermWSManage))
	w.add("eve@acme.test", w.custom(model.ScopeTenant, model.PermAccountEdit, model.PermWSWrite))
	w.add("moe@acme.test", w.custom(model.ScopeTenant, model.PermWSManage))
	w.custom(model.ScopeWorkspace, model.PermWSWrite)
	w.before, w.eventsBefore = w.snapshot(), w.eventCount()
	return w
}

// percent is true about so often. Small numbers are drawn more, so that they mean what is usual.
func (w *world) percent(label string, n int) bool {
	i := rapid.IntRange(0, 99).Draw(w.t, label)
	if n < 50 {
		return i >= 100-n
	}
	return i < n
}

// pick is one of a list, from either end: small numbers are drawn more.
func pick[T any](w *world, label string, list []T) T {
	i := rapid.IntRange(0, len(list)-1).Draw(w.t, label)
	if rapid.Bool().Draw(w.t, "from the end") {
		i = len(list) - 1 - i
	}
	return list[i]
}

// actor is an Admin, somebody who may do some of it, or anybody.
func (w *world) actor() model.Actor {
	if w.only.User != 0 {
		return w.only
	}
	var admins, some, users []model.ID
	for u := range all(w.before.Users()) {
		users = append(users, u.ID)
		switch role, _ := w.before.Role(u.Role); {
		case u.Status != model.StatusActive:
		case u.Role == model.RoleAdmin:
			admins = append(admins, u.ID)
		case role.Allows(model.PermAccountInvite) || roleIn(u.Workspaces, model.RoleOwner):
			some = append(some, u.ID)
		}
	}
	list := rapid.SampledFrom([][]model.ID{admins, some, users}).Draw(w.t, "sort of actor")
	if len(list) == 0 {
		list = users
	}
	return model.Actor{User: pick(w, "actor", list), Via: model.ViaConsole}
}

func roleIn(list []model.WorkspaceGrant, role model.ID) bool {
	return slices.ContainsFunc(list, func(g model.WorkspaceGrant) bool { return g.Role == role })
}

// id is one of a table, now and then one that is gone or still to come.
func id[T any](w *world, t *model.Table[T]) model.ID {
	var list []model.ID
	for i := range t.Len() {
		list = append(list, t.ID(i))
	}
	if w.percent("wild", 5) || len(list) == 0 {
		list = append(slices.Clone(w.gone), 1<<20, w.before.Users().ID(0), w.last+1, w.last+2)
	}
	return pick(w, "id", list)
}

// role is any role, mostly one of a scope; 0 to take one away.
func (w *world) role(scope model.Scope) model.ID {
	list := w.before.RolesOf(scope)
	if w.percent("any role", 5) {
		list = append(w.before.Roles(), model.Role{ID: 99})
	}
	return pick(w, "role", list).ID
}

func several[T any](w *world, draw func() T) []T {
	var list []T
	for range rapid.IntRange(0, 3).Draw(w.t, "several") {
		list = append(list, draw())
	}
	return list
}

// some names one record or a few, now and then with the version that is there or one that isn't.
func some[T any](w *world, t *model.Table[T], version func(T) uint64) []model.Seen {
	n := rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(w.t, "how many")
	list := make([]model.Seen, n)
	for i := range list {
		list[i] = one(w, t, version)
	}
	return list
}

func one[T any](w *world, t *model.Table[T], version func(T) uint64) model.Seen {
	s := model.Seen{ID: id(w, t)}
	if r, ok := t.Get(s.ID); ok && w.percent("versioned", 50) {
		s.Version = version(r)
		if w.percent("stale", 10) {
			s.Version += 7
		}
	}
	return s
}

func (w *world) users() []model.Seen { return some(w, w.before.Users(), userVersion) }

// invited is mostly one of those who haven't joined, else users.
func (w *world) invited() []model.Seen {
	var list []model.Seen
	for u := range all(w.before.Users()) {
		if u.Status == model.StatusInvited {
			list = append(list, model.Seen{ID: u.ID})
		}
	}
	if len(list) == 0 || w.percent("anybody", 25) {
		return w.users()
	}
	return []model.Seen{rapid.SampledFrom(list).Draw(w.t, "invited")}
}

func (w *world) user() model.Seen { return one(w, w.before.Users(), userVersion) }

func userVersion(u model.User) uint64 { return u.Version }

func groupVersion(g model.Group) uint64 { return g.Version }

func workspaceVersion(x model.Workspace) uint64 { return x.Version }

func machineVersion(s model.ServiceAccount) uint64 { return s.Version }

func (w *world) aGroup() model.ID { return id(w, w.before.Groups()) }

func (w *world) aWorkspace() model.ID { return id(w, w.before.Workspaces()) }

func (w *world) aRole() model.Seen {
	r := pick(w, "which role", w.before.Roles())
	if custom := slices.DeleteFunc(w.before.Roles(), model.Role.BuiltIn); len(custom) > 0 && w.percent("custom", 90) {
		r = pick(w, "which custom role", custom)
	}
	return model.Seen{ID: r.ID}
}

func (w *world) name() string {
	return rapid.SampledFrom([]string{"web", "WEB", "ops", "ｏｐｓ", "Admin", "owner", "alpha", "beta", "Gamma", "γ", "bot", ""}).Draw(w.t, "name")
}

func (w *world) permissions(scope model.Scope) []model.Permission {
	return rapid.SliceOfN(rapid.SampledFrom(scope.Permissions()), 0, 3).Draw(w.t, "permissions")
}

func (w *world) grant() model.WorkspaceGrant {
	return model.WorkspaceGrant{Workspace: w.aWorkspace(), Role: w.role(model.ScopeWorkspace)}
}

func (w *world) roleOrNone() model.ID {
	if w.percent("none", 25) {
		return 0
	}
	return w.role(model.ScopeWorkspace)
}

// each is an attempt at several, which were asked about beforehand if it is one that is there and as it was seen.
func each[T any](w *world, by model.Actor, list []model.Seen, t *model.Table[T], may func(model.Rules, T) error, do func() (model.Outcome, error)) attempt {
	got := attempt{by: by}
	for _, s := range list {
		got.targets = append(got.targets, s.ID)
	}
	if r, there := t.Get(list[0].ID); there && len(list) == 1 && may != nil {
		got.asked, got.refusal = true, may(w.before.Rules(by.User, w.now), r)
	}
	out, err := do()
	got.refused, got.err = out.Refused, outcome(out, err)
	if errors.Is(got.err, model.ErrConflict) {
		got.asked = false // comes before any rule
	}
	return got
}

// lone is an attempt at one.
func lone[T any](w *world, by model.Actor, s model.Seen, t *model.Table[T], may func(model.Rules, T) error, do func() error) attempt {
	return each(w, by, []model.Seen{s}, t, may, func() (model.Outcome, error) { return model.Outcome{}, do() })
}
