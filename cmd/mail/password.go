package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// maxPassword bounds what is read for a password, in bytes.
const maxPassword = 4096

// passwords gets the password when it is first needed and keeps it until it is refused, so that many mails don't ask a
// password manager many times. What goes wrong isn't kept.
type passwords struct {
	settings Settings
	limit    time.Duration // for the command
	turn     chan string   // holds the password, or "" when it isn't known; whoever took it has the turn
}

func newPasswords(s Settings) *passwords {
	p := &passwords{settings: s, limit: 10 * time.Second, turn: make(chan string, 1)}
	p.turn <- ""
	return p
}

// get returns the password, and "" when nobody logs in.
func (p *passwords) get(ctx context.Context) (string, error) {
	if p.settings.User == "" {
		return "", nil
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case password := <-p.turn:
		var err error
		if password == "" {
			password, err = p.read(ctx)
		}
		p.turn <- password
		return password, err
	}
}

// forget lets the next get read anew, unless somebody has done so already.
func (p *passwords) forget(refused string) {
	if kept := <-p.turn; kept != refused {
		p.turn <- kept
		return
	}
	p.turn <- ""
}

func (p *passwords) read(ctx context.Context) (string, error) {
	if p.settings.PasswordFile != "" {
		return readPasswordFile(p.settings.PasswordFile)
	}
	return p.run(ctx, p.settings.PasswordCommand)
}

// run runs the command without a shell. It can't ask anybody anything: a console may have the screen. What it writes to
// its standard error is dropped, as it may be anything.
func (p *passwords) run(ctx context.Context, command []string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	var line firstLine
	c := exec.CommandContext(limited, command[0], command[1:]...)
	c.Stdout = &line
	c.WaitDelay = time.Second // what it started may outlive it and hold the pipe
	err := c.Run()
	name := filepath.Base(command[0])
	const look = "Run it by hand and see what it says."
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return "", wrong("password_command", "took longer than "+p.limit.String(), "See what %s waits for: it can't ask anything here.", name)
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		return "", wrong("password_command", "names a program that isn't here", "Install %s, or write its full path.", name)
	case err != nil:
		return "", wrong("password_command", "failed: "+name+", "+why(err), look)
	}
	password, ok := line.text()
	if !ok {
		return "", wrong("password_command", "gave no password: "+name+" wrote none on its first line", look)
	}
	return password, nil
}

func readPasswordFile(path string) (string, error) {
	f, err := openPasswordFile(path)
	if err != nil {
		return "", err
	}
	var line firstLine
	_, err = io.Copy(&line, io.LimitReader(f, maxPassword+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", wrong("password_file", "can't be read: "+why(err), "Look at %s.", path)
	}
	password, ok := line.text()
	if !ok {
		return "", wrong("password_file", "holds no password on its first line", "Write it into %s.", path)
	}
	return password, nil
}

// checkPasswordFile looks at the file without reading it.
func checkPasswordFile(path string) error {
	f, err := openPasswordFile(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// openPasswordFile opens the file and looks at what it has opened, so that nobody can change it in between.
func openPasswordFile(path string) (*os.File, error) {
	if !filepath.IsAbs(path) {
		return nil, wrong("password_file", "isn't a full path", "Write it from the root on: it must mean the same file wherever lanyard is started.")
	}
	// A pipe would be waited for: look before opening, too.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, wrong("password_file", "isn't a plain file", "Name a file that holds nothing but the password.")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, wrong("password_file", "can't be read: "+why(err), "Look at %s.", path)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = wrong("password_file", "can't be read: "+why(err), "Look at %s.", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0: // Windows keeps no such mode
		err = wrong("password_file", "can be used by others than its owner", "Close it: chmod 600 %s", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// firstLine keeps the first line of what is written to it.
type firstLine struct {
	line []byte
	full bool
}

// Write takes everything and keeps what belongs to the first line.
func (l *firstLine) Write(p []byte) (int, error) {
	if !l.full {
		head, _, ended := bytes.Cut(p, []byte("\n"))
		l.line = append(l.line, head...)
		l.full = ended || len(l.line) > maxPassword
	}
	return len(p), nil
}

// text returns the line without its end, and whether it can be a password.
func (l *firstLine) text() (string, bool) {
	line := bytes.TrimSuffix(l.line, []byte("\r"))
	return string(line), len(line) > 0 && len(line) <= maxPassword
}
