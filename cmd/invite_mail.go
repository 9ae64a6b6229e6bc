package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"lanyard/model"
	"lanyard/tui/text"
)

// mailersAtOnce is how many letters are under way at the same time.
const mailersAtOnce = 4

// errNotMailed means that an invitation was made, and its mail failed.
var errNotMailed = errors.New("not mailed")

// sending are letters on their way.
type sending struct {
	invited []model.Invited
	faults  []error         // what became of each, once it is done
	done    []chan struct{} // closed when it is
}

// begin mails invitations, a few at a time.
func (i *inviting) begin(ctx context.Context, a *acting, invited []model.Invited) *sending {
	s := &sending{invited, make([]error, len(invited)), make([]chan struct{}, len(invited))}
	for n := range s.done {
		s.done[n] = make(chan struct{})
	}
	var next atomic.Int64
	for range min(mailersAtOnce, len(invited)) {
		go func() {
			for n := next.Add(1) - 1; n < int64(len(invited)); n = next.Add(1) - 1 {
				s.faults[n] = i.sendOne(ctx, a, invited[n])
				close(s.done[n])
			}
		}()
	}
	return s
}

// wait waits until it is known what became of a letter. Where none is sent, that is known already.
func (s *sending) wait(n int) {
	if s != nil {
		<-s.done[n]
	}
}

// end waits for all of them, and says what became of them. What isn't mailed is valid all the same.
func (s *sending) end(e *env, i *inviting, says io.Writer) error {
	sent := 0
	for n := range s.invited {
		s.wait(n)
		if s.faults[n] == nil {
			sent++
			continue
		}
		_, _ = fmt.Fprintf(e.err, "lanyard: %s not mailed: %s\n", s.invited[n].User.Email, text.Clean(s.faults[n].Error())) // nowhere left to report to
	}
	if i.output != outputJSON && sent > 0 {
		if _, err := fmt.Fprintln(says, count(sent, "invite")+" mailed"); err != nil {
			return err
		}
	}
	switch failed := len(s.invited) - sent; {
	case failed > 0 && len(s.invited) == 1:
		return &model.Error{
			Kind: errNotMailed, What: "The invite isn't mailed, and is valid all the same",
			Hint: "Try again with: lanyard users resend " + shellWord(s.invited[0].User.Email),
		}
	case failed > 0:
		return &model.Error{
			Kind: errNotMailed, What: fmt.Sprintf("%s of %s not mailed. They are valid all the same", count(failed, ""), count(len(s.invited), "invite")),
			Hint: "Try again with: lanyard users resend EMAIL",
		}
	}
	return nil
}

func (i *inviting) sendOne(ctx context.Context, a *acting, one model.Invited) error {
	letter, err := a.Letter(ctx, a.me, one)
	if err != nil {
		return err
	}
	return a.MailInvite(ctx, i.mailer, letter, one.User.ID, one.Token.PublicID())
}
