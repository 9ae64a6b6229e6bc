package cmd

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"lanyard/keys"
)

// keyringService is what lanyard's entries are called in the keyring.
const keyringService = "lanyard"

// keyringWait is how long a keyring may take: on a machine without a desktop some never answer.
const keyringWait = 3 * time.Second

var (
	errKeyringSlow = fmt.Errorf("the keyring didn't answer within %v", keyringWait)
	errNoKeyring   = errors.New("there is no desktop's keyring within reach; over SSH it isn't asked")
)

// desktopKeyring is the keyring of whoever is logged in to the desktop.
type desktopKeyring struct{}

// keyring returns the desktop's keyring, nil where it is out of reach: over SSH it would ask on a screen that nobody is
// sitting at, or hang, and where no session bus is running the library would start one.
func (e *env) keyring() keys.Keyring {
	if e.getenv("SSH_CONNECTION") != "" || e.getenv("SSH_TTY") != "" {
		return nil
	}
	if runtime.GOOS != "darwin" && runtime.GOOS != "windows" && !e.sessionBus() {
		return nil
	}
	return desktopKeyring{}
}

func (e *env) sessionBus() bool {
	if e.getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(filepath.Join(e.getenv("XDG_RUNTIME_DIR"), "bus"))
	return err == nil && e.getenv("XDG_RUNTIME_DIR") != ""
}

// Get returns a secret.
func (desktopKeyring) Get(name string) ([]byte, error) {
	var text string // the library's; it can't be wiped
	err := patient(func() (err error) {
		text, err = keyring.Get(keyringService, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// Set keeps a secret.
func (desktopKeyring) Set(name string, secret []byte) error {
	return patient(func() error { return keyring.Set(keyringService, name, base64.StdEncoding.EncodeToString(secret)) })
}

// Delete takes a secret away.
func (desktopKeyring) Delete(name string) error {
	return patient(func() error { return keyring.Delete(keyringService, name) })
}

// patient waits for a keyring as long as is reasonable. One that hangs keeps its goroutine: the library can't be stopped.
func patient(ask func() error) error { return patientFor(keyringWait, ask) }

func patientFor(wait time.Duration, ask func() error) error {
	answer := make(chan error, 1)
	go func() { answer <- ask() }()
	select {
	case err := <-answer:
		return err
	case <-time.After(wait):
		return errKeyringSlow
	}
}
