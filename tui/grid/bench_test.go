package grid

import (
	"fmt"
	"os"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
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

// BenchmarkChange shows what somebody changed, with the frame that the key waits for.
func BenchmarkChange(b *testing.B) {
	for name, change := range map[string]func(c *crowd) *crowd{
		"role": func(c *crowd) *crowd {
			p := *c.list[c.Len()/2]
			p.role = "Consumer"
			return c.with(map[uint64]*person{p.id: &p})
		},
		"name": func(c *crowd) *crowd {
			p := *c.list[c.Len()/2]
			p.name = "Zoe"
			return c.with(map[uint64]*person{p.id: &p})
		},
		"insert": func(c *crowd) *crowd {
			p := *c.list[c.Len()/2]
			p.id++
			return c.with(map[uint64]*person{p.id: &p})
		},
		"delete": func(c *crowd) *crowd { return c.with(map[uint64]*person{c.list[c.Len()/2].id: nil}) },
	} {
		for _, filter := range []string{"", "an"} {
			b.Run(fmt.Sprintf("%s,%q", name, filter), func(b *testing.B) {
				each(b, func(b *testing.B, g *Grid[*person], rows *crowd) {
					b.StopTimer()
					changed := change(rows)
					finish(g, g.SetFilter(filter))
					for b.Loop() {
						b.StopTimer()
						finish(g, g.SetRows(forgetful{rows}))
						finish(g, g.SetRows(rows))
						b.StartTimer()
						var cmd tea.Cmd = g.SetRows(changed)
						_ = g.View()
						b.StopTimer()
						if cmd != nil {
							b.Fatal("it isn't done at once")
						}
						b.StartTimer()
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
