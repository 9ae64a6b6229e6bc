package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// canvas draws a terminal's screen as SVG. Every word is told how wide it is and every other character where its middle
// is, so that columns stay columns in any font.
type canvas struct {
	palette palette
	rects   strings.Builder
	strokes map[pen]*strings.Builder
	text    strings.Builder
}

// pen is what lines are drawn with.
type pen struct {
	colour string
	width  float64
}

// look is how a cell's character is drawn.
type look struct {
	fill         string
	bold, italic bool
}

// screen is what was captured of a terminal.
type screen struct {
	Title         string // says in words what the picture shows
	Width, Height int
	Styled        string // its rows, with escape sequences for colours
	CursorShown   bool
	CursorX       int
	CursorY       int
}

const font = `ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace`

// margin is the space around the screen.
const margin = 12.0

// draw returns a picture of a screen in a palette's colours.
func draw(s screen, p palette) string {
	c := &canvas{palette: p, strokes: map[pen]*strings.Builder{}}
	cells := uv.NewScreenBuffer(s.Width, s.Height)
	cells.Method = ansi.GraphemeWidth
	uv.NewStyledString(s.Styled).Draw(cells, cells.Bounds())
	for y, row := range cells.Lines {
		c.row(row, float64(y)*cellHeight)
	}
	if s.CursorShown {
		c.rectangle(float64(s.CursorX)*cellWidth, float64(s.CursorY)*cellHeight, cellWidth/6, cellHeight, p.Foreground) // a bar, as the console asks for
	}
	return c.svg(s)
}

func (c *canvas) svg(s screen) string {
	width, height := float64(s.Width)*cellWidth+2*margin, float64(s.Height)*cellHeight+2*margin
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %s %s" width="%s" height="%s">`+"\n",
		number(width), number(height), number(width), number(height))
	fmt.Fprintf(&out, "<title>%s</title>\n", escape(s.Title))
	fmt.Fprintf(&out, `<rect x="0.5" y="0.5" width="%s" height="%s" rx="6" fill="%s" stroke="%s"/>`+"\n",
		number(width-1), number(height-1), c.palette.Background, c.palette.Border)
	fmt.Fprintf(&out, `<g transform="translate(%s %s)">`+"\n", number(margin), number(margin))
	fmt.Fprintf(&out, `<g shape-rendering="crispEdges">`+"\n%s</g>\n", c.rects.String())
	fmt.Fprint(&out, `<g fill="none">`+"\n")
	for _, pen := range c.pens() {
		fmt.Fprintf(&out, `<path stroke="%s" stroke-width="%s" d="%s"/>`+"\n", pen.colour, number(pen.width), c.strokes[pen].String())
	}
	fmt.Fprintf(&out, "</g>\n"+`<g font-family="%s" font-size="%s">`+"\n%s</g>\n</g>\n</svg>\n", font, number(fontSize), c.text.String())
	return out.String()
}

// pens returns those that were drawn with, in an order that is always the same.
func (c *canvas) pens() []pen {
	var pens []pen
	for pen := range c.strokes {
		pens = append(pens, pen)
	}
	slices.SortFunc(pens, func(a, b pen) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	return pens
}

// row draws a row of cells: backgrounds and underlines in as few pieces as they have, and text word by word.
func (c *canvas) row(cells uv.Line, y float64) {
	c.spans(cells, y)
	var word string
	var start int
	var as look
	flush := func() {
		if word != "" {
			c.word(word, start, y, as)
			word = ""
		}
	}
	for x, cell := range cells {
		if cell.Width == 0 || strings.TrimSpace(cell.Content) == "" || cell.Style.Attrs&uv.AttrConceal != 0 {
			if cell.Width != 0 {
				flush()
			}
			continue
		}
		now := c.look(cell.Style)
		if now != as || !inWord(cell) {
			flush()
		}
		switch {
		case c.shape(cell.Content, float64(x)*cellWidth, y, now.fill):
		case inWord(cell):
			if word == "" {
				start, as = x, now
			}
			word += cell.Content
		default:
			c.symbol(cell.Content, float64(x)+float64(cell.Width)/2, y, now)
		}
	}
	flush()
}

// inWord says whether a font of one width surely has a cell's character, in that width.
func inWord(cell uv.Cell) bool {
	r, size := utf8.DecodeRuneInString(cell.Content)
	return cell.Width == 1 && size == len(cell.Content) && (r <= unicode.MaxLatin1 || unicode.Is(unicode.Latin, r))
}

// spans draws what lies behind and under a row's text.
func (c *canvas) spans(cells uv.Line, y float64) {
	start := 0
	for x := 1; x <= len(cells); x++ {
		if x < len(cells) && (cells[x].Width == 0 || c.span(cells[x]) == c.span(cells[start])) {
			continue
		}
		span, left, right := c.span(cells[start]), float64(start)*cellWidth, float64(x)*cellWidth
		if span.background != c.palette.Background {
			c.rectangle(left, y, right-left, cellHeight, span.background)
		}
		if span.underline != "" {
			c.stroke(pen{span.underline, 1}, "M%s %sH%s", left, y+baseline+2.5, right)
		}
		if span.strike != "" {
			c.stroke(pen{span.strike, 1}, "M%s %sH%s", left, y+baseline-4.5, right)
		}
		start = x
	}
}

// span is what neighbouring cells have in common beside their text; an empty colour means none.
type span struct{ background, underline, strike string }

func (c *canvas) span(cell uv.Cell) span {
	foreground, background := c.colours(cell.Style)
	s := span{background: background}
	if cell.Style.Underline != uv.UnderlineNone {
		s.underline = foreground
	}
	if cell.Style.Attrs&uv.AttrStrikethrough != 0 {
		s.strike = foreground
	}
	return s
}

func (c *canvas) look(style uv.Style) look {
	foreground, _ := c.colours(style)
	return look{fill: foreground, bold: style.Attrs&uv.AttrBold != 0, italic: style.Attrs&uv.AttrItalic != 0}
}

// colours returns a style's foreground and background as they are seen.
func (c *canvas) colours(style uv.Style) (foreground, background string) {
	foreground = c.palette.hex(style.Fg, c.palette.Foreground)
	background = c.palette.hex(style.Bg, c.palette.Background)
	if style.Attrs&uv.AttrReverse != 0 {
		foreground, background = background, foreground
	}
	if style.Attrs&uv.AttrFaint != 0 {
		foreground = mix(foreground, background)
	}
	return foreground, background
}

// mix returns the colour between two, nearer to the first.
func mix(a, b string) string {
	var one, other [3]int
	for i, colour := range []string{a, b} {
		rgb := []*[3]int{&one, &other}[i]
		if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
			panic(err) // every colour is one of ours
		}
	}
	return fmt.Sprintf("#%02x%02x%02x", (3*one[0]+2*other[0])/5, (3*one[1]+2*other[1])/5, (3*one[2]+2*other[2])/5)
}

func (c *canvas) rectangle(x, y, width, height float64, fill string) {
	fmt.Fprintf(&c.rects, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n",
		number(x), number(y), number(width), number(height), fill)
}

// stroke adds to what is drawn with a pen. The path is a format, with a %s for each number.
func (c *canvas) stroke(with pen, path string, numbers ...float64) {
	if c.strokes[with] == nil {
		c.strokes[with] = &strings.Builder{}
	}
	args := make([]any, len(numbers))
	for i, n := range numbers {
		args[i] = number(n)
	}
	fmt.Fprintf(c.strokes[with], path, args...)
}

// word draws characters that are a cell wide each.
func (c *canvas) word(word string, x int, y float64, as look) {
	fmt.Fprintf(&c.text, `<text x="%s" y="%s" textLength="%s"%s>%s</text>`+"\n", number(float64(x)*cellWidth), number(y+baseline),
		number(float64(utf8.RuneCountInString(word))*cellWidth), as.attributes(), escape(word))
}

// symbol draws a character that may come from any font, around its middle.
func (c *canvas) symbol(content string, middle, y float64, as look) {
	fmt.Fprintf(&c.text, `<text x="%s" y="%s" text-anchor="middle"%s>%s</text>`+"\n",
		number(middle*cellWidth), number(y+baseline), as.attributes(), escape(content))
}

func (l look) attributes() string {
	attributes := fmt.Sprintf(` fill="%s"`, l.fill)
	if l.bold {
		attributes += ` font-weight="bold"`
	}
	if l.italic {
		attributes += ` font-style="italic"`
	}
	return attributes
}

func escape(text string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return out.String()
}

// number writes a length with no more digits than are seen.
func number(n float64) string {
	return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)
}
