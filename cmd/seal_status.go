package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/keys"
	"lanyard/model"
)

// sealStatus is what seal status says, in JSON.
type sealStatus struct {
	Store      string       `json:"store"`
	SealingKey string       `json:"sealing_key"`
	Format     int          `json:"format"`
	Generation uint64       `json:"generation"`
	Locked     bool         `json:"locked"`
	Ways       []sealWay    `json:"ways"`
	APIKeys    sealedAnswer `json:"api_keys"`
}

type sealWay struct {
	Number int    `json:"number"`
	Type   string `json:"type"`
	Memory int    `json:"memory_mib,omitempty"`
	Time   int    `json:"time,omitempty"`
}

type sealedAnswer struct {
	Sealed  int `json:"sealed"`
	Earlier int `json:"earlier_generation"`
}

func (e *env) sealStatusCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "status", Short: "Say what opens the sealing key, and how far the keys are sealed anew", Args: noArgs,
		Example: "  lanyard seal status\n  lanyard seal status -o json",
		RunE: func(c *cobra.Command, _ []string) error {
			return e.sealStatus(c.Context(), output)
		},
	}
	outputFlag(c, &output)
	return c
}

func (e *env) sealStatus(ctx context.Context, output string) error {
	s, err := e.sealer()
	if err != nil {
		return err
	}
	c, err := s.read()
	if err != nil {
		return err
	}
	defer clear(c.data)
	d := model.NewDirectory(s.store, model.Options{Unlock: s.vault.Unlock, Now: e.now})
	sealed, err := d.Sealing(ctx, c.file.Generation)
	if err != nil {
		return err
	}
	root, err := s.vault.Unlock()
	if err != nil && !errors.Is(err, errPassphrase) {
		return err
	}
	if err == nil {
		root.Wipe()
	}
	status := sealStatus{
		Store: e.home().store, SealingKey: s.vault.path, Format: c.file.Format, Generation: c.file.Generation, Locked: err != nil,
		APIKeys: sealedAnswer{Sealed: sealed.Keys, Earlier: sealed.Earlier},
	}
	for _, slot := range c.file.Slots {
		w := sealWay{Number: slot.ID, Type: slot.Type}
		if cost, ok := c.file.Cost(slot); ok {
			w.Memory, w.Time = int(cost.Memory>>10), int(cost.Time)
		}
		status.Ways = append(status.Ways, w)
	}
	if output == outputJSON {
		return e.writeJSON(status)
	}
	return e.printStatus(status)
}

func (e *env) printStatus(s sealStatus) error {
	var b strings.Builder
	opens := "by itself"
	if s.Locked {
		opens = "no: it asks for its passphrase"
	}
	earlier := "all under it"
	if s.APIKeys.Earlier > 0 {
		earlier = fmt.Sprintf("%d still under an earlier one: lanyard seal rotate does the rest", s.APIKeys.Earlier)
	}
	fmt.Fprintf(&b, "Store        %s\nSealing key  %s\nOpens        %s\n", s.Store, s.SealingKey, opens)
	for _, w := range s.Ways {
		fmt.Fprintf(&b, "  %d  %-10s  %s\n", w.Number, w.Type, w.remark())
	}
	fmt.Fprintf(&b, "Data key     number %d\nAPI keys     %d sealed, %s\n", s.Generation, s.APIKeys.Sealed, earlier)
	_, err := fmt.Fprint(e.out, strings.ReplaceAll(b.String(), "  \n", "\n"))
	return err
}

func (w sealWay) remark() string {
	switch w.Type {
	case keys.SlotFile:
		return "whoever can read the file"
	case keys.SlotPassphrase:
		return fmt.Sprintf("argon2id, %d MiB, %d times", w.Memory, w.Time)
	case keys.SlotKeyring:
		return "the desktop's, on the machine where it was added"
	}
	return "not known to this version, and left as it is"
}
