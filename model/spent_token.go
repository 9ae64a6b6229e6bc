package model

import (
	"errors"
	"time"

	"lanyard/keys"
)

// spentToken remembers an invitation's token that is dead, so that who still holds it can be told why.
type spentToken struct {
	ID       ID
	PublicID string
	Digest   keys.Digest
	Why      tokenEnd
	At       time.Time
}

// tokenEnd is how a token ended. The numbers are part of the store's format.
type tokenEnd uint8

const (
	tokenUsed      tokenEnd = 1
	tokenReplaced  tokenEnd = 2 // by a fresh one
	tokenCancelled tokenEnd = 3
)

func (t spentToken) ref() Ref { return Ref{KindSpentToken, t.ID} }

func (t spentToken) uniqueKeys() []uniqueKey { return []uniqueKey{{IndexSpentToken, t.PublicID}} }

func (t spentToken) appendRecord(b []byte) []byte {
	e := newEncoder(b, 1)
	e.text(t.PublicID)
	e.bytes(t.Digest[:])
	e.number(uint64(t.Why))
	e.time(t.At)
	return e.b
}

func decodeSpentToken(id ID, b []byte, share bool) (t spentToken, ok bool) {
	d, _ := newDecoder(b, share)
	t.ID = id
	t.PublicID = d.text()
	if copy(t.Digest[:], d.bytes()) != len(t.Digest) {
		d.fail()
	}
	t.Why = tokenEnd(d.number())
	t.At = d.time()
	return t, d.done()
}

// spend notes that a user's open invitation ends. It does nothing when there is none.
func (c *change) spend(u User, why tokenEnd) error {
	if u.Invitation.PublicID == "" {
		return nil
	}
	id, err := c.NextID()
	if err != nil {
		return err
	}
	return save(c, nil, spentToken{ID: id, PublicID: u.Invitation.PublicID, Digest: u.Invitation.Digest, Why: why, At: c.now})
}

// whyDead says why a token opens nothing, to who holds the whole of it. Who knows only its public id learns nothing, and an
// unknown one costs a comparison too.
func whyDead(tx ReadTx, token keys.Key) error {
	id, err := tx.Find(IndexSpentToken, token.PublicID())
	if errors.Is(err, ErrNotFound) {
		keys.Digest{}.Matches(token.Text())
		return unknownToken()
	}
	if err != nil {
		return err
	}
	t, err := load(tx, KindSpentToken, id, decodeSpentToken)
	if err != nil {
		return err
	}
	if !t.Digest.Matches(token.Text()) {
		return unknownToken()
	}
	at := " on " + t.At.UTC().Format("2 January 2006")
	switch t.Why {
	case tokenUsed:
		return &Error{Kind: ErrStatus, What: "This invitation was accepted already" + at, Hint: "There is nothing left to do."}
	case tokenReplaced:
		return &Error{Kind: ErrStatus, What: "This token was replaced by a newer one" + at, Hint: "Use the one that was sent last."}
	case tokenCancelled:
		return &Error{Kind: ErrStatus, What: "This invitation was cancelled" + at, Hint: "Ask for a new one."}
	}
	return unknownToken()
}

func unknownToken() error {
	return &Error{
		Kind: ErrNotFound, What: "This token doesn't open any invitation",
		Hint: "Check that all of it was copied, and that this is the right account.",
	}
}
