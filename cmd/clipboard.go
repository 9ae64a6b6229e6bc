package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"lanyard/keys/clipboard"
	"lanyard/model"
)

// clipboardSettings are the table [clipboard] of config.toml.
type clipboardSettings struct {
	ClearAfter *int `toml:"clear_after"` // in seconds, 0 for never; nil when it was left out
}

// How long a secret may stay on a clipboard, in seconds.
const (
	clearAfter    = 45
	maxClearAfter = 3600
)

// after returns how long a secret may stay on the clipboard, 0 for ever.
func (s clipboardSettings) after() (time.Duration, error) {
	if s.ClearAfter == nil {
		return clearAfter * time.Second, nil
	}
	if n := *s.ClearAfter; n < 0 || n > maxClearAfter {
		return 0, &model.Error{
			Kind: model.ErrInvalid, What: fmt.Sprintf("%s: clipboard.clear_after is out of range", configFile()),
			Hint: fmt.Sprintf("Make it a number of seconds from 1 to %d, or 0 for never.", maxClearAfter),
		}
	}
	return time.Duration(*s.ClearAfter) * time.Second, nil
}

// clearCommandName is the command that the program starts itself as.
const clearCommandName = "clear-clipboard"

// clipboardSetting reads --clipboard.
func (e *env) clipboardSetting() (clipboard.Setting, error) {
	s, err := clipboard.ParseSetting(e.clip)
	if err != nil {
		return s, usage("Choose auto, native, tmux, osc52 or off.", "%q is no way to copy", e.clip)
	}
	return s, nil
}

// clipboard makes the clipboard that --clipboard and the settings ask for. A console closes it when it ends, a command
// that copies and ends at once leaves it.
func (e *env) clipboard() (*clipboard.Clipboard, error) {
	setting, err := e.clipboardSetting()
	if err != nil {
		return nil, err
	}
	c, err := e.config()
	if err != nil {
		return nil, err
	}
	how := clipboard.Clearing{Dir: turnDir(e.getenv)}
	if how.After, err = c.Clipboard.after(); err != nil {
		return nil, err
	}
	if program, err := os.Executable(); err == nil { // without it, a copy says that nothing clears it
		how.Start = clipboard.Detached(program, clearCommandName)
	}
	where := clipboard.System()
	if e.plain {
		where.NoSequence = noSequence
	}
	return clipboard.New(setting, where).Keep(how), nil
}

// afterwards says what becomes of a secret on the clipboard, to somebody whose command has ended by then.
func afterwards(r clipboard.Result) string {
	in := int(time.Until(r.Clears).Round(time.Second) / time.Second)
	switch {
	case !r.Clears.IsZero() && r.Method == clipboard.Tmux:
		return fmt.Sprintf("It leaves tmux in %d s. The terminal around tmux keeps its own: copy something else over it.", in)
	case !r.Clears.IsZero():
		return fmt.Sprintf("It is cleared in %d s, if it is still there.", in)
	case r.Stays:
		return "Nothing clears it there by itself: copy something else over it."
	}
	return ""
}

// turnDir is where copies tell each other whose turn it is: it needn't outlive the session.
func turnDir(getenv func(string) string) string {
	dir := getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = xdg.StateHome
	}
	return filepath.Join(dir, "lanyard")
}

// clearClipboardCommand is what clears the clipboard when its time is over. What to clear comes on standard input, so that
// nothing of it is in the list of processes.
func (e *env) clearClipboardCommand() *cobra.Command {
	return &cobra.Command{
		Use: clearCommandName, Short: "Clear the clipboard after a copy: lanyard starts it by itself", Hidden: true, Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := clipboard.Keep(c.Context(), e.in, e.out, clipboard.System())
			if errors.Is(err, clipboard.ErrOrder) {
				return usage("lanyard starts this by itself.", "There is no order on standard input: %v", err)
			}
			return err
		},
	}
}
