package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"

	"lanyard/cmd/mail"
	"lanyard/db"
	"lanyard/model"
)

// config is what config.toml may say. All of it is optional, and docs/configuration.md describes it.
type config struct {
	Mail      *mail.Settings    `toml:"mail"` // nil when mails aren't sent
	Clipboard clipboardSettings `toml:"clipboard"`
	Seal      sealSettings      `toml:"seal"`
	Backup    backupSettings    `toml:"backup"`
}

// sealSettings are about the sealing key.
type sealSettings struct {
	LockAfter *int `toml:"lock_after"` // idle minutes; 0 for never
}

// The minutes of seal.lock_after: what counts where nothing is set, and the most that it takes.
const (
	defaultLockAfter = 10
	maxLockAfter     = 7 * 24 * 60
)

// lockAfter returns how long nobody presses a key before a console locks its sealing key, 0 for never.
func (e *env) lockAfter() (time.Duration, error) {
	c, err := e.config()
	if err != nil {
		return 0, err
	}
	minutes := defaultLockAfter
	if c.Seal.LockAfter != nil {
		minutes = *c.Seal.LockAfter
	}
	if minutes < 0 || minutes > maxLockAfter {
		return 0, &model.Error{
			Kind: model.ErrInvalid, What: fmt.Sprintf("%s: seal.lock_after is %d minutes", configFile(), minutes),
			Hint: fmt.Sprintf("Set it from 0, for never, to %d.", maxLockAfter),
		}
	}
	return time.Duration(minutes) * time.Minute, nil
}

// backupSettings say how the store backs itself up.
type backupSettings struct {
	Keep *int `toml:"keep"` // how many automatic backups are kept; nil means keptBackups, 0 that none are made
}

// keptBackups is how many automatic backups are kept unless the settings say otherwise; mostBackups bounds that.
const (
	keptBackups = 10
	mostBackups = 1000
)

func (b backupSettings) kept() int {
	if b.Keep == nil {
		return keptBackups
	}
	return *b.Keep
}

func (b backupSettings) check(path string) error {
	if n := b.kept(); n < 0 || n > mostBackups {
		return &model.Error{
			Kind: model.ErrInvalid, What: fmt.Sprintf("%s: backup.keep is %d", path, n),
			Hint: fmt.Sprintf("Choose from 0, which makes no backups, to %d.", mostBackups),
		}
	}
	return nil
}

// configFile is where the settings are, there or not.
func configFile() string { return filepath.Join(xdg.ConfigHome, "lanyard", "config.toml") }

// config reads the settings. Without a file they are empty.
func (*env) config() (config, error) { return readConfig(configFile()) }

// mailer makes what sends mails. It is nil when the settings name no mail server.
func (e *env) mailer() (*mail.Sender, error) {
	c, err := e.config()
	if err != nil || c.Mail == nil {
		return nil, err
	}
	s, err := mail.New(*c.Mail)
	if m, ok := errors.AsType[*mail.Error](err); ok {
		return nil, &model.Error{Kind: model.ErrInvalid, What: fmt.Sprintf("%s: %s", configFile(), m.What), Hint: m.Hint}
	}
	return s, err
}

func readConfig(path string) (config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return config{}, nil
	}
	if err != nil {
		return config{}, &model.Error{
			Kind: db.ErrUnreadable, What: fmt.Sprintf("The settings can't be read: %v", err),
			Hint: "Open the file to yourself, or take it away: it is optional.",
		}
	}
	var c config
	known, err := toml.Decode(string(data), &c)
	if err != nil {
		return config{}, badConfig(path, err)
	}
	if unknown := known.Undecoded(); len(unknown) > 0 {
		return config{}, unknownKey(path, unknown[0].String())
	}
	return c, c.Backup.check(path)
}

// wrongType finds in an error of the library's, which has no type for it, where a value of another kind is expected.
var wrongType = regexp.MustCompile(`line (\d+) \(last key "([^"]+)"\): (?:incompatible types|type mismatch)(?:.*destination has type (\w+))?`)

// expected puts the kinds of values into words.
var expected = map[string]string{
	"integer": "It takes a number, without quotes.",
	"string":  "It takes text, in double quotes.",
	"slice":   `It takes a list: ["program", "argument"].`,
	"":        "It is a table: write it in [brackets] on a line of its own, and what belongs to it below.",
}

// badConfig says where a file is wrong. It doesn't repeat what stands there, as the library does: that may be a password
// in the wrong place.
func badConfig(path string, err error) error {
	e := &model.Error{Kind: model.ErrInvalid, What: path + " isn't valid TOML", Hint: "Write it as TOML, in UTF-8."}
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		e.What = fmt.Sprintf("%s, line %d isn't valid TOML", path, parse.Position.Line)
		e.Hint = "Text stands in double quotes, a list in [brackets], and each key only once."
		return e
	}
	if m := wrongType.FindStringSubmatch(err.Error()); m != nil {
		e.What = fmt.Sprintf("%s, line %s: %s has a value of the wrong kind", path, m[1], m[2])
		e.Hint = expected[m[3]]
	}
	return e
}

func unknownKey(path, key string) error {
	e := &model.Error{
		Kind: model.ErrInvalid, What: fmt.Sprintf("%s has a key that lanyard doesn't know: %s", path, key),
		Hint: "Look for a typing error, or take the key out.",
	}
	if strings.EqualFold(key, "mail.password") {
		e.Hint = "A password doesn't stand there: say where to get it, with password_command or password_file."
	}
	return e
}
