package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"lanyard/cmd/mail"
	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/tui"
	"lanyard/tui/editor"
	"lanyard/tui/theme"
)

// console opens the account and shows it. The store is looked at before anything is drawn, so that what is wrong with it
// is said on standard error.
func (e *env) console(ctx context.Context) error {
	if !e.plain {
		tui.Prepare()
	}
	clip, err := e.clipboard()
	if err != nil {
		return err
	}
	sender, err := e.mailer()
	if err != nil {
		return err
	}
	var session *tui.Session
	if h := e.home(); h.there() || e.db != "" || !terminal() && !e.plain { // a store that was named is not made by the way
		if session, err = e.open(ctx); err != nil {
			return err
		}
	}
	return e.show(ctx, session, clip, letters(sender))
}

// postman carries letters to the mail server.
type postman struct{ *mail.Sender }

// Send sends a letter.
func (p postman) Send(ctx context.Context, l model.Letter) error {
	return p.Sender.Send(ctx, mail.Message{To: l.To, ToName: l.ToName, Subject: l.Subject, Text: l.Text, HTML: l.HTML})
}

// letters returns what carries letters, nil where no mail server is set.
func letters(s *mail.Sender) model.Mailer {
	if s == nil {
		return nil
	}
	return postman{s}
}

// terminal reports whether there is a person at both ends.
func terminal() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// framesPerSecond is how often Bubble Tea looks for a new frame where the console can't say when.
const framesPerSecond = 120

// show runs the console until it is left.
func (e *env) show(ctx context.Context, session *tui.Session, clip *clipboard.Clipboard, mailer model.Mailer) error {
	if e.plain {
		return e.converse(ctx, session, clip, mailer)
	}
	if !terminal() {
		return usage("Without one: lanyard --plain, or a command of lanyard --help.", "The console needs a terminal, and this isn't one")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer clip.Close()
	look := theme.Options{Dark: true, NoColor: e.getenv("NO_COLOR") != "", ASCII: e.ascii || !utf8Locale(e.getenv)}
	guard := tui.Guard(tui.New(ctx, tui.Options{
		Session: session, Found: e.foundFromConsole, Clipboard: clip, Mailer: mailer, Theme: look, CanSuspend: canSuspend(), Now: e.now,
		Editor: editor.Editor(e.getenv),
	}))
	options := []tea.ProgramOption{tea.WithFPS(framesPerSecond)}
	if look.NoColor {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	program := tea.NewProgram(guard, options...)
	guard.Pace(program)
	ended := onSignal(program)
	err := e.deafly(func() error {
		_, err := program.Run()
		return err
	})
	by := ended()
	if errors.Is(err, tea.ErrInterrupted) {
		by = syscall.SIGINT
	}
	if crash := guard.Crash(); crash != nil {
		return crash
	}
	if by != 0 {
		return endedError{by}
	}
	return err
}

func (e *env) foundFromConsole(ctx context.Context, f model.Founder) (*tui.Session, error) {
	d, v, err := e.home().found(ctx, f, model.Options{}, model.ViaConsole, nil)
	if err != nil {
		return nil, err
	}
	return e.session(ctx, d, v)
}

// grace is how long the console gets to put the terminal back after a signal that ends it. Then the process ends anyway:
// without its terminal it would spin.
const grace = 3 * time.Second

// onSignal ends the program when its terminal goes away or somebody asks it to. ended is for when it has ended, and returns
// the signal that did it, 0 for none.
func onSignal(p interface{ Quit() }) (ended func() syscall.Signal) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP, syscall.SIGTERM)
	came := make(chan syscall.Signal, 1)
	go func() {
		s, _ := (<-c).(syscall.Signal) // 0 when the channel was closed
		came <- s
		if s == 0 {
			return
		}
		time.AfterFunc(grace, func() {
			os.Exit(exitCode(endedError{s})) //nolint:revive,forbidigo // nobody is left to return to
		})
		p.Quit()
	}()
	return func() syscall.Signal {
		signal.Stop(c)
		close(c)
		return <-came
	}
}

// endedError means that the console was ended from outside. It isn't the end that somebody chose who sat before it, and
// whoever started it learns why it is gone.
type endedError struct{ by syscall.Signal }

// Error returns the sentence.
func (e endedError) Error() string {
	return fmt.Sprintf("ended by a signal from outside: %v. Every change that you saw confirmed is kept", e.by)
}

// utf8Locale reports whether the locale takes more than ASCII. Where none is set, it is assumed to: today's terminals do.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
