package model

import (
	"strings"
	"unicode"
)

// Invitee is one person of a list of addresses.
type Invitee struct{ Email, Name string }

// String returns the person as SplitInvitees reads them.
func (i Invitee) String() string {
	if i.Name == "" {
		return i.Email
	}
	return `"` + strings.ReplaceAll(i.Name, `"`, "") + `" <` + i.Email + ">"
}

// SplitInvitees reads a list of addresses as people type and paste them: separated by commas, semicolons, spaces or new
// lines, each alone or as `Ana Ruiz <ana@example.com>`, the name in quotes or not. Nothing is checked and nothing is left out:
// what isn't an address is returned as one, for whoever refuses it. An address that stands twice is returned once.
func SplitInvitees(list string) []Invitee {
	s := splitter{seen: map[string]bool{}}
	for _, r := range list {
		s.read(r)
	}
	s.end()
	return s.out
}

// splitter is where SplitInvitees is.
type splitter struct {
	out  []Invitee
	seen map[string]bool

	word    strings.Builder
	pending []string // words that may be a name: an address in brackets would follow
	quoted  bool
	angled  bool
}

func (s *splitter) read(r rune) {
	switch {
	case r == '\n' || r == '\r': // ends everything, what wasn't closed too
		s.end()
	case s.angled:
		s.readAngled(r)
	case r == '"':
		s.quote()
	case s.quoted:
		s.word.WriteRune(r)
	case r == '<':
		s.flushWord()
		s.angled = true
	case strings.ContainsRune(",;", r):
		s.end()
	case unicode.IsSpace(r):
		s.flushWord()
	default:
		s.word.WriteRune(r)
	}
}

// readAngled goes on within brackets.
func (s *splitter) readAngled(r rune) {
	if r == '>' {
		s.flushAngled()
		return
	}
	s.word.WriteRune(r)
}

// quote begins or ends a quoted name.
func (s *splitter) quote() {
	if s.quoted {
		s.pending = append(s.pending, s.take())
	} else {
		s.flushWord()
	}
	s.quoted = !s.quoted
}

func (s *splitter) take() string {
	w := strings.TrimSpace(s.word.String())
	s.word.Reset()
	return w
}

// flushWord ends a word. One with an @ is an address, and no name goes with it.
func (s *splitter) flushWord() {
	switch w := s.take(); {
	case w == "":
	case strings.Contains(w, "@"):
		s.flushPending()
		s.add(w, "")
	default:
		s.pending = append(s.pending, w)
	}
}

// flushAngled ends an address in brackets. The words before it are the name, the family name first if a comma says so.
func (s *splitter) flushAngled() {
	name := strings.Join(s.pending, " ")
	if family, given, ok := strings.Cut(name, ","); ok {
		name = strings.TrimSpace(strings.TrimSpace(given) + " " + strings.TrimSpace(family))
	}
	s.pending, s.angled = nil, false
	s.add(s.take(), name)
}

// flushPending takes words that turned out to be no name for addresses.
func (s *splitter) flushPending() {
	for _, w := range s.pending {
		s.add(w, "")
	}
	s.pending = nil
}

// end ends an entry of the list.
func (s *splitter) end() {
	if s.angled {
		s.flushAngled()
	}
	s.quoted = false
	s.flushWord()
	s.flushPending()
}

func (s *splitter) add(email, name string) {
	if key := FoldEmail(email); email != "" && !s.seen[key] {
		s.seen[key] = true
		s.out = append(s.out, Invitee{Email: email, Name: name})
	}
}
