// Package tui is the console: what is on the screen and which key does what.
//
// One root model owns the size, the theme, the tabs, the stack of overlays and the toast; a screen is a description of
// columns and actions, drawn by one grid. What is read comes from a model.Snapshot, what is changed goes through a
// model.Directory, off the Update goroutine, and comes back as a message with a newer snapshot.
package tui

import (
	"context"
	"os/exec"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// Session is an account that is open, and who acts in it.
type Session struct {
	Directory *model.Directory
	Actor     model.Actor
	Me        model.User      // the acting user's record as it was when the session began
	Snapshot  *model.Snapshot // what is loaded so far
	Loader    *model.Loader   // reads the rest; nil if there is none
	Vault     Vault           // keeps the sealing key; nil if it needs no looking after
	LockAfter time.Duration   // how long nobody presses a key before the vault is locked, 0 for never
}

// Options are what a console starts with.
type Options struct {
	// Session is the account to show. It is nil on a machine that has none: then the console asks three questions and
	// calls Found with the answers.
	Session *Session
	Found   func(context.Context, model.Founder) (*Session, error)

	Clipboard *clipboard.Clipboard
	Mailer    model.Mailer // nil where no mail server is set
	Theme     theme.Options
	// Editor are the words that call the person's editor; none where there is none.
	Editor []string
	// CanSuspend is whether there is a shell to go back to.
	CanSuspend bool
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// console is the root model.
type console struct {
	ctx    context.Context
	cancel context.CancelFunc
	opts   Options
	now    func() time.Time
	after  func(time.Duration, func(time.Time) tea.Msg) tea.Cmd // tea.Tick; tests don't wait
	linger func(tea.Cmd) tea.Cmd                                // what a command passes through that waits for something to happen
	spoken bool                                                 // plain mode: nothing is drawn, lines are read out
	exec   func(*exec.Cmd, tea.ExecCallback) tea.Cmd            // tea.ExecProcess; tests have no terminal to give away

	session  *Session
	snapshot *model.Snapshot
	loading  bool

	width, height int
	theme         *theme.Theme
	screens       []screen
	activity      *activityScreen // one of them
	tab           int
	overlays      []overlay
	anchored      screen // whose row an overlay is about; nil for none
	toast         toast
	clearing      int       // the toast of the copy whose clearing is awaited, 0 for none
	alarm         time.Time // when the console wakes to draw what changes by itself; zero for not at all
	trouble       error     // why the store can't be read at present, nil if it can
	mouse         bool
	tellsEsc      bool      // the terminal tells esc from the beginning of an alt
	owed          []tea.Cmd // what the closing of an overlay asks for
	working       int       // changes on their way
	bulk          progress  // how far the changes are
	turns         turns
	steps         model.Steps // what can be undone and redone
	stepsKnown    bool        // somebody has looked for them
	mail          mailing
	vault         VaultState
	idle          idle
	general       []action
}

// New returns the console as a model for a tea.Program. Cancelling ctx ends its work in the background.
func New(ctx context.Context, o Options) tea.Model {
	c := &console{opts: o, now: o.Now, after: tea.Tick, exec: tea.ExecProcess, linger: noLinger, mouse: true, theme: theme.New(o.Theme)}
	if c.now == nil {
		c.now = time.Now
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.general = c.generalActions()
	if o.Session == nil {
		c.push(c.welcome())
	} else {
		c.open(o.Session)
	}
	return c
}

func noLinger(cmd tea.Cmd) tea.Cmd { return cmd }

// open shows an account.
func (c *console) open(s *Session) {
	c.session, c.snapshot, c.loading = s, s.Snapshot, s.Loader != nil
	c.activity = newActivityScreen(c)
	c.screens = []screen{
		newUsersScreen(c), newServiceAccountsScreen(c), newGroupsScreen(c), newWorkspacesScreen(c), newRolesScreen(c), c.activity,
	}
	c.general = c.generalActions() // which names the tabs
	c.layout()
}

// Prepare makes beside its caller's work what the first frame takes, and has the garbage collector wait until that is out.
// Call it early, and New after it.
func Prepare() {
	debug.SetGCPercent(-1)
	go text.Warm()
}

// Init asks the terminal for its background, and sets the work in the background going.
func (c *console) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, c.begin())
}

// When work in the background begins, from the start: before, it would take the processors from the first frame.
const (
	// frameAfter is when the first frame is out, unless the machine has more to do.
	frameAfter = 5 * time.Millisecond
	// warmAfter is when nobody has typed yet, and all that was hurried is done.
	warmAfter = 50 * time.Millisecond
)

// begin starts what an open account needs: the rest of it, a watch on the store, and the note that we are here.
func (c *console) begin() tea.Cmd {
	warm := c.unhurried(warmAfter, c.warm())
	if c.session == nil {
		return warm
	}
	cmds := []tea.Cmd{
		c.refresh(), warm, c.unhurried(warmAfter, c.touch()), c.unhurried(warmAfter, c.lookAtVault()), c.unhurried(warmAfter, c.lookForSteps()),
	}
	if c.loading {
		cmds = append(cmds, c.unhurried(frameAfter, c.loadMore()))
	} else {
		cmds = append(cmds, c.unhurried(warmAfter, c.watch()))
	}
	return tea.Batch(cmds...)
}

// unhurried has a command wait until then, unless nothing is drawn.
func (c *console) unhurried(until time.Duration, cmd tea.Cmd) tea.Cmd {
	if cmd == nil || c.spoken {
		return cmd
	}
	ctx := c.ctx
	return func() tea.Msg {
		if !sleep(ctx, until) {
			return nil
		}
		return cmd()
	}
}

// Update routes a message to what handles it. It never reads or writes anything outside of the program.
func (c *console) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	c.noteActive(msg)
	return c, c.andWhatIsOwed(c.route(msg))
}

// andWhatIsOwed adds to what a message led to what the screens and closed overlays ask for after it.
func (c *console) andWhatIsOwed(cmd tea.Cmd) tea.Cmd {
	if len(c.screens) > 0 {
		c.owe(c.anchor())
		c.owe(c.screen().need())
	}
	if len(c.owed) > 0 {
		cmd = tea.Batch(append(c.owed, cmd)...)
		c.owed = nil
	}
	return tea.Batch(cmd, c.setAlarm())
}

// owe adds a command to what this message led to.
func (c *console) owe(cmd tea.Cmd) {
	if cmd != nil {
		c.owed = append(c.owed, cmd)
	}
}

func (c *console) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return c.resize(msg)
	case tea.KeyPressMsg:
		return c.keyPressed(msg)
	case tea.PasteMsg:
		return c.pasted(msg)
	case tea.MouseClickMsg:
		return c.clicked(msg)
	case tea.MouseWheelMsg:
		return c.wheeled(msg)
	case tea.BackgroundColorMsg:
		c.setDark(msg.IsDark())
	case tea.KeyboardEnhancementsMsg:
		c.tellsEsc = msg.SupportsKeyDisambiguation()
	case tea.ModeReportMsg:
		c.modeReported(msg)
	case tea.BlurMsg:
		c.blurred()
	default:
		return c.fromBackground(msg)
	}
	return nil
}

// fromBackground routes what comes back from commands.
func (c *console) fromBackground(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case loaded:
		return c.onLoaded(msg)
	case watched:
		return c.onWatched(msg)
	case written:
		return c.onWritten(msg)
	case withheld, tried, vaultSeen, idleEnds:
		return c.aboutVault(msg)
	case mailed:
		return c.onMailed(msg)
	case stepsRead:
		c.steps, c.stepsKnown = msg.steps, true
	case progressTick:
		return c.watchProgress()
	case founded:
		return c.onFounded(msg)
	case toastEnds:
		c.onToastEnds(msg)
	case clearTick:
		return c.onClearTick(msg)
	case clearEnds:
		return c.onClearEnds(msg)
	case revealEnds:
		c.remove(msg.of)
	case alarmRings:
		c.onAlarm(msg)
	default:
		return c.toScreens(msg)
	}
	return nil
}

// toScreens passes on what a grid has worked out in the background, unless it is about an edit in an editor.
func (c *console) toScreens(msg tea.Msg) tea.Cmd {
	if cmd, ours := c.aboutDraft(msg); ours {
		return cmd
	}
	var cmds []tea.Cmd
	for _, s := range c.screens {
		cmds = append(cmds, s.handle(msg))
	}
	return tea.Batch(cmds...)
}

func (c *console) resize(msg tea.WindowSizeMsg) tea.Cmd {
	c.width, c.height = msg.Width, msg.Height
	c.layout()
	return nil
}

// modeReported notes that the terminal counts by graphemes, as Bubble Tea's renderer does from then on.
func (c *console) modeReported(msg tea.ModeReportMsg) {
	if msg.Mode == ansi.ModeUnicodeCore && msg.Value != ansi.ModeNotRecognized && msg.Value != ansi.ModePermanentlyReset {
		o := c.theme.Options()
		o.Graphemes = true
		c.setTheme(o)
	}
}

func (c *console) setDark(dark bool) {
	o := c.theme.Options()
	o.Dark = dark
	c.setTheme(o)
}

func (c *console) setTheme(o theme.Options) {
	if o == c.theme.Options() {
		return
	}
	c.theme = theme.New(o)
	for _, s := range c.screens {
		s.setTheme(c.theme)
	}
}

// keyPressed gives a key to the top overlay, or runs the action that it belongs to.
func (c *console) keyPressed(k tea.KeyPressMsg) tea.Cmd {
	if next, ok := c.afterEsc(k); ok {
		return typedAhead{{Code: tea.KeyEscape}, next}.press(c)
	}
	if keyQuit.has(k) {
		return c.quit()
	}
	if keyStop.has(k) && c.maySuspend() == nil {
		c.blurred() // a key that is shown isn't left on the screen
		return tea.Suspend
	}
	if c.tooSmall() {
		return nil
	}
	if o := c.top(); o != nil {
		return o.key(c, k)
	}
	if a, ok := actionFor(c.actions(), k.String()); ok {
		return c.runAction(a)
	}
	return nil
}

func (c *console) runAction(a action) tea.Cmd {
	if err := a.why(); err != nil {
		return c.fail(a.refusal(err))
	}
	return a.run()
}

func (c *console) pasted(msg tea.PasteMsg) tea.Cmd {
	if p, ok := c.top().(paster); ok {
		return p.paste(c, msg.Content)
	}
	return nil
}

func (c *console) blurred() {
	for _, o := range append([]overlay{}, c.overlays...) {
		if b, ok := o.(blurrer); ok {
			b.blurred(c)
		}
	}
}

func (c *console) quit() tea.Cmd {
	c.cancel()
	for len(c.overlays) > 0 {
		c.pop() // wipes what is revealed
	}
	return tea.Quit
}

// screen returns the tab that is shown.
func (c *console) screen() screen { return c.screens[c.tab] }

// actions returns everything that can be done here: the screen's own first.
func (c *console) actions() []action {
	if len(c.screens) == 0 {
		return c.general
	}
	return append(append([]action{}, c.screen().actions()...), c.general...)
}

// rules returns what the acting person may do, as the account stands.
func (c *console) rules() model.Rules {
	r := c.snapshot.Rules(c.session.Actor.User, c.now())
	if r.Actor.ID == 0 && c.loading {
		r.Actor = c.session.Me // not read yet
	}
	return r
}
