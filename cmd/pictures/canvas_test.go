package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	dark := palettes[0]
	for _, test := range []struct {
		name, styled string
		want         []string // in the picture
		not          []string
	}{
		{
			name: "words stand in their columns", styled: "one two",
			want: []string{
				`<text x="0" y="13" textLength="25.2" fill="#e6edf3">one</text>`,
				`<text x="33.6" y="13" textLength="25.2" fill="#e6edf3">two</text>`,
			},
		},
		{
			name: "wide characters take two columns", styled: "木a",
			want: []string{
				`<text x="8.4" y="13" text-anchor="middle" fill="#e6edf3">木</text>`,
				`<text x="16.8" y="13" textLength="8.4" fill="#e6edf3">a</text>`,
			},
		},
		{
			name: "a character of several runes is one", styled: "👩‍🚀a",
			want: []string{`text-anchor="middle" fill="#e6edf3">👩‍🚀</text>`, `<text x="16.8" `},
		},
		{
			name: "accents stay in their word", styled: "Łukasz",
			want: []string{`textLength="50.4" fill="#e6edf3">Łukasz</text>`},
		},
		{
			name: "the palette's colours", styled: "\x1b[31mred\x1b[92mgreen\x1b[38;2;1;2;3mown\x1b[38;5;9mbright\x1b[m",
			want: []string{
				`fill="#ff7b72">red<`, `x="25.2" y="13" textLength="42" fill="#56d364">green<`,
				`fill="#010203">own<`, `fill="#ffa198">bright<`,
			},
		},
		{
			name: "colours go on over the end of a row", styled: "\x1b[31mred\n\x1b[1mbold",
			want: []string{`y="31" textLength="33.6" fill="#ff7b72" font-weight="bold">bold<`},
		},
		{
			name: "reverse swaps", styled: "\x1b[7mon\x1b[m",
			want: []string{`<rect x="0" y="0" width="16.8" height="18" fill="#e6edf3"/>`, `fill="#0d1117">on<`},
		},
		{
			name: "a background is one piece", styled: "\x1b[44m a 木 \x1b[m",
			want: []string{`<rect x="0" y="0" width="50.4" height="18" fill="#58a6ff"/>`},
		},
		{
			name: "faint is nearer to the background", styled: "\x1b[2mdim",
			want: []string{`fill="#8f959b">dim<`},
		},
		{
			name: "lines", styled: "\x1b[4;9munder\x1b[m",
			want: []string{`M0 15.5H42M0 8.5H42`},
		},
		{
			name: "boxes are drawn, not written", styled: "┌─╮",
			want: []string{`M4.2 9.5H8.4M4.2 9.5V18M8.4 9.5H12.6M12.6 9.5H16.8M21 18`},
			not:  []string{"┌", "─", "╮"},
		},
		{
			name: "blocks are drawn, not written", styled: "\x1b[36m▌",
			want: []string{`<rect x="0" y="0" width="4.2" height="18" fill="#39c5cf"/>`},
			not:  []string{"▌"},
		},
		{name: "markup is text", styled: "<a&b>", want: []string{"&lt;a&amp;b&gt;"}},
		{name: "what is concealed stays so", styled: "\x1b[8msecret", not: []string{"secret"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			picture := draw(screen{Title: "A & B", Width: 40, Height: 3, Styled: test.styled}, dark)
			for _, part := range test.want {
				if !strings.Contains(picture, part) {
					t.Errorf("lacks %s", part)
				}
			}
			for _, part := range test.not {
				if strings.Contains(picture, part) {
					t.Errorf("has %s", part)
				}
			}
			if err := wellFormed(picture); err != nil {
				t.Error(err)
			}
			if t.Failed() {
				t.Log(picture)
			}
		})
	}
}

func TestDrawShowsTheCursor(t *testing.T) {
	t.Parallel()
	picture := draw(screen{Width: 10, Height: 2, CursorShown: true, CursorX: 2, CursorY: 1}, palettes[1])
	if want := `<rect x="16.8" y="18" width="1.4" height="18" fill="#1f2328"/>`; !strings.Contains(picture, want) {
		t.Errorf("lacks %s in\n%s", want, picture)
	}
}

func wellFormed(picture string) error {
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
