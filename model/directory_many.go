package model

import (
	"context"
	"errors"
	"slices"
)

// Refusal is one record that a change of many left alone, and why.
type Refusal struct {
	ID   ID
	Name string
	Err  error
}

// Outcome says how a change of many went.
type Outcome struct {
	Done    int  // are as was asked for
	Same    []ID // of these, those that were so already
	Refused []Refusal
}

// Changed is how many records the change made other than they were.
func (o Outcome) Changed() int { return o.Done - len(o.Same) }

// And is how this change and another one together went.
func (o Outcome) And(other Outcome) Outcome {
	return Outcome{o.Done + other.Done, append(o.Same, other.Same...), append(o.Refused, other.Refused...)}
}

// Err returns the only refusal's reason when a change of one was refused, and nil otherwise.
func (o Outcome) Err() error {
	if o.Done == 0 && len(o.Refused) == 1 {
		return o.Refused[0].Err
	}
	return nil
}

// bulkSize is how many records one transaction changes: enough to share the cost of an fsync, few enough that others
// who wait for the file don't notice.
const bulkSize = 250

type progressKey struct{}

// WithProgress has long work report how far it is, of how much: changes of many after each transaction, in records.
func WithProgress(ctx context.Context, report func(done, total int)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// ReportProgress tells who asked for it by WithProgress how far the work is.
func ReportProgress(ctx context.Context, done, total int) {
	if report, ok := ctx.Value(progressKey{}).(func(done, total int)); ok {
		report(done, total)
	}
}

// each applies op to every record, a few hundred in a transaction. What the rules refuse is left alone and reported;
// any other error ends the work, and what was done before it stays done. An op asks the rules before it writes anything:
// what it had written when it was refused would be kept.
func (d *Directory) each(ctx context.Context, actor Actor, list []Seen, op func(*change, Seen) (name string, err error)) (Outcome, error) {
	_, out, err := collect(ctx, d, actor, list, func(c *change, seen Seen) (struct{}, string, error) {
		name, err := op(c, seen)
		return struct{}{}, name, err
	})
	return out, err
}

// collect is each for an op that makes something, and returns what was made and kept.
func collect[T any](
	ctx context.Context, d *Directory, actor Actor, list []Seen, op func(*change, Seen) (made T, name string, err error),
) ([]T, Outcome, error) {
	ctx = OneStep(ctx)
	var all []T
	var total Outcome
	through := 0
	for part := range slices.Chunk(ownLast(list, actor.User), bulkSize) {
		var made []T
		var out Outcome
		err := d.update(ctx, actor, func(c *change) error {
			made, out = nil, Outcome{}
			for _, seen := range part {
				events := c.events
				one, name, err := op(c, seen)
				switch {
				case err == nil:
					made = append(made, one)
					out.Done++
					if c.events == events {
						out.Same = append(out.Same, seen.ID)
					}
				case refused(err):
					out.Refused = append(out.Refused, Refusal{seen.ID, name, err})
				default:
					return err
				}
			}
			return nil
		})
		if err != nil {
			return all, total, err
		}
		all = append(all, made...)
		total = total.And(out)
		through += len(part)
		ReportProgress(ctx, through, len(list))
	}
	return all, total, nil
}

// ownLast moves the actor's own record to the end: whoever removes or blocks themselves along with others has done the
// rest by then.
func ownLast(list []Seen, own ID) []Seen {
	isOwn := func(s Seen) bool { return s.ID == own }
	if !slices.ContainsFunc(list, isOwn) {
		return list
	}
	others := slices.DeleteFunc(slices.Clone(list), isOwn)
	return append(others, slices.DeleteFunc(slices.Clone(list), func(s Seen) bool { return !isOwn(s) })...)
}

// refused reports whether an error is the rules' answer and not a failure of the store. Only an Error is: the store's own
// ErrNotFound for a key that should be there is damage.
func refused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	answers := []error{ErrInvalid, ErrNotFound, ErrNotPermitted, ErrTaken, ErrConflict, ErrLastAdmin, ErrLastOwner, ErrInUse, ErrStatus}
	return ok && slices.Contains(answers, e.Kind)
}
