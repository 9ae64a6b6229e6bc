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
	"lanyard/tui/grid"
	"lanyard/tui/text"
)

// eventAnswer is an event in JSON. docs/activity.md describes its fields; they are never renamed.
type eventAnswer struct {
	Seq      uint64         `json:"seq"`
	Time     instant        `json:"time"`
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

// eventPrinter writes events while they come, so that a million take no more memory than a thousand.
type eventPrinter struct {
	out     *bufio.Writer
	csv     *csv.Writer
	output  string
	array   bool // JSON is one array, and not a line each
	clean   func(string) string
	table   *table[model.Event]
	printed int
	err     error
}

// eventColumns are those of the table.
var eventColumns = []column[model.Event]{
	{
		title: "Time", least: 16, usual: 16, plain: func(e model.Event) string { return timeText(e.Time) },
		cell: func(e model.Event) grid.Cell { return grid.Cell{Text: momentText(e.Time)} },
	},
	{title: "Category", least: 8, usual: 16, yields: luxury, plain: model.Event.Category},
	{title: "Action", least: 8, usual: 18, plain: model.Event.Deed},
	{title: "Target", least: 12, usual: 24, plain: func(e model.Event) string { return e.TargetName }},
	{title: "Done by", least: 12, usual: 24, yields: 1, plain: func(e model.Event) string { return e.ActorName }},
	{title: "Details", least: 16, usual: 60, yields: 2, plain: model.Event.Details},
}

// csvColumns are what a line of CSV has.
var csvColumns = []string{"seq", "time", "actor", "via", "category", "action", "target_kind", "target_id", "target", "details", "hash"}

func (e *env) eventPrinter(output string, array bool) *eventPrinter {
	return e.eventPrinterFor(e.screen(), output, array)
}

func (e *env) eventPrinterFor(s screen, output string, array bool) *eventPrinter {
	p := &eventPrinter{out: bufio.NewWriter(e.out), output: output, array: array, clean: func(s string) string { return s }}
	p.csv = csv.NewWriter(p.out)
	p.table = newTable(p.out, s, eventColumns)
	if s.width > 0 {
		p.clean = text.Mode{ASCII: e.ascii}.Clean
	}
	return p
}

// begin writes what stands before the first event.
func (p *eventPrinter) begin() {
	switch {
	case p.output == "csv":
		p.note(p.csv.Write(csvColumns))
	case p.output == "json" && p.array:
		p.write("[")
	case p.output == "table" && !p.array: // nobody knows when the first comes
		p.note(p.table.start())
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
		p.note(p.table.add(e))
	}
	p.printed++
}

func (p *eventPrinter) json(e model.Event) {
	a := eventAnswer{
		Seq: e.Seq, Time: instant{e.Time}, Actor: p.clean(e.ActorName), Via: snake(string(e.Via)), Category: snake(e.Category()), Action: e.Action,
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
	p.note(p.table.flush())
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
