package model

import (
	"context"
	"strings"
	"unicode/utf8"
)

// A shell asks for names while somebody types, so what is here reads a few dozen records of a million: the unique indexes are
// in the order of their keys, and what begins alike stands together.

// Proposal is a name that begins with what was typed, and a few words about what it names.
type Proposal struct{ Name, About string }

// MaxProposals is how many names are proposed at most.
const MaxProposals = 40

// proposalReads bounds how many records are looked at in search of those that are wanted.
const proposalReads = 1000

// proposing is how names of one kind are proposed.
type proposing[T any] struct {
	kind   Kind
	index  Index
	decode decodeFunc[T]
	fold   func(string) string
	say    func(T) Proposal
	fixed  []T          // what no store keeps
	want   func(T) bool // nil for all
}

// ProposeUsers returns emails that begin with what was typed, in any case. want may be nil. Who may not see all users is
// proposed themselves.
func (d *Directory) ProposeUsers(ctx context.Context, actor Actor, typed string, want func(User) bool) ([]Proposal, error) {
	say := func(u User) Proposal { return Proposal{u.Email, u.Name + ", " + u.Status.String()} }
	p := proposing[User]{KindUser, IndexUserEmail, decodeUser, FoldEmail, say, nil, want}
	var list []Proposal
	err := d.lookAs(ctx, actor, func(in *change, rules Rules) (err error) {
		seen := rules.SeeAll()
		switch me := rules.Actor; {
		case seen == nil:
			list, err = p.propose(in, typed)
		case rules.active() != nil:
			return seen
		case strings.HasPrefix(FoldEmail(me.Email), FoldEmail(typed)) && (want == nil || want(me)):
			list = []Proposal{p.proposal(me, FoldEmail(me.Email), typed)}
		}
		return err
	})
	return list, err
}

// ProposeServiceAccounts returns names of service accounts that begin with what was typed, in any case. want may be nil.
func (d *Directory) ProposeServiceAccounts(ctx context.Context, actor Actor, typed string, want func(ServiceAccount) bool) ([]Proposal, error) {
	return proposeNamed(ctx, d, actor, serviceAccounts, Rules.SeeServiceAccounts, typed, nil, want)
}

// ProposeGroups returns names of groups that begin with what was typed, in any case. want may be nil.
func (d *Directory) ProposeGroups(ctx context.Context, actor Actor, typed string, want func(Group) bool) ([]Proposal, error) {
	return proposeNamed(ctx, d, actor, groups, Rules.SeeAll, typed, nil, want)
}

// ProposeWorkspaces returns names of workspaces that begin with what was typed, in any case. want may be nil.
func (d *Directory) ProposeWorkspaces(ctx context.Context, actor Actor, typed string, want func(Workspace) bool) ([]Proposal, error) {
	return proposeNamed(ctx, d, actor, workspaces, Rules.SeeAll, typed, nil, want)
}

// ProposeRoles returns names of roles that begin with what was typed, in any case, the built-in ones first. want may be nil.
func (d *Directory) ProposeRoles(ctx context.Context, actor Actor, typed string, want func(Role) bool) ([]Proposal, error) {
	return proposeNamed(ctx, d, actor, roles, Rules.SeeAll, typed, builtInRoles, want)
}

func proposeNamed[T named[T]](
	ctx context.Context, d *Directory, actor Actor, e entity[T], see func(Rules) error, typed string, fixed []T, want func(T) bool,
) (list []Proposal, err error) {
	say := func(r T) Proposal {
		name, description := r.about()
		return Proposal{name, description}
	}
	p := proposing[T]{e.kind, e.index, e.decode, FoldName, say, fixed, want}
	err = d.lookAs(ctx, actor, func(in *change, rules Rules) error {
		if err := see(rules); err != nil {
			return err
		}
		list, err = p.propose(in, typed)
		return err
	})
	return list, err
}

// propose returns all that begins with what was typed, or where that is more than is worth showing, one for each letter that
// may come next. A shell types what all that it was given have in common, and that is then what all of them have in common.
func (p proposing[T]) propose(in *change, typed string) ([]Proposal, error) {
	prefix := p.fold(typed)
	if trimmed := strings.TrimRight(typed, " "); len(trimmed) < len(typed) && !strings.HasSuffix(prefix, " ") {
		prefix += " "
	}
	search := proposals[T]{proposing: p, typed: typed, left: proposalReads}
	for _, r := range p.fixed {
		if key := p.fold(p.say(r).Name); strings.HasPrefix(key, prefix) {
			search.take(r, key)
		}
	}
	fixed := len(search.list)
	more, err := search.all(in, prefix)
	for more && err == nil {
		search.list = search.list[:fixed]
		prefix, more, err = search.spread(in, prefix)
	}
	if err == nil && search.left <= 0 && p.want != nil { // those that are wanted are rare: rather all than a part of them
		p.want = nil
		return p.propose(in, typed)
	}
	return search.list, err
}

// proposal is a record as it is proposed. Shells take only what begins with what was typed to the letter.
func (p proposing[T]) proposal(r T, key, typed string) Proposal {
	said := p.say(r)
	if folded := p.fold(typed); !strings.HasPrefix(said.Name, typed) && strings.HasPrefix(key, folded) {
		said.Name = typed + key[len(folded):]
	}
	return said
}

// proposals is a search for names.
type proposals[T any] struct {
	proposing[T]
	typed string
	left  int // how many records may still be looked at
	list  []Proposal
}

func (s *proposals[T]) take(r T, key string) bool {
	if s.want != nil && !s.want(r) {
		return false
	}
	s.list = append(s.list, s.proposal(r, key, s.typed))
	return true
}

// all lists what begins with a prefix, and reports whether there is more.
func (s *proposals[T]) all(in *change, prefix string) (more bool, err error) {
	err = s.visit(in, prefix, prefix, func(string) bool {
		more = len(s.list) > MaxProposals
		return !more
	})
	return more, err
}

// spread lists one of those that go on with each letter after a prefix. Where all go on with the same one there is nothing to
// choose from yet, and again is true: the prefix is then longer by it.
func (s *proposals[T]) spread(in *change, prefix string) (longer string, again bool, err error) {
	letters := 0
	for from := prefix; letters < MaxProposals; letters++ {
		found := ""
		err = s.visit(in, from, prefix, func(key string) bool {
			found = key
			return false
		})
		if err != nil || found == "" {
			break
		}
		_, size := utf8.DecodeRuneInString(found[len(prefix):])
		longer = found[:len(prefix)+size]
		from = longer + "\xff" // no text has this byte, so that it comes after all that begin like this
		if size == 0 {
			from = found + "\x00"
			continue
		}
		if err = s.hint(in, found, longer); err != nil {
			break
		}
	}
	return longer, letters == 1 && longer != prefix, err
}

// hint says of the last proposal that it stands for others too that begin with a prefix, if it does.
func (s *proposals[T]) hint(in *change, found, prefix string) error {
	return in.ScanIndex(s.index, found+"\x00", func(key string, _ ID) bool {
		if strings.HasPrefix(key, prefix) {
			s.list[len(s.list)-1].About = "one of several that begin with " + prefix
		}
		return false
	})
}

// visit takes those from a key on that begin with a prefix and are wanted, for as long as next wants another.
func (s *proposals[T]) visit(in *change, from, prefix string, next func(key string) bool) error {
	var bad error
	err := in.ScanIndex(s.index, from, func(key string, id ID) bool {
		if !strings.HasPrefix(key, prefix) || s.left <= 0 {
			return false
		}
		s.left--
		r, err := load(in, s.kind, id, s.decode)
		if err != nil {
			bad = err
			return false
		}
		return !s.take(r, key) || next(key)
	})
	if err != nil {
		return err
	}
	return bad
}
