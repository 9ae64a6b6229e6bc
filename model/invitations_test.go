package model_test

import (
	"context"
	"errors"
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/keys"
	"lanyard/model"
)

func TestAnInvitationBringsWhatWasSetInAdvance(t *testing.T) {
	a := newAccount(t)
	team, web := a.group("team"), a.workspace("web")
	grants := []model.WorkspaceGrant{{Workspace: web, Role: model.RoleContributor}}
	i := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder, Groups: []model.ID{team}, Workspaces: grants, Note: " Welcome! "})
	if s := a.snapshot(); s.Tally(team).Users != 1 || s.Tally(web).Users != 2 || i.User.Invitation.Note != "Welcome!" {
		t.Errorf("invited: %+v", i.User)
	}
	if err := a.rules(model.Actor{User: i.User.ID}).MayIn(web, model.PermWSView); !errors.Is(err, model.ErrNotPermitted) {
		t.Errorf("who hasn't joined reads on: %v", err)
	}
	u, err := a.AcceptInvitation(t.Context(), i.Token, model.ViaConsole)
	if err != nil || u.Name != "Eli" || !slices.Equal(u.Groups, []model.ID{team}) || !slices.Equal(u.Workspaces, grants) {
		t.Errorf("joined as %+v, %v", u, err)
	}
	events := a.events()
	if e := events[len(events)-1]; e.Action != "user.accept" || e.Actor != u.ID || e.ActorName != "eli@acme.test" {
		t.Errorf("the event is %+v", e)
	}
}

// Whoever is put into what isn't there yet would own it once it is.
func TestAnInvitationIntoWhatIsNotThereIsRefused(t *testing.T) {
	a := newAccount(t)
	inviter := a.add("ivy@acme.test", a.custom(model.ScopeTenant, model.PermAccountInvite))
	guest := a.custom(model.ScopeTenant, model.PermAccountInvite, model.PermAccountView)
	next := guest + 3
	for what, i := range map[string]model.Invite{
		"a workspace to come": {Workspaces: []model.WorkspaceGrant{{Workspace: next, Role: model.RoleOwner}}},
		"a group to come":     {Groups: []model.ID{next}},
		"a role to come":      {Role: next},
		"a workspace's role":  {Role: model.RoleOwner},
	} {
		i.Email = "eli@acme.test"
		if i.Role == 0 {
			i.Role = model.RoleTenantGuest
		}
		for _, actor := range []model.Actor{a.ana, inviter} {
			err := a.inviteAs(actor, i)
			unheld := actor == inviter && errors.Is(err, model.ErrNotPermitted)
			if !unheld && !errors.Is(err, model.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	if n := a.snapshot().Users().Len(); n != 2 {
		t.Errorf("there are %d users", n)
	}
}

func TestNobodyInvitesToMoreThanTheyHold(t *testing.T) {
	a := newAccount(t)
	web, ops := a.workspace("web"), a.workspace("ops")
	team := a.group("team")
	a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), ops, model.RoleViewer))
	own := a.custom(model.ScopeTenant, model.PermAccountInvite)
	inviter := a.add("ivy@acme.test", own)
	a.join(web, model.RoleContributor, inviter)
	in := func(w, role model.ID) []model.WorkspaceGrant {
		return []model.WorkspaceGrant{{Workspace: w, Role: role}}
	}
	for what, tt := range map[string]struct {
		invite model.Invite
		want   error
	}{
		"their own role":             {model.Invite{}, nil},
		"Admin":                      {model.Invite{Role: model.RoleAdmin}, model.ErrNotPermitted},
		"Guest, who sees workspaces": {model.Invite{Role: model.RoleTenantGuest}, model.ErrNotPermitted},
		"their role in a workspace":  {model.Invite{Workspaces: in(web, model.RoleContributor)}, nil},
		"more in it":                 {model.Invite{Workspaces: in(web, model.RoleOwner)}, model.ErrNotPermitted},
		"another workspace":          {model.Invite{Workspaces: in(ops, model.RoleViewer)}, model.ErrNotPermitted},
		"no role there":              {model.Invite{Workspaces: in(web, 0)}, model.ErrNotFound},
		"a tenant role there":        {model.Invite{Workspaces: in(web, own)}, model.ErrNotFound},
		"a group that gives more":    {model.Invite{Groups: []model.ID{team}}, model.ErrNotPermitted},
	} {
		tt.invite.Email = strings.ReplaceAll(strings.ReplaceAll(what, " ", "."), ",", "") + "@acme.test"
		if tt.invite.Role == 0 {
			tt.invite.Role = own
		}
		a.expect(what, a.inviteAs(inviter, tt.invite), tt.want)
	}
}

// A fresh token goes to whoever asks for it: they might accept it themselves.
func TestResendingNeedsAllThatTheInvitationGives(t *testing.T) {
	a := newAccount(t)
	web, team := a.workspace("web"), a.group("team")
	own := a.custom(model.ScopeTenant, model.PermAccountInvite)
	inviter := a.add("ivy@acme.test", own)
	for what, i := range map[string]model.Invite{
		"role":      {Email: "a@acme.test", Role: model.RoleAdmin},
		"workspace": {Email: "b@acme.test", Role: own, Workspaces: []model.WorkspaceGrant{{Workspace: web, Role: model.RoleViewer}}},
		"group":     {Email: "c@acme.test", Role: own, Groups: []model.ID{team}},
	} {
		made := a.invite(i)
		if what == "group" {
			a.done(a.SetGroupsWorkspaceRole(t.Context(), a.ana, seen(team), web, model.RoleViewer)) // since then
		}
		again, out, err := a.ResendInvites(t.Context(), inviter, seen(made.User.ID), 0)
		a.expect(what, outcome(out, err), model.ErrNotPermitted)
		if len(again) != 0 {
			t.Errorf("%s: a token came out", what)
		}
		if _, err := a.AcceptInvitation(t.Context(), made.Token, model.ViaConsole); err != nil {
			t.Errorf("%s: the refusal cost the old token: %v", what, err)
		}
	}
}

func TestARefusedInvitationLeavesNothing(t *testing.T) {
	a := newAccount(t)
	eli := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder}).User
	before := a.snapshot().Revision()
	for what, i := range map[string]model.Invite{
		"too short": {Email: "b@acme.test", Term: time.Minute}, "too long": {Email: "b@acme.test", Term: 91 * 24 * time.Hour},
		"note": {Email: "b@acme.test", Note: "two\nlines"}, "name": {Email: "b@acme.test", Name: "\t"}, "email": {Email: "b"},
	} {
		i.Role = model.RoleBuilder
		a.expect(what, a.inviteAs(a.ana, i), model.ErrInvalid)
	}
	_, out, err := a.ResendInvites(t.Context(), a.ana, seen(eli.ID), time.Second)
	a.expect("resend", outcome(out, err), model.ErrInvalid)
	if got := a.snapshot().Revision(); got != before {
		t.Errorf("revision %d became %d", before, got)
	}
}

func TestAResentInvitationIsAsItIsKept(t *testing.T) {
	a := newAccount(t)
	one := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder, Note: "Hi"})
	a.now = a.now.Add(time.Hour)
	again, out, err := a.ResendInvites(t.Context(), a.ana, []model.Seen{{ID: one.User.ID, Version: one.User.Version}}, 2*time.Hour)
	a.done(out, err)
	kept := a.user(one.User.ID)
	if got := again[0].User; got.Version != kept.Version || got.Invitation != kept.Invitation || !kept.Invitation.ExpiresAt.Equal(a.now.Add(2*time.Hour)) || kept.Invitation.Note != "Hi" {
		t.Errorf("returned %+v, kept %+v", again[0].User, kept)
	}
}

// A store may run a change twice. What the first run made isn't there.
func TestATokenOfARunThatWasThrownAwayIsNotReturned(t *testing.T) {
	a := newAccount(t)
	eli, fay := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder}), a.invite(model.Invite{Email: "fay@acme.test", Role: model.RoleBuilder})
	d := a.on(&again{Store: a.store, between: func() {
		if _, err := a.AcceptInvitation(context.Background(), eli.Token, model.ViaConsole); err != nil {
			t.Error(err)
		}
	}})
	invited, out, err := d.ResendInvites(t.Context(), a.ana, seen(eli.User.ID, fay.User.ID), 0)
	if err != nil || out.Done != 1 || len(out.Refused) != 1 || len(invited) != 1 || invited[0].User.ID != fay.User.ID {
		t.Fatalf("%d invitations came back: %+v, %v", len(invited), out, err)
	}
	full := errors.New("disk full")
	a.store.Fail(full)
	if invited, _, err := a.ResendInvites(t.Context(), a.ana, seen(fay.User.ID), 0); !errors.Is(err, full) || len(invited) != 0 {
		t.Errorf("%d tokens of a change that failed came back: %v", len(invited), err)
	}
}

func TestLetters(t *testing.T) {
	a := newAccount(t)
	if err := a.RenameUser(t.Context(), a.ana, model.Seen{ID: a.ana.User}, "O'Ruiz & Co"); err != nil {
		t.Fatal(err)
	}
	note := `<script>alert("1 < 2")</script> {{.Token}} & more`
	i := a.invite(model.Invite{Email: "eli@acme.test", Name: "Eli & Fay", Role: model.RoleTenantGuest, Note: note, Term: time.Hour})
	l := a.snapshot().Letter(i, a.user(a.ana.User))
	token := string(i.Token.Text())
	if l.To != "eli@acme.test" || l.ToName != "Eli & Fay" || l.Subject != "O'Ruiz & Co invites you to Acme" {
		t.Errorf("it goes to %q <%s> about %q", l.ToName, l.To, l.Subject)
	}
	says := []string{"Hello Eli & Fay", "O'Ruiz & Co invites you to", "Acme", "as Tenant Guest.", note, "lanyard users accept", token, "until 24 November 2026 10:00 UTC."}
	for form, text := range map[string]string{"text": l.Text, "HTML": html.UnescapeString(l.HTML)} {
		at := 0
		for _, want := range says {
			i := strings.Index(text[at:], want)
			if i < 0 {
				t.Fatalf("the %s doesn't say %q, or not in its place:\n%s", form, want, text)
			}
			at += i
		}
		if n := strings.Count(text, token); n != 1 {
			t.Errorf("the %s holds the token %d times", form, n)
		}
	}
	for _, raw := range []string{"<script", "Eli & Fay", "O'Ruiz", `"1 `} {
		if strings.Contains(l.HTML, raw) {
			t.Errorf("the HTML holds %q:\n%s", raw, l.HTML)
		}
	}
	i.User.Invitation.Note = ""
	if l := a.snapshot().Letter(i, a.user(a.ana.User)); strings.Contains(l.Text, "\n\n\n") || strings.Contains(l.HTML, "<p></p>") {
		t.Errorf("without a note there is a hole:\n%s\n%s", l.Text, l.HTML)
	}
}

// Why a token opens nothing is said to who holds all of it. Who knows its public id learns nothing, not even that it was one.
func TestDeadTokensSayWhyToTheirHolderOnly(t *testing.T) {
	a := newAccount(t)
	open := func(email string) (model.ID, keys.Key) {
		i := a.invite(model.Invite{Email: email, Role: model.RoleBuilder, Term: time.Hour})
		return i.User.ID, i.Token
	}
	_, used := open("a@acme.test")
	if _, err := a.AcceptInvitation(t.Context(), used, model.ViaConsole); err != nil {
		t.Fatal(err)
	}
	id, replaced := open("b@acme.test")
	_, out, err := a.ResendInvites(t.Context(), a.ana, seen(id), 0)
	a.done(out, err)
	id, cancelled := open("c@acme.test")
	a.done(a.RemoveUsers(t.Context(), a.ana, seen(id), false))
	_, expired := open("d@acme.test")
	_, unknown := open("e@acme.test")
	a.now = a.now.Add(time.Hour)

	for what, tt := range map[string]struct {
		token keys.Key
		says  string
	}{
		"used":      {used, "was accepted already on 24 November 2026"},
		"replaced":  {replaced, "was replaced by a newer one on 24 November 2026"},
		"cancelled": {cancelled, "was cancelled on 24 November 2026"},
		"expired":   {expired, "expired on 24 November 2026"},
	} {
		_, err := a.AcceptInvitation(t.Context(), tt.token, model.ViaConsole)
		a.expect(what, err, model.ErrStatus, tt.says)
		_, err = a.AcceptInvitation(t.Context(), forged(t, tt.token), model.ViaConsole)
		a.expect("a guess at "+what, err, model.ErrNotFound, "doesn't open any invitation")
	}
	other := newAccount(t)
	_, wrong := other.AcceptInvitation(t.Context(), unknown, model.ViaConsole)
	_, guess := a.AcceptInvitation(t.Context(), forged(t, used), model.ViaConsole)
	if wrong == nil || guess == nil || wrong.Error() != guess.Error() {
		t.Errorf("an unknown token: %v; a guess: %v", wrong, guess)
	}
}

// forged is a well-formed token with another one's public id.
func forged(t *testing.T, k keys.Key) keys.Key {
	t.Helper()
	other, err := keys.New(keys.Invitation, &script{k.PublicID()})
	if err != nil || other.PublicID() != k.PublicID() || other.Digest() == k.Digest() {
		t.Fatalf("the forgery is none: %v", err)
	}
	return other
}

// script is a source of randomness that has keys.New make a public id, and zeros.
type script struct{ publicID string }

func (s *script) Read(p []byte) (int, error) {
	clear(p)
	for i, r := range s.publicID {
		p[i] = byte(strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", r))
	}
	s.publicID = ""
	return len(p), nil
}

func TestDelivery(t *testing.T) {
	a := newAccount(t)
	i := a.invite(model.Invite{Email: "eli@acme.test", Role: model.RoleBuilder})
	note := func(id model.ID, public string, d model.Delivery) model.User {
		t.Helper()
		if err := a.RecordDelivery(t.Context(), id, public, d); err != nil {
			t.Fatal(err)
		}
		return a.user(i.User.ID)
	}
	if got := i.User.Invitation.Delivery.String(); got != "not sent: no mail server" {
		t.Errorf("before: %q", got)
	}
	events := len(a.events())
	u := note(i.User.ID, i.Token.PublicID(), model.Delivery{State: model.Sent})
	if d := u.Invitation.Delivery; d.String() != "sent" || !d.At.Equal(a.now) || u.Version != 1 {
		t.Errorf("sent: %+v of version %d", d, u.Version)
	}
	u = note(i.User.ID, i.Token.PublicID(), model.Delivery{State: model.Failed, Why: strings.Repeat("é", 400)})
	if d := u.Invitation.Delivery; d.String() != "failed: "+strings.Repeat("é", model.MaxDescription) {
		t.Errorf("failed: %q", d)
	}
	if len(a.events()) != events {
		t.Error("a delivery made an event")
	}
	again, out, err := a.ResendInvites(t.Context(), a.ana, seen(i.User.ID), 0)
	a.done(out, err)
	u = note(i.User.ID, i.Token.PublicID(), model.Delivery{State: model.Sent})
	if d := u.Invitation.Delivery; d.State != model.NotSent {
		t.Errorf("a mail with the old token counts for the new one: %v", d)
	}
	if _, err := a.AcceptInvitation(t.Context(), again[0].Token, model.ViaConsole); err != nil {
		t.Fatal(err)
	}
	before := a.snapshot().Revision()
	note(i.User.ID, again[0].Token.PublicID(), model.Delivery{State: model.Sent})
	note(i.User.ID, "", model.Delivery{State: model.Sent})
	note(5000, "", model.Delivery{State: model.Sent})
	if a.snapshot().Revision() != before {
		t.Error("who has joined, or isn't there, has a delivery")
	}
}
