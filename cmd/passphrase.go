package cmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/term"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/model"
)

// maxPassphraseLine bounds what is read as a passphrase, in bytes.
const maxPassphraseLine = 4096

// directory opens the account for a command. The sealing key is opened when the first change asks for it: where only a
// passphrase opens it, that is read from --passphrase-file or asked for at a prompt, once.
func (e *env) directory(context.Context) (*model.Directory, error) {
	h := e.home()
	store, err := e.openStore(h)
	if err != nil {
		return nil, err
	}
	e.vault = h.vaultOf(store, e.now)
	return model.NewDirectory(noticing{store, e.noted()}, model.Options{Unlock: e.unlocker(e.vault), Renewed: e.vault.Renewed, Now: e.now}), nil
}

// openable reports why nothing can be changed, where that isn't for want of a passphrase: its turn comes.
func (e *env) openable() error {
	root, err := e.vault.Unlock()
	if err == nil {
		root.Wipe()
	}
	if errors.Is(err, errPassphrase) {
		return nil
	}
	return err
}

// unlocker returns what unlocks for a command: the vault, after asking if it must.
func (e *env) unlocker(v *vault) func() (*keys.Root, error) {
	return func() (*keys.Root, error) {
		root, err := v.Unlock()
		if !errors.Is(err, errPassphrase) {
			return root, err
		}
		if err := e.openVault(v); err != nil {
			return nil, err
		}
		return v.Unlock()
	}
}

// openVault asks for the passphrase and opens the vault with it.
func (e *env) openVault(v *vault) error {
	passphrase, err := e.passphrase("Passphrase of the sealing key: ")
	defer clear(passphrase)
	if err != nil {
		return err
	}
	return v.Open(passphrase)
}

// passphrase reads a passphrase from where --passphrase-file says, or asks for it.
func (e *env) passphrase(prompt string) ([]byte, error) {
	if e.passphraseFile != "" {
		return e.readPassphrase(e.passphraseFile)
	}
	if !e.asks() {
		return nil, &model.Error{
			Kind: errPassphrase, What: "The sealing key is locked, and there is no terminal to ask for its passphrase",
			Hint: "Name a file that holds it: --passphrase-file FILE, or - for standard input.",
		}
	}
	return e.prompt(prompt)
}

// readPassphrase reads the first line of a file, or of standard input for "-".
func (e *env) readPassphrase(path string) (line []byte, err error) {
	in := e.input()
	if path != "-" {
		f, err := openPassphrase(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	} else if e.asks() {
		return e.prompt("Passphrase: ")
	}
	line, err = bufio.NewReaderSize(io.LimitReader(in, maxPassphraseLine+1), maxPassphraseLine+1).ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, failed(err, "Look at --passphrase-file.", "The passphrase can't be read")
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if len(line) == 0 || len(line) > maxPassphraseLine {
		return nil, usage("It is read from the first line.", "There is no passphrase in --passphrase-file")
	}
	return line, nil
}

// openPassphrase opens a file that nobody else may read. A pipe will do, such as a shell's <(…).
func openPassphrase(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &model.Error{Kind: model.ErrNotFound, What: "There is no file " + path, Hint: "Look at --passphrase-file."}
	case err != nil:
		return nil, failed(err, "Look at --passphrase-file.", "The passphrase's file %s can't be read", path)
	case info.IsDir():
		return nil, usage("Name a file with --passphrase-file.", "%s is a directory", path)
	case info.Mode().IsRegular() && db.Exposed(info):
		return nil, &model.Error{
			Kind: db.ErrExposed, What: fmt.Sprintf("%s can be used by others than its owner", path), Hint: "Close it: chmod 600 " + path,
		}
	}
	return os.Open(path)
}

// asks reports whether somebody is there to be asked.
func (e *env) asks() bool {
	f, ok := e.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// prompt asks for a secret without showing it.
func (e *env) prompt(prompt string) ([]byte, error) {
	f, ok := e.in.(*os.File)
	if !ok {
		return nil, usage("Give it on standard input, or with --passphrase-file.", "There is no terminal to ask on")
	}
	_, _ = fmt.Fprint(e.err, prompt)
	line, err := e.hidden(f)
	_, _ = fmt.Fprintln(e.err)
	if errors.Is(err, io.EOF) {
		err = &model.Error{Kind: err, What: "Nothing was typed, and nothing was changed"}
	}
	return line, err
}
