package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/model"
)

// inviting is what invite and resend have in common: how long an invitation is good for, and how it gets to its person.
type inviting struct {
	term, output          string
	showToken, showLetter bool
	mail                  bool
	mailSaid              bool // --mail was given, one way or the other
	mailer                model.Mailer
}

func (i *inviting) flags(c *cobra.Command) {
	c.Flags().StringVar(&i.term, "term", "", "how long it is good for: `TIME` such as 12h, 7d or 2w (default 7d)")
	choices(c, "term", "1d", "7d", "14d", "30d")
	c.Flags().BoolVar(&i.showToken, "show-token", false, "print the token; with several, each behind its email")
	c.Flags().BoolVar(&i.showLetter, "show-letter", false, "print the letter to hand over, with the token in it")
	c.Flags().BoolVar(&i.mail, "mail", false, "insist on mailing it; --mail=false doesn't mail. Without, it is mailed where a mail server is set")
	outputFlag(c, &i.output)
}

// prepare looks, before anything is done, whether what is wanted can be done.
func (i *inviting) prepare(e *env, c *cobra.Command) (time.Duration, error) {
	if i.showToken && i.showLetter || i.showLetter && i.output == outputJSON {
		return 0, usage("Choose one of them.", "--show-letter goes neither with --show-token nor with JSON")
	}
	i.mailSaid = c.Flags().Changed("mail")
	if !i.mailSaid || i.mail {
		sender, err := e.mailer()
		if err != nil {
			return 0, err
		}
		if i.mailer = letters(sender); i.mailer == nil && i.mail {
			return 0, noMailServer()
		}
	}
	return parseTerm(i.term)
}

// parseTerm reads the term of an invitation; 0 for none.
func parseTerm(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	term, err := parseTime(s)
	if err == nil && term == 0 {
		err = errors.New("it would end at once")
	}
	if err != nil {
		return 0, usage("Write it as "+orList(terms)+": from 1 hour to 90 days.", "--term: %v", err)
	}
	return term, nil
}

const inviteLong = `Invites people, each with a role, groups and workspaces set in advance. An address may
be written as "Ben Okafor <ben@example.com>".

With a mail server in config.toml the invitations are mailed. Without one, hand them
over yourself: --show-letter prints the whole text, --show-token the token alone. A
token can't be shown a second time; users resend makes a fresh one.`

// invite is what an invitation was asked to hold.
type invite struct {
	inviting
	name, role, note   string
	groups, workspaces []string
	together           bool
}

func (e *env) inviteCommand() *cobra.Command {
	var i invite
	c := &cobra.Command{
		Use: "invite EMAIL... --role ROLE", Short: "Invite people", Long: inviteLong, Args: someNames,
		Example: `  lanyard users invite eva@example.com --role Builder
  lanyard users invite finn@example.com hugo@example.com --role Builder --group sre
  lanyard users invite gil@example.com --role Builder --term 14d --show-letter
  lanyard users invite "Ida Moe <ida@example.com>" --role Consumer --note "Hello Ida"
  lanyard users invite jon@example.com --role Builder --workspace web-shop:Viewer
  lanyard users invite kim@example.com --role Admin --mail=false --show-token >token.txt`,
		RunE: func(c *cobra.Command, args []string) error { return e.invite(c, &i, args) },
	}
	flags := c.Flags()
	flags.StringVar(&i.role, "role", "", "the `ROLE`: Admin, Builder, Consumer, Tenant Guest or a custom one")
	flags.StringVar(&i.name, "name", "", "the person's `NAME`; without, it is guessed from the email")
	flags.StringArrayVar(&i.groups, "group", nil, "a group's `NAME`; may be repeated")
	flags.StringArrayVar(&i.workspaces, "workspace", nil, "a workspace and the role there, as `NAME:ROLE`; may be repeated")
	flags.StringVar(&i.note, "note", "", "what you want to say, in one line of `TEXT`")
	flags.BoolVar(&i.together, "all-or-nothing", false, "invite all of them, or when one is refused nobody")
	i.flags(c)
	return c
}

func (e *env) invite(c *cobra.Command, i *invite, args []string) error {
	if i.role == "" {
		return usage("Add --role ROLE; see what there is: lanyard roles list", "What they may do has to be said")
	}
	if slices.ContainsFunc(args, func(arg string) bool { return len(model.SplitInvitees(arg)) == 0 }) {
		return usage("Name whom to invite.", "An email is empty")
	}
	people := model.SplitInvitees(strings.Join(args, "\n"))
	if i.name != "" && len(people) != 1 {
		return usage("Name only one, or write each as \"Ben Okafor <ben@example.com>\".", "--name is for one")
	}
	term, err := i.prepare(e, c)
	if err != nil {
		return err
	}
	ctx := c.Context()
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	draft, err := i.draft(ctx, a)
	if err != nil {
		return err
	}
	draft.Term = term
	list := make([]model.Invite, len(people))
	for n, p := range people {
		list[n] = draft
		list[n].Email, list[n].Name = p.Email, p.Name
		if i.name != "" {
			list[n].Name = i.name
		}
	}
	invited, refused, err := inviteAll(ctx, a, list, i.together)
	defer wipe(invited)
	return errors.Join(i.deliver(ctx, e, a, invited, "invited"), err, inviteFailure(e, len(people), len(invited), refused, i.together))
}

// draft is what every invitation holds.
func (i *invite) draft(ctx context.Context, a *acting) (draft model.Invite, err error) {
	r, err := a.FindRole(ctx, model.ScopeTenant, i.role)
	if err != nil {
		return draft, err
	}
	draft.Role, draft.Note = r.ID, i.note
	if draft.Groups, err = findGroups(ctx, a, i.groups); err != nil {
		return draft, err
	}
	draft.Workspaces, err = findGrants(ctx, a, i.workspaces)
	return draft, err
}

func inviteAll(ctx context.Context, a *acting, list []model.Invite, together bool) (invited []model.Invited, refused []model.InviteRefusal, err error) {
	if !together {
		return a.InviteUsers(ctx, a.me, list)
	}
	err = a.Together(ctx, func(ctx context.Context, d *model.Directory) (err error) {
		wipe(invited) // of an earlier try
		invited, refused, err = d.InviteUsers(ctx, a.me, list)
		if err == nil && len(refused) > 0 {
			err = errUndone
		}
		return err
	})
	if err != nil {
		wipe(invited)
		invited = nil
	}
	if errors.Is(err, errUndone) {
		err = nil
	}
	return invited, refused, err
}

func wipe(list []model.Invited) {
	for i := range list {
		list[i].Token.Wipe()
	}
}

// inviteFailure makes one error of all addresses that were refused.
func inviteFailure(e *env, asked, done int, refused []model.InviteRefusal, together bool) error {
	m := many{noun: "user", done: "invited", together: together}
	faults := make([]error, len(refused))
	for i, r := range refused {
		faults[i] = named(model.Refusal{Name: r.Email, Err: r.Err})
	}
	return m.failure(e, asked, done, faults)
}

func (e *env) resendCommand() *cobra.Command {
	var i inviting
	m := &many{noun: "user", find: findInvited}
	c := &cobra.Command{
		Use: "resend EMAIL...", Short: "Make fresh invitations for people who haven't joined",
		Long: `Makes a fresh token and a new term for people who were invited and haven't joined.
The tokens that they had are dead. They are delivered as users invite says.`,
		Args: someNames, Example: `  lanyard users resend chiara@example.com --term 14d --show-letter
  lanyard users resend chiara@example.com --mail=false --show-token >token.txt`,
		RunE: func(c *cobra.Command, args []string) error { return e.resend(c, &i, m, args) },
	}
	i.flags(c)
	m.flags(c)
	return c
}

func (e *env) resend(c *cobra.Command, i *inviting, m *many, args []string) error {
	term, err := i.prepare(e, c)
	if err != nil {
		return err
	}
	a, err := e.acting(c.Context())
	if err != nil {
		return err
	}
	var invited []model.Invited
	defer func() { wipe(invited) }()
	m.done, m.quiet = "invited anew", true
	m.do = each(func(ctx context.Context, a *acting, list []model.Seen) (out model.Outcome, err error) {
		wipe(invited)
		invited, out, err = a.ResendInvites(ctx, a.me, list, term)
		return out, err
	})
	done, err := m.run(c.Context(), e, a, args)
	if len(done) == 0 {
		wipe(invited)
		invited = nil // none of them was kept
	}
	return errors.Join(i.deliver(c.Context(), e, a, invited, "invited anew"), err)
}

// deliver says whom was invited, and mails or prints the invitations.
func (i *inviting) deliver(ctx context.Context, e *env, a *acting, invited []model.Invited, done string) error {
	if len(invited) == 0 {
		return nil
	}
	says := e.out // what is for people, apart from what is for programs
	if i.showToken || i.showLetter {
		says = e.err
	}
	if i.output != outputJSON {
		what := invited[0].User.Email
		if len(invited) > 1 {
			what = count(len(invited), "user")
		}
		if _, err := fmt.Fprintf(says, "%s %s\n", what, done); err != nil {
			return err
		}
	}
	if i.mailer != nil && i.output == outputJSON { // each is printed when it is known what became of its mail
		s := i.begin(ctx, a, invited)
		return errors.Join(i.printJSON(ctx, e, a, invited, s), s.end(e, i, says))
	}
	if err := i.print(ctx, e, a, invited); err != nil {
		return err
	}
	if i.mailer != nil {
		return i.begin(ctx, a, invited).end(e, i, says)
	}
	if i.output != outputJSON && !i.showToken && !i.showLetter && !i.mailSaid {
		_, err := fmt.Fprintf(says, "Nothing was mailed: no mail server is set. To hand it over: lanyard users resend %s --show-letter\n",
			shellWord(invited[0].User.Email))
		return err
	}
	return nil
}

// print writes what a program or a person asked to see.
func (i *inviting) print(ctx context.Context, e *env, a *acting, invited []model.Invited) error {
	switch {
	case i.output == outputJSON:
		return i.printJSON(ctx, e, a, invited, nil)
	case i.showLetter:
		for _, one := range invited {
			l, err := a.Letter(ctx, a.me, one)
			if err == nil {
				_, err = io.WriteString(e.out, "To: "+l.To+"\nSubject: "+l.Subject+"\n\n"+l.Text+"\n")
			}
			if err != nil {
				return err
			}
		}
	case i.showToken:
		for _, one := range invited {
			line := append([]byte(nil), one.Token.Text()...)
			if len(invited) > 1 {
				line = append([]byte(one.User.Email+"\t"), line...)
			}
			line = append(line, '\n')
			_, err := e.out.Write(line)
			clear(line)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *inviting) printJSON(ctx context.Context, e *env, a *acting, invited []model.Invited, mail *sending) error {
	return e.write(func(w io.Writer) error {
		out := jsonArray{w: w}
		for n, one := range invited {
			mail.wait(n)
			u, err := a.Users(a.me).One(ctx, one.User.ID)
			if err != nil { // who may invite may not see the account, and gets what they made
				u = model.UserDetails{User: one.User, RoleName: i.roleName(ctx, a, one.User.Role)}
			}
			answer := userJSON(u, e.now())
			if i.showToken {
				answer.InviteToken = one.Token.Text()
			}
			if err := out.add(answer); err != nil {
				return err
			}
		}
		return out.end()
	})
}

func (*inviting) roleName(ctx context.Context, a *acting, id model.ID) string {
	name, _ := a.RoleName(ctx, id) // it was there when it was handed out
	return name
}
