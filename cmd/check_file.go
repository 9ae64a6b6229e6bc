package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// A check reads what may be damaged in any way, so that it is done by a process of its own, on a copy: whatever is in the file,
// this one goes on.

// checkLine is what that process says, a line each: how far it is, and at the end what it found.
type checkLine struct {
	Done   int          `json:"done,omitempty"`
	Total  int          `json:"total,omitempty"`
	Report *checkReport `json:"report,omitempty"`
}

// checkFile checks a copy of a file.
func (e *env) checkFile(ctx context.Context, path string) (checkReport, error) {
	passphrase, err := e.passphraseOnce()
	if err != nil {
		return checkReport{}, err
	}
	with, done := e.progress(ctx, "Checking")
	defer done()
	copied, err := db.CopyAside(ctx, path)
	if err != nil {
		return checkReport{}, err
	}
	defer func() { _ = copied.Close() }()
	exe, err := os.Executable()
	if err != nil {
		return checkReport{}, failed(err, "Call it by its whole path.", "This program, which checks in a process of its own, can't be found")
	}
	child := exec.CommandContext(ctx, exe)
	child.Args = []string{os.Args[0], checkFileName, copied.Copy.Name(), path}
	if passphrase != nil {
		child.Args = append(child.Args, "--passphrase-file", "-")
		child.Stdin = bytes.NewReader(append(passphrase, '\n'))
	}
	r, said, err := followCheck(with, child)
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case toldToStop(err):
		return r, errStopped
	case err != nil:
		if failed := failedCheck(err, said); failed != nil {
			return r, failed
		}
		return checkReport{Store: path, Findings: []string{crashed(err, said)}, Notes: []string{}, Records: map[string]int{}}, nil
	case r.WrongPassphrase:
		return r, e.wrongPassphrase(path)
	}
	return r, nil
}

// followCheck runs a check's process to its end. said is what it wrote to standard error.
func followCheck(ctx context.Context, child *exec.Cmd) (r checkReport, said string, err error) {
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		return r, "", err
	}
	if err := child.Start(); err != nil {
		return r, "", err
	}
	found := false
	for lines := json.NewDecoder(out); ; {
		var l checkLine
		if err := lines.Decode(&l); err != nil {
			break
		}
		if l.Report != nil {
			r, found = *l.Report, true
			continue
		}
		model.ReportProgress(ctx, l.Done, l.Total)
	}
	_, _ = io.Copy(io.Discard, out) // what can't be understood, so that it isn't kept from its end
	err = child.Wait()
	if err == nil && !found {
		err = errors.New("it said nothing")
	}
	return r, stderr.String(), err
}

// failedCheck is the error of a check that couldn't do its work, such as for want of room: that says nothing of the store.
func failedCheck(err error, said string) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	what, hint, _ := strings.Cut(strings.TrimPrefix(said, "lanyard: "), "\n")
	if !ok || exit.ExitCode() != exitFailed || what == said {
		return nil
	}
	return &model.Error{Kind: errUnchecked, What: what, Hint: strings.TrimSpace(hint)}
}

// errUnchecked means that a check couldn't do its work.
var errUnchecked = errors.New("not checked")

// crashed says what became of a check that didn't come to its end.
func crashed(err error, said string) string {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if first, _, _ := strings.Cut(strings.TrimPrefix(said, "lanyard: "), "\n"); ok && exit.ExitCode() == exitDamaged {
		return first
	}
	return fmt.Sprintf("reading it ended the program that read it: %v", err)
}

// passphraseOnce reads what --passphrase-file says, for several checks of one command. It is nil without it.
func (e *env) passphraseOnce() ([]byte, error) {
	if e.passphraseFile == "" {
		return nil, nil
	}
	if e.passphraseRead == nil {
		line, err := e.readPassphrase(e.passphraseFile)
		if err != nil {
			return nil, err
		}
		e.passphraseRead = bytes.Clone(line)
		clear(line)
	}
	return bytes.Clone(e.passphraseRead), nil
}

// wrongPassphrase is the error of a passphrase that a check was given. It is counted where the store can be written.
func (e *env) wrongPassphrase(path string) error {
	v := &vault{}
	if store, err := db.Open(path); err == nil {
		v = e.home().vaultOf(store, e.now)
	}
	return v.wrong()
}

// checkFileName is the hidden command that a check runs.
const checkFileName = "check-file"

func (e *env) checkFileCommand() *cobra.Command {
	return &cobra.Command{
		Use: checkFileName + " COPY NAME", Hidden: true, Short: "Check a copy that nobody else uses", Args: copyAndName,
		Example: "  lanyard check",
		RunE:    func(c *cobra.Command, args []string) error { return e.checkHere(c.Context(), args[0], args[1]) },
	}
}

func copyAndName(c *cobra.Command, args []string) error {
	if len(args) != 2 {
		return wrongArgs(c, "A copy and what it is called have to be named")
	}
	return nil
}

func (e *env) checkHere(ctx context.Context, path, name string) error {
	r := checkReport{Store: name, Findings: []string{}, Notes: []string{}, Records: map[string]int{}}
	out := json.NewEncoder(e.out)
	report, err := db.Check(telling(ctx, out, 0), path, name, func(storeID string, tx model.ReadTx, damaged []model.Ref, indexed int) ([]string, error) {
		with := model.Checkup{Damaged: damaged, Indexed: indexed}
		root, err := e.rootOf(e.home().vault(storeID))
		switch {
		case err == nil:
			defer root.Wipe()
			with.ChainKey = root.ChainKey()
			r.Chain = true
		case errors.Is(err, errWrongPassphrase):
			r.WrongPassphrase = true
			return nil, nil
		case errors.Is(err, errPassphrase):
			r.Notes = append(r.Notes, "the chain of events wasn't verified: the sealing key is locked, and --passphrase-file opens it")
		default:
			r.Notes = append(r.Notes, "the chain of events wasn't verified: "+model.Short(err))
		}
		found, err := model.CheckAccount(telling(ctx, out, 1), tx, with)
		r.Notes = append(r.Notes, found.Notes...)
		return found.Wrong, err
	})
	if err != nil {
		return err
	}
	r.Findings = append(r.Findings, report.Findings...)
	r.OK = len(r.Findings) == 0
	for kind, n := range report.Counts {
		r.Records[jsonKind(kind)] = n
	}
	return out.Encode(checkLine{Report: &r})
}

// rootOf opens a sealing key with what there is: nobody is there to be asked.
func (e *env) rootOf(v *vault) (*keys.Root, error) {
	root, err := v.Unlock()
	if !errors.Is(err, errPassphrase) || e.passphraseFile == "" {
		return root, err
	}
	if err := e.openVault(v); err != nil {
		return nil, err
	}
	return v.Unlock()
}

// telling has the work of one of two halves say how far it is, in percent of both.
func telling(ctx context.Context, out *json.Encoder, half int) context.Context {
	last := -1
	return model.WithProgress(ctx, func(done, total int) {
		if percent := 50*half + 50*done/max(total, 1); percent > last {
			last = percent
			_ = out.Encode(checkLine{Done: percent, Total: 100}) // a courtesy
		}
	})
}
