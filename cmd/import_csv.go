package cmd

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"lanyard/model"
)

// csvReader reads users from CSV.
type csvReader struct {
	csv    *csv.Reader
	header []string
	form   userForm
	above  int // lines above the header that a spreadsheet has put there
	rows   []model.Row
}

// readUsers reads CSV of users. columns says which column holds what, for files of a form that isn't known.
func readUsers(text []byte, columns map[string]string) (imported, error) {
	table, comma := delimiter(text)
	r := &csvReader{csv: csv.NewReader(bytes.NewReader(table))}
	if len(table) < len(text) {
		r.above = 1
	}
	r.csv.Comma, r.csv.FieldsPerRecord = comma, -1
	if err := r.readHeader(); err != nil {
		return imported{}, err
	}
	var err error
	if len(columns) > 0 {
		r.form, err = mappedForm(r.header, columns)
	} else {
		r.form, err = formOf(r.header)
	}
	if err != nil {
		return imported{}, err
	}
	for {
		switch record, err := r.csv.Read(); {
		case errors.Is(err, io.EOF):
			return imported{r.form.name, r.rows}, nil
		case err != nil:
			r.broken(err)
		default:
			line, _ := r.csv.FieldPos(0)
			r.rows = append(r.rows, r.row(r.above+line, record))
		}
	}
}

// delimiter tells what stands between the cells, by the first line: what it has most of outside of quotes.
func delimiter(text []byte) ([]byte, rune) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if said, ok := bytes.CutPrefix(bytes.TrimSpace(first), []byte("sep=")); ok && len(said) == 1 && strings.IndexByte(",;\t|", said[0]) >= 0 {
		return rest, rune(said[0]) // as a spreadsheet says it to itself
	}
	counts := map[rune]int{}
	quoted := false
	for _, c := range string(first) {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return text, best
}

func (r *csvReader) readHeader() error {
	record, err := r.csv.Read()
	if err == nil && strings.HasPrefix(record[0], "version:") { // Microsoft's templates begin so
		record, err = r.csv.Read()
	}
	if errors.Is(err, io.EOF) {
		return errors.New("it is empty")
	}
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("line %d: %w", r.above+at.Line, quoteFault(at.Err))
	}
	r.header = record
	return err
}

// broken refuses a line that can't be read as CSV.
func (r *csvReader) broken(err error) {
	row := model.Row{Kind: model.KindUser, Err: err}
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		row.Line = r.above + at.StartLine
		row.Err = quoteFault(at.Err)
	}
	r.rows = append(r.rows, row)
}

// quoteFault says in words for people what is wrong with the quotes of CSV.
func quoteFault(err error) error {
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		return errors.New(`a cell with a " in it has to stand in quotes, and that " twice`)
	case errors.Is(err, csv.ErrQuote):
		return errors.New(`the quotes of a cell don't end where it ends: a " in it has to be written twice`)
	}
	return err
}

// row makes what a line says of a user.
func (r *csvReader) row(line int, record []string) model.Row {
	row := model.Row{Line: line, Kind: model.KindUser}
	cell := func(column int) string {
		if column < 0 || column >= len(record) {
			return ""
		}
		s := strings.TrimSpace(record[column])
		if r.form.guarded {
			s = unguarded(s)
		}
		return s
	}
	row.Key = r.form.emailOf(cell)
	if name := r.form.nameOf(cell); name != "" {
		row.Name = &name
	}
	if role := cell(r.form.role); role != "" {
		row.Role = &role
	}
	if list := words(cell(r.form.groups)); len(list) > 0 {
		row.Groups = &list
	}
	row.Workspaces, row.Err = parseMemberships(cell(r.form.workspaces))
	row.Skip = r.form.skip(cell(r.form.status))
	switch {
	case len(record) != len(r.header):
		row.Err = fmt.Errorf("the line has %s, and the header has %d", count(len(record), "cell"), len(r.header))
	case row.Key == "" && row.Err == nil:
		row.Err = errors.New(r.form.nobody(cell))
	}
	return row
}

// unguarded takes off the apostrophe that kept a cell from becoming a formula.
func unguarded(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsRune(formulaStarts, rune(rest[0])) {
		return rest
	}
	return s
}

// words splits a cell of several names, none of which can hold what stands between them.
func words(s string) []string {
	list := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// parseMemberships reads "web-shop:Owner, ops:Viewer".
func parseMemberships(s string) (*[]model.Membership, error) {
	var list []model.Membership
	for _, word := range words(s) {
		workspace, role, ok := strings.Cut(word, ":")
		if !ok {
			return nil, fmt.Errorf("%q names a workspace without a role: write it as NAME:ROLE, such as %s:Viewer", word, word)
		}
		list = append(list, model.Membership{Workspace: strings.TrimSpace(workspace), Role: strings.TrimSpace(role)})
	}
	if list == nil {
		return nil, nil
	}
	return &list, nil
}

// plainHeader is a header as forms are recognised by: "Email Address [Required]" and "email_address" are the same.
func plainHeader(s string) string {
	if i := strings.IndexByte(s, '['); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
