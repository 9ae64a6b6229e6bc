package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/text"
)

// target is a record that an argument names.
type target struct {
	kind model.Kind
	id   model.ID
	name string // what it is called
}

// finder finds what an argument names.
type finder func(ctx context.Context, a *acting, name string) (target, error)

// work does something to several records.
type work func(ctx context.Context, a *acting, list []target) (model.Outcome, error)

// weigher looks whom of some records a question is about, of nobody if it needn't be asked, and what follows.
type weigher func(ctx context.Context, a *acting, list []target) (about []target, follows string, err error)

// many is a change of what several arguments name.
type many struct {
	noun     string // "user"
	done     string // "deactivated"
	already  string // "already in sre": what those were who were so; "already so" if empty
	find     finder
	do       work
	question string  // "Remove"; "" asks nothing
	counts   string  // what it counts where it is about several: "user"; the noun if empty
	follows  string  // what follows from it, to weigh before the answer
	several  string  // the same for several, where that reads otherwise
	weigh    weigher // where it depends on what is found, whom it is about and what follows; nil where it doesn't
	together bool
	quiet    bool            // the answer is JSON: what was done is not said in words
	said     map[string]bool // why something isn't done, as it was said already
}

// flags adds what every change of many has.
func (m *many) flags(c *cobra.Command) {
	c.Flags().BoolVar(&m.together, "all-or-nothing", false, "do it to all of them, or when one is refused to none")
}

// run finds what the arguments name, asks if that is called for, does it and says how it went. It returns the ids of what
// was done to.
func (m *many) run(ctx context.Context, e *env, a *acting, names []string) ([]model.ID, error) {
	targets, faults, err := m.findAll(ctx, a, names)
	if err == nil && m.question != "" && !e.yes {
		targets, faults, err = m.ask(ctx, e, a, targets, faults)
	}
	if err != nil {
		return nil, err
	}
	ctx = model.OneStep(ctx)
	var out model.Outcome
	switch {
	case m.together && len(faults) > 0: // it isn't begun; what else would be refused is worth knowing
		out, err = m.rehearse(ctx, a, targets)
	case m.together:
		out, err = m.doTogether(ctx, a, targets)
	default:
		out, err = m.do(ctx, a, targets)
	}
	if err != nil && out.Done > 0 {
		_, _ = fmt.Fprintf(e.err, "lanyard: %s %s before this:\n", count(out.Done, m.noun), m.done) // nowhere left to report to
	}
	if err != nil {
		return nil, err
	}
	return m.report(e, len(names), targets, faults, out)
}

// ask has the rules say what can't be done, and asks about the rest: nobody thinks about what is refused anyway. It returns
// what is left to do, and why the others aren't. The rules are asked again when it is done, for the answer may take its time.
func (m *many) ask(ctx context.Context, e *env, a *acting, targets []target, faults []error) ([]target, []error, error) {
	out, err := m.rehearse(ctx, a, targets)
	if err != nil {
		return nil, nil, err
	}
	if err := e.openable(); err != nil {
		return nil, nil, err
	}
	targets, faults = sortOut(targets, faults, out)
	if m.together && len(faults) > 0 {
		return targets, faults, nil
	}
	about, follows := targets, m.follows
	if m.weigh != nil {
		if about, follows, err = m.weigh(ctx, a, targets); err != nil {
			return nil, nil, err
		}
	}
	if len(about) == 0 {
		return targets, faults, nil
	}
	m.say(e, faults)
	if len(about) > 1 && m.weigh == nil {
		follows = cmp.Or(m.several, follows)
	}
	return targets, faults, e.ask(m.question, cmp.Or(m.counts, m.noun), about, follows)
}

// sortOut takes those that were refused out of the targets, and adds why to the faults.
func sortOut(targets []target, faults []error, out model.Outcome) ([]target, []error) {
	refused := map[model.ID]bool{}
	for _, r := range out.Refused {
		refused[r.ID] = true
		r.Name = cmp.Or(nameOf(targets, r.ID), r.Name) // of a user the email: two can have one name
		faults = append(faults, named(r))
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return refused[t.id] }), faults
}

func (m *many) findAll(ctx context.Context, a *acting, names []string) ([]target, []error, error) {
	var targets []target
	var faults []error
	for _, name := range names {
		t, err := m.find(ctx, a, name)
		switch {
		case err == nil:
			if !slices.ContainsFunc(targets, func(o target) bool { return o.id == t.id }) {
				targets = append(targets, t)
			}
		case model.IsRefusal(err):
			faults = append(faults, err)
		default:
			return nil, nil, err
		}
	}
	return targets, faults, nil
}

// errUndone ends a transaction in which something was refused.
var errUndone = errors.New("nothing was changed")

func (m *many) doTogether(ctx context.Context, a *acting, targets []target) (out model.Outcome, err error) {
	err = a.Together(ctx, func(ctx context.Context, d *model.Directory) (err error) {
		out, err = m.do(ctx, a.with(d), targets)
		if err == nil && len(out.Refused) > 0 {
			err = errUndone
		}
		return err
	})
	if err != nil {
		out.Done, out.Same = 0, nil
	}
	if errors.Is(err, errUndone) {
		err = nil
	}
	return out, err
}

// rehearse finds out what would be refused, and does nothing.
func (m *many) rehearse(ctx context.Context, a *acting, targets []target) (out model.Outcome, err error) {
	if len(targets) == 0 {
		return out, nil
	}
	d, err := a.Rehearse()
	if err != nil {
		return out, err
	}
	out, err = m.do(ctx, a.with(d), targets)
	out.Done = 0
	return out, err
}

// report says what was done, and what wasn't and why.
func (m *many) report(e *env, asked int, targets []target, faults []error, out model.Outcome) ([]model.ID, error) {
	left, faults := sortOut(targets, faults, out)
	var done []model.ID
	for _, t := range left {
		if out.Done > 0 {
			done = append(done, t.id)
		}
	}
	changed := slices.DeleteFunc(slices.Clone(done), func(id model.ID) bool { return slices.Contains(out.Same, id) })
	if !m.quiet {
		verb := "were "
		if len(out.Same) == 1 {
			verb = "was "
		}
		err := errors.Join(m.tell(e, targets, changed, m.done), m.tell(e, targets, out.Same, verb+cmp.Or(m.already, "already so")))
		if err != nil {
			return done, err
		}
	}
	return done, m.failure(e, asked, len(changed), faults)
}

// tell says what became of some of the targets: of one by its name, of more by how many they are.
func (m *many) tell(e *env, targets []target, list []model.ID, became string) error {
	if len(list) == 0 {
		return nil
	}
	what := count(len(list), m.noun)
	if len(list) == 1 {
		what = nameOf(targets, list[0])
	}
	_, err := fmt.Fprintln(e.out, text.Clean(what+" "+became))
	return err
}

func nameOf(targets []target, id model.ID) string {
	for _, t := range targets {
		if t.id == id {
			return t.name
		}
	}
	return ""
}

// named is a refusal that says whom it is about.
func named(r model.Refusal) error {
	if r.Name == "" || strings.Contains(r.Err.Error(), r.Name) {
		return r.Err
	}
	return refusedError{r.Name, r.Err}
}

// refusedError is a refusal with the name of whom it is about before it.
type refusedError struct {
	name string
	error
}

// Error returns the sentence.
func (r refusedError) Error() string { return r.name + ": " + r.error.Error() }

// Unwrap returns the rules' answer.
func (r refusedError) Unwrap() error { return r.error }

// failure makes one error of all that was refused, after saying each reason once.
func (m *many) failure(e *env, asked, done int, faults []error) error {
	if len(faults) == 0 {
		return nil
	}
	if len(faults) == 1 && asked == 1 {
		return faults[0]
	}
	code, same := exitCode(faults[0]), true
	for _, f := range faults {
		same = same && exitCode(f) == code
	}
	m.say(e, faults)
	summary := fmt.Sprintf("%s %s, %s refused", count(done, m.noun), m.done, count(len(faults), ""))
	if m.together {
		summary = fmt.Sprintf("Nothing was changed: %s refused, and it was all or nothing", count(len(faults), ""))
	}
	_, _ = fmt.Fprintln(e.err, "lanyard: "+text.Clean(summary)) // standard error: nowhere left to report to
	if same {
		return silent{faults[0]}
	}
	return silent{errors.New(summary)}
}

// say says why some aren't done to, each reason once.
func (m *many) say(e *env, faults []error) {
	if m.said == nil {
		m.said = map[string]bool{}
	}
	for _, f := range faults {
		if why := f.Error(); !m.said[why] {
			m.said[why] = true
			printError(e.err, f)
		}
	}
}

// each makes work of one of the Directory's methods that change many.
func each(do func(ctx context.Context, a *acting, list []model.Seen) (model.Outcome, error)) work {
	return func(ctx context.Context, a *acting, list []target) (model.Outcome, error) {
		seen := make([]model.Seen, len(list))
		for i, t := range list {
			seen[i].ID = t.id
		}
		return do(ctx, a, seen)
	}
}

// count is a number with its noun: "1 user", "1,204 users".
func count(n int, noun string) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if noun == "" {
		return s
	}
	if n != 1 {
		noun += "s"
	}
	return s + " " + noun
}
