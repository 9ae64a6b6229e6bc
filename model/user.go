package model

import (
	"time"

	"lanyard/keys"
)

// Status is where a user stands in the account. The numbers are part of the store's format.
type Status uint8

// The statuses of a user.
const (
	StatusInvited  Status = 1 // has been invited, has not joined
	StatusActive   Status = 2 // has joined
	StatusInactive Status = 3 // is blocked
)

// String returns the status as it is shown: "Active", "Inactive" or "Invited".
func (s Status) String() string {
	switch s {
	case StatusInvited:
		return "Invited"
	case StatusActive:
		return "Active"
	case StatusInactive:
		return "Inactive"
	}
	return "Unknown"
}

// User is one person of the account.
type User struct {
	ID         ID
	Version    uint64 // grows by one with every change; names what a caller saw
	Email      string // as typed; unique when compared lower-cased; never edited
	Name       string
	Role       ID // a tenant role
	Status     Status
	Groups     []ID
	Workspaces []WorkspaceGrant
	InvitedBy  ID // zero for the account's founder
	InvitedAt  time.Time
	JoinedAt   time.Time // zero until joined
	LastSeenAt time.Time // zero if never; kept at one-minute grain
	Invitation Invitation
}

// Invitation is the open invitation of an Invited user; zero for everybody else.
// Of the token only the public id and a digest are kept, so that it can't be shown twice.
type Invitation struct {
	PublicID  string
	Digest    keys.Digest
	ExpiresAt time.Time
	Note      string // what the inviter wants to say, one line; may be empty
	Delivery  Delivery
}

// DeliveryState is how far an invitation's mail got. The numbers are part of the store's format.
type DeliveryState uint8

// The states of an invitation's mail.
const (
	NotSent DeliveryState = 0 // there was no mail server, or it isn't known yet
	Sent    DeliveryState = 1 // the mail server took it
	Failed  DeliveryState = 2
)

// Delivery is what became of an invitation's mail.
type Delivery struct {
	State DeliveryState
	Why   string // of Failed, in a few words
	At    time.Time
}

// String returns the delivery as it is shown.
func (d Delivery) String() string {
	switch d.State {
	case Sent:
		return "sent"
	case Failed:
		return "failed: " + d.Why
	case NotSent:
	}
	return "not sent: no mail server"
}

// Expired reports whether the user is Invited and the invitation's term has passed.
func (u User) Expired(now time.Time) bool {
	return u.Status == StatusInvited && !now.Before(u.Invitation.ExpiresAt)
}

func (u User) ref() Ref { return Ref{KindUser, u.ID} }

func (u User) uniqueKeys() []uniqueKey {
	list := []uniqueKey{{IndexUserEmail, FoldEmail(u.Email)}}
	if u.Invitation.PublicID != "" {
		list = append(list, uniqueKey{IndexInvitation, u.Invitation.PublicID})
	}
	return list
}

func (u User) appendRecord(b []byte) []byte {
	e := newEncoder(b, u.Version)
	e.text(u.Email)
	e.text(u.Name)
	e.number(uint64(u.Role))
	e.number(uint64(u.Status))
	e.ids(u.Groups)
	e.grants(u.Workspaces)
	e.number(uint64(u.InvitedBy))
	e.time(u.InvitedAt)
	e.time(u.JoinedAt)
	e.time(u.LastSeenAt)
	if u.Status == StatusInvited {
		e.text(u.Invitation.PublicID)
		e.bytes(u.Invitation.Digest[:])
		e.time(u.Invitation.ExpiresAt)
		e.text(u.Invitation.Note)
		e.number(uint64(u.Invitation.Delivery.State))
		e.text(u.Invitation.Delivery.Why)
		e.time(u.Invitation.Delivery.At)
	}
	return e.b
}

func decodeUser(id ID, b []byte, share bool) (u User, ok bool) {
	d, version := newDecoder(b, share)
	u.ID, u.Version = id, version
	readNames(&d, &u)
	readPlaces(&d, &u)
	readRest(&d, &u)
	return u, d.done() && u.Status >= StatusInvited && u.Status <= StatusInactive
}

// A record is read in three parts, because a filter can often do without the later ones. Each may be read over that of another
// user, whose lists are used again.
func readNames(d *decoder, u *User) { u.Email, u.Name = d.text(), d.text() }

func readPlaces(d *decoder, u *User) {
	u.Role, u.Status = ID(d.number()), Status(d.number())
	u.Groups = d.ids(u.Groups)
	u.Workspaces = d.grants(u.Workspaces)
}

func readRest(d *decoder, u *User) {
	u.InvitedBy = ID(d.number())
	u.InvitedAt = d.time()
	u.JoinedAt = d.time()
	u.LastSeenAt = d.time()
	if u.Status == StatusInvited {
		u.Invitation.PublicID = d.text()
		if copy(u.Invitation.Digest[:], d.bytes()) != len(u.Invitation.Digest) {
			d.fail()
		}
		u.Invitation.ExpiresAt = d.time()
		u.Invitation.Note = d.text()
		u.Invitation.Delivery = Delivery{State: DeliveryState(d.number()), Why: d.text(), At: d.time()}
	}
}
