//go:build e2e && unix

package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A new user's path, by keyboard: a group, a workspace and a role of the account's own; three people invited into them, who
// get a mail from a real server and accept; and what they may do then.
func TestTheWholeAccount(t *testing.T) {
	t.Parallel()
	server := startMailServer(t)
	home := Start(t, Wide, nil, "version").ExpectExit(0)
	server.config(home.Home)
	c := found(t, Wide, Env{"HOME": home.Home})
	c.Keys("3").Expect("Press n to create the first").Keys("n").Type("platform").Keys("C-s").Expect("platform created")
	c.Keys("4").Expect("Press n to create the first").Keys("n").Type("web-shop").Keys("C-s").Expect("web-shop created", "Ana Ruiz")
	c.Keys("5", "n").Type("Operator").Keys("Tab", "Tab", "Tab", "Enter").Expect("Permissions of the tenant role").Type("reveal").Keys("Space", "Enter")
	c.Expect("service_account:reveal_key").Keys("C-s").Expect("Operator created", "custom")
	c.Keys("3", "Right", "Enter").Expect("Workspaces of platform").Keys("Space", "Space").Expect("Contributor").Keys("Enter").Expect("Workspaces of platform changed")

	c.Keys("1", "n").Type("ben@acme.test, cai@acme.test, dee@acme.test").Keys("Enter", "Enter", "Enter")
	c.Expect("Groups of who is invited").Keys("Space", "Enter").Expect("platform").Keys("Tab", "Enter")
	c.Expect("Workspaces of who is invited").Keys("Space", "Enter").Expect("web-shop (Viewer)").Keys("Tab", "Tab").Type("See you on Monday")
	c.Keys("C-s").Expect("3 invites mailed").ExpectMatch(`Ben .*platform .*Invited .*web-shop`)
	c.Keys("o").ExpectMatch(`Mail +sent`)
	c.Esc()
	mails := server.messages()
	if len(mails) != 3 {
		t.Fatalf("%d mails came", len(mails))
	}
	tokens := map[string]string{}
	for _, raw := range mails {
		header, subject, text, html := server.read(raw)
		token := keyPattern.FindString(text)
		tokens[header.Get("X-RcptTo")] = token
		if subject != "Ana Ruiz invites you to Acme" || !strings.Contains(text, "See you on Monday") || !strings.Contains(html, token) || token == "" {
			t.Errorf("the mail is %q:\n%s\n%s", subject, text, html)
		}
		if strings.Contains(c.Output(), token) {
			t.Error("a token that was mailed was drawn on the screen")
		}
	}
	accept := func(token, says string, code int) {
		t.Helper()
		c.check(os.WriteFile(filepath.Join(home.Home, "token"), []byte(token), 0o600))
		home.Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect(says).ExpectExit(code).Run("clear")
	}
	accept(tokens["ben@acme.test"], "Welcome, Ben. You are an active Builder now.", 0)
	accept(tokens["ben@acme.test"], "accepted already", 5)
	c.ExpectMatch(`Ben .*● Active`)
	c.Keys("/").Type("cai").Keys("Enter", "x").Expect("Cancel the invite of Cai?").Keys("Tab", "Enter").Expect("isn't invited any more").Esc()
	accept(tokens["cai@acme.test"], "was cancelled", 5)
	c.Keys("/").Type("dee").Keys("Enter", "a", "r").Expect("Invite of dee@acme.test mailed").Esc()
	accept(tokens["dee@acme.test"], "replaced by a newer one", 5)
	_, _, text, _ := server.read(server.messages()[3])
	accept(keyPattern.FindString(text), "Welcome, Dee", 0)

	c.Keys("g", "Down", "o").Expect("web-shop: view, read, write, execute", "membership (Viewer) and the group platform (Contributor)").Esc()
	c.Keys("a", "g").Expect("Groups of Ben", "web-shop as Contributor").Esc().Keys("q").ExpectExit(0)
}

// Each role is refused what it may not do, and sees why.
func TestActingAsEachRole(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created")
	roles := map[string]string{"Inviter": "account:invite", "Reader": "account:view", "Operator": "reveal"}
	c.Keys("5")
	for name, permission := range roles {
		c.Keys("n").Type(name).Keys("Tab", "Tab", "Tab", "Enter").Type(permission).Keys("Space")
		if name != "Reader" { // to see anything at all
			c.Esc().Expect("account:view").Type("account:view").Keys("Space") // a busy machine may take esc and a letter for one key
		}
		c.Keys("Enter", "C-s").Expect(name + " created")
	}
	accepted := Start(t, Wide, Env{"HOME": c.Home}, "version").ExpectExit(0)
	for name := range roles {
		email := strings.ToLower(name) + "@acme.test"
		c.Keys("1", "n").Type(email).Keys("Enter").Type(name[:1]).Expect("‹ " + name).Keys("C-s").Expect("1 invite made")
		c.check(os.WriteFile(filepath.Join(c.Home, "token"), []byte(keyPattern.FindString(c.Screen())), 0o600))
		c.Esc()
		accepted.Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect("Welcome, " + name).ExpectExit(0)
	}
	c.Keys("q").ExpectExit(0)
	as := func(name string) *Console {
		c.Run("lanyard", "--as", strings.ToLower(name)+"@acme.test").Expect("· "+name, "Users 4")
		return c
	}
	as("Reader").Keys("n").Expect("lacks account:invite").Keys("2", "c").Expect("lacks service_account:reveal_key").Keys("x").Expect("lacks account:edit")
	c.Keys("3", "n").Expect("lacks account:edit").Keys("q").ExpectExit(0)
	as("Operator").Keys("2", "c").Expect("sent to tmux").Keys("Enter").Expect("lacks account:edit").Keys("1", "x").Expect("lacks account:edit")
	c.Keys("q").ExpectExit(0)
	as("Inviter").Keys("n").Expect("Invite users").Type("new@acme.test").Keys("Enter").Type("A").Expect("‹ Admin").Keys("C-s")
	c.Expect("You can't give the role Admin").Esc().Esc().Keys("q").ExpectExit(0)
}

// The only Owner of a workspace can't just go: the dialog hands it to the acting Admin.
func TestTheOnlyOwnerHandsOver(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.Keys("n").Type("ben@acme.test").Keys("C-s").Expect("1 invite made")
	c.check(os.WriteFile(filepath.Join(c.Home, "token"), []byte(keyPattern.FindString(c.Screen())), 0o600))
	c.Esc()
	Start(t, Wide, Env{"HOME": c.Home}, "version").ExpectExit(0).Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect("Welcome, Ben").ExpectExit(0)
	c.ExpectMatch(`Ben .*● Active`)
	c.Keys("4", "n").Type("web").Keys("C-s").Expect("web created").Keys("Enter").Expect("Users of web")
	c.Type("ben").Keys("Space", "Space", "Space").ExpectMatch(`Ben +Owner`)
	c.Esc().Type("ana").Keys("Left", "Left", "Left").ExpectMatch(`Ana Ruiz +–`)
	c.Keys("Enter")
	c.ExpectMatch(`web .*Ben +1 `)
	c.Keys("Enter").Type("ben").Keys("Left", "Left", "Left", "Enter").Expect("Ben is the only Owner of web", "Users of web")
	c.Esc().Esc().Esc().Keys("1").Type("g").Keys("Down", "x").Expect("Remove Ben?", "Nobody else", "owns web: you become Owner there.").Keys("Tab", "Enter").Expect("Ben removed")
	c.Keys("4").ExpectMatch(`web .*Ana Ruiz +1 `)
	c.Keys("x").Expect("Delete web?", "1 user, 0", "groups and 0 service accounts").Keys("Tab", "Enter").Expect("web deleted", "Press n to create")
	c.Keys("q").ExpectExit(0)
}
