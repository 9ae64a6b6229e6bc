package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"lanyard/model"
	"lanyard/tui/text"
)

// mailersAtOnce is how many letters are under way at the same time.
const mailersAtOnce = 4

// errNotMailed means that an invitation was made, and its mail failed.
var errNotMailed = errors.New("not mailed")

// send mails invitations, a few at a time, and says what became of them. What isn't mailed is valid all the same.
func (i *inviting) send(ctx context.Context, e *env, a *acting, invited []model.Invited, says io.Writer) error {
	faults := make([]error, len(invited))
	next := make(chan int)
	var group sync.WaitGroup
	for range min(mailersAtOnce, len(invited)) {
		group.Go(func() {
			for n := range next {
				faults[n] = i.sendOne(ctx, a, invited[n])
			}
		})
	}
	for n := range invited {
		next <- n
	}
	close(next)
	group.Wait()
	sent := 0
	for n, err := range faults {
		if err == nil {
			sent++
			continue
		}
		_, _ = fmt.Fprintf(e.err, "lanyard: %s not mailed: %s\n", invited[n].User.Email, text.Clean(err.Error())) // nowhere left to report to
	}
	if i.output != outputJSON && sent > 0 {
		if _, err := fmt.Fprintln(says, count(sent, "invite")+" mailed"); err != nil {
			return err
		}
	}
	if failed := len(invited) - sent; failed > 0 {
		return &model.Error{
			Kind: errNotMailed, What: fmt.Sprintf("%s of %s not mailed. They are valid all the same", count(failed, ""), count(len(invited), "invite")),
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
