package model

import (
	"cmp"
	"strconv"
	"strings"
)

// stepWords say what an action did and what taking it back did, of one target and of several. {name}, {from}, {to} and {n}
// stand for what the step holds, {kind} and {kinds} for what it is about.
type stepWords struct {
	of             field // what of a target it changed; 0 for one that came or went
	done, doneMany string
	doneEach       string // of several to whom not the same was done; "" where that can't be
	back, backMany string
	never          string // why it can't be taken back; "" if it can
}

// wordsOfVerbs are what actions do to anything that they are for.
var wordsOfVerbs = map[string]stepWords{
	"rename": {
		of: fieldName, done: "{from} renamed to {to}", doneMany: "{n} {kinds} renamed",
		back: "name of {to} back to {from}", backMany: "names of {n} {kinds} back to what they were",
	},
	"describe": {
		of: fieldDescription, done: "description of {name} changed", doneMany: "descriptions of {n} {kinds} changed",
		back: "description of {name} back to what it was", backMany: "descriptions of {n} {kinds} back to what they were",
	},
	"set_role": {
		of: fieldRole, done: "role of {name} set to {to}", doneMany: "role of {n} {kinds} set to {to}", doneEach: "roles of {n} {kinds} changed",
		back: "role of {name} back to {from}", backMany: "roles of {n} {kinds} back to what they were",
	},
	"set_workspace_role": {
		of: fieldWorkspace, done: "workspaces of {name} changed", doneMany: "workspaces of {n} {kinds} changed",
		back: "workspaces of {name} back to what they were", backMany: "workspaces of {n} {kinds} back to what they were",
	},
	"set_permissions": {
		of: fieldPermissions, done: "permissions of {name} changed", doneMany: "permissions of {n} {kinds} changed",
		back: "permissions of {name} back to what they were", backMany: "permissions of {n} {kinds} back to what they were",
	},
	"create": {
		done: "{kind} {name} created", doneMany: "{n} {kinds} created",
		back: "{kind} {name} deleted", backMany: "{n} {kinds} deleted",
	},
	"delete": {
		done: "{kind} {name} deleted", doneMany: "{n} {kinds} deleted",
		back: "{kind} {name} is back", backMany: "{n} {kinds} are back",
	},
}

// wordsOfActions are what is said of one action alone.
var wordsOfActions = map[string]stepWords{
	"user.deactivate": {
		of: fieldStatus, done: "{name} deactivated", doneMany: "{n} users deactivated",
		back: "{name} is active again", backMany: "{n} users are active again",
	},
	"user.reactivate": {
		of: fieldStatus, done: "{name} reactivated", doneMany: "{n} users reactivated",
		back: "{name} is inactive again", backMany: "{n} users are inactive again",
	},
	"user.remove": {done: "{name} removed", doneMany: "{n} users removed", back: "{name} is back", backMany: "{n} users are back"},
	"user.invite": {
		done: "{name} invited", doneMany: "{n} people invited",
		back: "invite of {name} cancelled", backMany: "{n} invites cancelled",
	},
	"user.restore": {done: "{name} restored", doneMany: "{n} users restored", back: "{name} is gone again", backMany: "{n} users are gone again"},
	"user.cancel_invite": {
		done: "invite of {name} cancelled", doneMany: "{n} invites cancelled",
		back: "{name} is invited again, with the token from before", backMany: "{n} people are invited again, with the tokens from before",
	},
	"user.resend_invite": {
		done: "invite of {name} resent", doneMany: "{n} invites resent",
		never: "the fresh token may have been read, and the old one is dead. Cancel the invite to end both.",
	},
	"user.accept": {done: "invitation accepted", never: "its token is used up"},
	"user.join_group": {
		of: fieldGroup, done: "{name} added to {to}", doneMany: "{n} users added to {to}",
		back: "{name} is out of {to} again", backMany: "{n} users are out of {to} again",
	},
	"user.leave_group": {
		of: fieldGroup, done: "{name} taken out of {from}", doneMany: "{n} users taken out of {from}",
		back: "{name} is in {from} again", backMany: "{n} users are in {from} again",
	},
	"user.set_groups": {
		of: fieldGroup, done: "groups of {name} changed", doneMany: "groups of {n} users changed",
		back: "groups of {name} back to what they were", backMany: "groups of {n} users back to what they were",
	},
	"service_account.delete": {
		done: "service account {name} deleted", doneMany: "{n} service accounts deleted",
		back: "service account {name} is back, with the same key", backMany: "{n} service accounts are back, with the same keys",
	},
	"service_account.rotate_key": {
		done: "key of {name} rotated", doneMany: "keys of {n} service accounts rotated",
		never: "the new key may be in use. Rotate it again instead.",
	},
	"service_account.end_old_key": {
		done: "old key of {name} ended", doneMany: "old keys of {n} service accounts ended",
		never: "a key that ended stays dead. Rotate to get a new one.",
	},
}

// wordsOf returns how to speak of an action. One that isn't known can't be taken back, rather than be taken back wrongly.
func wordsOf(action string) stepWords {
	if w, ok := knownWords(action); ok {
		return w
	}
	return stepWords{done: "the last change", never: "nothing is known of how"}
}

func knownWords(action string) (w stepWords, ok bool) {
	if w, ok = wordsOfActions[action]; ok {
		return w, true
	}
	noun, verb, _ := strings.Cut(action, ".")
	w, ok = wordsOfVerbs[verb]
	return w, ok && kindOf(noun) != 0
}

// kindOf returns the kind that an action is about, 0 for none that undo knows.
func kindOf(noun string) Kind {
	for kind, name := range eventNouns {
		if name == noun {
			return kind
		}
	}
	return 0
}

// Does says what the step did, as a sentence without its full stop: "Role of Ben Okafor set to Builder".
func (s Step) Does() string {
	text := s.does()
	if strings.HasPrefix(text, s.Name) || s.From != "" && strings.HasPrefix(text, s.From) {
		return text // a name stays as it is written
	}
	return capitalised(text)
}

func (s Step) does() string {
	return s.say(func(d Deed) string {
		w := wordsOf(d.Action)
		if w.doneEach != "" && d.To == "" {
			w.doneMany = w.doneEach
		}
		return d.say(w.done, w.doneMany)
	})
}

// undoes says what taking the step back did: "role of Ben Okafor back to Consumer".
func (s Step) undoes() string {
	return s.say(func(d Deed) string { return d.say(wordsOf(d.Action).back, wordsOf(d.Action).backMany) })
}

// say strings together what is said of all that the step did.
func (s Step) say(of func(Deed) string) string {
	var list []string
	for _, d := range s.deeds() {
		if d.Count > 0 || len(s.Also) == 0 {
			list = append(list, of(d))
		}
	}
	return strings.Join(list, ", ")
}

func (d Deed) say(one, many string) string {
	text := one
	if d.Count > 1 && many != "" {
		text = many
	}
	orNone := func(v string) string {
		if v == "" {
			return "none"
		}
		return v
	}
	noun, _, _ := strings.Cut(d.Action, ".")
	kind := kindOf(noun).String()
	return strings.NewReplacer(
		"{name}", d.Name, "{from}", orNone(d.From), "{to}", orNone(d.To), "{n}", strconv.Itoa(d.Count), "{kind}", kind, "{kinds}", kind+"s",
	).Replace(text)
}

// Never says why the step can't be taken back, nil if it can be.
func (s Step) Never() error {
	why := ""
	for _, d := range s.deeds() {
		why = cmp.Or(why, wordsOf(d.Action).never)
	}
	if why == "" && s.tooLarge() {
		why = "it changed more records than are remembered"
	}
	if why == "" {
		return nil
	}
	reason, hint, _ := strings.Cut(why, ". ")
	return &Error{Kind: ErrStatus, What: s.Does() + " can't be undone: " + reason, Short: reason, Hint: hint}
}

// fieldNames are the fields as people know them. Those of a group or a workspace have its name added.
var fieldNames = map[field]string{
	fieldName: "name", fieldDescription: "description", fieldRole: "role", fieldStatus: "status", fieldGroup: "group",
	fieldWorkspace: "workspace", fieldPermissions: "permissions", fieldInvite: "invite", fieldKey: "API key",
}

// teller puts slots into words.
type teller struct {
	ReadTx
	redo bool // of a conflict that a redo runs into
}

func (t teller) role(id ID) string {
	if r, ok := BuiltInRole(id); ok {
		return r.Name
	}
	if r, err := load(t.ReadTx, KindRole, id, decodeRole); err == nil {
		return r.Name
	}
	return "a role that is gone"
}

// field names a slot: "role", "group sre".
func (t teller) field(k slot) string {
	name := fieldNames[k.field]
	switch k.field {
	case fieldGroup:
		if g, err := load(t.ReadTx, KindGroup, k.of, decodeGroup); err == nil {
			return name + " " + g.Name
		}
	case fieldWorkspace:
		if w, err := load(t.ReadTx, KindWorkspace, k.of, decodeWorkspace); err == nil {
			return name + " " + w.Name
		}
	}
	return name
}

// value says what a slot holds, "" for nothing.
func (t teller) value(k slot, v string) string {
	switch {
	case v == "":
		return ""
	case k.field == fieldRole || k.field == fieldWorkspace:
		return t.role(numberIn(v))
	case k.field == fieldStatus:
		return Status(numberIn(v)).String()
	case k.field == fieldGroup:
		return "member"
	case k.field == fieldInvite:
		return "token " + v
	case k.field == fieldKey:
		if key, err := load(t.ReadTx, KindAPIKey, numberIn(v), decodeAPIKey); err == nil {
			return key.Hint()
		}
		return "a key that is gone"
	}
	return v
}
