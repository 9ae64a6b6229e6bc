package cmd

import (
	"context"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/tui"
	"lanyard/tui/talk"
	"lanyard/tui/text"
	"lanyard/tui/theme"
)

// plainFlag adds --plain to what opens the console. LANYARD_PLAIN asks for it once and for all.
func (e *env) plainFlag(c *cobra.Command) {
	always, err := strconv.ParseBool(e.getenv("LANYARD_PLAIN"))
	c.Flags().BoolVar(&e.plain, "plain", always && err == nil, "a dialogue in lines, for a screen reader or a dumb terminal (LANYARD_PLAIN=1)")
	c.Flags().Lookup("plain").DefValue = "false" // in the help it is the flag that is described
}

// converse holds the console as a dialogue in lines, on a terminal or a pipe.
func (e *env) converse(ctx context.Context, session *tui.Session, clip *clipboard.Clipboard, mailer model.Mailer) error {
	defer clip.Close()
	lines := talk.New(talk.Options{
		In: e.in, Out: e.out, Mode: text.Mode{ASCII: e.ascii || !utf8Locale(e.getenv)}, Echo: e.asks(), Secret: e.hiddenLine(),
	})
	return tui.Converse(ctx, tui.Options{
		Session: session, Found: e.foundFromConsole, Clipboard: clip, Mailer: mailer, Theme: theme.Options{NoColor: true}, Now: e.now,
	}, lines)
}

// hiddenLine returns what reads a line from a terminal without showing it, nil where there is no terminal. A signal that ends
// the program meanwhile leaves the terminal as it was.
func (e *env) hiddenLine() func() ([]byte, error) {
	f, ok := e.in.(*os.File)
	if !ok || !e.asks() {
		return nil
	}
	return func() ([]byte, error) {
		secret, err := e.hidden(f)
		_, _ = e.out.Write([]byte{'\n'}) // what follows fails as well
		return secret, err
	}
}

// noSequence is why nothing is copied through the terminal in plain mode.
const noSequence = "plain mode sends the terminal nothing but text"
