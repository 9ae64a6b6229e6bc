package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"lanyard/model"
	"lanyard/tui/theme"
)

// passphraseDialog asks for the passphrase of the sealing key, and holds the work that waits for it. Nothing below it is
// lost: a form or a cell that was being edited goes on where it was.
type passphraseDialog struct {
	typed   hidden
	busy    bool // being tried, which takes a second on purpose
	fault   string
	waiting []withheld
}

// hidden is a text that is typed and not shown. It is kept in one slice of bytes, which can be wiped.
type hidden struct{ b []byte }

// maxHidden is how long a hidden text may be, in bytes.
const maxHidden = 4096

func (h *hidden) add(s string) {
	if h.b == nil {
		h.b = make([]byte, 0, maxHidden) // never moved, so that no copy is left behind
	}
	for _, r := range s {
		if !unicode.IsControl(r) && len(h.b)+utf8.RuneLen(r) <= maxHidden {
			h.b = utf8.AppendRune(h.b, r)
		}
	}
}

// hold takes a whole text in the place of what was typed. The caller keeps its own, to be wiped.
func (h *hidden) hold(text []byte) {
	h.wipe()
	h.b = append(make([]byte, 0, maxHidden), text[:min(len(text), maxHidden)]...)
}

// back takes the last character away.
func (h *hidden) back() {
	_, n := utf8.DecodeLastRune(h.b)
	clear(h.b[len(h.b)-n:])
	h.b = h.b[:len(h.b)-n]
}

func (h *hidden) wipe() {
	clear(h.b[:cap(h.b)])
	h.b = h.b[:0]
}

// take hands the text over, to be wiped by whoever gets it.
func (h *hidden) take() []byte {
	b := h.b
	h.b = nil
	return b
}

func (h *hidden) length() int { return utf8.RuneCount(h.b) }

func (p *passphraseDialog) hints() []hint {
	if p.busy {
		return []hint{{"ctrl+c", "quit"}}
	}
	return []hint{{"enter", "unlock"}, {"esc", "leave it locked"}}
}

func (p *passphraseDialog) key(c *console, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.busy:
		return nil
	case keyBack.has(k):
		return p.drop(c)
	case keyAccept.has(k):
		return p.try(c)
	case keyErase.has(k):
		p.typed.back()
	case keyClear.has(k):
		p.typed.wipe()
	default:
		p.typed.add(k.Text)
	}
	return nil
}

func (p *passphraseDialog) paste(_ *console, s string) tea.Cmd {
	if !p.busy {
		p.typed.add(strings.TrimRight(s, "\r\n"))
	}
	return nil
}

func (p *passphraseDialog) closed(*console) { p.typed.wipe() }

// tried comes back from opening the vault.
type tried struct {
	dialog *passphraseDialog
	err    error
}

// try opens the vault away from the Update goroutine.
func (p *passphraseDialog) try(c *console) tea.Cmd {
	if p.typed.length() == 0 {
		p.fault = "Type the passphrase first."
		return nil
	}
	p.busy, p.fault = true, ""
	vault, passphrase := c.session.Vault, p.typed.take()
	return func() tea.Msg {
		defer clear(passphrase)
		return tried{p, vault.Open(passphrase)}
	}
}

// onTried goes on with what was asked for, or says why it can't.
func (c *console) onTried(msg tried) tea.Cmd {
	p := msg.dialog
	p.busy = false
	if msg.err != nil {
		p.fault = msg.err.Error()
		return nil
	}
	c.remove(p)
	c.vault = VaultOpen
	cmds := []tea.Cmd{c.watchIdle()}
	for _, w := range p.waiting {
		cmds = append(cmds, c.writeOn(c.session.Directory, w, true))
	}
	p.waiting = nil
	return tea.Batch(cmds...)
}

// errDropped is what work fails with that somebody didn't unlock the sealing key for.
var errDropped = &model.Error{
	Kind: model.ErrLocked, What: "Nothing was done: the sealing key stays locked", Short: "locked", Hint: "Try again and type its passphrase.",
}

// drop leaves the sealing key locked. The work runs and fails, so that whatever waits for it hears of it in its own way.
func (p *passphraseDialog) drop(c *console) tea.Cmd {
	c.remove(p)
	var cmds []tea.Cmd
	for _, w := range p.waiting {
		cmds = append(cmds, c.writeOn(c.session.Directory.Refusing(errDropped), w, false))
	}
	p.waiting = nil
	return tea.Batch(cmds...)
}

func (p *passphraseDialog) draw(c *console) panel {
	const ask = "Passphrase: "
	inner := c.boxWidth(56)
	var lines []line
	for _, l := range c.wrap("The sealing key is locked. Its passphrase is needed to go on.", inner) {
		lines = append(lines, plain(l))
	}
	dot, room := c.theme.Glyph(theme.Full), max(1, inner-len(ask)-1)
	shown := strings.Repeat(dot, min(p.typed.length(), room))
	lines = append(lines, nil, line{{ask, theme.Normal}, {c.pad(shown, room+1), theme.Input}}, nil)
	row := len(lines) - 1
	switch {
	case p.busy:
		lines = append(lines, dim("Unlocking…"))
	case p.fault != "":
		for _, l := range c.wrap(p.fault, inner) {
			lines = append(lines, line{{l, theme.Bad}})
		}
	default:
		for _, l := range c.wrap(c.untilWhen(), inner) {
			lines = append(lines, dim(l))
		}
	}
	d := c.centred(c.box("Unlock the sealing key", inner, lines))
	if !p.busy {
		d.cursor = tea.NewCursor(d.x+2+len(ask)+c.cells(shown), d.y+row)
	}
	return d
}
