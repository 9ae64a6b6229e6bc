package grid

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
	"pgregory.net/rapid"
)

// naive is what a grid should show, by the simplest way there is to find out: one comparison by whole keys, and fzf alone.
func naive(rows Rows[*person], want *wish[*person]) []uint64 {
	cols := columns()
	type line struct {
		id   uint64
		tier uint8
		key  []byte
	}
	var lines []line
	for i := range rows.Len() {
		p := rows.At(i)
		l := line{id: p.id, tier: naiveTier(cols, want.query, p)}
		if l.tier == unmatched && want.has(p.id) {
			l.tier = scattered
		}
		if want.column >= 0 {
			l.key = cols[want.column].SortKey(nil, p)
		}
		if l.tier != unmatched {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b line) int {
		if c := cmp.Compare(a.tier, b.tier); c != 0 {
			return c
		}
		if want.backward {
			a, b = b, a
		}
		return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
	})
	ids := make([]uint64, len(lines))
	for i, l := range lines {
		ids[i] = l.id
	}
	return ids
}

func naiveTier(cols []Column[*person], q *query, p *person) uint8 {
	worst := atWord
	for _, n := range q.narrows {
		if !slices.ContainsFunc(cols[n.column].Narrow(p), func(v string) bool {
			return slices.ContainsFunc(n.values, func(want string) bool { return strings.HasPrefix(fold(v), want) })
		}) {
			return unmatched
		}
	}
	for _, t := range q.terms {
		best := unmatched
		for _, c := range cols {
			if c.Search {
				best = min(best, fzf(&t, c.Cell(p).Text))
			}
		}
		worst = max(worst, best)
	}
	return worst
}

// fzf is match, asking fzf.
func fzf(t *term, s string) uint8 {
	runes := []rune(s)
	chars := util.RunesToChars(runes)
	if r, _ := algo.ExactMatchNaive(false, true, true, &chars, t.runes, false, nil); r.Start >= 0 {
		if r.Start == 0 || !t.word || !isWord(runes[r.Start-1]) {
			return atWord
		}
		return joined
	}
	if r, _ := algo.FuzzyMatchV1(false, true, true, &chars, t.runes, false, nil); r.Start >= 0 {
		return scattered
	}
	return unmatched
}

func TestMatchIsFzf(t *testing.T) {
	letters := func(most int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune("abAB1 .-@")), rapid.RuneFrom([]rune("abAB1 .-@éÉe\u0301王・"))), 0, most, -1)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := letters(40).Draw(t, "text")
		term, ok := newTerm(letters(rapid.SampledFrom([]int{2, 3, 12}).Draw(t, "letters")).Draw(t, "term"))
		if !ok {
			t.Skip()
		}
		m, want := newMatcher(), fzf(&term, text)
		if got := match(m, &term, []byte(text)); got != want {
			t.Fatalf("%q in %q: %d, fzf %d", string(term.runes), text, got, want)
		}
	})
}

func TestTiers(t *testing.T) {
	for _, c := range []struct {
		term, text string
		want       uint8
	}{
		{"ana", "Ana Ruiz", atWord},
		{"ru", "Ana Ruiz", atWord},
		{"uiz", "Ana Ruiz", joined},
		{"az", "Ana Ruiz", scattered},
		{"za", "Ana Ruiz", unmatched},
		{"ana ru", "Ana Ruiz", atWord},
		{"e", "Élodie", atWord},
		{"é", "Elodie", atWord},
		{"MÜL", "Jürgen Muller", atWord},
		{"@acme", "ana@acme.test", atWord},
		{"acme", "ana@acme.test", atWord},
		{"cme", "ana@acme.test", joined},
		{"王", "Ana 王", atWord},
		{"王", "Ana", unmatched},
	} {
		term, _ := newTerm(c.term)
		if got := match(newMatcher(), &term, []byte(c.text)); got != c.want {
			t.Errorf("%q in %q: %d, want %d", c.term, c.text, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"ana":                          `"ana" `,
		"  Ana   RUIZ ":                `"ana" "ruiz" `,
		"status:Inv":                   `4["inv"] `,
		"status:inv STATUS:act":        `4["inv" "act"] `,
		"status:":                      ``,
		`group:"site reli`:             `3["site reli"] `,
		`group:"site reliability" ana`: `"ana" 3["site reliability"] `,
		"foo:bar":                      `"foo:bar" `,
		"name:ana":                     `"name:ana" `, // has no Narrow
		`"status:inv"`:                 `"status:inv" `,
		`"ana ruiz"`:                   `"ana ruiz" `,
		":x":                           `":x" `,
		"É":                            `"e" `,
		`""`:                           ``,
	} {
		if got := parse(text, columns()).canon; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestWithin holds the shortcut of looking only at what an earlier filter let through to what it rests on.
func TestWithin(t *testing.T) {
	rows := newCrowd(300, 7)
	filter := rapid.SampledFrom([]string{"", "a", "an", "ana", "nan", "a r", "ana ru", "ana ana r", "r ana", "status:i", "status:inv", "status:inv status:ina", "status:inv role:b", "role:b a", "é", "e", "1"})
	rapid.Check(t, func(t *rapid.T) {
		p, q := parse(filter.Draw(t, "first"), columns()), parse(filter.Draw(t, "then"), columns())
		if !q.within(p) {
			return
		}
		first := judgeAll(rows, columns(), p, new(atomic.Bool))
		plain, quick := judgeAll(rows, columns(), q, new(atomic.Bool)), judgeOn(rows, columns(), q, p, first, new(atomic.Bool))
		for i := range plain.tiers {
			if plain.tiers[i] != quick.tiers[i] || plain.tiers[i] < first.tiers[i] {
				t.Fatalf("after %q, %q says %d of %+v, by itself %d", p.canon, q.canon, quick.tiers[i], rows.At(i), plain.tiers[i])
			}
		}
	})
	for _, pair := range [][2]string{{"an", "a"}, {"ana ru", "ana"}, {"status:inv", "status:in"}, {"a status:inv", "status:i"}, {"status:inv", ""}} {
		if !parse(pair[0], columns()).within(parse(pair[1], columns())) {
			t.Errorf("%q isn't seen to lie within %q", pair[0], pair[1])
		}
	}
}

// TestSkimmedIsPlain holds what rows that can be skimmed answer to what the same rows answer that can't.
func TestSkimmedIsPlain(t *testing.T) {
	rows := newCrowd(500, 11)
	filter := rapid.SampledFrom(append([]string{"a", "an", "and", "n", "re", "sre", "bill r", "site rel", "don", "é", "王", "1", "role:b a", "status:i plat"}, walkFilters...))
	rapid.Check(t, func(t *rapid.T) {
		p, q := parse(filter.Draw(t, "first"), columns()), parse(filter.Draw(t, "then"), columns())
		plain, quick := judgeAll(rows, columns(), p, new(atomic.Bool)), judgeAll(skimmed{rows}, columns(), p, new(atomic.Bool))
		if !slices.Equal(plain.tiers, quick.tiers) || !slices.Equal(plain.seen, quick.seen) {
			t.Fatalf("%q is answered in two ways", p.canon)
		}
		if !q.within(p) {
			return
		}
		plain, quick = judgeOn(rows, columns(), q, p, plain, new(atomic.Bool)), judgeOn(skimmed{rows}, columns(), q, p, quick, new(atomic.Bool))
		if !slices.Equal(plain.tiers, quick.tiers) || !slices.Equal(plain.seen, quick.seen) {
			t.Fatalf("after %q, %q is answered in two ways", p.canon, q.canon)
		}
	})
}

// TestSortKeys sorts keys that are hard to tell apart by their first eight bytes.
func TestSortKeys(t *testing.T) {
	key := rapid.StringOfN(rapid.RuneFrom([]rune("a\x00b")), 0, 30, -1)
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"", "same", "the same beginning "}).Draw(t, "prefix")
		texts := rapid.SliceOfN(key, 0, 60).Draw(t, "texts")
		type row struct {
			id   uint64
			text string
		}
		var list []row
		for i, s := range texts {
			id := uint64(i)
			if rapid.Bool().Draw(t, "mixed") {
				id = uint64(1000 - i)
			}
			list = append(list, row{id, prefix + s})
		}
		rows := Slice(list, func(r row) uint64 { return r.id })
		s := sorter[row]{rows: rows, key: func(b []byte, r row) []byte { return append(b, r.text...) }, stop: new(atomic.Bool)}
		var got []row
		for _, pos := range s.sort() {
			got = append(got, rows.At(int(pos)))
		}
		slices.SortFunc(list, func(a, b row) int { return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.id, b.id)) })
		if !slices.Equal(got, list) {
			t.Fatalf("%v\nwant\n%v", got, list)
		}
	})
}

// TestSortMany is the same with as many rows as several cores share.
func TestSortMany(t *testing.T) {
	rows := newCrowd(100_000, 5)
	for i, p := range rows.list {
		p.id = uint64(i*7919%100_003) + 1 // not in the order of positions
	}
	for i, c := range columns() {
		if c.SortKey == nil {
			continue
		}
		s := sorter[*person]{rows: rows, key: c.SortKey, stop: new(atomic.Bool)}
		order := s.sort()
		compare := byKey[*person](rows, c.SortKey)
		if !slices.IsSortedFunc(order, compare) {
			t.Errorf("column %d isn't sorted", i)
		}
		slices.Sort(order)
		if len(slices.Compact(order)) != rows.Len() {
			t.Errorf("column %d isn't complete", i)
		}
	}
}

func TestTextKey(t *testing.T) {
	names := []string{"zoe", "Ana", "Élodie", "elodie", "ana", "Eva", "Łucja", "王", ""}
	slices.SortStableFunc(names, func(a, b string) int { return bytes.Compare(TextKey(nil, a), TextKey(nil, b)) })
	if got := fmt.Sprint(names); got != "[ Ana ana Élodie elodie Eva zoe Łucja 王]" {
		t.Error(got)
	}
	for _, n := range []int64{-5, -1, 0, 1, 1 << 60} {
		if bytes.Compare(NumberKey(nil, n), NumberKey(nil, n+1)) >= 0 {
			t.Errorf("%d doesn't sort before the next", n)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range walkFilters {
		f.Add(s)
	}
	rows := newCrowd(20, 1)
	f.Fuzz(func(t *testing.T, text string) {
		q := parse(text, columns())
		judgeAll(rows, columns(), q, new(atomic.Bool))
		for _, term := range q.terms {
			if len(term.runes) == 0 || utf8.ValidString(text) && !utf8.ValidString(string(term.runes)) {
				t.Fatalf("%q gives the term %q", text, string(term.runes))
			}
		}
		if !q.within(q) {
			t.Fatalf("%q doesn't lie within itself", text)
		}
	})
}

// told is the delta that comes of what the new rows say.
func told(old, now Rows[*person]) *delta {
	ids, known := changedRows(old, now)
	if !known {
		return nil
	}
	return newDelta(old, now, ids, nil)
}

// TestDelta holds the positions that a delta gives to those that the rows have.
func TestDelta(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &walker{rows: newCrowd(rapid.IntRange(0, 30).Draw(t, "rows"), 1), r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), next: 400}
		old := w.rows
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			w.rows = w.rows.with(w.change(t, rapid.IntRange(0, 5).Draw(t, "times")))
		}
		d := told(old, w.rows)
		if d == nil {
			t.Fatalf("the change isn't understood")
		}
		for p := range old.Len() {
			if slices.Contains(d.gone, uint32(p)) {
				continue
			}
			if got, want := d.to(uint32(p)), uint32(p); old.ID(p) != w.rows.ID(int(got)) {
				t.Fatalf("%d is said to be at %d now: %+v", want, got, d)
			}
		}
	})
}

// liar says that nothing changed.
type liar struct{ *crowd }

func (liar) Changed(Rows[*person]) ([]uint64, bool) { return nil, true }

func TestLiesAboutChangesAreNoticed(t *testing.T) {
	old := newCrowd(200, 1)
	if told(old, liar{old.with(map[uint64]*person{500: nil})}) != nil {
		t.Error("a row that went")
	}
	if told(old, liar{old.with(map[uint64]*person{500: nil, 805: someone(rand.New(rand.NewPCG(1, 1)), 805)})}) != nil {
		t.Error("a row that went and one that came")
	}
}
