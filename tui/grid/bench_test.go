package grid

import (
	"fmt"
	"os"
	"testing"
)

// sizes are the numbers of rows to measure with. A million takes a while to make up, so it has to be asked for.
func sizes() []int {
	if os.Getenv("LANYARD_BENCH_LARGE") == "" {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

// trial is what is measured, and what has to be done before each time.
type trial struct{ before, step func() }

// each measures with a grid of each size.
func each(b *testing.B, prepare func(g *Grid[*person], rows *crowd) trial) {
	b.Helper()
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rows := benchCrowd(n)
			t := prepare(newGrid(rows, 120, 40), rows)
			b.ReportAllocs()
			for b.Loop() {
				if t.before != nil {
					b.StopTimer()
					t.before()
					b.StartTimer()
				}
				t.step()
			}
		})
	}
}

var crowds = map[int]*crowd{}

func benchCrowd(n int) *crowd {
	if crowds[n] == nil {
		crowds[n] = newCrowd(n, 9)
	}
	return crowds[n]
}

func BenchmarkSort(b *testing.B) {
	for _, by := range []string{"name", "email", "status", "seen"} {
		b.Run(by, func(b *testing.B) {
			each(b, func(g *Grid[*person], _ *crowd) trial {
				return trial{func() { finish(g, g.SortBy("role")) }, func() { finish(g, g.SortBy(by)) }}
			})
		})
	}
}

// BenchmarkLetter types one letter after others.
func BenchmarkLetter(b *testing.B) {
	for _, step := range [][2]string{
		{"", "a"},
		{"a", "an"},
		{"an", "ana"},
		{"ana", "ana r"},
		{"", "x"},
		{"o", "ok"},
		{"", "status:inv"},
		{"status:inv", "status:inv a"},
	} {
		b.Run(fmt.Sprintf("%q,%q", step[0], step[1]), func(b *testing.B) {
			each(b, func(g *Grid[*person], _ *crowd) trial {
				return trial{func() { finish(g, g.SetFilter(step[0])) }, func() { finish(g, g.SetFilter(step[1])) }}
			})
		})
	}
}

// BenchmarkFrame moves the cursor down by a row and draws.
func BenchmarkFrame(b *testing.B) {
	for _, filter := range []string{"", "an"} {
		b.Run(fmt.Sprintf("%q", filter), func(b *testing.B) {
			each(b, func(g *Grid[*person], _ *crowd) trial {
				finish(g, g.SetFilter(filter))
				return trial{step: func() {
					g.MoveRows(1)
					_ = g.View()
				}}
			})
		})
	}
}

// flip is one of two crowds that turn into each other.
type flip struct {
	*crowd
	other *flip
	ids   []uint64
}

func (f *flip) Changed(prev Rows[*person]) ([]uint64, bool) {
	return f.ids, prev == Rows[*person](f.other)
}

// BenchmarkChange shows what somebody changed, with the frame that follows. Names are sorted by.
func BenchmarkChange(b *testing.B) {
	for name, change := range map[string]func(p *person) (uint64, *person){
		"role":   func(p *person) (uint64, *person) { q := *p; q.role = "Consumer"; return p.id, &q },
		"name":   func(p *person) (uint64, *person) { q := *p; q.name = "Zoe"; return p.id, &q },
		"insert": func(p *person) (uint64, *person) { q := *p; q.id++; return q.id, &q },
		"delete": func(p *person) (uint64, *person) { return p.id, nil },
	} {
		for _, filter := range []string{"", "an"} {
			b.Run(fmt.Sprintf("%s,%q", name, filter), func(b *testing.B) {
				each(b, func(g *Grid[*person], rows *crowd) trial {
					id, p := change(rows.list[rows.Len()/2])
					was, is := &flip{crowd: rows}, &flip{crowd: rows.with(map[uint64]*person{id: p})}
					was.other, was.ids, is.other, is.ids = is, []uint64{id}, was, []uint64{id}
					finish(g, g.SetFilter(filter))
					finish(g, g.SetRows(was))
					return trial{step: func() {
						was, is = is, was
						if g.SetRows(was) != nil {
							panic("it isn't done at once")
						}
						_ = g.View()
					}}
				})
			})
		}
	}
}

func BenchmarkMarkAll(b *testing.B) {
	each(b, func(g *Grid[*person], _ *crowd) trial { return trial{g.ClearMarks, g.MarkShown} })
}
