package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"lanyard/model"
	"lanyard/tui/theme"
)

// office is a console with a second Admin, who changes things from elsewhere.
type office struct {
	*driver
	ben   model.ID
	eli   model.ID
	other model.Actor
}

func newOffice(t *testing.T, width, height int) *office {
	t.Helper()
	o := &office{driver: start(t, setup{width: width, height: height, theme: theme.Options{NoColor: true}})}
	dir, ctx := o.c.session.Directory, t.Context()
	invited, _, err := dir.InviteUsers(ctx, o.me, []model.Invite{
		{Email: "ben@acme.test", Name: "Ben Okafor", Role: model.RoleConsumer},
		{Email: "eli@acme.test", Role: model.RoleConsumer},
		{Email: "zoe@acme.test", Role: model.RoleAdmin},
	})
	o.must(err)
	for _, i := range invited {
		u, err := dir.AcceptInvitation(ctx, i.Token, model.ViaCommandLine)
		o.must(err)
		o.other = model.Actor{User: u.ID, Via: model.ViaCommandLine}
	}
	o.ben, o.eli = invited[0].User.ID, invited[1].User.ID
	o.arrive()
	o.press("g down") // Ben
	return o
}

// arrive has what others changed come to the console.
func (o *office) arrive() {
	o.Helper()
	s, err := o.c.snapshot.Refresh(context.Background(), o.store)
	o.must(err)
	o.run(o.c.show(s))
	o.run(o.c.lookForSteps())
}

func (o *office) user() model.User {
	o.Helper()
	u, _ := o.snapshot().Users().Get(o.ben)
	return u
}

// setRole is the other one's doing.
func (o *office) setRole(role model.ID) {
	o.Helper()
	_, err := o.c.session.Directory.SetUsersRole(context.Background(), o.other, []model.Seen{{ID: o.ben}}, role)
	o.must(err)
}

func TestUndoAndRedo(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("enter ctrl+u").enter("Benjamin").press("enter").sees("Ben Okafor renamed to Benjamin · u undo")
	o.press("right right enter").enter("b").press("enter").sees("Role of Benjamin set to Builder · u undo")
	o.press("u").sees("Undone: role of Benjamin back to Consumer · U redo")
	o.press("u").sees("Undone: name of Benjamin back to Ben Okafor · U redo")
	o.press("U").sees("Redone: Ben Okafor renamed to Benjamin · u undo").press("U").sees("Redone: role of Benjamin set to Builder")
	o.press("U").sees("There is nothing to redo").press("?").sees("Undo: Role of Benjamin set to Builder").
		enter("redo").sees("Redo what you have undone  nothing to redo")
	if u := o.user(); u.Name != "Benjamin" || u.Role != model.RoleBuilder {
		t.Errorf("%+v", u)
	}
}

func TestUndoOfManyAndOfWhatIsGone(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("space space a s").enter("Builder").press("enter").sees("2 users set to Builder · u undo")
	_, err := o.c.session.Directory.RemoveUsers(t.Context(), o.me, []model.Seen{{ID: o.ben}}, true)
	o.must(err)
	o.arrive()
	o.press("u").sees("Undone: Ben Okafor is back").press("u").sees("Undone: roles of 2 users back to what they were")
	if u := o.user(); u.Role != model.RoleConsumer {
		t.Errorf("%+v", u)
	}
}

func TestUndoStopsAtWhatCannotBeUndone(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("u").sees("Can't be undone", "None of the 3 could be undone: has joined since", "[ Leave it ]").press("esc")
	o.press("u tab enter").sees("Left as it is: 3 people invited").press("u").sees("There is nothing to undo")
}

func TestUndoAsksWhoseStays(t *testing.T) {
	prepare := func(t *testing.T) *office {
		t.Helper()
		o := newOffice(t, 80, 24)
		o.press("right right enter").enter("b").press("enter")
		o.setRole(model.RoleTenantGuest)
		o.arrive()
		return o
	}
	t.Run("theirs", func(t *testing.T) {
		o := prepare(t)
		o.press("u").sees("Ben Okafor was changed by somebody else", "was     Consumer", "yours   Builder", "theirs  Tenant Guest", "▸[ Keep theirs ]")
		o.press("enter").sees("Left as it is: Role of Ben Okafor set to Builder")
		if u := o.user(); u.Role != model.RoleTenantGuest {
			t.Errorf("%+v", u)
		}
	})
	t.Run("anyway", func(t *testing.T) {
		o := prepare(t)
		o.press("u tab enter").sees("Undone: role of Ben Okafor back to Consumer")
		if u := o.user(); u.Role != model.RoleConsumer {
			t.Errorf("%+v", u)
		}
	})
	t.Run("moved on again", func(t *testing.T) {
		o := prepare(t)
		o.press("u")
		o.setRole(model.RoleAdmin)
		o.press("tab enter").sees("theirs  Admin")
		if u := o.user(); u.Role != model.RoleAdmin {
			t.Errorf("%+v", u)
		}
		o.press("esc").misses("theirs").press("u").sees("theirs  Admin")
	})
}

func TestARoleThatSomebodyElseChosenIsAskedAbout(t *testing.T) {
	o := newOffice(t, 80, 24)
	o.press("right right enter").enter("b")
	o.setRole(model.RoleTenantGuest)
	o.arrive()
	o.press("enter").sees("was     Consumer", "yours   Builder", "theirs  Tenant Guest")
	o.press("esc").sees("▸ Builder").press("enter enter")
	if u := o.user(); u.Role != model.RoleTenantGuest {
		t.Errorf("%+v", u)
	}
	o.press("enter").enter("b")
	o.must(o.c.session.Directory.RenameUser(t.Context(), o.other, model.Seen{ID: o.ben}, "Benno")) // another cell: no matter
	o.press("enter").sees("Role of Benno set to Builder")
}

func TestTicksOfTwoPeopleAreMergedOrAskedAbout(t *testing.T) {
	o := newOffice(t, 80, 24)
	dir, ctx := o.c.session.Directory, t.Context()
	var ids []model.ID
	for _, name := range []string{"alpha", "beta"} {
		g, err := dir.CreateGroup(ctx, o.me, model.Draft{Name: name})
		o.must(err)
		ids = append(ids, g.ID)
	}
	web, err := dir.CreateWorkspace(ctx, o.me, model.Draft{Name: "web"})
	o.must(err)
	o.arrive()
	o.press("a m space")
	o.must(dir.SetUserGroups(ctx, o.other, model.Seen{ID: o.ben}, ids[1:]))
	o.press("enter").sees("Groups of Ben Okafor changed")
	if u := o.user(); len(u.Groups) != 2 {
		t.Errorf("%+v", u)
	}
	o.press("a w space") // Viewer
	_, err = dir.SetUsersWorkspaceRole(ctx, o.other, []model.Seen{{ID: o.ben}}, web.ID, model.RoleContributor)
	o.must(err)
	o.press("enter").sees("Somebody else changed the same", "web", "was     none", "yours   Viewer", "theirs  Contributor")
	o.press("esc").sees("Workspaces of Ben Okafor", "Viewer").press("enter").sees("Workspaces of Ben Okafor changed")
	if u := o.user(); u.Workspaces[0].Role != model.RoleViewer {
		t.Errorf("%+v", u)
	}
	o.press("u").sees("Undone: workspaces of Ben Okafor back to what they were")
	if u := o.user(); u.Workspaces[0].Role != model.RoleContributor {
		t.Errorf("%+v", u)
	}
}

// A row that vanishes while something is open about it says so, and nothing is done to another one.
func TestWhatVanishesWhileAskedAboutSaysSo(t *testing.T) {
	for _, tt := range []struct{ keys, sees, stays string }{
		{"x", "This user went away meanwhile. esc closes.", "Remove Ben Okafor?"},
		{"a", "This user went away meanwhile. esc closes.", "─ Ben Okafor ─"},
		{"right right enter", "This user went away meanwhile. esc closes.", "Role of Ben Okafor"},
		{"a s", "This user went away meanwhile. esc closes.", "Role of Ben Okafor"},
		{"enter x", "This user went away meanwhile. esc closes.", "Ben Okaforx"},
		{"a m", "This user went away meanwhile.", "Groups of Ben Okafor"},
		{"o", "This user was removed meanwhile.", ""},
		{"space", "1 marked user went away", ""},
	} {
		t.Run(tt.keys, func(t *testing.T) {
			o := newOffice(t, 100, 24)
			_, err := o.c.session.Directory.CreateGroup(t.Context(), o.other, model.Draft{Name: "sre"})
			o.must(err)
			o.arrive()
			o.press(tt.keys)
			_, err = o.c.session.Directory.RemoveUsers(t.Context(), o.other, []model.Seen{{ID: o.ben}}, true)
			o.must(err)
			o.arrive()
			o.sees(tt.sees, tt.stays)
			o.checkFrame()
			if tt.stays == "" {
				return
			}
			before := o.snapshot().Revision()
			o.press("down enter x c tab d enter").sees(tt.stays) // meant for what isn't there any more
			if o.snapshot().Revision() != before || strings.HasPrefix(o.c.toast.text, "The email") {
				t.Error("a key did something to another row")
			}
			o.press("esc").misses(tt.stays)
		})
	}
}

// A record that comes back while something is open about it is the one that it is about again, wherever it stands.
func TestWhatComesBackIsGoneOnWith(t *testing.T) {
	for _, tt := range []struct{ keys, sees string }{
		{"a", "Deactivate"}, {"right right enter", "Builds and runs"}, {"enter x", "Ben Okaforx"}, {"x", "[ Cancel ]"},
	} {
		t.Run(tt.keys, func(t *testing.T) {
			o := newOffice(t, 100, 24)
			o.press(tt.keys).sees(tt.sees)
			_, err := o.c.session.Directory.RemoveUsers(t.Context(), o.other, []model.Seen{{ID: o.ben}}, true)
			o.must(err)
			o.arrive()
			o.sees("This user went away meanwhile.")
			_, err = o.c.session.Directory.Undo(t.Context(), o.other, model.UndoChoice{})
			o.must(err)
			o.arrive()
			o.misses("went away meanwhile").sees(tt.sees)
			if got := o.c.screen().aim().row; got != uint64(o.ben) {
				t.Errorf("the cursor is on %d", got)
			}
		})
	}
}

// A row that comes not to match the filter stays where it is while something is open beside it.
func TestARowStaysUnderWhatIsOpenBesideIt(t *testing.T) {
	for _, keys := range []string{"a", "right right enter", "enter", "x", "?"} {
		o := newOffice(t, 100, 24)
		o.press("/").enter("status:active").press("enter g").press("down")
		o.press("g")
		for range 3 {
			if o.c.screen().aim().row == uint64(o.ben) {
				break
			}
			o.press("down")
		}
		o.press(keys)
		_, err := o.c.session.Directory.DeactivateUsers(t.Context(), o.other, []model.Seen{{ID: o.ben}}, false)
		o.must(err)
		o.arrive()
		if got := o.c.screen().aim().row; got != uint64(o.ben) {
			t.Errorf("%s: the cursor is on %d", keys, got)
		}
		o.press("esc")
		if got := o.c.screen().aim().row; got == uint64(o.ben) {
			t.Errorf("%s: what doesn't match stays when nothing is open any more", keys)
		}
	}
}

// What is typed faster than the store writes is done in the order in which it was typed.
func TestUndoWaitsForWhatCameBefore(t *testing.T) {
	o := newOffice(t, 100, 24)
	press := func(key string) tea.Cmd { _, cmd := o.c.Update(keyPress(key)); return cmd }
	o.press("right right enter").enter("b")
	change := press("enter")
	undo := press("u")
	done := make(chan struct{})
	go func() {
		undo() // the driver isn't asked: what comes of it is thrown away
		close(done)
	}()
	o.run(change)
	<-done
	if u := o.user(); u.Role != model.RoleConsumer {
		t.Errorf("the role was set after the undo, to %d", u.Role)
	}
}

func TestConflictFrames(t *testing.T) {
	scenes := map[string]func(*office){
		"undo": func(o *office) {
			o.press("a s").enter("b").press("enter")
			o.setRole(model.RoleTenantGuest)
			o.arrive()
			o.press("u")
		},
		"edit": func(o *office) {
			o.press("enter").enter(" the Second")
			o.must(o.c.session.Directory.RenameUser(context.Background(), o.other, model.Seen{ID: o.ben}, "Benno Okafor"))
			o.press("enter")
		},
		"leave": func(o *office) { o.press("u") },
		"toast": func(o *office) { o.press("a s").enter("b").press("enter") },
		"undone": func(o *office) {
			o.press("a s").enter("b").press("enter u")
		},
		"many": func(o *office) {
			o.press("space space a s").enter("Builder").press("enter")
			_, err := o.c.session.Directory.SetUsersRole(context.Background(), o.other, []model.Seen{{ID: o.ben}, {ID: o.eli}}, model.RoleTenantGuest)
			o.must(err)
			o.arrive()
			o.press("u tab")
		},
	}
	for name, prepare := range scenes {
		for _, size := range [][2]int{{60, 16}, {80, 24}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				o := newOffice(t, size[0], size[1])
				prepare(o)
				o.checkFrame()
				golden.RequireEqual(t, o.c.View().Content+"\n")
			})
		}
	}
}

// A group that is deleted while it is ticked in a list is named, and the rest of what was ticked is kept.
func TestAnEntryThatVanishesIsNamed(t *testing.T) {
	o := newOffice(t, 100, 24)
	var groups []model.Group
	for _, name := range []string{"sre", "tools"} {
		g, err := o.c.session.Directory.CreateGroup(t.Context(), o.other, model.Draft{Name: name})
		o.must(err)
		groups = append(groups, g)
	}
	o.arrive()
	o.press("a m space down space").sees("[✓] sre", "[✓] tools")
	_, err := o.c.session.Directory.DeleteGroups(t.Context(), o.other, []model.Seen{{ID: groups[0].ID}})
	o.must(err)
	o.arrive()
	o.sees("sre went away meanwhile.", "[ ] sre", "[✓] tools")
	o.press("up space").sees("sre can't be changed: it isn't there")
	o.press("enter").sees("Groups of Ben Okafor changed")
	if u := o.user(); len(u.Groups) != 1 || u.Groups[0] != groups[1].ID {
		t.Errorf("%+v", u.Groups)
	}
}

// A key that comes before anybody has looked for what can be undone is let through: there may be something.
func TestUndoBeforeAnybodyHasLooked(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("right right enter").enter("b").press("enter").sees("Role of Ben Okafor set to Builder")
	o.c.steps, o.c.stepsKnown = model.Steps{}, false // as in a console that was just begun
	o.press("u").sees("Undone: role of Ben Okafor back to Consumer")
}

func TestUndoOfManyNamesWhatIsGone(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("space space a s").enter("Builder").press("enter").sees("2 users set to Builder · u undo")
	_, err := o.c.session.Directory.RemoveUsers(t.Context(), o.other, []model.Seen{{ID: o.ben}}, true)
	o.must(err)
	o.arrive()
	o.press("u").sees("Undone: role of Eli back to Consumer. 1 refused", "not there any more · 1", "ben@acme.test")
	o.press("esc").sees("Undone: role of Eli back to Consumer, but 1 refused")
}

// What was so already is said to be so, and no undo is offered for it.
func TestWhatIsSoAlreadyIsntUndone(t *testing.T) {
	o := newOffice(t, 100, 24)
	o.press("right right enter").enter("consumer").press("enter").sees("! Ben Okafor is already Consumer").misses("✓", "u undo")
	o.press("a s").enter("consumer").press("enter").sees("! Ben Okafor is already Consumer").misses("u undo")
	o.press("space space a s").enter("consumer").press("enter").sees("! 2 users are already Consumer").misses("u undo")
	o.press("g down a s").enter("builder").press("enter").sees("✓ Role of Ben Okafor set to Builder · u undo")
	o.press("space space a s").enter("builder").press("enter").sees("✓ 1 user set to Builder, 1 was already Builder · u undo")
	o.press("g down left left enter end space enter").sees("! Name of Ben Okafor is already so").misses("u undo")
}

func TestUndoOfACreationSaysThatTheKeyIsOut(t *testing.T) {
	for _, width := range []int{80, 140} {
		o := newOffice(t, width, 24)
		o.press("2 n").enter("deploy-bot").press("ctrl+s")
		o.press("c").sees("copied")
		o.press("u").sees("Undone: service account deploy-bot deleted", "The key of deploy-bot had")
		o.checkFrame()
		if width == 80 {
			o.sees("Good to know", "works no more.").press("esc").sees("! Undone: service account deploy-bot deleted")
		}
	}
}
