package cmd

import (
	_ "embed"
	"io"

	"github.com/spf13/cobra"
)

const completionLong = `Prints what makes a shell complete lanyard's commands and flags, and the names in
your account: emails, service accounts, groups, workspaces, roles, permissions. Who
may not see the account completes themselves.

bash, in ~/.bashrc, without any other package:
  source <(lanyard completion bash)
zsh, into a directory of $fpath, before compinit:
  lanyard completion zsh >~/.zsh/completions/_lanyard
fish:
  lanyard completion fish >~/.config/fish/completions/lanyard.fish
PowerShell, in $PROFILE:
  lanyard completion powershell | Out-String | Invoke-Expression`

// bashCompletion is ours, for cobra's leans on the package bash-completion, and at the @ of an email it loses its way.
//
//go:embed completion.bash
var bashCompletion string

// completionShells are how the script for each shell is written.
var completionShells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash": func(_ *cobra.Command, w io.Writer) error {
		_, err := io.WriteString(w, bashCompletion)
		return err
	},
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func (e *env) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "Print what makes a shell complete commands and names", Long: completionLong,
		Example: "  lanyard completion bash >lanyard.bash\n  lanyard completion zsh >_lanyard",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && completionShells[args[0]] != nil {
				return nil
			}
			return wrongArgs(c, "One shell has to be named: bash, zsh, fish or powershell")
		},
		RunE: func(c *cobra.Command, args []string) error { return completionShells[args[0]](c.Root(), e.out) },
	}
}
