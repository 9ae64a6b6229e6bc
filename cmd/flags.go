package cmd

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// step is a part of what is changed in some records.
type step func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error)

// setAtOnce is how many records set changes in one transaction, as the Directory does.
const setAtOnce = 250

// wholly makes work of steps: each record is changed by all of them or left as it is.
func wholly(steps []step, version uint64) work {
	return func(ctx context.Context, a *acting, list []target) (total model.Outcome, err error) {
		for part := range slices.Chunk(list, setAtOnce) {
			out, err := whollySome(ctx, a, steps, version, part)
			total = total.And(out)
			if err != nil {
				return total, err
			}
		}
		return total, nil
	}
}

// whollySome changes all of a few records together. Where one of them is refused, none is changed and each half is tried by
// itself, until it is found: mostly none is, and one transaction does for many.
func whollySome(ctx context.Context, a *acting, steps []step, version uint64, list []target) (model.Outcome, error) {
	var same map[model.ID]int // in how many steps
	err := a.Together(ctx, func(ctx context.Context, d *model.Directory) error {
		same = map[model.ID]int{}
		seen := make([]model.Seen, len(list))
		for i, t := range list {
			seen[i] = model.Seen{ID: t.id, Version: version}
		}
		for _, do := range steps {
			out, err := do(ctx, a.with(d), seen)
			if err != nil {
				return err
			}
			if len(out.Refused) > 0 {
				return out.Refused[0].Err
			}
			for _, id := range out.Same {
				same[id]++
			}
			for i := range seen {
				seen[i].Version = 0 // ours from here on
			}
		}
		return nil
	})
	switch {
	case err == nil:
		maps.DeleteFunc(same, func(_ model.ID, n int) bool { return n < len(steps) })
		return model.Outcome{Done: len(list), Same: slices.Sorted(maps.Keys(same))}, nil
	case !model.IsRefusal(err):
		return model.Outcome{}, err
	case len(list) == 1:
		return model.Outcome{Refused: []model.Refusal{{ID: list[0].id, Name: list[0].name, Err: err}}}, nil
	}
	half := len(list) / 2
	first, err := whollySome(ctx, a, steps, version, list[:half])
	if err != nil {
		return first, err
	}
	second, err := whollySome(ctx, a, steps, version, list[half:])
	return first.And(second), err
}

// toEach makes a step of what changes one record.
func toEach(do func(ctx context.Context, a *acting, seen model.Seen) error) step {
	return func(ctx context.Context, a *acting, list []model.Seen) (out model.Outcome, err error) {
		for _, seen := range list {
			before := model.Wrote(ctx)
			err := do(ctx, a, seen)
			switch {
			case err == nil:
				out.Done++
				if model.Wrote(ctx) == before {
					out.Same = append(out.Same, seen.ID)
				}
			case model.IsRefusal(err):
				out.Refused = append(out.Refused, model.Refusal{ID: seen.ID, Err: err})
			default:
				return out, err
			}
		}
		return out, nil
	}
}

// textSetter is one of the Directory's methods that change a text of a record.
type textSetter func(*model.Directory, context.Context, model.Actor, model.Seen, string) error

func setText(set textSetter, to string) step {
	return toEach(func(ctx context.Context, a *acting, seen model.Seen) error {
		return set(a.Directory, ctx, a.me, seen, to)
	})
}

// grantSetter is one of the Directory's methods that give a role in a workspace, or with role 0 take it away.
type grantSetter func(*model.Directory, context.Context, model.Actor, []model.Seen, model.ID, model.ID) (model.Outcome, error)

func setGrant(set grantSetter, g model.WorkspaceGrant) step {
	return func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error) {
		return set(a.Directory, ctx, a.me, list, g.Workspace, g.Role)
	}
}

// changes are the flags of set that nouns share.
type changes struct {
	command           *cobra.Command
	name, description string
	workspaces, leave []string
	version           uint64
	output            string
}

// has reports whether a flag was given.
func (s *changes) has(flag string) bool { return s.command.Flags().Changed(flag) }

// texts adds --name and --description.
func (s *changes) texts(describable bool) {
	s.command.Flags().StringVar(&s.name, "name", "", "another `NAME`")
	if describable {
		s.command.Flags().StringVar(&s.description, "description", "", "what it is for, in one line of `TEXT`")
	}
}

// grants adds --workspace and --remove-workspace.
func (s *changes) grants() {
	s.command.Flags().StringArrayVar(&s.workspaces, "workspace", nil, "the role in a workspace, as `NAME:ROLE`; may be repeated")
	s.command.Flags().StringArrayVar(&s.leave, "remove-workspace", nil, "take out of the workspace `NAME`; may be repeated")
}

// more adds what every set has, and finishes the command.
func (s *changes) more(m *many) {
	s.command.Flags().Uint64Var(&s.version, "if-version", 0, "only if it is still the version `N`, as JSON gave it")
	outputFlag(s.command, &s.output)
	m.flags(s.command)
}

// check refuses what can't be done before anything is opened.
func (s *changes) check(names []string) error {
	changed := false
	for _, flag := range s.flags() {
		changed = changed || s.has(flag)
	}
	switch {
	case !changed:
		return usage("See what can be: "+s.command.CommandPath()+" --help", "Nothing was said to be set")
	case len(names) > 1 && (s.has("name") || s.has("if-version")):
		return usage("Name only one, or leave them out.", "--name and --if-version are for one")
	case s.has("if-version") && s.version == 0:
		return usage("Give the version that JSON gave.", "--if-version begins with 1")
	}
	return s.contradictions()
}

// contradictions refuses flags of which one takes back what another does.
func (s *changes) contradictions() error {
	given := map[string]string{}
	for _, flag := range []string{"workspace", "remove-workspace", "add-group", "remove-group", "add-permission", "remove-permission"} {
		if !s.has(flag) {
			continue
		}
		values, err := s.command.Flags().GetStringArray(flag)
		if err != nil {
			return err
		}
		for _, value := range values {
			says, of := "--"+flag+" "+value, value
			if flag == "workspace" {
				of = value[:max(0, strings.LastIndex(value, ":"))]
			}
			of = flag[strings.LastIndex(flag, "-")+1:] + " " + model.FoldName(of)
			if before, twice := given[of]; twice && before != says {
				return usage("Give one of them.", "%s contradicts %s", says, before)
			}
			given[of] = says
		}
	}
	return nil
}

// flags are those that change something.
func (s *changes) flags() []string {
	return []string{
		"name", "description", "role", "group", "no-groups", "add-group", "remove-group", "workspace", "remove-workspace",
		"permission", "add-permission", "remove-permission",
	}
}

// textSteps are those of --name and --description.
func (s *changes) textSteps(rename, describe textSetter) (steps []step) {
	if s.has("name") {
		steps = append(steps, setText(rename, s.name))
	}
	if s.has("description") {
		steps = append(steps, setText(describe, s.description))
	}
	return steps
}

// grantSteps are those of --workspace and --remove-workspace.
func (s *changes) grantSteps(ctx context.Context, a *acting, set grantSetter) (steps []step, err error) {
	grants, err := findGrants(ctx, a, s.workspaces)
	if err != nil {
		return nil, err
	}
	for _, name := range s.leave {
		w, err := a.FindWorkspace(ctx, a.me, name)
		if err != nil {
			return nil, err
		}
		grants = append(grants, model.WorkspaceGrant{Workspace: w.ID})
	}
	for _, g := range grants {
		steps = append(steps, setGrant(set, g))
	}
	return steps, nil
}

// findGrants finds what NAME:ROLE names.
func findGrants(ctx context.Context, a *acting, list []string) ([]model.WorkspaceGrant, error) {
	var grants []model.WorkspaceGrant
	for _, s := range list {
		i := strings.LastIndexByte(s, ':') // no name has a colon
		if i < 0 {
			return nil, usage("Write it as NAME:ROLE, such as "+s+":Viewer.", "%q names a workspace without a role", s)
		}
		w, err := a.FindWorkspace(ctx, a.me, s[:i])
		if err != nil {
			return nil, err
		}
		r, err := a.FindRole(ctx, model.ScopeWorkspace, s[i+1:])
		if err != nil {
			return nil, err
		}
		grants = append(grants, model.WorkspaceGrant{Workspace: w.ID, Role: r.ID})
	}
	return grants, nil
}

// findGroups finds groups by their names.
func findGroups(ctx context.Context, a *acting, names []string) ([]model.ID, error) {
	var ids []model.ID
	for _, name := range names {
		g, err := a.FindGroup(ctx, a.me, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.ID)
	}
	return ids, nil
}

// nounCommand is a noun, which does nothing without a verb.
func nounCommand(use, short, long, example string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example, Args: noArgs, GroupID: groupAccount,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(verbs...)
	return c
}
