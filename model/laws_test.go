package model_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lanyard/keys"
	"lanyard/model"
)

// Laws of an account: whatever anybody does, in whatever order, these hold after each step.
func TestLawsOfAnAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(15, 40).Draw(t, "steps") {
			w.step(allDeeds)
		}
		w.checkCurrentKeys()
		if !model.Chained(w.root().ChainKey(), w.events()) {
			t.Fatal("the activity doesn't hold together")
		}
		for _, e := range w.events() {
			if !slices.Contains(model.Actions(), e.Action) {
				t.Fatalf("%s isn't among the actions", e.Action)
			}
		}
		if f := w.checkedUp(w.store); len(f.Wrong) > 0 || len(f.Notes) > 0 {
			t.Fatal("a check finds ", f)
		}
		w.rebuildsTheSame()
	})
}

// world is an account that anything is done to.
type world struct {
	*account
	t      *rapid.T
	before *model.Snapshot // as the next step finds it
	tokens []invitation
	gone   []model.ID
	last   model.ID    // the greatest that was seen
	only   model.Actor // who acts; zero for anybody

	keys     map[string][]byte // those that somebody copied, by their public ids
	verifier *model.Verifier   // of another process, which has been there from the first step on

	eventsBefore int
}

type invitation struct {
	user  model.ID
	token keys.Key
}

// attempt is how a step went.
type attempt struct {
	by      model.Actor // zero if nobody acts
	targets []model.ID  // whom it was to change
	opened  []model.ID  // whose token or key came out
	err     error
	refused []model.Refusal
	silent  bool // it has no event
	back    bool // it takes back or puts again: whatever it touches was touched before, and may have been there before

	asked   bool // whether a screen asked beforehand, and the answer
	refusal error
}

func (w *world) step(deeds []worldDeed) {
	i := rapid.IntRange(0, len(deeds)-1).Draw(w.t, "deed")
	name := deeds[i].name
	got := deeds[i].do(w)
	after, err := w.before.Refresh(w.Context(), w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	w.sameAccount(after)
	w.checkToldKeys(name, after)
	w.checkAnswer(name, got, after)
	w.checkRecords(after)
	w.checkTallies(after)
	w.checkKeys(after)
	w.checkVersions(name, got, after)
	w.checkGains(name, got, after)
	w.noteGone(got, after)
	w.before = after
}

func (w *world) eventCount() (n int) {
	err := w.store.View(w.Context(), func(tx model.ReadTx) (err error) {
		n, err = tx.Count(model.KindEvent)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

var answers = []error{
	model.ErrInvalid, model.ErrNotFound, model.ErrNotPermitted, model.ErrTaken, model.ErrConflict, model.ErrLastAdmin,
	model.ErrLastOwner, model.ErrInUse, model.ErrStatus,
}

// checkAnswer: what is refused is refused in words, as the screen said that it would be, and changes nothing; what is done
// has its event.
func (w *world) checkAnswer(name string, got attempt, after *model.Snapshot) {
	errs := []error{got.err}
	for _, r := range got.refused {
		errs = append(errs, r.Err)
	}
	for _, err := range errs {
		e, ok := errors.AsType[*model.Error](err)
		if err != nil && (!ok || !slices.Contains(answers, e.Kind)) {
			w.t.Fatalf("%s failed: %v", name, err)
		}
	}
	moved := after.Revision() - w.before.Revision()
	if got.err != nil && moved > 0 {
		w.t.Fatalf("%s was refused (%v) and changed the store", name, got.err)
	}
	if u, _ := w.before.Users().Get(got.by.User); got.by.User != 0 && u.Status != model.StatusActive && moved > 0 {
		w.t.Fatalf("%s, who is %s, changed something by %s", u.Name, u.Status, name)
	}
	events := w.eventCount()
	if got.silent == (events > w.eventsBefore) && moved > 0 && !got.back {
		w.t.Fatalf("%s made %d events", name, events-w.eventsBefore)
	}
	w.eventsBefore = events
	if !got.asked {
		return
	}
	want, _ := errors.AsType[*model.Error](got.refusal)
	have, _ := errors.AsType[*model.Error](got.err)
	switch {
	case want != nil && !errors.Is(got.err, want.Kind):
		w.t.Fatalf("%s: the screen says %v, and then comes %v", name, got.refusal, got.err)
	case want == nil && have != nil && !slices.Contains([]error{model.ErrTaken, model.ErrInvalid, model.ErrConflict}, have.Kind):
		w.t.Fatalf("%s: the screen says yes, and then comes %v", name, got.err)
	}
}

// checkRecords: there is an Active Admin, each workspace has an Active Owner, names are unique, and whatever is named is there.
func (w *world) checkRecords(s *model.Snapshot) {
	if s.ActiveAdmins() == 0 { // that it is the true count is checked with the snapshot
		w.t.Fatal("there is no Active Admin")
	}
	for i := range s.Workspaces().Len() {
		if work := s.Workspaces().At(i); len(owners(s, work.ID)) == 0 {
			w.t.Fatalf("nobody owns %s", work.Name)
		}
	}
	names := map[string]bool{}
	unique := func(kind, name string) {
		if key := kind + model.FoldName(name); names[key] {
			w.t.Fatalf("there are two of the %s %s", kind, name)
		} else {
			names[key] = true
		}
	}
	for _, r := range s.Roles() {
		unique("role", r.Name)
	}
	grants := func(who string, list []model.WorkspaceGrant) {
		for _, g := range list {
			unique(fmt.Sprintf("workspace %d of", g.Workspace), who)
			work, ok := s.Workspace(g.Workspace)
			if role, there := s.Role(g.Role); !ok || !there || role.Scope != model.ScopeWorkspace {
				w.t.Fatalf("%s is %s in %v", who, s.RoleName(g.Role), work)
			}
		}
	}
	for u := range all(s.Users()) {
		unique("email", model.FoldEmail(u.Email))
		grants(u.Email, u.Workspaces)
		if role, ok := s.Role(u.Role); !ok || role.Scope != model.ScopeTenant {
			w.t.Fatalf("%s has the role %s", u.Name, s.RoleName(u.Role))
		}
		for _, id := range u.Groups {
			unique(fmt.Sprintf("group %d of", id), u.Email)
			if _, ok := s.Group(id); !ok {
				w.t.Fatalf("%s is in a group that is gone", u.Name)
			}
		}
	}
	for m := range all(s.ServiceAccounts()) {
		unique("service account", m.Name)
		grants("service account "+m.Name, m.Workspaces)
		if role, ok := s.Role(m.Role); !ok || role.Scope != model.ScopeTenant || role.ID == model.RoleTenantGuest {
			w.t.Fatalf("%s has the role %s", m.Name, s.RoleName(m.Role))
		}
	}
	for g := range all(s.Groups()) {
		unique("group", g.Name)
		grants("group "+g.Name, g.Workspaces)
	}
	for work := range all(s.Workspaces()) {
		unique("workspace", work.Name)
	}
}

func all[T any](t *model.Table[T]) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for i := range t.Len() {
			if !yield(t.At(i)) {
				return
			}
		}
	}
}

// checkTallies: what is counted is what there is.
func (w *world) checkTallies(s *model.Snapshot) {
	want := map[model.ID]*model.Tally{}
	for _, r := range s.Roles() {
		want[r.ID] = &model.Tally{ID: r.ID}
	}
	for g := range all(s.Groups()) {
		want[g.ID] = &model.Tally{ID: g.ID}
	}
	for work := range all(s.Workspaces()) {
		want[work.ID] = &model.Tally{ID: work.ID, Owners: owners(s, work.ID)}
	}
	for u := range all(s.Users()) {
		want[u.Role].Users++
		for _, g := range u.Groups {
			want[g].Users++
		}
		for _, g := range u.Workspaces {
			want[g.Workspace].Users++
			want[g.Role].Users++
		}
	}
	for m := range all(s.ServiceAccounts()) {
		want[m.Role].ServiceAccounts++
		for _, g := range m.Workspaces {
			want[g.Workspace].ServiceAccounts++
			want[g.Role].ServiceAccounts++
		}
	}
	for group := range all(s.Groups()) {
		for _, g := range group.Workspaces {
			want[g.Workspace].Groups++
			want[g.Role].Groups++
		}
	}
	for id, tally := range want {
		if got := s.Tally(id); fmt.Sprint(got) != fmt.Sprint(*tally) {
			w.t.Fatalf("counted %+v, there are %+v", got, *tally)
		}
	}
	err := w.store.View(w.Context(), func(tx model.ReadTx) error {
		return tx.Scan(model.KindTally, 0, func(id model.ID, _ []byte) bool {
			if want[id] == nil {
				w.t.Fatalf("%d is gone, and still counted for", id)
			}
			return true
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// checkVersions: only what was to be changed gets another version, and what got none is the same but for what was swept.
func (w *world) checkVersions(name string, got attempt, after *model.Snapshot) {
	before := w.before
	may := append([]model.ID{got.by.User}, got.targets...)
	check := func(id model.ID, was, is uint64, a, b any) {
		switch {
		case is < was, is > was && !slices.Contains(may, id) && !got.back:
			w.t.Fatalf("%s made version %d of %d what is %+v", name, is, was, b)
		case is == was && fmt.Sprint(a) != fmt.Sprint(b):
			w.t.Fatalf("%s made %+v of %+v in the same version", name, b, a)
		}
	}
	swept := func(list []model.WorkspaceGrant) []model.WorkspaceGrant {
		return slices.DeleteFunc(slices.Clone(list), func(g model.WorkspaceGrant) bool { _, ok := after.Workspace(g.Workspace); return !ok })
	}
	for a := range all(before.Users()) {
		if b, ok := after.Users().Get(a.ID); ok {
			a.Workspaces = swept(a.Workspaces)
			a.Groups = slices.DeleteFunc(slices.Clone(a.Groups), func(id model.ID) bool { _, ok := after.Group(id); return !ok })
			if got.silent {
				a.LastSeenAt, a.Invitation.Delivery = b.LastSeenAt, b.Invitation.Delivery
			}
			check(a.ID, a.Version, b.Version, a, b)
		}
	}
	for a := range all(before.ServiceAccounts()) {
		if b, ok := after.ServiceAccounts().Get(a.ID); ok {
			a.Workspaces = swept(a.Workspaces)
			check(a.ID, a.Version, b.Version, a, b)
		}
	}
	for a := range all(before.Groups()) {
		if b, ok := after.Group(a.ID); ok {
			a.Workspaces = swept(a.Workspaces)
			check(a.ID, a.Version, b.Version, a, b)
		}
	}
	for a := range all(before.Workspaces()) {
		if b, ok := after.Workspace(a.ID); ok {
			check(a.ID, a.Version, b.Version, a, b)
		}
	}
	for _, a := range before.Roles() {
		if b, ok := after.Role(a.ID); ok {
			check(a.ID, a.Version, b.Version, a, b)
		}
	}
}

// noteGone keeps the ids of what was deleted, and holds that they aren't given out again, but to what undo brings back.
func (w *world) noteGone(got attempt, after *model.Snapshot) {
	ids := func(s *model.Snapshot) map[model.ID]bool {
		list := map[model.ID]bool{}
		for u := range all(s.Users()) {
			list[u.ID] = true
		}
		for g := range all(s.Groups()) {
			list[g.ID] = true
		}
		for work := range all(s.Workspaces()) {
			list[work.ID] = true
		}
		for _, r := range s.Roles() {
			list[r.ID] = true
		}
		return list
	}
	now := ids(after)
	w.last = max(w.last, slices.Max(slices.Collect(maps.Keys(now))))
	if got.back {
		w.gone = slices.DeleteFunc(w.gone, func(id model.ID) bool { return now[id] })
	}
	for _, id := range w.gone {
		if now[id] {
			w.t.Fatalf("%d was given out again", id)
		}
	}
	for id := range ids(w.before) {
		if !now[id] {
			w.gone = append(w.gone, id)
		}
	}
}
