package sample

import (
	"cmp"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lanyard/model"
)

// age is how old a made-up account is. Nothing in it is older.
const age = 730 * 24 * time.Hour

// Began is when the account was made, for its founder.
func (d *Data) Began() time.Time { return d.now.Add(-age) }

// history makes up how the records came to be what they are: invitations, changes of role, copied keys. It has a source of
// its own, so that more of a history leaves the records as they are.
type history struct {
	random *rand.Rand
	now    time.Time
	names  map[model.ID]string
	me     model.User
	events []model.Event
}

// tell is what was done to the people, programs and places that an account was filled with, in order of time.
func (d *Data) tell(f model.Filled) iter.Seq[model.Event] {
	h := history{random: rand.New(rand.NewPCG(d.seed, 0x686973746f7279)), now: d.now, names: namesOf(f.Made), me: f.By}
	h.places(f.Made)
	for _, u := range f.Users {
		h.user(u)
	}
	for i, m := range f.ServiceAccounts {
		h.machine(m, f.Keys[i])
	}
	slices.SortStableFunc(h.events, func(a, b model.Event) int { return a.Time.Compare(b.Time) })
	return slices.Values(h.events)
}

// namesOf are what groups, workspaces and roles are called.
func namesOf(made model.Made) map[model.ID]string {
	names := map[model.ID]string{}
	for i, id := range made.Roles {
		names[id] = roles[i].Name
	}
	for i, id := range made.Workspaces {
		names[id] = workspaces[i].Name
	}
	for i, id := range made.Groups {
		names[id] = groups[i].Name
	}
	for id := range model.FirstID {
		if r, ok := model.BuiltInRole(id); ok {
			names[id] = r.Name
		}
	}
	return names
}

// did notes what the founder did.
func (h *history) did(at time.Time, action string, target model.Ref, name string, changes ...model.Change) {
	if at.After(h.now) {
		at = h.now
	}
	h.events = append(h.events, model.Event{
		Time: at, Actor: h.me.ID, ActorName: h.me.Email, Via: model.ViaConsole, Action: action, Target: target, TargetName: name, Changes: changes,
	})
}

func (h *history) places(made model.Made) {
	at := h.now.Add(-age)
	create := func(kind model.Kind, action string, ids []model.ID, description func(int) string) {
		for i, id := range ids {
			at = at.Add(3 * time.Minute)
			h.did(at, action, model.Ref{Kind: kind, ID: id}, h.names[id], became("description", description(i))...)
		}
	}
	create(model.KindRole, "role.create", made.Roles, func(i int) string { return roles[i].Description })
	create(model.KindWorkspace, "workspace.create", made.Workspaces, func(i int) string { return workspaces[i].Description })
	create(model.KindGroup, "group.create", made.Groups, func(i int) string { return groups[i].Description })
}

// became is what a field is that was nothing before, if it is anything now.
func became(field, to string) []model.Change {
	if to == "" {
		return nil
	}
	return []model.Change{{Field: field, To: to}}
}

func (h *history) user(u model.User) {
	ref := model.Ref{Kind: model.KindUser, ID: u.ID}
	first, later := u.Role, u.Status != model.StatusInvited && h.random.IntN(4) == 0
	if later {
		first = []model.ID{model.RoleTenantGuest, model.RoleConsumer, model.RoleBuilder}[h.random.IntN(3)]
	}
	changes := []model.Change{
		{Field: "role", To: h.names[first]}, {Field: "expires", To: u.InvitedAt.Add(model.DefaultInviteTerm).UTC().Format(time.RFC3339)},
	}
	groups := make([]string, len(u.Groups))
	for i, id := range u.Groups {
		groups[i] = h.names[id]
	}
	changes = append(changes, became("groups", strings.Join(groups, ", "))...)
	h.did(u.InvitedAt, "user.invite", ref, u.Email, append(changes, became("workspaces", h.grants(u.Workspaces))...)...)
	if u.Status == model.StatusInvited {
		return
	}
	h.did(u.JoinedAt, "user.accept", ref, u.Email, model.Change{Field: "status", From: model.StatusInvited.String(), To: model.StatusActive.String()})
	joined := &h.events[len(h.events)-1] // by themselves
	joined.Actor, joined.ActorName, joined.Via = u.ID, u.Email, model.ViaCommandLine
	if later && first != u.Role {
		h.did(h.between(u.JoinedAt), "user.set_role", ref, u.Email, model.Change{Field: "role", From: h.names[first], To: h.names[u.Role]})
	}
	if u.Status == model.StatusInactive {
		at := u.LastSeenAt.Add(h.now.Sub(u.LastSeenAt) / 3)
		h.did(at, "user.deactivate", ref, u.Email, model.Change{Field: "status", From: model.StatusActive.String(), To: model.StatusInactive.String()})
	}
}

func (h *history) machine(m model.ServiceAccount, key model.APIKey) {
	ref := model.Ref{Kind: model.KindServiceAccount, ID: m.ID}
	h.did(m.CreatedAt, "service_account.create", ref, m.Name, append(became("description", m.Description), became("role", h.names[m.Role])...)...)
	if grants := h.grants(m.Workspaces); grants != "" {
		h.did(m.CreatedAt.Add(2*time.Minute), "service_account.set_workspace_role", ref, m.Name, model.Change{Field: "workspace", To: grants})
	}
	for range 1 + h.random.IntN(3) {
		action := []string{"service_account.copy_key", "service_account.copy_key", "service_account.reveal_key"}[h.random.IntN(3)]
		h.did(h.between(m.CreatedAt), action, ref, m.Name, model.Change{Field: "api_key", To: key.Hint()})
	}
}

// grants are roles in workspaces in words.
func (h *history) grants(list []model.WorkspaceGrant) string {
	var names []string
	for _, g := range list {
		names = append(names, h.names[g.Workspace]+" ("+h.names[g.Role]+")")
	}
	return strings.Join(names, ", ")
}

// between is a time after another. Recent ones are likelier.
func (h *history) between(from time.Time) time.Time {
	f := h.random.Float64()
	ago := cmp.Or(max(0, h.now.Sub(from)-3*time.Minute), time.Second)
	return h.now.Add(-time.Duration(f * f * float64(ago))).Truncate(time.Second)
}
