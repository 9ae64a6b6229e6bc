// Package editor writes records as a table of text for somebody to edit in an editor of their own, and reads back what they
// changed.
package editor

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lanyard/model"
	"lanyard/tui/text"
)

// Table is some records as text, and what they were when it was written.
type Table struct {
	kind    model.Kind
	columns []string
	records []record
	byID    map[string]int
}

// record is one line.
type record struct {
	seen  model.Seen
	key   string
	cells []string
}

// Fault is what is wrong with a line of an edited table.
type Fault struct {
	Line int
	Why  string
}

// idColumn is where each line says which record it is.
const idColumn = 0

// Users returns a table of users.
func Users(list []model.UserDetails) *Table {
	t := &Table{kind: model.KindUser, columns: []string{"ID", "EMAIL", "NAME", "ROLE", "STATUS", "GROUPS", "WORKSPACES"}}
	for _, u := range list {
		names := make([]string, len(u.Groups))
		for i, g := range u.Groups {
			names[i] = g.Name
		}
		t.add(model.Seen{ID: u.ID, Version: u.Version}, u.Email,
			u.Email, u.Name, u.RoleName, strings.ToLower(u.Status.String()), strings.Join(names, ", "), memberships(u.Access))
	}
	return t
}

// ServiceAccounts returns a table of service accounts.
func ServiceAccounts(list []model.ServiceAccountDetails) *Table {
	t := &Table{kind: model.KindServiceAccount, columns: []string{"ID", "NAME", "ROLE", "WORKSPACES", "DESCRIPTION"}}
	for _, s := range list {
		t.add(model.Seen{ID: s.ID, Version: s.Version}, s.Name, s.Name, s.RoleName, memberships(s.Access), s.Description)
	}
	return t
}

func (t *Table) add(seen model.Seen, key string, cells ...string) {
	id := strconv.FormatUint(uint64(seen.ID), 10)
	if t.byID == nil {
		t.byID = map[string]int{}
	}
	t.byID[id] = len(t.records)
	t.records = append(t.records, record{seen, key, append([]string{id}, cells...)})
}

func memberships(list []model.WorkspaceAccess) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = model.Membership{Workspace: w.Workspace.Name, Role: w.Role.Name}.String()
	}
	return strings.Join(words, ", ")
}

// Len returns how many records the table has.
func (t *Table) Len() int { return len(t.records) }

const head = `# %s. Change what you like, save, and leave the editor: you are
# shown what would be done, and asked.
#
# There is a tab between the columns; spaces around it don't count. Several
# groups or workspaces have a comma between them, and a workspace its role:
# web-shop:Viewer.
# The first column says which line is whose%s.
# A line that you delete leaves that one as it is: nobody is removed here.
#
`

// Text is the table with a head that explains it.
func (t *Table) Text() []byte {
	var b bytes.Buffer
	what, also := "Users", " and stays, as the email does"
	if t.kind == model.KindServiceAccount {
		what, also = "Service accounts", " and stays"
	}
	fmt.Fprintf(&b, head, what, also)
	widths := make([]int, len(t.columns))
	titles := slices.Clone(t.columns)
	titles[0] = "# " + titles[0]
	for i, title := range titles {
		widths[i] = len(title)
	}
	for _, r := range t.records {
		for i, c := range r.cells {
			widths[i] = max(widths[i], text.Width(c))
		}
	}
	writeLine(&b, titles, widths)
	for _, r := range t.records {
		writeLine(&b, r.cells, widths)
	}
	return b.Bytes()
}

func writeLine(b *bytes.Buffer, cells []string, widths []int) {
	for i, c := range cells {
		if i > 0 {
			b.WriteByte('\t')
		}
		c = text.Clean(c)
		b.WriteString(c)
		if i < len(cells)-1 {
			b.WriteString(text.Spaces(max(0, widths[i]-text.Width(c))))
		}
	}
	b.WriteByte('\n')
}

// Read reads an edited table: a row for each record that differs, and what is wrong with lines that can't be read.
func (t *Table) Read(edited []byte) (rows []model.Row, faults []Fault) {
	seen := map[int]int{}
	n := 0
	for line := range strings.Lines(string(edited)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		row, i, err := t.readLine(line)
		if err == nil {
			if before, twice := seen[i]; twice {
				err = fmt.Errorf("this is %s again, of line %d", t.records[i].key, before)
			}
			seen[i] = n
		}
		switch {
		case err != nil:
			faults = append(faults, Fault{n, err.Error()})
		case row != nil:
			row.Line = n
			rows = append(rows, *row)
		}
	}
	return rows, faults
}

// readLine returns what a line changes, nil if nothing, and of which record.
func (t *Table) readLine(line string) (*model.Row, int, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != len(t.columns) {
		has := fmt.Sprintf("%d columns", len(cells))
		if len(cells) == 1 {
			has = "one column"
		}
		return nil, 0, fmt.Errorf("it has %s and not %d: %s, with a tab between each two", has, len(t.columns), strings.Join(t.columns, ", "))
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	i, known := t.byID[cells[idColumn]]
	if !known {
		return nil, 0, fmt.Errorf("%q is the id of none of them: it says whose line this is, and stays", cells[idColumn])
	}
	was := t.records[i]
	row := &model.Row{Kind: t.kind, Seen: was.seen, Key: was.key}
	changed := false
	for c, cell := range cells {
		if same(t.columns[c], text.Clean(was.cells[c]), cell) {
			continue
		}
		changed = true
		if err := set(row, t.columns[c], cell); err != nil {
			return nil, 0, err
		}
	}
	if !changed {
		return nil, i, nil
	}
	return row, i, nil
}

// same reports whether a cell says what it said. In which order a list is, doesn't matter.
func same(column, was, is string) bool {
	if column != "GROUPS" && column != "WORKSPACES" {
		return was == is
	}
	a, b := words(was), words(is)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// set makes a row say what a cell does.
func set(row *model.Row, column, cell string) error {
	switch column {
	case "EMAIL":
		return fmt.Errorf("the email of %s stays: cancel the invite or remove them, and invite the other", row.Key)
	case "NAME":
		row.Name = &cell
		if cell == "" {
			return fmt.Errorf("the name of %s is gone", row.Key)
		}
	case "ROLE":
		row.Role = &cell
	case "DESCRIPTION":
		row.Description = &cell
	case "STATUS":
		return setStatus(row, cell)
	case "GROUPS":
		list := words(cell)
		row.Groups = &list
	case "WORKSPACES":
		list := []model.Membership{}
		for _, word := range words(cell) {
			workspace, role, ok := strings.Cut(word, ":")
			if !ok {
				return fmt.Errorf("%q lacks a role: write it as NAME:ROLE, such as %s:Viewer", word, word)
			}
			list = append(list, model.Membership{Workspace: strings.TrimSpace(workspace), Role: strings.TrimSpace(role)})
		}
		row.Workspaces = &list
	}
	return nil
}

func setStatus(row *model.Row, cell string) error {
	for _, s := range []model.Status{model.StatusActive, model.StatusInactive, model.StatusInvited} {
		if strings.EqualFold(s.String(), cell) {
			row.Status = s
			return nil
		}
	}
	return fmt.Errorf("%q is no status: it is active, inactive or invited", cell)
}

// words splits a list.
func words(s string) []string {
	list := []string{}
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// mark begins a line that says what is wrong with the next one.
const mark = "#! "

// Marked returns an edited table with what is wrong above each line, in the place of what was said there before.
func Marked(edited []byte, faults []Fault) []byte {
	var out bytes.Buffer
	n := 0
	for line := range bytes.Lines(edited) {
		n++
		for _, f := range faults {
			if f.Line == n {
				out.WriteString(mark + text.Clean(f.Why) + "\n")
			}
		}
		if !bytes.HasPrefix(line, []byte(mark)) {
			out.Write(line)
		}
	}
	return out.Bytes()
}

// Mistakes returns what the rules say about a plan that its writer can put right by writing something else. What they refuse
// for other reasons is for the plan to show.
func Mistakes(p model.Plan) (faults []Fault) {
	for _, e := range p.Entries {
		if e.Fate == model.RowRefused && model.IsMistake(e.Err) {
			faults = append(faults, Fault{e.Line, e.Err.Error()})
		}
	}
	return faults
}
