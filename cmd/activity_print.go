package cmd

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"lanyard/model"
	"lanyard/tui/text"
)

// eventAnswer is an event in JSON. docs/activity.md describes its fields; they are never renamed.
type eventAnswer struct {
	Seq      uint64         `json:"seq"`
	Time     time.Time      `json:"time"`
	Actor    string         `json:"actor"`
	Via      string         `json:"via"`
	Category string         `json:"category"`
	Action   string         `json:"action"`
	Target   targetAnswer   `json:"target"`
	Changes  []changeAnswer `json:"changes"`
	Hash     string         `json:"hash"`
}

type targetAnswer struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

type changeAnswer struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// snake is a word as programs spell it: "service_accounts".
func snake(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "_") }

// eventPrinter writes events one by one, so that a million take no more memory than one.
type eventPrinter struct {
	out     *bufio.Writer
	csv     *csv.Writer
	output  string
	array   bool // JSON is one array, and not a line each
	clean   func(string) string
	screen  screen
	columns []int // the width of each on a terminal; nil where there is none
	printed int
	err     error
}

// The columns of the table. Details take what is left of a terminal's width.
var (
	eventColumns = []string{"Time", "Category", "Action", "Target", "Done by", "Details"}
	eventWidths  = []int{16, 16, 18, 24, 24, 0}
)

// csvColumns are what a line of CSV has.
var csvColumns = []string{"seq", "time", "actor", "via", "category", "action", "target_kind", "target_id", "target", "details", "hash"}

// leastDetails is how wide the last column of a table is at least.
const leastDetails = 20

func (e *env) eventPrinter(output string, array bool) *eventPrinter {
	p := &eventPrinter{out: bufio.NewWriter(e.out), output: output, array: array, clean: func(s string) string { return s }, screen: e.screen()}
	p.csv = csv.NewWriter(p.out)
	if p.screen.width > 0 || output == "table" {
		p.clean = text.Mode{ASCII: e.ascii}.Clean
	}
	if p.screen.width > 0 {
		p.columns = fitColumns(p.screen.width)
	}
	return p
}

// fitColumns gives the details what is left of a width. Where that is too little, target and actor give way.
func fitColumns(width int) []int {
	widths := append([]int{}, eventWidths...)
	last := len(widths) - 1
	room := width
	for _, w := range widths[:last] {
		room -= w + 2
	}
	for _, i := range []int{4, 3, 2} {
		give := max(0, min(leastDetails-room, widths[i]-10))
		widths[i] -= give
		room += give
	}
	widths[last] = max(room, 1)
	return widths
}

// begin writes what stands before the first event.
func (p *eventPrinter) begin() {
	switch {
	case p.output == "csv":
		p.note(p.csv.Write(csvColumns))
	case p.output == "json" && p.array:
		p.write("[")
	case p.output == "table" && p.columns != nil:
		p.row(eventColumns)
	}
	p.note(p.flush())
}

func (p *eventPrinter) print(e model.Event) {
	switch p.output {
	case "json":
		p.json(e)
	case "csv":
		p.line(e)
	default:
		p.row([]string{p.screen.moment(e.Time), e.Category(), e.Deed(), e.TargetName, e.ActorName, e.Details()})
	}
	p.printed++
}

// row writes a line of the table: fitted to a terminal, and else with tabs between the columns.
func (p *eventPrinter) row(cells []string) {
	for i, cell := range cells {
		cell = p.clean(cell)
		switch last := i == len(cells)-1; {
		case p.columns == nil && !last:
			cell += "\t"
		case p.columns != nil && !last:
			cell = text.Fit(cell, p.columns[i]) + "  "
		case p.columns != nil:
			cell = strings.TrimRight(text.Fit(cell, p.columns[i]), " ")
		}
		p.write(cell)
	}
	p.write("\n")
}

func (p *eventPrinter) json(e model.Event) {
	a := eventAnswer{
		Seq: e.Seq, Time: e.Time.UTC(), Actor: p.clean(e.ActorName), Via: snake(string(e.Via)), Category: snake(e.Category()), Action: e.Action,
		Target:  targetAnswer{snake(e.Target.Kind.String()), strconv.FormatUint(uint64(e.Target.ID), 10), p.clean(e.TargetName)},
		Changes: []changeAnswer{}, Hash: hex.EncodeToString(e.Hash[:]),
	}
	for _, c := range e.Changes {
		a.Changes = append(a.Changes, changeAnswer{c.Field, p.clean(c.From), p.clean(c.To)})
	}
	b, err := json.Marshal(a)
	p.note(err)
	switch {
	case !p.array:
		p.write(string(b) + "\n")
	case p.printed == 0:
		p.write("\n  " + string(b))
	default:
		p.write(",\n  " + string(b))
	}
}

func (p *eventPrinter) line(e model.Event) {
	p.note(p.csv.Write([]string{
		strconv.FormatUint(e.Seq, 10), e.Time.UTC().Format(time.RFC3339), p.clean(e.ActorName), snake(string(e.Via)), snake(e.Category()), e.Action,
		snake(e.Target.Kind.String()), strconv.FormatUint(uint64(e.Target.ID), 10), p.clean(e.TargetName), p.clean(e.Details()),
		hex.EncodeToString(e.Hash[:]),
	}))
}

func (p *eventPrinter) write(s string) {
	_, err := p.out.WriteString(s)
	p.note(err)
}

// note keeps the first error: nothing is to be done about it before the end.
func (p *eventPrinter) note(err error) {
	if p.err == nil {
		p.err = err
	}
}

// flush has everything written that was printed.
func (p *eventPrinter) flush() error {
	p.csv.Flush()
	p.note(p.csv.Error())
	p.note(p.out.Flush())
	return p.err
}

// end writes what stands behind the last event.
func (p *eventPrinter) end() error {
	if p.output == "json" && p.array {
		if p.printed > 0 {
			p.write("\n")
		}
		p.write("]\n")
	}
	return p.flush()
}
