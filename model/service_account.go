package model

import (
	"strings"
	"time"

	"lanyard/keys"
)

// ServiceAccount is the identity of a program. It has exactly one API key, made with it, and for a while after a rotation
// the one before.
type ServiceAccount struct {
	ID          ID
	Version     uint64
	Name        string // unique when folded
	Description string
	Role        ID // a tenant role, never Tenant Guest
	Workspaces  []WorkspaceGrant
	Key         ID // the record of its API key
	PreviousKey ID // the record of the key before the last rotation, whether it is still good or not; 0 if none
	CreatedBy   ID
	CreatedAt   time.Time
}

func (s ServiceAccount) ref() Ref { return Ref{KindServiceAccount, s.ID} }

func (s ServiceAccount) uniqueKeys() []uniqueKey {
	return []uniqueKey{{IndexServiceAccountName, FoldName(s.Name)}}
}

// serviceAccountSchema is 2 since there is a previous key.
const serviceAccountSchema = 2

func (s ServiceAccount) appendRecord(b []byte) []byte {
	e := newEncoderOf(serviceAccountSchema, b, s.Version)
	e.text(s.Name)
	e.text(s.Description)
	e.number(uint64(s.Role))
	e.grants(s.Workspaces)
	e.number(uint64(s.Key))
	e.number(uint64(s.CreatedBy))
	e.time(s.CreatedAt)
	e.number(uint64(s.PreviousKey))
	return e.b
}

func (s ServiceAccount) about() (name, description string) { return s.Name, s.Description }

func (s ServiceAccount) version() uint64 { return s.Version }

func (s ServiceAccount) next() ServiceAccount {
	s.Version++
	return s
}

func (s ServiceAccount) with(name, description string) ServiceAccount {
	s.Name, s.Description = name, description
	return s
}

func decodeServiceAccount(id ID, b []byte, share bool) (s ServiceAccount, ok bool) {
	d, version := newDecoderOf(serviceAccountSchema, b, share)
	s = ServiceAccount{
		ID: id, Version: version,
		Name:        d.text(),
		Description: d.text(),
		Role:        ID(d.number()),
		Workspaces:  d.grants(nil),
		Key:         ID(d.number()),
		CreatedBy:   ID(d.number()),
		CreatedAt:   d.time(),
	}
	if d.schema >= 2 {
		s.PreviousKey = ID(d.number())
	}
	return s, d.done()
}

// APIKey is what the store keeps of an API key: enough to verify it, and a sealed copy to show it.
type APIKey struct {
	ID             ID
	Version        uint64
	ServiceAccount ID
	PublicID       string // the part of the key that isn't secret; unique
	Digest         keys.Digest
	Sealed         []byte // bound to the store, this record and the field sealedKeyField; none once it was rotated away
	CreatedAt      time.Time
	LastUsedAt     time.Time // zero if never; kept at one-minute grain
	ExpiresAt      time.Time // zero if it doesn't end by itself
}

// sealedKeyField names the sealed field in the associated data of the seal.
const sealedKeyField = "api_key.sealed"

// lostKey begins the public id of a key that stands in the place of one that a repair couldn't read. No key that was made has a
// hyphen in its own.
const lostKey = "lost-"

// Lost reports whether the key couldn't be read by a repair: what stands in its place opens nothing.
func (k APIKey) Lost() bool { return strings.HasPrefix(k.PublicID, lostKey) }

// Hint returns the key masked, for example "lys_7Qk2…", or says that it was lost.
func (k APIKey) Hint() string {
	if k.Lost() {
		return "lost in a repair"
	}
	return keys.Mask(keys.APIKey, k.PublicID)
}

// Expired reports whether the key isn't good any more at a time.
func (k APIKey) Expired(at time.Time) bool { return !k.ExpiresAt.IsZero() && !at.Before(k.ExpiresAt) }

func (k APIKey) ref() Ref { return Ref{KindAPIKey, k.ID} }

func (k APIKey) uniqueKeys() []uniqueKey { return []uniqueKey{{IndexAPIKey, k.PublicID}} }

func (k APIKey) appendRecord(b []byte) []byte {
	e := newEncoder(b, k.Version)
	e.number(uint64(k.ServiceAccount))
	e.text(k.PublicID)
	e.bytes(k.Digest[:])
	e.bytes(k.Sealed)
	e.time(k.CreatedAt)
	e.time(k.LastUsedAt)
	e.time(k.ExpiresAt)
	return e.b
}

func decodeAPIKey(id ID, b []byte, share bool) (k APIKey, ok bool) {
	d, version := newDecoder(b, share)
	k.ID, k.Version = id, version
	k.ServiceAccount = ID(d.number())
	k.PublicID = d.text()
	if copy(k.Digest[:], d.bytes()) != len(k.Digest) {
		d.fail()
	}
	k.Sealed = d.bytes()
	k.CreatedAt = d.time()
	k.LastUsedAt = d.time()
	k.ExpiresAt = d.time()
	return k, d.done()
}
