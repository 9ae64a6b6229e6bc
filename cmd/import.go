package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lanyard/model"
)

const importLong = `Reads a file into the account: what export writes, or CSV of users. The exports of
Google Workspace, Microsoft Entra, Okta and GitHub organisations are known by their
headers; of others, --map says which column is which.

CSV invites people, and leaves out who is blocked where it comes from. An export of
lanyard's brings people back as they were. What is there already is changed to what
the file says of it, and nothing is removed. --dry-run says row by row what would be
done. The same file can be imported again, also after an interruption.

--all-or-nothing prepares all of it first, then writes it at once, which keeps others
waiting for about a second for every 50,000 rows; ctrl+c ends it with nothing done.`

// mostTogether is how many rows may be imported all or nothing. Writing them takes about two seconds, and whoever wants
// the store meanwhile gives up after five.
const mostTogether = 100_000

// importing is what import was asked for.
type importing struct {
	role               string
	groups, workspaces []string
	columns            map[string]string
	dry, together      bool
	create, keep, mail bool
	output             string
}

func (e *env) importCommand() *cobra.Command {
	var x importing
	c := &cobra.Command{
		Use: "import FILE", Short: "Read an export, or CSV of users, into the account", Long: importLong, Args: oneFile,
		Example: `  lanyard import people.csv --role Builder --dry-run
  lanyard import people.csv --role Builder --group sre --workspace web-shop:Viewer
  lanyard import staff.csv --map email=Mail,name=Person --role Consumer --create-groups
  lanyard export acme.json && lanyard import acme.json --keep-existing`,
		RunE: func(c *cobra.Command, args []string) error { return e.importFile(c.Context(), args[0], x) },
	}
	f := c.Flags()
	f.BoolVar(&x.dry, "dry-run", false, "say what would be done, and do nothing")
	f.StringVar(&x.role, "role", "", "the `ROLE` of new users whose row names none")
	f.StringArrayVar(&x.groups, "group", nil, "a group's `NAME` for new users whose row names none; may be repeated")
	f.StringArrayVar(&x.workspaces, "workspace", nil, "a workspace and the role there, as `NAME:ROLE`, for the same")
	f.StringToStringVar(&x.columns, "map", nil, "which column is which, as `FIELD=COLUMN`: email, name, first, last, role, groups, workspaces, status")
	choices(c, "map", mappings()...)
	f.BoolVar(&x.create, "create-groups", false, "create the groups that are named and aren't there")
	f.BoolVar(&x.keep, "keep-existing", false, "change nothing that is there already")
	f.BoolVar(&x.mail, "mail", false, "mail the invitations")
	f.BoolVar(&x.together, "all-or-nothing", false, "do all of it, or when one row is refused nothing; 100,000 rows at most")
	outputFlag(c, &x.output)
	return c
}

func (e *env) importFile(ctx context.Context, path string, x importing) error {
	in, err := e.readImport(path, x.columns)
	if err != nil {
		return err
	}
	if x.together && len(in.rows) > mostTogether {
		return usage("Leave --all-or-nothing out: a few hundred are done at a time then, and the same file goes on after an interruption.",
			"%s has %s, and at most %s are done all or nothing", inputName(path), count(len(in.rows), "row"), count(mostTogether, ""))
	}
	sender := inviting{output: x.output}
	if x.mail {
		letter, err := e.mailer()
		if err != nil {
			return err
		}
		if sender.mailer = letters(letter); sender.mailer == nil {
			return noMailServer()
		}
	}
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	how, err := x.how(ctx, a)
	if err != nil {
		return err
	}
	if x.output != outputJSON && e.screen().width > 0 {
		_, _ = fmt.Fprintf(e.err, "%s is %s with %s.\n", inputName(path), in.form, count(len(in.rows), "row"))
	}
	w := planned{env: e, dry: x.dry, together: x.together, output: x.output, done: "imported"}
	if x.dry {
		_, err := w.apply(ctx, a, in.rows, how)
		return err
	}
	invited, err := w.apply(ctx, a, in.rows, how)
	defer wipe(invited)
	if len(invited) > 0 {
		err = errors.Join(err, sender.handOver(ctx, e, a, invited))
	}
	return err
}

// how is what new users get beside what their rows say.
func (x *importing) how(ctx context.Context, a *acting) (how model.Importing, err error) {
	how.CreateGroups, how.KeepExisting = x.create, x.keep
	if x.role != "" {
		r, err := a.FindRole(ctx, model.ScopeTenant, x.role)
		if err != nil {
			return how, err
		}
		how.Role = r.ID
	}
	if how.Groups, err = findGroups(ctx, a, x.groups); err != nil {
		return how, err
	}
	how.Workspaces, err = findGrants(ctx, a, x.workspaces)
	return how, err
}

// handOver mails the invitations that an import made, or says that they weren't.
func (i *inviting) handOver(ctx context.Context, e *env, a *acting, invited []model.Invited) error {
	if i.mailer != nil {
		return i.begin(ctx, a, invited).end(e, i, e.out)
	}
	if i.output == outputJSON {
		return nil
	}
	how := "--show-letter"
	if mailer, err := e.mailer(); err == nil && letters(mailer) != nil {
		how = "--mail"
	}
	_, err := fmt.Fprintf(e.out, "Nothing was mailed. To hand one over: lanyard users resend %s %s\n", shellWord(invited[0].User.Email), how)
	return err
}

// planned applies rows, or tries them, and says what became of them.
type planned struct {
	env      *env
	dry      bool
	together bool
	output   string
	done     string // "imported"
}

// apply does it, and returns the invitations that were made, for the caller to wipe.
func (p *planned) apply(ctx context.Context, a *acting, rows []model.Row, how model.Importing) ([]model.Invited, error) {
	var invited []model.Invited
	how.Invited = func(list []model.Invited) { invited = append(invited, list...) }
	plan, err := p.plan(ctx, a, rows, how, &invited)
	if p.dry {
		wipe(invited)
		invited = nil
	}
	if err != nil && (p.together || p.dry) { // nothing was done
		return invited, interrupted(ctx, err)
	}
	said := p.say(plan)
	if err != nil {
		if ctx.Err() != nil {
			err = &model.Error{Kind: errTold, What: "Interrupted", Hint: "What was done before is kept, and the rest is done by doing it again."}
		}
		return invited, errors.Join(err, said)
	}
	return invited, errors.Join(said, p.failure(plan, len(rows)))
}

func (p *planned) plan(
	ctx context.Context, a *acting, rows []model.Row, how model.Importing, invited *[]model.Invited,
) (plan model.Plan, err error) {
	what := "Importing"
	if p.dry {
		rehearsing, err := a.Rehearse()
		if err != nil {
			return plan, err
		}
		a, what = a.with(rehearsing), "Looking"
	}
	with, done := p.env.progress(ctx, what)
	defer done()
	if !p.together {
		return a.Apply(with, a.me, rows, how)
	}
	err = a.Together(with, func(ctx context.Context, d *model.Directory) (err error) {
		wipe(*invited) // of an earlier try
		*invited = nil
		plan, err = d.Apply(ctx, a.me, rows, how)
		if err == nil && plan.Count(model.RowRefused) > 0 {
			err = errUndone
		}
		return err
	})
	if err != nil {
		wipe(*invited)
		*invited = nil
	}
	if errors.Is(err, errUndone) {
		err = nil
	}
	return plan, err
}

// undone reports whether all of it was given up because of what was refused.
func (p *planned) undone(plan model.Plan) bool { return p.together && plan.Count(model.RowRefused) > 0 }

// say writes what became of the rows: all of them as JSON and for a dry run, else how many.
func (p *planned) say(plan model.Plan) error {
	switch {
	case p.output == outputJSON:
		return p.env.write(func(w io.Writer) error {
			list := jsonArray{w: w}
			for _, entry := range plan.Entries {
				if err := list.add(entryJSON(entry)); err != nil {
					return err
				}
			}
			return list.end()
		})
	case p.dry:
		if err := p.table(plan); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.env.out, "Would be done: %s\n", plan.Summary())
		return err
	case p.undone(plan):
		return nil
	}
	_, err := fmt.Fprintf(p.env.out, "Done: %s\n", plan.Summary())
	return err
}

// table tells of each row that isn't as it should be already: a line each where no person reads it.
func (p *planned) table(plan model.Plan) error {
	screen := p.env.screen()
	return p.env.write(func(w io.Writer) error {
		t := newTable(w, screen, entryColumns)
		for _, entry := range plan.Entries {
			if entry.Fate == model.RowSame && entry.Note == "" {
				continue
			}
			tell := t.add
			if screen.width > 0 {
				tell = func(e model.Entry) error { return writeEntry(w, screen, e) }
			}
			if err := tell(entry); err != nil {
				return err
			}
		}
		return t.end()
	})
}

// entryColumns are what programs read of a row.
var entryColumns = []column[model.Entry]{
	{key: "line", title: "Line", plain: func(e model.Entry) string { return fmt.Sprint(e.Line) }},
	{key: "kind", title: "What", plain: func(e model.Entry) string { return e.Kind.String() }},
	{key: "name", title: "Name", plain: func(e model.Entry) string { return e.Name }},
	{key: "result", title: "Result", plain: func(e model.Entry) string { return e.Fate.String() }},
	{key: "details", title: "Details", plain: model.Entry.Tells},
}

// failure makes one error of all that was refused, after saying each with its line.
func (p *planned) failure(plan model.Plan, asked int) error {
	var faults []error
	for _, entry := range plan.Entries {
		if entry.Err == nil {
			continue
		}
		where := fmt.Sprintf("line %d", entry.Line)
		if entry.Name != "" {
			where += ", " + entry.Name
		}
		faults = append(faults, refusedError{where, entry.Err})
	}
	m := many{noun: "record", done: p.done, together: p.together}
	if p.dry {
		m.done, m.together = "would be "+p.done, false
	}
	out := *p.env
	if p.dry && p.output != outputJSON { // each was in the table
		out.err = io.Discard
	}
	return m.failure(&out, max(asked, 2), plan.Touches(), faults)
}

// entryAnswer is what became of a row.
type entryAnswer struct {
	Line    int            `json:"line"`
	Kind    string         `json:"kind"`
	Name    string         `json:"name"`
	Result  string         `json:"result"`
	Changes []changeAnswer `json:"changes"`
	Note    *string        `json:"note"`
	Error   *string        `json:"error"`
}

func entryJSON(e model.Entry) entryAnswer {
	a := entryAnswer{Line: e.Line, Kind: e.Kind.String(), Name: e.Name, Result: e.Fate.String(), Changes: []changeAnswer{}, Note: nameJSON(e.Note)}
	for _, c := range e.Changes {
		a.Changes = append(a.Changes, changeAnswer{c.Field, c.From, c.To})
	}
	if e.Err != nil {
		a.Error = nameJSON(e.Err.Error())
	}
	return a
}
