package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/keys/clipboard"
	"lanyard/tui/theme"
)

// soon is a copy that is cleared 45 s from now, with nobody who does it: the tests tell what becomes of it.
func soon(method clipboard.Method, where string) clipboard.Result {
	return clipboard.Result{Method: method, Copied: method == clipboard.Native, Where: where, Clears: time.Now().Add(45 * time.Second)}
}

var (
	onDesktop = soon(clipboard.Native, "copied to the clipboard")
	inTmux    = soon(clipboard.Tmux, "sent to tmux and its terminal: prefix ] pastes it")
)

// copyKey shows what comes of a copy, and returns it as it is counted down.
func (d *driver) copyKey(what string, r clipboard.Result) countdown {
	r.Clears = time.Now().Add(45 * time.Second)
	d.run(d.c.copied(what, r, nil, ""))
	return countdown{what, r, d.c.toast.number}
}

// countedOn lets the seconds of a copy be counted as so many after it, and reports whether they are counted on.
func (d *driver) countedOn(of countdown, later time.Duration) bool {
	ticks := 0
	d.c.after = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd {
		ticks++
		return nil
	}
	d.send(clearTick{of, of.result.Clears.Add(later - 45*time.Second)})
	return ticks > 0
}

func TestTheSecondsAreCountedDown(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 3})
	of := d.copyKey("API key of bot", onDesktop)
	d.sees("API key of bot copied to the clipboard · clears in 45 s")
	for later, shown := range map[time.Duration]string{
		time.Second: "clears in 44 s", 1500 * time.Millisecond: "clears in 44 s", 44 * time.Second: "clears in 1 s", 44900 * time.Millisecond: "clears in 1 s",
	} {
		if !d.countedOn(of, later) {
			t.Errorf("after %v the counting stopped", later)
		}
		d.sees(shown)
	}
	if d.countedOn(of, 45*time.Second) || d.countedOn(of, time.Minute) {
		t.Error("it counts on after the end")
	}
	d.send(clearEnds{of, clipboard.Cleared})
	d.sees("Clipboard cleared").misses("clears in")
}

func TestTheCountingStopsWithItsToast(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 3})
	of := d.copyKey("API key of bot", onDesktop)
	d.press("M").sees("Mouse capture off")
	if d.countedOn(of, time.Second) {
		t.Error("it counts on unseen")
	}
	d.sees("Mouse capture off")
	d.send(clearEnds{of, clipboard.Cleared})
	d.sees("Mouse capture off") // good news don't drive it away
	of = d.copyKey("API key of bot", onDesktop)
	d.press("esc").misses("clears in")
	if d.countedOn(of, time.Second) {
		t.Error("it counts on after esc")
	}
	d.send(clearEnds{of, clipboard.Cleared})
	d.sees("Clipboard cleared")
}

func TestAnotherCopyIsCountedAlone(t *testing.T) {
	d := start(t, setup{width: 120, height: 24, machines: 3})
	first := d.copyKey("API key of one", onDesktop)
	second := d.copyKey("API key of two", onDesktop)
	if d.countedOn(first, 2*time.Second) {
		t.Error("the first counts on")
	}
	d.send(clearEnds{first, clipboard.Replaced})
	d.sees("API key of two copied")
	d.send(clearEnds{second, clipboard.Cleared})
	d.sees("Clipboard cleared")
}

func TestHowTheClearingWent(t *testing.T) {
	for outcome, shown := range map[clipboard.Outcome][2]string{
		clipboard.Cleared:   {"Clipboard cleared", "Cleared from tmux · C overwrites"},
		clipboard.Replaced:  {"held something else", "buffer was changed since"},
		clipboard.Overtaken: {"another lanyard", "another lanyard"},
		clipboard.Failed:    {"Nobody knows whether", "C overwrites it"},
	} {
		for i, r := range []clipboard.Result{onDesktop, inTmux} {
			for _, width := range []int{60, 80, 120} {
				d := start(t, setup{width: width, height: 24, machines: 3}).press("2")
				of := d.copyKey("API key of bot", r)
				d.checkFrame()
				d.send(clearEnds{of, outcome})
				d.checkFrame()
				if text := strings.Join(strings.Fields(d.screen()), " "); !strings.Contains(text, shown[i]) {
					t.Errorf("%s, %s, %d wide: %s", outcome, r.Method, width, d.screen())
				}
			}
		}
	}
	d := start(t, setup{width: 120, height: 24})
	of := d.copyKey("API key of bot", onDesktop)
	d.press("M")
	d.send(clearEnds{of, clipboard.Failed})
	d.sees("Nobody knows whether") // bad news do
}

// What is said of a copy fits beside the counts, or else alone on its line.
func TestWhatIsSaidOfACopyFits(t *testing.T) {
	stays := func(m clipboard.Method, where string) clipboard.Result {
		return clipboard.Result{Method: m, Where: where, Stays: true}
	}
	for _, tt := range []struct {
		width  int
		result clipboard.Result
		said   string
	}{
		{80, onDesktop, " 3 service accounts             ✓ API key of deploy-bot copied · clears in 45 s"},
		{60, onDesktop, " ✓ API key of deploy-bot copied · clears in 45 s"},
		{120, inTmux, " ✓ API key of deploy-bot sent to tmux · leaves it in 45 s · C overwrites its terminal's"},
		{80, inTmux, " ✓ API key of deploy-bot sent to tmux for 45 s, to its terminal until C"},
		{60, stays(clipboard.OSC52, "sent to your terminal"), " ✓ API key of deploy-bot sent to your terminal · stays"},
		{80, stays(clipboard.OSC52, "sent to your terminal"), " ✓ API key of deploy-bot sent to your terminal · stays there until you press C"},
		{80, stays(clipboard.Screen, "sent to your terminal through screen"), " ✓ API key of deploy-bot sent to your terminal · stays there until you press C"},
		{120, stays(clipboard.OSC52, "sent to your terminal"), "sent to your terminal · nothing clears it there by itself: C overwrites it"},
	} {
		d := start(t, setup{width: tt.width, height: 24, machines: 3}).press("2")
		if tt.result.Stays {
			d.run(d.c.copied("API key of deploy-bot", tt.result, nil, ""))
		} else {
			d.copyKey("API key of deploy-bot", tt.result)
		}
		d.checkFrame()
		d.sees(tt.said)
	}
}

func TestWorkStandsInThePlaceOfACountdown(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 3})
	of := d.copyKey("API key of bot", onDesktop)
	d.c.working++
	d.sees("working…").misses("clears in")
	d.c.working--
	if !d.countedOn(of, 3*time.Second) {
		t.Error("the counting stopped")
	}
	d.sees("clears in 42 s")
}

func TestOverwriteTheClipboard(t *testing.T) {
	d := start(t, setup{width: 80, height: 24, machines: 3, theme: theme.Options{NoColor: true}})
	d.press("C").sees("Nothing was copied yet")
	d.press("?").enter("overwrite").sees("C ", "Overwrite the clipboard", "nothing was copied yet").press("esc")
	d.press("2 c").sees("copied to the clipboard")
	if d.copied == "" {
		t.Fatal("nothing was copied")
	}
	d.press("C").sees("Clipboard cleared")
	if d.copied != "" {
		t.Errorf("the clipboard holds %q", d.copied)
	}
	d.press("o c").sees("Created by", "copied to the clipboard")
	d.press("C").sees("Created by", "Clipboard cleared").press("esc")
	if d.copied != "" {
		t.Errorf("over a page, the clipboard holds %q", d.copied)
	}
	of := d.copyKey("API key of bot", onDesktop)
	d.press("C").sees("Clipboard cleared").press("esc").misses("Clipboard")
	d.send(clearEnds{of, clipboard.Replaced}) // by ourselves: not worth a word
	d.misses("something else")
}
