//go:build e2e && unix

package e2e_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// found runs lanyard where it never ran, answers its three questions and sees the account.
func found(t *testing.T, size Size, env Env, args ...string) *Console {
	t.Helper()
	c := Start(t, size, env, args...).Expect("Welcome to lanyard", "Account", "Your name", "Your email")
	c.Type("Acme").Keys("Enter").Type("Ana Ruiz").Keys("Enter").Type("ana@acme.test").Keys("Enter", "Enter")
	return c.Expect("Users 1", "Ana Ruiz", "ana@acme.test · Admin", "● Active")
}

var keyPattern = regexp.MustCompile(`ly[si]_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}`)

// theFile returns the only file below the home that a pattern names.
func (c *Console) theFile(pattern string) string {
	c.t.Helper()
	list, err := filepath.Glob(filepath.Join(c.Home, pattern))
	if err != nil || len(list) != 1 {
		c.fail("%s names %v, %v", pattern, list, err)
	}
	return list[0]
}

// files lists all that lies below the home but the shell's own.
func (c *Console) files() (list []string) {
	c.t.Helper()
	c.check(filepath.WalkDir(c.Home, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, "lanyard") {
			list = append(list, path)
		}
		return err
	}))
	return list
}

func TestFirstRun(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, nil).Expect("Welcome to lanyard")
	c.Type("Acme").Keys("Enter").Type("Ana").Keys("Enter").Type("no email").Keys("C-s")
	c.Expect("isn't an email address", "no email", "Acme")
	c.Esc().Expect("Press esc again").Esc().ExpectExit(0).ExpectRestored()
	if list := c.files(); len(list) > 0 {
		t.Errorf("leaving the welcome created %v", list)
	}
	again := found(t, Standard, Env{"HOME": c.Home})
	again.Keys("q").ExpectExit(0).ExpectRestored()
	for _, path := range c.files() {
		info, err := os.Stat(path)
		again.check(err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if dir, err := os.Stat(filepath.Dir(path)); err != nil || dir.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, %v", filepath.Dir(path), dir.Mode(), err)
		}
	}
}

// The main job, by keyboard alone, in a tmux with default settings.
func TestCreateAndCopyInTmux(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("2").Expect("Press n to create the first").Keys("n").Expect("Create a service account")
	c.Type("deploy-bot").Keys("Enter").Type("Rolls out").Keys("Enter", "Enter", "Enter").Expect("deploy-bot created", "lys_")
	c.Keys("c").Expect("sent to tmux")
	buffers := c.Buffers()
	if len(buffers) != 1 {
		t.Fatalf("tmux holds %v", buffers)
	}
	for name, text := range buffers {
		if !strings.HasPrefix(name, "lanyard-") || keyPattern.FindString(text) != text || len(text) != 55 {
			t.Errorf("the buffer %s holds %q", name, text)
		}
		if strings.Contains(c.Output(), text) {
			t.Error("the key was drawn on the screen")
		}
	}
	c.Keys("q").ExpectExit(0).ExpectRestored()
	if left := c.Buffers(); len(left) != 0 {
		t.Errorf("after quitting tmux holds %v", left)
	}
}

func TestCopyOverSSH(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil, "--clipboard", "osc52") // what a terminal over SSH gets; this one is tmux
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created").Keys("c").Expect("sent to your terminal")
	m := regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]+)\x07`).FindStringSubmatch(c.Output())
	if m == nil {
		t.Fatal("no OSC 52 was written")
	}
	if text, err := base64.StdEncoding.DecodeString(m[1]); err != nil || !keyPattern.Match(text) {
		t.Errorf("the terminal got %q, %v", text, err)
	}
	c.Keys("q").ExpectExit(0).ExpectRestored()
}

func TestNothingToCopyWith(t *testing.T) {
	t.Parallel()
	c := Start(t, Standard, nil, "demo", "--clipboard", "off").Expect("Users 42")
	c.Keys("2", "c").Expect("not copied: copying is off", "then r shows it").Keys("q").ExpectExit(0)
}

func TestRevealAlone(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created").Keys("o").Expect("API key", "lys_")
	if c.Flag("mouse_any_flag") != "1" && c.Flag("mouse_button_flag") != "1" {
		t.Error("the mouse isn't captured before")
	}
	c.Keys("r").Expect("API key of bot")
	key := c.ExpectMatch(`(?m)^\s*(lys_[0-9A-Za-z]{12}_[0-9A-Za-z]{38})\s*$`)[1]
	if c.Flag("mouse_any_flag") == "1" || c.Flag("mouse_button_flag") == "1" {
		t.Error("the mouse is captured while the key is to be selected")
	}
	c.Esc().ExpectNot(key).Expect("Created by")
	c.Keys("r").Expect(key).Type("\x1b[O") // the focus leaves
	c.ExpectNot(key).Esc().Keys("q").ExpectExit(0).ExpectRestored()
	if strings.Contains(c.Screen(), key) {
		t.Error("the key is left on the screen")
	}
}

func TestInviteAndAccept(t *testing.T) {
	t.Parallel()
	c := found(t, Wide, nil)
	c.Keys("n").Expect("Invite users").Paste("ben.okafor@acme.test\nnonsense\ncai@acme.test, ana@acme.test").Keys("C-s")
	c.Expect("2 invites made", "Ana Ruiz invites you to Acme as Builder", "lanyard users accept")
	token := keyPattern.FindString(c.Screen())
	c.Esc().Expect("2 users invited. Not these:", "isn't an email address", "nonsense, ana@acme.test")
	c.Esc().Esc().Expect("Ben Okafor", "◌ Invited", "3 users")
	env := Env{"HOME": c.Home}
	file := filepath.Join(c.Home, "token")
	c.check(os.WriteFile(file, []byte(token+"\n"), 0o600))
	other := Start(t, Standard, env, "version").ExpectExit(0)
	other.Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect("Welcome, Ben Okafor. You are an active Builder now.").ExpectExit(0)
	began := time.Now()
	c.ExpectMatch(`Ben Okafor .*● Active`) // in the console that was open all the while
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the other console's change showed after %v", took)
	}
	other.Type(`lanyard users accept <"$HOME/token"`).Keys("Enter").Expect("accepted already").ExpectExit(5)
	c.Keys("q").ExpectExit(0)
}

func TestRulesHoldOnTheScreen(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("a").Expect("Resend invite  has joined", "Deactivate     the only Active Admin").Esc()
	c.Keys("x").Expect("Can't remove Ana Ruiz, the only Active Admin").Keys("Right", "Right", "Enter").Expect("Administers the account")
	c.Keys("Down", "Enter").Expect("Can't change the role of Ana Ruiz").Esc().Keys("q").ExpectExit(0)
}

func TestEditing(t *testing.T) {
	t.Parallel()
	c := Start(t, Wide, nil, "demo", "--seed", "7").Expect("Users 42").Keys("2").Expect("backup-nightly")
	c.Keys("Enter").Type("-x").Expect("backup-nightly-x").Esc().ExpectNot("backup-nightly-x")
	c.Keys("Enter", "C-u").Type("CI-Runner").Keys("Enter").Expect(`There is a service account named "CI-Runner" already`, "CI-Runner")
	c.Keys("C-u").Type("aa-first").Keys("Tab").Expect("aa-first").Keys("C-u").Type("Changed in the cell").Keys("Enter")
	c.Expect("Changed in the cell", "Description of ").Keys("q").ExpectExit(0)
}

func TestFilterMarksAndBulk(t *testing.T) {
	t.Parallel()
	c := Start(t, Wide, nil, "demo", "--seed", "7").Expect("Users 42")
	c.Keys("/").Type("status:invited").Expect("of 42").ExpectNot("● Active", "○ Inactive").Keys("Enter", "C-a").Expect("marked")
	c.Esc().ExpectNot("marked").Esc().Expect("42 users")
	c.Keys("C-a").Expect("42 marked").Keys("a").Expect("42 users marked").Keys("d")
	c.Expect("Deactivate 42 users?", "You are one of them").Keys("Tab", "Enter").Expect("Not all of them", "is inactive already", "refused, still marked").Esc().Keys("q").ExpectExit(0)
	c = Start(t, Standard, nil, "demo", "--seed", "7").Expect("Users 42").Keys("2", "C-a", "x").Expect("Delete 9 service accounts?", "▸[ Cancel ]")
	c.Keys("Tab", "Enter").Expect("Type 9 first").Type("9").Keys("Enter").Expect("9 service accounts deleted", "Press n to create").Keys("q").ExpectExit(0)
}

func TestTwoConsolesOnOneFile(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("2", "n").Type("bot").Keys("C-s").Expect("bot created").Keys("Home", "Left", "Left", "Left", "Left")
	other := Start(t, Standard, Env{"HOME": c.Home}).Expect("Users 1").Keys("2").Expect("bot")
	c.Keys("Enter").Type("-mine").Expect("bot-mine")
	other.Keys("n").Type("another").Keys("C-s").Expect("another created", "2 service accounts")
	c.Expect("another", "bot-mine") // the row comes, and the edit stays
	other.Keys("Down", "Left", "Left", "Left", "Left", "Left", "Enter").Type("-theirs").Keys("Enter").Expect("renamed to bot-theirs")
	c.Keys("Enter").Expect("changed by somebody else", "bot-mine", "▸[ Keep theirs ]").Keys("Enter").ExpectNot("bot-mine").Expect("bot-theirs")
	c.Keys("q").ExpectExit(0)
	other.Keys("q").ExpectExit(0)
}

func TestSizesAndMouse(t *testing.T) {
	t.Parallel()
	c := Start(t, Wide, nil, "demo", "--seed", "7").Expect("Users 42", "Last seen")
	c.Resize(Small).ExpectNot("Last seen").Expect("Users 42", "? help  q quit")
	c.Resize(Size{39, 9}).Expect("lanyard needs 40×10").Resize(Standard).Expect("Users 42", "Groups")
	c.ClickOn("2 Service").Expect("API key").ClickOn("1 Users").Expect("Email")
	c.ClickOn("⋮").Expect("Show groups", "Set role").ClickOn("User info").Expect("Last seen", "Id  ").Esc()
	c.ClickOn("Email").Expect("Email ↑").ClickOn("Email").Expect("Email ↓")
	first := c.Screen()
	c.Wheel(5, 10, 4).wait("the wheel to scroll", func(s string) bool { return s != frame(first) && s != first })
	c.Keys("M").Expect("Mouse capture off")
	if c.Flag("mouse_any_flag") == "1" || c.Flag("mouse_button_flag") == "1" {
		t.Error("the mouse is still captured")
	}
	c.Keys("?").Expect("Everything you can do here").Type("suspend").Expect("ctrl+z").Esc().Keys("q").ExpectExit(0).ExpectRestored()
}

func TestPlainLooks(t *testing.T) {
	t.Parallel()
	color := regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)\b[0-9;]*m`)
	c := Start(t, Standard, Env{"NO_COLOR": "yes"}, "demo").Expect("Users 42").Keys("a").Expect("Show groups").Esc().Keys("q").ExpectExit(0)
	if found := color.FindString(c.Output()); found != "" {
		t.Errorf("a colour in spite of NO_COLOR: %q", found)
	}
	for name, run := range map[string]*Console{
		"--ascii": Start(t, Standard, nil, "demo", "--ascii"), "LC_ALL=C": Start(t, Standard, Env{"LC_ALL": "C"}, "demo"),
	} {
		run.Expect("Users 42").Keys("a").Expect("Show groups")
		if i := strings.IndexFunc(run.Screen(), func(r rune) bool { return r > 0x7e }); i >= 0 {
			t.Errorf("%s shows %q", name, run.Screen()[i:i+4])
		}
		run.Esc().Keys("q").ExpectExit(0)
	}
}

func TestEveryWayOutLeavesTheTerminalAsItWas(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*Console){
		"q":       func(c *Console) { c.Keys("q") },
		"ctrl+c":  func(c *Console) { c.Keys("C-c") },
		"SIGTERM": func(c *Console) { c.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *Console) { c.Signal(syscall.SIGHUP) },
		"ctrl+z": func(c *Console) {
			c.Keys("C-z").ExpectExit(Stopped).ExpectRestored()
			c.Run("fg").Expect("Users 42").Keys("Down", "q")
		},
		"from a form": func(c *Console) { c.Keys("n").Expect("Invite users").Type("x").Keys("C-c") },
	}
	// What nobody at the keyboard asked for must not look as if it had been.
	codes := map[string]int{"SIGTERM": 128 + int(syscall.SIGTERM), "SIGHUP": 128 + int(syscall.SIGHUP)}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Start(t, Standard, nil, "demo").Expect("Users 42")
			way(c)
			c.ExpectExit(codes[name])
			if name == "SIGTERM" {
				c.Expect("ended by a signal from outside: terminated")
			}
			c.ExpectRestored()
			if left := c.files(); len(left) != 0 {
				t.Errorf("the demo left %v", left)
			}
		})
	}
}

func TestIdle(t *testing.T) {
	c := Start(t, Standard, nil, "demo").Expect("Users 42")
	time.Sleep(time.Second) // until the first toasts and questions are over
	c.ExpectIdle(5*time.Second, 20*time.Millisecond)
	c.Keys("q").ExpectExit(0)
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	c := found(t, Standard, nil)
	c.Keys("Enter").Paste("x\u202ey\u200bz").Keys("Enter").Expect("U+202E", "isn't allowed").Esc().Keys("q").ExpectExit(0)
	if strings.ContainsAny(c.Output(), "\u202e\u200b") {
		t.Error("an invisible character was written to the terminal")
	}
}
