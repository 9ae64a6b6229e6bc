package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/tui/theme"
)

// person stands for what a real screen shows.
type person struct {
	id                uint64
	name, email, role string
	groups            []string
	status            int
	seen              int64
}

var statuses = []struct {
	word string
	tone theme.Tone
	sign theme.Glyph
}{{"Active", theme.Good, theme.Full}, {"Invited", theme.Warn, theme.Pending}, {"Inactive", theme.Dim, theme.Empty}}

var statusValues = [][]string{{"active"}, {"invited"}, {"inactive"}}

func columns() []Column[*person] {
	return []Column[*person]{
		{
			Key: "name", Title: "Name", Min: 12, Ideal: 24, Search: true,
			Cell:    func(p *person) Cell { return Cell{Text: p.name} },
			SortKey: func(b []byte, p *person) []byte { return TextKey(b, p.name) },
		},
		{
			Key: "email", Title: "Email", Min: 16, Ideal: 30, Priority: 2, Search: true, Flex: true,
			Cell:    func(p *person) Cell { return Cell{Text: p.email} },
			SortKey: func(b []byte, p *person) []byte { return TextKey(b, p.email) },
		},
		{
			Key: "role", Title: "Role", Min: 8, Ideal: 10, Priority: 1, Search: true,
			Cell:    func(p *person) Cell { return Cell{Text: p.role} },
			SortKey: func(b []byte, p *person) []byte { return TextKey(b, p.role) },
			Narrow:  func(p *person) []string { return []string{p.role} },
		},
		{
			Key: "group", Title: "Groups", Min: 10, Ideal: 20, Priority: 3, Search: true,
			Cell:       func(p *person) Cell { return Cell{Text: strings.Join(p.groups, ", ")} },
			SearchText: groupText,
			Narrow:     func(p *person) []string { return p.groups },
		},
		{
			Key: "status", Title: "Status", Min: 10, Ideal: 10,
			Cell: func(p *person) Cell {
				s := statuses[p.status]
				return Cell{Text: s.word, Tone: s.tone, Glyph: s.sign}
			},
			SortKey: func(b []byte, p *person) []byte { return append(b, byte(p.status)) },
			Narrow:  func(p *person) []string { return statusValues[p.status] },
		},
		{
			Key: "seen", Title: "Seen", Min: 6, Ideal: 8, Priority: 4, Right: true,
			Cell:    func(p *person) Cell { return Cell{Text: fmt.Sprintf("%dh", p.seen), Tone: theme.Dim} },
			SortKey: func(b []byte, p *person) []byte { return NumberKey(b, p.seen) },
		},
	}
}

func groupText(b []byte, p *person) []byte {
	for i, g := range p.groups {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, g...)
	}
	return b
}

// crowd is a list of people in the order of their ids, as a snapshot of a store would give it. It knows what changed since the one that it came from.
type crowd struct {
	list    []*person
	from    *crowd
	changed []uint64
}

func (c *crowd) Len() int         { return len(c.list) }
func (c *crowd) At(i int) *person { return c.list[i] }
func (c *crowd) ID(i int) uint64  { return c.list[i].id }
func (c *crowd) Find(id uint64) (int, bool) {
	return slices.BinarySearchFunc(c.list, id, func(p *person, id uint64) int { return int(int64(p.id) - int64(id)) })
}

func (c *crowd) Changed(prev Rows[*person]) ([]uint64, bool) {
	var ids []uint64
	for at := c; at != nil; at = at.from {
		if Rows[*person](at) == prev {
			return ids, true
		}
		ids = append(ids, at.changed...)
	}
	return nil, false
}

// with is the crowd after some people changed, came (a new id) or went (a nil).
func (c *crowd) with(people map[uint64]*person) *crowd {
	next := &crowd{from: c}
	for _, p := range c.list {
		q, changed := people[p.id]
		if !changed {
			next.list = append(next.list, p)
		} else if q != nil {
			next.list = append(next.list, q)
		}
	}
	for id, p := range people {
		if _, old := c.Find(id); !old && p != nil {
			i, _ := next.Find(id)
			next.list = slices.Insert(next.list, i, p)
		}
		next.changed = append(next.changed, id)
	}
	return next
}

// forgetful is a crowd that doesn't know what changed.
type forgetful struct{ Rows[*person] }

// skimmed is a crowd whose texts can be read without the people. What is the same about groups is their number, if there is one of them at most.
type skimmed struct{ *crowd }

func (s skimmed) Skim(keys []string) (to func(pos int), texts []Text) {
	var p *person
	for _, key := range keys {
		for _, c := range columns() {
			if c.Key != key {
				continue
			}
			text := Text{Append: func(b []byte) []byte { return append(b, c.Cell(p).Text...) }}
			switch key {
			case "role":
				text.Same = func() uint64 { return uint64(slices.Index(roles, p.role)) }
			case "group":
				text.Same = func() uint64 {
					if len(p.groups) > 1 {
						return 0
					}
					return uint64(1 + slices.Index(append([]string{""}, groups...), strings.Join(p.groups, "")))
				}
			}
			texts = append(texts, text)
		}
	}
	return func(pos int) { p = s.list[pos] }, texts
}

var (
	firstNames = []string{"Ana", "Ben", "Chiara", "Dmitri", "Fatima", "Grace", "Ines", "Kofi", "Noor", "Priya", "Élodie", "Håkon", "Jürgen", "Łucja", "小明", "Óscar"}
	lastNames  = []string{"Ruiz", "Okafor", "Conti-Moretti", "O'Neill", "Smith", "Kim", "Haddad", "Sørensen", "Müller", "王", "Fernández de la Vega", "Nguyễn"}
	roles      = []string{"Admin", "Builder", "Consumer", "Tenant Guest"}
	groups     = []string{"platform", "sre", "billing", "site reliability", "données"}
)

// someone makes up the person with an id.
func someone(r *rand.Rand, id uint64) *person {
	first, last := firstNames[r.IntN(10)], lastNames[r.IntN(7)]
	if r.IntN(5) == 0 { // accented and wide names
		first, last = firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]
	}
	p := &person{id: id, name: first + " " + last, role: roles[r.IntN(len(roles))], status: r.IntN(3), seen: r.Int64N(400)}
	p.email = fmt.Sprintf("%s.%s%d@acme.test", fold(first), fold(strings.Fields(last)[0]), id/10)
	for _, g := range groups {
		if r.IntN(4) == 0 {
			p.groups = append(p.groups, g)
		}
	}
	return p
}

// newCrowd makes up n people with the ids 10, 20, …
func newCrowd(n int, seed uint64) *crowd {
	r := rand.New(rand.NewPCG(seed, 1))
	c := &crowd{list: make([]*person, n)}
	for i := range c.list {
		c.list[i] = someone(r, uint64(i+1)*10)
	}
	return c
}

// newGrid is a grid that shows rows.
func newGrid(rows Rows[*person], w, h int) *Grid[*person] {
	g := New(theme.New(theme.Options{Dark: true}), columns()...)
	g.SetSize(w, h)
	g.SetEmpty(Empty{None: "No users yet.\nn invites the first one.", NoMatch: "No user matches. esc clears the filter.", Loading: "Loading…"})
	finish(g, g.SetRows(rows))
	return g
}

// finish does what Bubble Tea would: it runs commands until there are no more.
func finish(g *Grid[*person], cmd tea.Cmd) {
	for cmd != nil {
		cmd = g.Update(cmd())
	}
}

// ids are the rows as they are shown.
func (g *Grid[T]) shownIDs() []uint64 {
	ids := make([]uint64, g.pic.len())
	for k := range ids {
		ids[k] = g.pic.rows.ID(int(g.pic.at(k)))
	}
	return ids
}
