package cmd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lanyard/db"
	"lanyard/model"
	"lanyard/tui/text"
)

// A shell asks, with the hidden command __complete, what may stand where somebody presses tab. It gets names from the store,
// and nothing where anything is wrong: nobody wants an error in the middle of a line that they are typing.

// completePatience is how long somebody who pressed tab waits for a store that others hold.
const completePatience = 250 * time.Millisecond

// proposer returns what begins with what was typed.
type proposer func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error)

// completes lets shells complete the arguments and flags of a command and of all below it.
func (e *env) completes(c *cobra.Command) {
	if c.ValidArgsFunction == nil {
		c.ValidArgsFunction = e.completeArgs
	}
	for _, flags := range []*pflag.FlagSet{c.PersistentFlags(), c.Flags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if _, has := c.GetFlagCompletionFunc(f.Name); has || f.NoOptDefVal != "" {
				return
			}
			_ = c.RegisterFlagCompletionFunc(f.Name, e.flagCompletion(c, f)) // it is there, and has none
		})
	}
	for _, sub := range c.Commands() {
		e.completes(sub)
	}
}

// choices lets shells complete a flag by words that are always the same.
func choices(c *cobra.Command, flag string, words ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder))
}

// completeArgs completes an argument by what its place in the command's usage line is called.
func (e *env) completeArgs(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	place := placeOf(c, len(args))
	switch place {
	case "":
		return nil, cobra.ShellCompDirectiveNoFileComp
	case "FILE", "DIR":
		return nil, cobra.ShellCompDirectiveDefault
	}
	if words := strings.Split(place, "|"); len(words) > 1 {
		if c.HasSubCommands() { // which they are, and so they are proposed already
			words = nil
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
	list := e.proposed(c, placeProposer(c, place, args), typed)
	return slices.DeleteFunc(list, func(s string) bool {
		name, _, _ := strings.Cut(s, "\t")
		return slices.Contains(args, name) || strings.HasPrefix(name, "-") && !e.dashes // it would be taken for a flag
	}), cobra.ShellCompDirectiveNoFileComp
}

// prepareCompletion makes arguments with which a shell asks what may stand next such as cobra understands: to it, a value that
// begins with a dash is a flag.
func (e *env) prepareCompletion(root *cobra.Command, args []string) []string {
	if len(args) == 0 || !strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return args
	}
	unquoteFlags(root)
	e.dashes = slices.Contains(args[1:len(args)-1], "--")
	last := len(args) - 1
	if last > 1 && args[last-1] == "--sort" && strings.HasPrefix(args[last], "-") && !e.dashes {
		return append(slices.Clone(args[:last-1]), "--sort="+args[last])
	}
	return args
}

// unquoteFlags takes the quotes off the names of values: the help reads them, and shells show them as they are.
func unquoteFlags(c *cobra.Command) {
	for _, flags := range []*pflag.FlagSet{c.PersistentFlags(), c.Flags()} {
		flags.VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
	for _, sub := range c.Commands() {
		unquoteFlags(sub)
	}
}

// completeSort completes a column to sort by, or behind a dash one to sort by backwards.
func completeSort(columns []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := columns
		if strings.HasPrefix(typed, "-") {
			words = wordsFor(columns, func(s string) string { return "-" + s })
		}
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// placeOf is what the usage line calls the n-th argument, "" where there is none.
func placeOf(c *cobra.Command, n int) string {
	var places []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if strings.HasPrefix(word, "-") {
			break
		}
		places = append(places, strings.Trim(word, "[]"))
	}
	if len(places) == 0 {
		return ""
	}
	last := places[len(places)-1]
	if n >= len(places) && !strings.HasSuffix(last, "...") {
		return ""
	}
	return strings.TrimSuffix(places[min(n, len(places)-1)], "...")
}

// placeProposer is what proposes names for an argument, nil where they are new.
func placeProposer(c *cobra.Command, place string, args []string) proposer {
	switch noun, verb := c.Parent().Name(), c.Name(); {
	case verb == "create" || verb == "invite":
		return nil
	case place == "EMAIL":
		return emailProposer(c, args)
	case noun == "roles" && (verb == "set" || verb == "delete"):
		return proposeRoles(func(r model.Role) bool { return !r.BuiltIn() })
	case place == "WHICH":
		return proposeSlots
	case place == "NAME":
		return kindProposers[noun]
	default:
		return kindProposers[strings.ToLower(place)+"s"]
	}
}

// emailProposer is what proposes emails for an argument: of those with whom the verb has anything to do.
func emailProposer(c *cobra.Command, args []string) proposer {
	switch noun, verb := c.Parent().Name(), c.Name(); {
	case noun == "users":
		return proposeUsers(verbStatus[verb])
	case verb == "remove" || noun == "groups":
		return memberProposer(c, "", args)
	}
	return proposeUsers(0)
}

// verbStatus is the status of those with whom a verb of users has anything to do, where it isn't all the same.
var verbStatus = map[string]model.Status{
	"resend": model.StatusInvited, "cancel": model.StatusInvited, "deactivate": model.StatusActive, "reactivate": model.StatusInactive,
}

// kindProposers are those of the nouns.
var kindProposers = map[string]proposer{
	"service-accounts": func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		return a.ProposeServiceAccounts(ctx, a.me, typed, nil)
	},
	"groups": func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		return a.ProposeGroups(ctx, a.me, typed, nil)
	},
	"workspaces": func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		return a.ProposeWorkspaces(ctx, a.me, typed, nil)
	},
	"roles": proposeRoles(nil),
}

// flagCompletion is how the value of a flag is completed: by what the flag is called, and what its value is.
func (e *env) flagCompletion(c *cobra.Command, f *pflag.Flag) cobra.CompletionFunc {
	if offers, ok := f.Value.(*form); ok {
		return cobra.FixedCompletions(offers.offered, cobra.ShellCompDirectiveNoFileComp)
	}
	value, _ := pflag.UnquoteUsage(f)
	if value == "FILE" {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	}
	if value == "NAME:ROLE" {
		return e.completeGrant
	}
	propose := flagProposer(c, f.Name, value)
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		propose := propose
		if held := heldProposer(c, f.Name, args); held != nil {
			propose = held
		}
		return e.proposed(c, propose, typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// flagProposer is what proposes the values of a flag, nil where they are free.
func flagProposer(c *cobra.Command, flag, value string) proposer {
	switch noun := strings.TrimPrefix(strings.TrimPrefix(flag, "add-"), "remove-"); {
	case flag == "as", flag == "admin":
		return proposeUsers(model.StatusActive)
	case flag == "owner":
		return proposeUsers(model.StatusActive)
	case flag == "by":
		return proposeUsers(0)
	case flag == "target":
		return proposeTargets
	case flag == "action":
		return proposeActions
	case value == "ROLE" && c.Parent().Name() == "workspaces":
		return proposeRoles(inWorkspaces)
	case value == "ROLE" && c.Parent().Name() == "service-accounts":
		return proposeRoles(func(r model.Role) bool { return r.Scope == model.ScopeTenant && r.ID != model.RoleTenantGuest })
	case value == "ROLE":
		return proposeRoles(func(r model.Role) bool { return r.Scope == model.ScopeTenant })
	case value == "PERMISSION":
		return proposePermissions
	default:
		return kindProposers[noun+"s"]
	}
}

// completeGrant completes the name of a workspace, and behind the colon the role there.
func (e *env) completeGrant(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	i := strings.LastIndexByte(typed, ':')
	if i < 0 {
		list := e.proposed(c, kindProposers["workspaces"], typed)
		for i, s := range list {
			name, about, described := strings.Cut(s, "\t")
			list[i] = name + ":"
			if described {
				list[i] += "\t" + about
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	list := e.proposed(c, proposeRoles(inWorkspaces), typed[i+1:])
	for j, s := range list {
		list[j] = typed[:i+1] + s
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// proposed is what a proposer has to say, as shells are told it: the name, a tab, and what it is.
func (e *env) proposed(c *cobra.Command, propose proposer, typed string) []string {
	if propose == nil {
		return nil
	}
	a, err := e.peeking(c.Context())
	if err != nil {
		return nil
	}
	found, err := propose(c.Context(), a, typed)
	if err != nil {
		return nil
	}
	var list []string
	for _, p := range found {
		if text.Clean(p.Name) != p.Name { // no terminal is to see it, and nobody can type it
			continue
		}
		s := p.Name
		if p.About != "" {
			s += "\t" + text.Clean(p.About)
		}
		list = append(list, s)
	}
	return list
}

// peeking is acting for who only looks in passing: nothing is written, nobody is asked, and nothing is waited for.
func (e *env) peeking(ctx context.Context) (*acting, error) {
	store, err := db.Peek(e.home().store, completePatience)
	if err != nil {
		return nil, err
	}
	me, err := e.actor(ctx, store)
	if err != nil {
		return nil, err
	}
	return &acting{model.NewDirectory(store, model.Options{}), model.Actor{User: me.ID, Via: model.ViaCommandLine}}, nil
}

// proposeUsers proposes emails, of users with a status if one is given.
func proposeUsers(status model.Status) proposer {
	var want func(model.User) bool
	if status != 0 {
		want = func(u model.User) bool { return u.Status == status }
	}
	return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		return a.ProposeUsers(ctx, a.me, typed, want)
	}
}

func inWorkspaces(r model.Role) bool { return r.Scope == model.ScopeWorkspace }

// proposeRoles proposes roles, those that are wanted; nil for all.
func proposeRoles(want func(model.Role) bool) proposer {
	return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		return a.ProposeRoles(ctx, a.me, typed, want)
	}
}

// proposePermissions proposes all that a role can allow.
func proposePermissions(context.Context, *acting, string) (list []model.Proposal, err error) {
	for _, p := range model.ScopeTenant.Permissions() {
		list = append(list, model.Proposal{Name: string(p), About: p.Help()})
	}
	return list, nil
}

// proposeTargets proposes whatever something can be done to. Of kinds that may not be seen there is nothing.
func proposeTargets(ctx context.Context, a *acting, typed string) (list []model.Proposal, err error) {
	all := []proposer{proposeUsers(0)}
	for _, noun := range []string{"service-accounts", "groups", "workspaces", "roles"} {
		all = append(all, kindProposers[noun])
	}
	for _, propose := range all {
		if some, err := propose(ctx, a, typed); err == nil {
			list = append(list, some...)
		}
	}
	return list, nil
}

// proposeSlots proposes what opens the sealing key.
func proposeSlots(context.Context, *acting, string) ([]model.Proposal, error) {
	return []model.Proposal{{Name: "passphrase"}, {Name: "keyring"}, {Name: "file"}}, nil
}
