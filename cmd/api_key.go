package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"lanyard/keys/clipboard"
	"lanyard/model"
)

// mayCopy looks, before anything is done, whether there is a way to copy if one is wanted.
func (e *env) mayCopy(wanted bool) error {
	if !wanted {
		return nil
	}
	setting, err := e.clipboardSetting()
	if err == nil && setting == clipboard.Off {
		return usage("Choose another way: --clipboard auto. Or print it with --show-key or sa show-key.", "Nothing is copied while --clipboard is off")
	}
	return err
}

// tellKey says what was done to a service account, and delivers its new key. What JSON there is to print without the key is
// for the caller.
func (e *env) tellKey(ctx context.Context, a *acting, s model.ServiceAccountDetails, done string, key keyDelivery, output string) error {
	says := e.out // what is for people, apart from what is for programs
	if output == outputJSON || key.show {
		says = e.err
	}
	if output != outputJSON {
		if !key.copy && !key.show {
			done += "\nCopy its API key with: lanyard sa copy-key " + shellWord(s.Name)
		}
		if _, err := fmt.Fprintln(says, done); err != nil {
			return err
		}
	}
	switch {
	case key.show:
		return e.showKey(ctx, a, s.ID, output)
	case key.copy:
		return e.copyKey(ctx, a, s.ServiceAccount, says)
	}
	return nil
}

// showKey prints a key, alone or in JSON.
func (e *env) showKey(ctx context.Context, a *acting, id model.ID, output string) error {
	secret, err := a.OpenAPIKey(ctx, a.me, id, model.UseReveal)
	if err != nil {
		return err
	}
	defer secret.Wipe()
	if output == outputJSON {
		s, err := a.ServiceAccount(ctx, a.me, id)
		if err != nil {
			return err
		}
		return e.writeJSON(machineJSON(s, secret.Text()))
	}
	_, err = e.out.Write(secret.Text())
	if err == nil {
		_, err = fmt.Fprintln(e.out)
	}
	return err
}

// copyKey copies a key and says where it went.
func (e *env) copyKey(ctx context.Context, a *acting, s model.ServiceAccount, says io.Writer) error {
	clip, err := e.clipboard()
	if err != nil {
		return err
	}
	defer clip.Leave()
	secret, err := a.OpenAPIKey(ctx, a.me, s.ID, model.UseCopy)
	if err != nil {
		return err
	}
	defer secret.Wipe()
	result, err := clip.CopySecret(ctx, secret.Text())
	if err == nil && len(result.Sequence) > 0 {
		err = e.toTerminal(result.Sequence)
		clear(result.Sequence)
	}
	if err != nil {
		return &model.Error{
			Kind: errNotCopied, What: fmt.Sprintf("API key of %s not copied: %v", s.Name, err),
			Hint: "Print it instead: lanyard sa show-key " + shellWord(s.Name),
		}
	}
	_, err = fmt.Fprintf(says, "API key of %s %s\n", s.Name, result.Where)
	if then := afterwards(result); err == nil && then != "" {
		_, err = fmt.Fprintln(says, then)
	}
	return err
}

// shellWord is a name as a person can paste it into a shell.
func shellWord(name string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r == '.' || r == '@' || r == '/' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	if strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasPrefix(name, "-") {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// errNotCopied means that a key didn't get to a clipboard.
var errNotCopied = errors.New("not copied")

// toTerminal writes a sequence to the person's terminal, wherever standard output goes.
func (e *env) toTerminal(sequence []byte) error {
	for _, w := range []io.Writer{e.out, e.err} {
		if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			_, err := f.Write(sequence)
			return err
		}
	}
	tty, err := os.OpenFile(terminalFile, os.O_WRONLY, 0)
	if err != nil {
		return errors.New("there is no terminal to send it to")
	}
	_, err = tty.Write(sequence)
	return errors.Join(err, tty.Close())
}
