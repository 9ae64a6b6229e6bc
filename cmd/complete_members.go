package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// Who isn't in it can't be taken out of it, so where something is taken away only what is there is proposed.

// memberProposer is what proposes those who are in the group or the workspace that comes first among the arguments, of the kind
// that a flag names or, with "", users. For groups add it is those who aren't in it.
func memberProposer(c *cobra.Command, flag string, args []string) proposer {
	if len(args) == 0 {
		return nil
	}
	if c.Parent().Name() == "groups" {
		member := c.Name() == "remove"
		return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
			g, err := a.FindGroup(ctx, a.me, args[0])
			if err != nil {
				return nil, err
			}
			return a.ProposeUsers(ctx, a.me, typed, func(u model.User) bool { return slices.Contains(u.Groups, g.ID) == member })
		}
	}
	return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
		spaces, err := findSpaces(ctx, a, args[:1])
		if err != nil {
			return nil, err
		}
		switch flag {
		case "group":
			return a.ProposeGroups(ctx, a.me, typed, func(g model.Group) bool { return inSpaces(spaces, g.Workspaces) })
		case "service-account":
			return a.ProposeServiceAccounts(ctx, a.me, typed, func(s model.ServiceAccount) bool { return inSpaces(spaces, s.Workspaces) })
		}
		return a.ProposeUsers(ctx, a.me, typed, func(u model.User) bool { return inSpaces(spaces, u.Workspaces) })
	}
}

// heldProposer is what proposes the values of a flag by which something is taken away from those whom the arguments name; nil
// for other flags, and where nobody is named yet.
func heldProposer(c *cobra.Command, flag string, args []string) proposer {
	switch {
	case len(args) == 0:
		return nil
	case c.Name() == "remove" && (flag == "group" || flag == "service-account"):
		return memberProposer(c, flag, args)
	case flag == "remove-group":
		return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
			var held []model.ID
			for _, name := range args {
				if u, err := a.FindUser(ctx, a.me, name); err == nil {
					held = append(held, u.Groups...)
				}
			}
			return a.ProposeGroups(ctx, a.me, typed, func(g model.Group) bool { return slices.Contains(held, g.ID) })
		}
	case flag == "remove-workspace":
		return func(ctx context.Context, a *acting, typed string) ([]model.Proposal, error) {
			var held []model.WorkspaceGrant
			for _, name := range args {
				held = append(held, grantsOf(ctx, a, c.Parent().Name(), name)...)
			}
			return a.ProposeWorkspaces(ctx, a.me, typed, func(w model.Workspace) bool { return inSpaces([]model.ID{w.ID}, held) })
		}
	}
	return nil
}

// grantsOf are the workspaces of what an argument of a noun names, none where nothing is called so.
func grantsOf(ctx context.Context, a *acting, noun, name string) []model.WorkspaceGrant {
	switch noun {
	case "users":
		u, _ := a.FindUser(ctx, a.me, name)
		return u.Workspaces
	case "service-accounts":
		s, _ := a.FindServiceAccount(ctx, a.me, name)
		return s.Workspaces
	case "groups":
		g, _ := a.FindGroup(ctx, a.me, name)
		return g.Workspaces
	}
	return nil
}

// recentEvents is how many events are looked at for actions: it takes a few milliseconds.
const recentEvents = 2000

// proposeActions proposes what was done of late.
func proposeActions(ctx context.Context, a *acting, _ string) (list []model.Proposal, err error) {
	events, last, err := a.Activity(ctx, a.me)
	if err != nil {
		return nil, err
	}
	n := 0
	for e, err := range events.List(ctx, &model.EventFilter{}, last) {
		n++
		if err != nil || n > recentEvents {
			break
		}
		p := model.Proposal{Name: e.Action, About: e.Category() + ": " + e.Deed()}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b model.Proposal) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}
