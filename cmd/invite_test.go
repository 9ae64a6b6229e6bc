package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/model"
)

// postbox keeps letters, and refuses those to some.
type postbox struct {
	mu      sync.Mutex
	letters map[string]model.Letter
	refuse  string
}

func (p *postbox) Send(_ context.Context, l model.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != "" && strings.HasPrefix(l.To, p.refuse) {
		return errors.New("no such mailbox")
	}
	p.letters[l.To] = l
	return nil
}

// deliverTo invites people in a house and mails them.
func deliverTo(t *testing.T, box *postbox, i *inviting, emails ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &stdout, err: &stderr, getenv: os.Getenv, now: time.Now}
	a, err := e.acting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []model.Invite
	for _, email := range emails {
		list = append(list, model.Invite{Email: email, Role: model.RoleBuilder})
	}
	invited, refused, err := inviteAll(t.Context(), a, list, true)
	if err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	i.mailer = box
	err = i.deliver(t.Context(), e, a, invited, "invited")
	return stdout.String(), stderr.String(), err
}

func TestInvitesAreMailed(t *testing.T) {
	h := newHouse(t)
	box := &postbox{letters: map[string]model.Letter{}, refuse: "gil"}
	emails := []string{"eva@example.com", "finn@example.com", "gil@example.com", "hugo@example.com", "ida@example.com", "jo@example.com"}
	out, errs, err := deliverTo(t, box, &inviting{}, emails...)
	if len(box.letters) != 5 || !strings.Contains(out, "6 users invited\n5 invites mailed\n") {
		t.Errorf("%d letters, %q", len(box.letters), out)
	}
	if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "1 of 6 invites not mailed") || !strings.Contains(errs, "gil@example.com not mailed: no such mailbox") {
		t.Errorf("%v, %q", err, errs)
	}
	letter := box.letters["eva@example.com"]
	if letter.Subject != "Ana Ruiz invites you to Acme" || !strings.Contains(letter.Text, "as Builder") || !strings.Contains(letter.Text, "lyi_") {
		t.Errorf("%+v", letter)
	}
	if strings.Contains(out+errs, "lyi_") {
		t.Error("a token was shown")
	}
	for email, want := range map[string]string{"eva@example.com": "sent", "gil@example.com": "failed"} {
		if got := h.run(t, "users", "show", email, "-o", "json"); !strings.Contains(got, `"invite_delivery":"`+want+`"`) {
			t.Errorf("%s: %s", email, got)
		}
	}
}

// Of one alone that isn't mailed, it is said so that it can be sent again at once.
func TestOneInviteThatIsNotMailed(t *testing.T) {
	newHouse(t)
	box := &postbox{letters: map[string]model.Letter{}, refuse: "gil"}
	_, errs, err := deliverTo(t, box, &inviting{}, "gil@example.com")
	if exitCode(err) != exitFailed || !strings.Contains(errs, "gil@example.com not mailed: no such mailbox") ||
		err.Error() != "The invite isn't mailed, and is valid all the same. Try again with: lanyard users resend gil@example.com" {
		t.Errorf("%v, %q", err, errs)
	}
}

// JSON says of each invitation what became of its mail, since that is over by then.
func TestJSONSaysWhatBecameOfTheMail(t *testing.T) {
	newHouse(t)
	box := &postbox{letters: map[string]model.Letter{}, refuse: "gil"}
	out, _, err := deliverTo(t, box, &inviting{output: outputJSON}, "eva@example.com", "finn@example.com", "gil@example.com", "hugo@example.com", "ida@example.com")
	if exitCode(err) != exitFailed {
		t.Error(err)
	}
	var list []struct {
		Email    string
		Delivery string `json:"invite_delivery"`
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 5 {
		t.Fatal(err, out)
	}
	for _, u := range list {
		if want := map[bool]string{false: "sent", true: "failed"}[strings.HasPrefix(u.Email, "gil")]; u.Delivery != want {
			t.Errorf("%s: %s", u.Email, u.Delivery)
		}
	}
}

// With the token on standard output, nothing else is there.
func TestATokenStandsAloneWhileItIsMailed(t *testing.T) {
	newHouse(t)
	box := &postbox{letters: map[string]model.Letter{}}
	out, errs, err := deliverTo(t, box, &inviting{showToken: true}, "eva@example.com")
	if err != nil || !strings.HasPrefix(out, "lyi_") || strings.Count(out, "\n") != 1 || !strings.Contains(errs, "1 invite mailed") {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
	if !strings.Contains(box.letters["eva@example.com"].Text, strings.TrimSpace(out)) {
		t.Error("the letter holds another token")
	}
}

func TestTerms(t *testing.T) {
	for in, want := range map[string]time.Duration{"": 0, "12h": 12 * time.Hour, "7d": 7 * 24 * time.Hour, "2w": 14 * 24 * time.Hour} {
		if got, err := parseTerm(in); err != nil || got != want {
			t.Errorf("%q is %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"7", "d", "0d", "-1d", "1.5d", "7 d", "99999d"} {
		if got, err := parseTerm(in); exitCode(err) != exitUsage {
			t.Errorf("%q is %v, %v", in, got, err)
		}
	}
}
