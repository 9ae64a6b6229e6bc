//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/db"
	"lanyard/keys"
	"lanyard/keys/clipboard"
	"lanyard/model"
	"lanyard/tui"
)

// stage runs a console's model as Bubble Tea does, without a terminal.
type stage struct {
	testing.TB
	model    tea.Model
	messages chan tea.Msg
}

// do runs a command beside the program.
func (p *stage) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				p.do(c)
			}
		default:
			p.messages <- msg
		}
	}()
}

func (p *stage) send(msg tea.Msg) {
	var cmd tea.Cmd
	p.model, cmd = p.model.Update(msg)
	p.do(cmd)
}

func (p *stage) screen() string { return ansi.Strip(p.model.View().Content) }

// until takes messages until the screen is as wanted.
func (p *stage) until(done func(screen string) bool) {
	p.Helper()
	for end := time.After(time.Minute); !done(p.screen()); {
		select {
		case msg := <-p.messages:
			p.send(msg)
		case <-end:
			p.Fatalf("waited in vain at\n%s", p.screen())
		}
	}
}

func (p *stage) key(name rune) { p.send(tea.KeyPressMsg{Code: name, Text: string(name)}) }

func read(screen string) bool {
	return strings.Contains(screen, "ana@acme.test  ") && !strings.Contains(screen, "  …  ")
}

// onStage opens a console on an account, all of it read.
func onStage(tb testing.TB, store model.Store) *stage {
	tb.Helper()
	s, err := model.LoadSnapshot(tb.Context(), store)
	if err != nil {
		tb.Fatal(err)
	}
	me, err := model.FirstAdmin(tb.Context(), store)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(tb.Context())
	tb.Cleanup(cancel)
	p := &stage{TB: tb, messages: make(chan tea.Msg, 1000)}
	p.model = tui.New(ctx, tui.Options{
		Session: &tui.Session{
			Directory: model.NewDirectory(store, model.Options{}), Actor: model.Actor{User: me.ID, Via: model.ViaConsole}, Me: me, Snapshot: s,
		},
		Clipboard: clipboard.New(clipboard.Off, clipboard.System()),
	})
	p.do(p.model.Init())
	p.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	p.until(func(screen string) bool { return strings.Contains(screen, "Ana Ruiz") })
	return p
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkActivity opens the Activity tab of an account with many events, scrolls through it, filters and verifies it.
func BenchmarkActivity(b *testing.B) {
	events := 10_000
	if os.Getenv("LANYARD_BENCH_LARGE") != "" {
		events = 1_000_000
	}
	a := account{dir: b.TempDir(), users: 1000, events: events}
	if err := makeAccount(b.Context(), a); err != nil {
		b.Fatal(err)
	}
	store, err := db.Open(a.store())
	if err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("open/%d", events), func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			p := onStage(b, store)
			b.StartTimer()
			p.key('6')
			p.until(read)
		}
	})
	p := onStage(b, store)
	before := heap()
	p.key('6')
	p.until(read)
	b.Run(fmt.Sprintf("page/%d", events), func(b *testing.B) {
		for b.Loop() {
			p.send(tea.KeyPressMsg{Code: tea.KeyPgDown})
			p.until(read)
		}
		b.ReportMetric(heap()-before, "MiB")
	})
	b.Run(fmt.Sprintf("last/%d", events), func(b *testing.B) {
		for b.Loop() {
			p.key('G')
			p.until(read)
			p.key('g')
			p.until(read)
		}
	})
	b.Run(fmt.Sprintf("filter/%d", events), func(b *testing.B) {
		var first time.Duration
		for b.Loop() {
			p.key('/')
			began := time.Now()
			for _, r := range "copy" {
				p.key(r)
			}
			p.until(func(screen string) bool {
				return strings.Contains(screen, "Copy key") && !strings.Contains(screen, "Rename")
			})
			first += time.Since(began)
			p.send(tea.KeyPressMsg{Code: tea.KeyEnter})
			p.until(func(screen string) bool { return !strings.Contains(screen, "searching") })
			b.StopTimer()
			p.send(tea.KeyPressMsg{Code: tea.KeyEscape})
			p.until(read)
			b.StartTimer()
		}
		b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-to-first")
		b.ReportMetric(heap()-before, "MiB")
	})
	seals, err := filepath.Glob(filepath.Join(a.dir, "config", "lanyard", "seals", "*.json"))
	if err != nil || len(seals) != 1 {
		b.Fatal(seals, err)
	}
	data, err := os.ReadFile(seals[0])
	if err != nil {
		b.Fatal(err)
	}
	seal, err := keys.DecodeSealFile(data)
	if err != nil {
		b.Fatal(err)
	}
	d := model.NewDirectory(store, model.Options{Unlock: func() (*keys.Root, error) { return seal.Unlock(store.ID()) }})
	b.Run(fmt.Sprintf("verify/%d", events), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := d.VerifyActivity(b.Context(), model.Head{}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
