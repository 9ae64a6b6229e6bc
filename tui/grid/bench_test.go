package grid

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// sizes are the numbers of rows to measure with. A million takes a while to make up, so it has to be asked for.
func sizes() []int {
	if os.Getenv("LANYARD_BENCH_LARGE") == "" {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

var crowds sync.Map

func benchCrowd(n int) *crowd {
	c, ok := crowds.Load(n)
	if !ok {
		c, _ = crowds.LoadOrStore(n, newCrowd(n, 9))
	}
	return c.(*crowd)
}

// each runs a benchmark with a grid of each size.
func each(b *testing.B, f func(b *testing.B, g *Grid[*person], rows *crowd)) {
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rows := benchCrowd(n)
			g := newGrid(rows, 120, 40)
			b.ReportAllocs()
			b.ResetTimer()
			f(b, g, rows)
		})
	}
}

func BenchmarkSort(b *testing.B) {
	for _, by := range []string{"name", "email", "status", "seen"} {
		b.Run(by, func(b *testing.B) {
			each(b, func(b *testing.B, g *Grid[*person], _ *crowd) {
				other := "role"
				for b.Loop() {
					b.StopTimer()
					finish(g, g.SortBy(other))
					b.StartTimer()
					finish(g, g.SortBy(by))
				}
			})
		})
	}
}

// BenchmarkLetter types one letter after others.
func BenchmarkLetter(b *testing.B) {
	for _, step := range [][2]string{{"", "a"}, {"a", "an"}, {"an", "ana"}, {"ana", "ana r"}, {"", "x"}, {"o", "ok"}, {"", "status:inv"}, {"status:inv", "status:inv a"}, {"ana r", ""}} {
		b.Run(fmt.Sprintf("%q,%q", step[0], step[1]), func(b *testing.B) {
			each(b, func(b *testing.B, g *Grid[*person], _ *crowd) {
				for b.Loop() {
					b.StopTimer()
					finish(g, g.SetFilter(step[0]))
					b.StartTimer()
					finish(g, g.SetFilter(step[1]))
				}
			})
		})
	}
}

// BenchmarkFrame moves the cursor down by a row and draws.
func BenchmarkFrame(b *testing.B) {
	for _, filter := range []string{"", "an"} {
		b.Run(fmt.Sprintf("%q", filter), func(b *testing.B) {
			each(b, func(b *testing.B, g *Grid[*person], _ *crowd) {
				finish(g, g.SetFilter(filter))
				for b.Loop() {
					g.MoveRows(1)
					_ = g.View()
				}
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
				each(b, func(b *testing.B, g *Grid[*person], rows *crowd) {
					id, p := change(rows.list[rows.Len()/2])
					was, is := &flip{crowd: rows}, &flip{crowd: rows.with(map[uint64]*person{id: p})}
					was.other, was.ids, is.other, is.ids = is, []uint64{id}, was, []uint64{id}
					finish(g, g.SetFilter(filter))
					finish(g, g.SetRows(was))
					for b.Loop() {
						was, is = is, was
						if g.SetRows(was) != nil {
							b.Fatal("it isn't done at once")
						}
						_ = g.View()
					}
				})
			})
		}
	}
}

func BenchmarkMarkAll(b *testing.B) {
	each(b, func(b *testing.B, g *Grid[*person], _ *crowd) {
		for b.Loop() {
			g.MarkShown()
			g.ClearMarks()
		}
	})
}
