// Package sample makes up believable people and programs, for the demo and for benchmarks. All of them are invented.
package sample

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"lanyard/model"
)

// Data is a source of sample records. The same seed and clock give the same records.
type Data struct {
	random *rand.Rand
	seed   uint64
	now    time.Time
	taken  map[string]int // names of service accounts that were given out
}

// New returns a source with a seed. Times of the records lie before now.
func New(seed uint64, now time.Time) *Data {
	return &Data{random: rand.New(rand.NewPCG(seed, 0x6c616e79617264)), seed: seed, now: now.Truncate(time.Minute), taken: map[string]int{}}
}

// Filling makes up an account: users, a few of every status, role and length of name, service accounts, and the groups,
// workspaces and roles that a company of that kind has. Without users it has none of the latter either.
func (d *Data) Filling(users, machines int) model.Filling {
	f := model.Filling{
		Grants:          d.grants,
		Users:           func(made model.Made) iter.Seq[model.User] { return d.users(users, made) },
		ServiceAccounts: func(made model.Made) iter.Seq2[model.ServiceAccount, time.Time] { return d.machines(machines, made) },
		History:         d.tell,
	}
	if users > 0 {
		f.Roles, f.Workspaces, f.Groups = roles, workspaces, groups
	}
	return f
}

// grants give the groups roles in some workspaces.
func (d *Data) grants(made model.Made) [][]model.WorkspaceGrant {
	list := make([][]model.WorkspaceGrant, len(made.Groups))
	for i := range list {
		role := []model.ID{model.RoleContributor, model.RoleViewer}[i%2]
		list[i] = d.some(made.Workspaces, 1+i%2, role)
	}
	return list
}

// some are up to n of some workspaces, with a role.
func (d *Data) some(workspaces []model.ID, n int, role model.ID) []model.WorkspaceGrant {
	var list []model.WorkspaceGrant
	for _, i := range d.random.Perm(len(workspaces))[:min(n, len(workspaces))] {
		list = append(list, model.WorkspaceGrant{Workspace: workspaces[i], Role: role})
	}
	return list
}

// place puts a user into groups and workspaces: most into one or two, some into none.
func (d *Data) place(u *model.User, made model.Made) {
	if len(made.Groups) == 0 {
		return
	}
	first := d.random.IntN(len(made.Groups))
	switch n := d.random.IntN(10); {
	case n < 4:
		u.Groups = []model.ID{made.Groups[first]}
	case n < 6:
		u.Groups = []model.ID{made.Groups[first], made.Groups[(first+1)%len(made.Groups)]}
	}
	if d.random.IntN(4) == 0 {
		role := []model.ID{model.RoleOwner, model.RoleContributor, model.RoleContributor, model.RoleViewer}[d.random.IntN(4)]
		u.Workspaces = d.some(made.Workspaces, 1, role)
	}
	if len(made.Roles) > 0 && d.random.IntN(30) == 0 {
		u.Role = made.Roles[0]
	}
}

// users makes up n users.
func (d *Data) users(n int, made model.Made) iter.Seq[model.User] {
	return func(yield func(model.User) bool) {
		for i := range n {
			u := d.user(i)
			d.place(&u, made)
			if !yield(u) {
				return
			}
		}
	}
}

func (d *Data) user(i int) model.User {
	p := d.person(i)
	u := model.User{Name: p.name(), Email: p.email(i, domains[d.random.IntN(len(domains))]), Role: d.role()}
	u.InvitedAt = d.before(24*time.Hour, 700*24*time.Hour)
	switch r := d.random.IntN(100); {
	case r < 74:
		u.Status = model.StatusActive
	case r < 86:
		u.Status = model.StatusInactive
	default:
		u.Status = model.StatusInvited
		u.InvitedAt = d.before(time.Hour, 10*24*time.Hour)
		u.Invitation.ExpiresAt = u.InvitedAt.Add(model.DefaultInviteTerm)
		return u
	}
	u.JoinedAt = u.InvitedAt.Add(time.Duration(d.random.IntN(20*60)) * time.Minute)
	u.LastSeenAt = d.before(time.Minute, max(2*time.Minute, min(d.now.Sub(u.JoinedAt), 40*24*time.Hour)))
	if u.Status == model.StatusInactive {
		u.LastSeenAt = u.JoinedAt.Add(d.now.Sub(u.JoinedAt) / 2).Truncate(time.Minute)
	}
	return u
}

// before returns a time at least and at most so long ago. Recent times are likelier.
func (d *Data) before(least, most time.Duration) time.Time {
	f := d.random.Float64()
	return d.now.Add(-least - time.Duration(f*f*float64(most-least))).Truncate(time.Minute)
}

func (d *Data) role() model.ID {
	switch r := d.random.IntN(100); {
	case r < 6:
		return model.RoleAdmin
	case r < 52:
		return model.RoleBuilder
	case r < 90:
		return model.RoleConsumer
	}
	return model.RoleTenantGuest
}

// person is a made-up name.
type person struct {
	given, family string
	familyFirst   bool
	latin         string // the email's local part where the name isn't written in Latin letters
}

func (d *Data) person(i int) person {
	if i < len(striking) { // the first few show what a table has to bear
		return striking[i]
	}
	if d.random.IntN(40) == 0 {
		return striking[d.random.IntN(len(striking))]
	}
	return person{given: given[d.random.IntN(len(given))], family: family[d.random.IntN(len(family))]}
}

func (p person) name() string {
	if p.family == "" {
		return p.given
	}
	if p.familyFirst {
		return p.family + " " + p.given
	}
	return p.given + " " + p.family
}

// email writes the name in plain letters, with a number where it would stand twice.
func (p person) email(i int, domain string) string {
	local := p.latin
	if local == "" {
		local = plain(p.given)
		if p.family != "" {
			local += "." + plain(p.family)
		}
	}
	if i >= len(striking) {
		local = fmt.Sprintf("%s%d", local, i)
	}
	return local + "@" + domain
}

var special = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ß", "ss", "æ", "ae", "þ", "th", "ı", "i", "'", "", " ", ".")

// plain writes a Latin name without accents, in lower case.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(special.Replace(strings.ToLower(s))) {
		if r < 0x80 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// machines makes up n service accounts with distinct names, each with the time when its key was last used: most lately, some
// never.
func (d *Data) machines(n int, made model.Made) iter.Seq2[model.ServiceAccount, time.Time] {
	return func(yield func(model.ServiceAccount, time.Time) bool) {
		for range n {
			m, used := d.machine(), time.Time{}
			m.Workspaces = d.some(made.Workspaces, 1, model.RoleContributor)
			if d.random.IntN(6) > 0 {
				used = d.before(0, d.now.Sub(m.CreatedAt)/4)
			}
			if !yield(m, used) {
				return
			}
		}
	}
}

func (d *Data) machine() model.ServiceAccount {
	j := d.random.IntN(len(jobs))
	name := jobs[j].name
	if n := d.taken[name]; n > 0 {
		name = fmt.Sprintf("%s-%s", name, places[(n-1)%len(places)])
		if round := (n - 1) / len(places); round > 0 {
			name = fmt.Sprintf("%s-%d", name, round+1)
		}
	}
	d.taken[jobs[j].name]++
	role := []model.ID{model.RoleBuilder, model.RoleBuilder, model.RoleConsumer, model.RoleConsumer, model.RoleAdmin}[d.random.IntN(5)]
	return model.ServiceAccount{Name: name, Description: jobs[j].does, Role: role, CreatedAt: d.before(time.Hour, 500*24*time.Hour)}
}
