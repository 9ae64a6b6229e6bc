package cmd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lanyard/keys"
	"lanyard/model"
)

func (e *env) acceptCommand() *cobra.Command {
	return &cobra.Command{
		Use: "accept", Short: "Join the account with an invitation's token",
		Long: `Asks for the token, or reads it from standard input. It is never an argument,
because arguments are seen by everybody on the machine.`,
		Example: "  lanyard users accept <token.txt", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return e.accept(c) },
	}
}

func (e *env) accept(c *cobra.Command) error {
	d, err := e.directory(c.Context())
	if err != nil {
		return err
	}
	text, err := e.readSecret("token", "Token: ", c)
	if err != nil {
		return err
	}
	token, err := keys.Parse(text)
	if err != nil || token.Kind() != keys.Invitation {
		return &model.Error{
			Kind: model.ErrInvalid, What: "This isn't an invitation's token",
			Hint: "It begins with lyi_ and has 55 characters: copy all of it.",
		}
	}
	defer token.Wipe()
	u, err := d.AcceptInvitation(c.Context(), token, model.ViaCommandLine)
	if err != nil {
		return err
	}
	role, err := d.RoleName(c.Context(), u.Role)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Welcome, %s. You are an active %s now.\n", u.Name, role)
	return err
}

// maxSecretLine bounds what is read as a secret, in bytes.
const maxSecretLine = 4096

// readSecret asks for a secret without showing it, or reads a line of standard input where there is no terminal. None at all
// is a wrong call.
func (e *env) readSecret(noun, prompt string, c *cobra.Command) ([]byte, error) {
	if e.asks() {
		text, err := e.prompt(prompt)
		if err == nil && len(bytes.TrimSpace(text)) == 0 || errors.Is(err, io.EOF) {
			return nil, usage("Paste or type it at the prompt; it isn't shown.", "No %s was given", noun)
		}
		return text, err
	}
	if e.passphraseFile == "-" {
		return nil, usage("Name a file that holds the passphrase: --passphrase-file FILE.", "Standard input can't give two secrets")
	}
	text, err := bufio.NewReader(io.LimitReader(e.input(), maxSecretLine)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadInput(err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, usage("Give it one: "+c.CommandPath()+" <FILE, or call it from a terminal, which asks.", "No %s came on standard input", noun)
	}
	return text, nil
}
