package model

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"sync"
	texttemplate "text/template"

	"lanyard/keys"
)

// Letter is an invitation as it is mailed or handed over. It holds the token: it is shown, copied and sent, never kept.
type Letter struct {
	To, ToName string
	Subject    string
	Text       string // plain
	HTML       string
}

// letterFacts are what both forms of a letter say.
type letterFacts struct {
	Name, Inviter, Account, Role, Note, Token, Until string
}

const letterText = `Hello {{.Name}},

{{.Inviter}} invites you to {{.Account}} as {{.Role}}.
{{- if .Note}}

{{.Note}}
{{- end}}

To accept, run this and paste the token when it asks:

    lanyard users accept

    {{.Token}}

The token works once, until {{.Until}}.
`

const letterHTML = `<p>Hello {{.Name}},</p>
<p>{{.Inviter}} invites you to <b>{{.Account}}</b> as {{.Role}}.</p>
{{- if .Note}}
<p>{{.Note}}</p>
{{- end}}
<p>To accept, run this and paste the token when it asks:</p>
<pre>lanyard users accept</pre>
<pre>{{.Token}}</pre>
<p>The token works once, until {{.Until}}.</p>
`

// Parsed when the first letter is written: most runs write none.
var (
	textLetter = sync.OnceValue(func() *texttemplate.Template {
		return texttemplate.Must(texttemplate.New("letter").Parse(letterText))
	})
	htmlLetter = sync.OnceValue(func() *template.Template { return template.Must(template.New("letter").Parse(letterHTML)) })
)

// Letter writes the invitation. inviter is who asks for it now.
func (s *Snapshot) Letter(i Invited, inviter User) Letter {
	return writeLetter(i, inviter, s.account, s.RoleName(i.User.Role))
}

// Letter writes the invitation, for who has no snapshot.
func (d *Directory) Letter(ctx context.Context, actor Actor, i Invited) (Letter, error) {
	var l Letter
	err := d.lookAs(ctx, actor, func(in *change, _ Rules) error {
		account, err := load(in, KindAccount, AccountID, decodeAccount)
		if err != nil {
			return err
		}
		l = writeLetter(i, in.actor, account, in.roleName(i.User.Role))
		return nil
	})
	return l, err
}

func writeLetter(i Invited, inviter User, account Account, role string) Letter {
	facts := letterFacts{
		Name: i.User.Name, Inviter: inviter.Name, Account: account.Name, Role: role,
		Note: i.User.Invitation.Note, Token: string(i.Token.Text()),
		Until: i.User.Invitation.ExpiresAt.UTC().Format("2 January 2006 15:04 MST"),
	}
	var plain, rich strings.Builder
	// Both only print strings, to a buffer: they can't fail, and a test holds them to it.
	_ = textLetter().Execute(&plain, facts)
	_ = htmlLetter().Execute(&rich, facts)
	return Letter{
		To: i.User.Email, ToName: i.User.Name, Subject: inviter.Name + " invites you to " + account.Name,
		Text: plain.String(), HTML: rich.String(),
	}
}

// Mailer sends letters by the account's mail server. It tries again by itself; its errors say in a few words why.
type Mailer interface {
	Send(ctx context.Context, l Letter) error
}

// MailInvite sends an invitation's letter and notes what became of it. A mail that fails leaves the invitation as it is.
// publicID names the token that the letter holds.
func (d *Directory) MailInvite(ctx context.Context, mailer Mailer, l Letter, user ID, publicID string) error {
	err := mailer.Send(ctx, l)
	delivery := Delivery{State: Sent}
	if err != nil {
		delivery = Delivery{State: Failed, Why: err.Error()}
	}
	return errors.Join(err, d.RecordDelivery(context.WithoutCancel(ctx), user, publicID, delivery))
}

// AcceptInvitation makes the person whom a token was made for Active, with the role and name that were set in advance.
// The token is dead afterwards. The errors are ErrNotFound for a token that opens nothing, and ErrStatus for one that is past its
// term, or was used, replaced or cancelled: that is said only to who holds all of it.
func (d *Directory) AcceptInvitation(ctx context.Context, token keys.Key, via Via) (User, error) {
	var u User
	root, err := d.unlock()
	if err != nil {
		return u, err
	}
	defer root.Wipe()
	err = d.store.Update(ctx, func(tx WriteTx) error {
		old, err := invitationOf(tx, token)
		if err != nil {
			return err
		}
		if now := d.now(); old.Expired(now) {
			return &Error{
				Kind: ErrStatus, What: "This invitation expired on " + old.Invitation.ExpiresAt.UTC().Format("2 January 2006"),
				Hint: "Ask for a new one.",
			}
		}
		u = old
		u.Version++
		return d.change(tx, root, u, via, newRecording(&openStep{}), func(c *change) error {
			u.Status, u.JoinedAt, u.Invitation = StatusActive, c.now, Invitation{}
			if err := c.spend(old, tokenUsed); err != nil {
				return err
			}
			if err := c.saveUser(&old, &u); err != nil {
				return err
			}
			return c.event("user.accept", u.ref(), u.Email, Change{"status", old.Status.String(), u.Status.String()})
		})
	})
	return u, err
}

// RecordDelivery notes what became of an invitation's mail. It is no change of the account, and nothing happens when the
// invitation is another one by now. publicID names the token that the mail held.
func (d *Directory) RecordDelivery(ctx context.Context, user ID, publicID string, delivery Delivery) error {
	delivery.At = d.now()
	delivery.Why = oneLine(delivery.Why)
	return d.store.Update(ctx, func(tx WriteTx) error {
		u, err := load(tx, KindUser, user, decodeUser)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil || u.Status != StatusInvited || u.Invitation.PublicID != publicID {
			return err
		}
		noted := u
		noted.Invitation.Delivery = delivery
		return save(tx, u, noted)
	})
}

// invitationOf finds the user whom a token invites, or says why it opens nothing.
func invitationOf(tx ReadTx, token keys.Key) (User, error) {
	id, err := tx.Find(IndexInvitation, token.PublicID())
	if errors.Is(err, ErrNotFound) {
		return User{}, whyDead(tx, token)
	}
	if err != nil {
		return User{}, err
	}
	u, err := load(tx, KindUser, id, decodeUser)
	if err != nil {
		return User{}, err
	}
	if !u.Invitation.Digest.Matches(token.Text()) {
		return User{}, unknownToken()
	}
	return u, nil
}

// FindUser returns the user with an email, in any case, or ErrNotFound.
func FindUser(ctx context.Context, store Store, email string) (User, error) {
	var u User
	err := store.View(ctx, func(tx ReadTx) error {
		id, err := tx.Find(IndexUserEmail, FoldEmail(strings.TrimSpace(email)))
		if errors.Is(err, ErrNotFound) {
			id, err = idIn(email), nil
		}
		if err != nil {
			return err
		}
		u, err = load(tx, KindUser, id, decodeUser)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return u, &Error{
			Kind: ErrNotFound, What: fmt.Sprintf("There is no user with the email %q in this account", email),
			Hint: "Name one that is: --as EMAIL.",
		}
	}
	return u, err
}

// FirstAdmin returns the Active Admin who has been in the account for the longest.
func FirstAdmin(ctx context.Context, store Store) (User, error) {
	var u User
	err := store.View(ctx, func(tx ReadTx) error {
		var first ID
		if err := tx.Scan(KindActiveAdmin, 0, func(id ID, _ []byte) bool {
			first = id
			return false
		}); err != nil {
			return err
		}
		var err error
		u, err = load(tx, KindUser, first, decodeUser)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return u, &Error{
			Kind: ErrNoAdmin, What: "The account has no Active Admin, which can't be",
			Hint: "Restore a backup: lanyard restore FILE. Without one: lanyard check --repair --admin EMAIL.",
		}
	}
	return u, err
}
