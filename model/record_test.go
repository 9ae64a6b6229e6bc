package model

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lanyard/keys"
)

// Laws of the encoding: what was written comes back, whatever it was, and bytes that weren't written so don't crash.

func drawID(t *rapid.T, name string) ID { return ID(rapid.Uint64().Draw(t, name)) }

func drawTime(t *rapid.T, name string) time.Time {
	ms := rapid.Int64Range(0, 1<<50).Draw(t, name)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func drawGrants(t *rapid.T) []WorkspaceGrant {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) WorkspaceGrant {
		return WorkspaceGrant{drawID(t, "workspace"), drawID(t, "role")}
	}), 0, 4).Draw(t, "grants")
}

func drawDigest(t *rapid.T) (d keys.Digest) {
	copy(d[:], rapid.SliceOfN(rapid.Byte(), len(d), len(d)).Draw(t, "digest"))
	return d
}

var userGen = rapid.Custom(func(t *rapid.T) User {
	u := User{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), Email: rapid.String().Draw(t, "email"), Name: rapid.String().Draw(t, "name"),
		Role: drawID(t, "role"), Status: Status(rapid.IntRange(1, 3).Draw(t, "status")),
		Groups: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ID { return drawID(t, "group") }), 0, 4).Draw(t, "groups"), Workspaces: drawGrants(t),
		InvitedBy: drawID(t, "by"), InvitedAt: drawTime(t, "invited"), JoinedAt: drawTime(t, "joined"), LastSeenAt: drawTime(t, "seen"),
	}
	if u.Status == StatusInvited {
		u.Invitation = Invitation{
			PublicID: rapid.String().Draw(t, "public id"), Digest: drawDigest(t), ExpiresAt: drawTime(t, "expires"), Note: rapid.String().Draw(t, "note"),
			Delivery: Delivery{DeliveryState(rapid.IntRange(0, 2).Draw(t, "delivery")), rapid.String().Draw(t, "why"), drawTime(t, "sent")},
		}
	}
	return u
})

var serviceAccountGen = rapid.Custom(func(t *rapid.T) ServiceAccount {
	return ServiceAccount{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), Name: rapid.String().Draw(t, "name"), Description: rapid.String().Draw(t, "text"),
		Role: drawID(t, "role"), Workspaces: drawGrants(t), Key: drawID(t, "key"), PreviousKey: drawID(t, "previous key"),
		CreatedBy: drawID(t, "by"), CreatedAt: drawTime(t, "created"),
	}
})

var apiKeyGen = rapid.Custom(func(t *rapid.T) APIKey {
	return APIKey{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), ServiceAccount: drawID(t, "owner"), PublicID: rapid.String().Draw(t, "public id"),
		Digest: drawDigest(t), Sealed: rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "sealed"),
		CreatedAt: drawTime(t, "created"), LastUsedAt: drawTime(t, "used"), ExpiresAt: drawTime(t, "expires"),
	}
})

var accountGen = rapid.Custom(func(t *rapid.T) Account {
	return Account{Version: rapid.Uint64().Draw(t, "version"), Name: rapid.String().Draw(t, "name"), CreatedAt: drawTime(t, "created")}
})

var groupGen = rapid.Custom(func(t *rapid.T) Group {
	return Group{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), Name: rapid.String().Draw(t, "name"), Description: rapid.String().Draw(t, "text"),
		Workspaces: drawGrants(t), CreatedBy: drawID(t, "by"), CreatedAt: drawTime(t, "created"),
	}
})

var workspaceGen = rapid.Custom(func(t *rapid.T) Workspace {
	return Workspace{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), Name: rapid.String().Draw(t, "name"), Description: rapid.String().Draw(t, "text"),
		CreatedBy: drawID(t, "by"), CreatedAt: drawTime(t, "created"),
	}
})

var roleGen = rapid.Custom(func(t *rapid.T) Role {
	return Role{
		ID: drawID(t, "id"), Version: rapid.Uint64().Draw(t, "version"), Name: rapid.String().Draw(t, "name"), Description: rapid.String().Draw(t, "text"),
		Scope: Scope(rapid.IntRange(1, 2).Draw(t, "scope")), Permissions: rapid.SliceOfN(rapid.SampledFrom(catalogue), 0, 5).Draw(t, "permissions"),
		CreatedBy: drawID(t, "by"), CreatedAt: drawTime(t, "created"),
	}
})

var tallyGen = rapid.Custom(func(t *rapid.T) Tally {
	n := func(what string) int { return rapid.IntRange(0, 1<<40).Draw(t, what) }
	return Tally{
		ID: drawID(t, "id"), Users: n("users"), Groups: n("groups"), ServiceAccounts: n("service accounts"),
		Owners: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ID { return drawID(t, "owner") }), 0, 4).Draw(t, "owners"),
	}
})

var spentTokenGen = rapid.Custom(func(t *rapid.T) spentToken {
	return spentToken{
		ID: drawID(t, "id"), PublicID: rapid.String().Draw(t, "public id"), Digest: drawDigest(t),
		Why: tokenEnd(rapid.IntRange(1, 3).Draw(t, "why")), At: drawTime(t, "at"),
	}
})

var eventGen = rapid.Custom(func(t *rapid.T) Event {
	e := Event{
		Seq: rapid.Uint64().Draw(t, "seq"), Time: drawTime(t, "time"), Actor: drawID(t, "actor"), ActorName: rapid.String().Draw(t, "actor name"),
		Via: Via(rapid.String().Draw(t, "via")), Action: rapid.String().Draw(t, "action"),
		Target: Ref{Kind(rapid.Byte().Draw(t, "kind")), drawID(t, "target")}, TargetName: rapid.String().Draw(t, "target name"),
		Changes: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Change {
			return Change{rapid.String().Draw(t, "field"), rapid.String().Draw(t, "from"), rapid.String().Draw(t, "to")}
		}), 0, 4).Draw(t, "changes"),
	}
	copy(e.Hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
	return e
})

func TestRecordsComeBack(t *testing.T) {
	t.Run("user", func(t *testing.T) {
		comesBack(t, userGen, User.appendRecord, decodeUser, func(u User) ID { return u.ID })
	})
	t.Run("service account", func(t *testing.T) {
		comesBack(t, serviceAccountGen, ServiceAccount.appendRecord, decodeServiceAccount, func(s ServiceAccount) ID { return s.ID })
	})
	t.Run("API key", func(t *testing.T) {
		comesBack(t, apiKeyGen, APIKey.appendRecord, decodeAPIKey, func(k APIKey) ID { return k.ID })
	})
	t.Run("account", func(t *testing.T) {
		comesBack(t, accountGen, Account.appendRecord, decodeAccount, func(Account) ID { return AccountID })
	})
	t.Run("group", func(t *testing.T) {
		comesBack(t, groupGen, Group.appendRecord, decodeGroup, func(g Group) ID { return g.ID })
	})
	t.Run("workspace", func(t *testing.T) {
		comesBack(t, workspaceGen, Workspace.appendRecord, decodeWorkspace, func(w Workspace) ID { return w.ID })
	})
	t.Run("role", func(t *testing.T) {
		comesBack(t, roleGen, Role.appendRecord, decodeRole, func(r Role) ID { return r.ID })
	})
	t.Run("tally", func(t *testing.T) {
		comesBack(t, tallyGen, Tally.appendRecord, decodeTally, func(c Tally) ID { return c.ID })
	})
	t.Run("spent token", func(t *testing.T) {
		comesBack(t, spentTokenGen, spentToken.appendRecord, decodeSpentToken, func(s spentToken) ID { return s.ID })
	})
	t.Run("event", func(t *testing.T) {
		comesBack(t, eventGen, Event.appendRecord, decodeEvent, func(e Event) ID { return ID(e.Seq) })
	})
}

// firstServiceAccount is a service account as its first schema had it.
func firstServiceAccount(s ServiceAccount) []byte {
	e := newEncoder(nil, s.Version)
	e.text(s.Name)
	e.text(s.Description)
	e.number(uint64(s.Role))
	e.grants(s.Workspaces)
	e.number(uint64(s.Key))
	e.number(uint64(s.CreatedBy))
	e.time(s.CreatedAt)
	return e.b
}

func TestServiceAccountsOfTheFirstSchemaAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := serviceAccountGen.Draw(t, "record")
		want.PreviousKey = 0
		b := firstServiceAccount(want)
		got, ok := decodeServiceAccount(want.ID, b, rapid.Bool().Draw(t, "share"))
		if !ok || !sameRecord(want, got) {
			t.Fatalf("%+v became %+v, %v", want, got, ok)
		}
		if _, ok := decodeServiceAccount(want.ID, append(b, 0), true); ok {
			t.Fatal("a byte too many wasn't noticed")
		}
		b[0] = serviceAccountSchema
		if _, ok := decodeServiceAccount(want.ID, b, true); ok {
			t.Fatal("a record that lacks the field of its schema was read")
		}
		b[0] = serviceAccountSchema + 1
		if _, ok := decodeServiceAccount(want.ID, b, true); ok {
			t.Fatal("a schema that isn't known was read")
		}
	})
}

func comesBack[T any](t *testing.T, gen *rapid.Generator[T], encode func(T, []byte) []byte, decode decodeFunc[T], id func(T) ID) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		in := gen.Draw(t, "record")
		b := encode(in, nil)
		for _, share := range []bool{false, true} {
			out, ok := decode(id(in), b, share)
			if !ok || !sameRecord(in, out) {
				t.Fatalf("%+v became %+v, %v", in, out, ok)
			}
		}
		for cut := range b { // what is cut short is never taken for whole
			if _, ok := decode(id(in), b[:cut], true); ok && cut < len(b)-32 {
				t.Fatalf("%d of %d bytes were read as a record", cut, len(b))
			}
		}
		if _, ok := decode(id(in), append(b, 0), true); ok && reflect.TypeFor[T]() != reflect.TypeFor[Event]() {
			t.Fatal("a byte too many wasn't noticed")
		}
	})
}

// sameRecord compares what can be seen: an empty list is the same as none.
func sameRecord(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		f, g := x.Field(i), y.Field(i)
		if f.Kind() == reflect.Slice && f.Len() == 0 && g.Len() == 0 {
			continue
		}
		if !reflect.DeepEqual(f.Interface(), g.Interface()) {
			return false
		}
	}
	return true
}

func FuzzDecodeRecords(f *testing.F) {
	f.Add(User{Email: "ana@x.test", Name: "Ana", Status: StatusInvited}.appendRecord(nil))
	f.Add(ServiceAccount{Name: "bot", PreviousKey: FirstID}.appendRecord(nil))
	f.Add(firstServiceAccount(ServiceAccount{Name: "bot"}))
	f.Add(APIKey{PublicID: "abc", Sealed: []byte{1}}.appendRecord(nil))
	f.Add(Event{Action: "user.invite", Changes: []Change{{"a", "b", "c"}}}.appendRecord(nil))
	grants := []WorkspaceGrant{{FirstID, RoleOwner}}
	f.Add(User{Status: StatusActive, Groups: []ID{FirstID}, Workspaces: grants}.appendRecord(nil))
	f.Add(Group{Name: "sre", Workspaces: grants}.appendRecord(nil))
	f.Add(Role{Name: "Runner", Scope: ScopeWorkspace, Permissions: []Permission{PermWSExecute}}.appendRecord(nil))
	f.Add(Tally{Users: 1, Owners: []ID{FirstID}}.appendRecord(nil))
	f.Add(spentToken{PublicID: "abc", Why: tokenUsed}.appendRecord(nil))
	f.Add(overdue{attempts: 3, repaired: repairNote{lost: "2, 5-7", admin: "ana@x.test"}}.appendRecord(nil))
	f.Add(overdue{repaired: repairNote{lost: strings.Repeat("7", maxEventText+1)}}.appendRecord(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if u, ok := decodeUser(1, b, true); ok {
			if again, ok := decodeUser(1, u.appendRecord(nil), false); !ok || !sameRecord(u, again) {
				t.Errorf("user %+v doesn't come back", u)
			}
		}
		if s, ok := decodeServiceAccount(1, b, true); ok {
			if again, ok := decodeServiceAccount(1, s.appendRecord(nil), false); !ok || !sameRecord(s, again) {
				t.Errorf("service account %+v doesn't come back", s)
			}
		}
		decodeAPIKey(1, b, true)
		decodeEvent(1, b, true)
		decodeAccount(1, b, true)
		decodeGroup(1, b, true)
		decodeWorkspace(1, b, true)
		decodeRole(1, b, true)
		decodeTally(1, b, true)
		decodeSpentToken(1, b, true)
		if o, ok := decodeOverdue(1, b, true); ok { // whoever can write to the store can write this
			Event{Seq: math.MaxUint64, Changes: o.repaired.changes()}.repairLost()
		}
	})
}

func TestEventsAreChained(t *testing.T) {
	key := []byte("a key")
	one := Event{Seq: 1, Action: "user.invite", TargetName: "ana"}
	var start [32]byte
	hash := one.chain(key, start)
	changed := one
	changed.TargetName = "ben"
	moved := one
	moved.Seq = 2
	for name, other := range map[string][32]byte{
		"another text": changed.chain(key, start), "another place": moved.chain(key, start),
		"another past": one.chain(key, [32]byte{1}), "another key": one.chain([]byte("b key"), start),
	} {
		if other == hash {
			t.Errorf("%s gives the same hash", name)
		}
	}
}
