// Package model is what an account is and what may be done to it: types, rules, permissions and events.
//
// It touches no file, no screen and no clock of its own. Everything is read through a Snapshot and everything is
// changed through a Directory; both stand on a Store, which package db provides.
package model

import "fmt"

// ID names a record within one account. IDs are given out in ascending order, never used twice, and never zero.
// Built-in roles have fixed ids below FirstID.
type ID uint64

// FirstID is the first id that a store gives out; smaller ones are fixed in the program.
const FirstID ID = 1000

// Kind says what a record describes. The numbers are part of the store's format and never change.
type Kind uint8

// The kinds of record that a store keeps.
const (
	KindAccount        Kind = 1 // the account itself, a single record with id AccountID
	KindUser           Kind = 2
	KindServiceAccount Kind = 3
	KindAPIKey         Kind = 4
	KindGroup          Kind = 5
	KindWorkspace      Kind = 6
	KindRole           Kind = 7
	KindEvent          Kind = 8  // its id is the event's sequence number, from 1 without gaps
	KindActiveAdmin    Kind = 9  // an empty record for each Active Admin, with the user's id: counts them for the last-Admin rule
	KindTally          Kind = 10 // counts who refers to a group, a workspace or a role, under its id
	KindSpentToken     Kind = 11 // an invitation's token that is dead, and why
	KindUndo           Kind = 12 // the steps that a user can take back, under the user's id
	KindUndoPart       Kind = 13 // what one transaction of a step changed
	KindOverdue        Kind = 14 // what happened while the sealing key was locked, a single record with id AccountID
)

// AccountID is the id of the only record of KindAccount.
const AccountID ID = 1

var kindNames = map[Kind]string{
	KindAccount: "account", KindUser: "user", KindServiceAccount: "service account", KindAPIKey: "API key",
	KindGroup: "group", KindWorkspace: "workspace", KindRole: "role", KindEvent: "event",
	KindActiveAdmin: "active admin", KindTally: "tally", KindSpentToken: "spent token",
	KindUndo: "undo list", KindUndoPart: "undo entry", KindOverdue: "note of an event to come",
}

// String returns the kind as people say it, for example "service account".
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Ref points at one record.
type Ref struct {
	Kind Kind
	ID   ID
}

// Index names a set of keys that must be unique in the account. The numbers are part of the store's format.
type Index uint8

// The indexes that a store keeps.
const (
	IndexUserEmail          Index = 1 // the email lower-cased
	IndexServiceAccountName Index = 2 // the name folded for comparison
	IndexAPIKey             Index = 3 // the public id of an API key
	IndexInvitation         Index = 4 // the public id of an invitation token
	IndexGroupName          Index = 5
	IndexWorkspaceName      Index = 6
	IndexRoleName           Index = 7
	IndexSpentToken         Index = 8 // the public id of an invitation token that is dead
)

var indexNames = map[Index]string{
	IndexUserEmail: "emails", IndexServiceAccountName: "service accounts' names", IndexAPIKey: "API keys",
	IndexInvitation: "invitations", IndexGroupName: "groups' names", IndexWorkspaceName: "workspaces' names",
	IndexRoleName: "roles' names", IndexSpentToken: "spent tokens",
}

// String returns what an index finds records by, for example "emails".
func (i Index) String() string {
	if name, ok := indexNames[i]; ok {
		return name
	}
	return fmt.Sprintf("index %d", uint8(i))
}
