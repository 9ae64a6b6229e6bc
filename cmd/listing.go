package cmd

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/model"
	"lanyard/tui/grid"
	"lanyard/tui/text"
)

// listing is how the records of a kind are listed and shown.
type listing[T, D any] struct {
	noun    string
	empty   string // what to say to a person when there are none at all
	rows    func(*acting) model.List[T, D]
	id      func(D) model.ID
	columns []column[D]
	search  func(D) []string // what --match looks in
	answer  func(D) any      // for JSON
	facts   func(D) []fact   // for a person who asks for one
	more    []column[D]      // what a program is told that asks for one, beside the columns
}

// listFlags are the flags that all lists have.
type listFlags struct {
	output, match, sort string
	limit               int
}

func (f *listFlags) add(c *cobra.Command, sortable string) {
	outputFlag(c, &f.output, outputCSV)
	c.Flags().StringVar(&f.match, "match", "", "only those in which `TEXT` is found, as the console's filter does")
	c.Flags().StringVar(&f.sort, "sort", "", "sort by a `COLUMN`, or backwards by -COLUMN: "+sortable)
	_ = c.RegisterFlagCompletionFunc("sort", completeSort(strings.Split(sortable, ", "))) // it is there, and has none
	c.Flags().IntVar(&f.limit, "limit", 0, "at most `N`; 0 for all")
}

// sortable names the columns that a list can be sorted by.
func (l *listing[T, D]) sortable() string {
	var keys []string
	for _, c := range l.columns {
		if c.key != "" {
			keys = append(keys, c.key)
		}
	}
	return strings.Join(keys, ", ")
}

// chooser makes what a list keeps out of its flags; nil keeps all.
type chooser[T any] func(ctx context.Context, a *acting) (func(T) bool, error)

// listCommand is the verb list of a noun.
func listCommand[T, D any](e *env, l *listing[T, D], choose chooser[T], short, example string) *cobra.Command {
	var f listFlags
	c := &cobra.Command{
		Use: "list", Short: short, Example: example, Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := e.acting(c.Context())
			if err != nil {
				return err
			}
			var keep func(T) bool
			if choose != nil {
				if keep, err = choose(c.Context(), a); err != nil {
					return err
				}
			}
			return l.list(c.Context(), e, a, f, keep)
		},
	}
	f.add(c, l.sortable())
	return c
}

// list writes the records that keep wants, as the flags say.
func (l *listing[T, D]) list(ctx context.Context, e *env, a *acting, f listFlags, keep func(T) bool) error {
	if f.limit < 0 {
		return badLimit()
	}
	rows := l.matching(l.rows(a).All(ctx, keep), f.match)
	if f.sort != "" {
		ids, err := l.sorted(rows, f)
		if err != nil {
			return err
		}
		rows = l.rows(a).Pick(ctx, ids)
	}
	n := 0
	err := e.write(func(w io.Writer) error {
		out := l.writer(w, e.screen(), f.output)
		for row, err := range rows {
			if err != nil {
				return err
			}
			if err := out.add(row); err != nil {
				return err
			}
			n++
			if n == f.limit {
				break
			}
		}
		return out.end()
	})
	if err == nil && n == 0 && f.output == outputTable && e.screen().width > 0 {
		_, err = fmt.Fprintln(e.err, l.none(f, keep != nil))
	}
	return err
}

// none says to a person why they see nothing.
func (l *listing[T, D]) none(f listFlags, narrowed bool) string {
	if f.match != "" || narrowed {
		return "No " + l.noun + " fits."
	}
	return l.empty
}

func (l *listing[T, D]) matching(rows iter.Seq2[D, error], match string) iter.Seq2[D, error] {
	if match == "" {
		return rows
	}
	filter := grid.NewFilter(match)
	return func(yield func(D, error) bool) {
		for row, err := range rows {
			if (err != nil || filter.Matches(l.search(row))) && !yield(row, err) {
				return
			}
		}
	}
}

// sortKey is what is kept of a record while a list is sorted.
type sortKey struct {
	key string
	id  model.ID
}

// sorted returns the ids of the rows in the order asked for. Of each row only what it is sorted by is kept, and of more
// rows than asked for nothing.
func (l *listing[T, D]) sorted(rows iter.Seq2[D, error], f listFlags) ([]model.ID, error) {
	key, backward := strings.CutPrefix(f.sort, "-")
	i := slices.IndexFunc(l.columns, func(c column[D]) bool { return c.key == key && key != "" })
	if i < 0 {
		return nil, usage("Choose from "+l.sortable()+".", "There is no column %q to sort by", key)
	}
	order := l.columns[i].order
	if order == nil {
		order = func(row D) string { return model.FoldName(l.columns[i].plain(row)) }
	}
	compare := func(a, b sortKey) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) }
	if backward {
		compare = func(a, b sortKey) int { return cmp.Or(cmp.Compare(b.key, a.key), cmp.Compare(a.id, b.id)) }
	}
	var keys []sortKey
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		keys = append(keys, sortKey{strings.Clone(order(row)), l.id(row)})
		if f.limit > 0 && len(keys) >= 2*f.limit+1000 {
			slices.SortFunc(keys, compare)
			keys = keys[:f.limit]
		}
	}
	slices.SortFunc(keys, compare)
	if f.limit > 0 {
		keys = keys[:min(len(keys), f.limit)]
	}
	ids := make([]model.ID, len(keys))
	for i, k := range keys {
		ids[i] = k.id
	}
	return ids, nil
}

// show writes everything about one record.
func (l *listing[T, D]) show(ctx context.Context, e *env, a *acting, id model.ID, output string) error {
	row, err := l.rows(a).One(ctx, id)
	if err != nil {
		return err
	}
	switch output {
	case outputJSON:
		return e.writeJSON(l.answer(row))
	case outputCSV:
		return e.write(func(w io.Writer) error {
			out := l.writer(w, e.screen(), output)
			return errors.Join(out.add(row), out.end())
		})
	}
	s := e.screen()
	if s.width == 0 {
		return writeFields(e.out, append(slices.Clone(l.columns), l.more...), row)
	}
	return writeFacts(e.out, s, l.facts(row))
}

// writeFields tells a program about one record: a line for each column of CSV and what more there is, its name and its value.
func writeFields[D any](w io.Writer, columns []column[D], row D) error {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(c.key + "\t" + text.Clean(c.plain(row)) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rowWriter writes rows in one of the forms.
type rowWriter[D any] interface {
	add(row D) error
	end() error
}

func (l *listing[T, D]) writer(w io.Writer, s screen, output string) rowWriter[D] {
	switch output {
	case outputJSON:
		return &jsonRows[D]{jsonArray{w: w}, l.answer}
	case outputCSV:
		return newCSVRows(w, l.columns, s.width > 0)
	}
	return newTable(w, s, l.columns)
}

// jsonRows writes rows as an array.
type jsonRows[D any] struct {
	jsonArray
	answer func(D) any
}

func (r *jsonRows[D]) add(row D) error { return r.jsonArray.add(r.answer(row)) }

// csvRows writes rows as CSV with a header, as RFC 4180 has it.
type csvRows[D any] struct {
	w       *csv.Writer
	columns []column[D]
	clean   bool // a terminal reads it
	guard   bool // a spreadsheet reads it
	record  []string
	begun   bool
}

func newCSVRows[D any](w io.Writer, columns []column[D], clean bool) *csvRows[D] {
	return &csvRows[D]{w: csv.NewWriter(w), columns: columns, clean: clean}
}

func (r *csvRows[D]) write(cell func(column[D]) string) error {
	r.record = r.record[:0]
	for _, c := range r.columns {
		s := cell(c)
		if r.clean {
			s = text.Clean(s)
		}
		if r.guard {
			s = guarded(s)
		}
		r.record = append(r.record, s)
	}
	return r.w.Write(r.record)
}

// guarded keeps a spreadsheet from taking a cell for a formula, which might fetch or run something. import takes the
// apostrophe off again.
func guarded(s string) string {
	if s != "" && strings.ContainsRune(formulaStarts, rune(s[0])) {
		return "'" + s
	}
	return s
}

// formulaStarts are what formulas begin with, and the apostrophe, so that what begins with one comes back as it was.
const formulaStarts = "=+-@'"

func (r *csvRows[D]) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	return r.write(func(c column[D]) string { return c.key })
}

func (r *csvRows[D]) add(row D) error {
	if err := r.begin(); err != nil {
		return err
	}
	return r.write(func(c column[D]) string { return c.plain(row) })
}

func (r *csvRows[D]) end() error {
	err := r.begin()
	r.w.Flush()
	return errors.Join(err, r.w.Error())
}

// write gives fn a buffer in front of standard output. To a terminal every page is sent when it is whole.
func (e *env) write(fn func(io.Writer) error) error {
	w := bufio.NewWriterSize(e.out, 1<<16)
	err := fn(w)
	return cmp.Or(err, w.Flush())
}

// answers writes some records as a JSON array.
func (l *listing[T, D]) answers(ctx context.Context, e *env, a *acting, ids []model.ID) error {
	return e.write(func(w io.Writer) error {
		out := l.writer(w, screen{}, outputJSON)
		for row, err := range l.rows(a).Pick(ctx, ids) {
			if err == nil {
				err = out.add(row)
			}
			if err != nil {
				return err
			}
		}
		return out.end()
	})
}
