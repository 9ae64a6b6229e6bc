package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"lanyard/model"
)

// exportReader reads an export a record at a time.
type exportReader struct {
	text []byte
	json *json.Decoder
	line int   // the line of the last record
	at   int64 // where that was counted up to

	format  string
	version int
	rows    []model.Row
}

// readExport reads what export writes.
func readExport(text []byte) (imported, error) {
	r := &exportReader{text: text, json: json.NewDecoder(bytes.NewReader(text)), line: 1}
	if err := r.all(); err != nil {
		return imported{}, r.syntax(err)
	}
	switch {
	case r.format != exportFormat:
		return imported{}, errors.New("this JSON isn't an export of lanyard's: it lacks \"format\": \"" + exportFormat + "\"")
	case r.version != exportVersion:
		return imported{}, fmt.Errorf("it is an export of version %d, and this lanyard reads version %d", r.version, exportVersion)
	}
	return imported{"an export of lanyard's", r.rows}, nil
}

// syntax says where a file stops being JSON.
func (r *exportReader) syntax(err error) error {
	at := r.json.InputOffset()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = e.Offset
		err = fmt.Errorf("it stops being JSON: %w", err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(r.text[:min(at, int64(len(r.text)))], []byte("\n")), err)
}

func (r *exportReader) all() error {
	if _, err := r.json.Token(); err != nil { // the brace, which was seen
		return err
	}
	for r.json.More() {
		key, err := r.json.Token()
		if err != nil {
			return err
		}
		if err := r.field(fmt.Sprint(key)); err != nil {
			return err
		}
	}
	if _, err := r.json.Token(); err != nil {
		return err
	}
	if _, err := r.json.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows after its end")
	}
	return nil
}

func (r *exportReader) field(name string) error {
	var called string // an account is called what it was founded as
	if to, ok := map[string]any{"format": &r.format, "version": &r.version, "account": &called}[name]; ok {
		return jsonFault(r.json.Decode(to), name)
	}
	read, ok := exportSections[name]
	if !ok {
		return fmt.Errorf("it has %q, which no export has", name)
	}
	return r.list(read)
}

// list reads the records of a kind. One that isn't as it should be is refused, and the others are read.
func (r *exportReader) list(read func([]byte) (model.Row, error)) error {
	begin, err := r.json.Token()
	if err != nil || begin == nil {
		return err
	}
	if begin != json.Delim('[') {
		return errors.New("it has something else where a list should be")
	}
	for r.json.More() {
		var raw json.RawMessage
		if err := r.json.Decode(&raw); err != nil {
			return err
		}
		row, err := read(raw)
		row.Err = err
		row.Line = r.lineAt(r.json.InputOffset() - int64(len(raw)))
		r.rows = append(r.rows, row)
	}
	_, err = r.json.Token()
	return err
}

// lineAt counts the lines up to an offset, which only grows.
func (r *exportReader) lineAt(at int64) int {
	r.line += bytes.Count(r.text[r.at:at], []byte("\n"))
	r.at = at
	return r.line
}

// exportSections read one record of each kind.
var exportSections = map[string]func([]byte) (model.Row, error){
	"roles": func(b []byte) (model.Row, error) {
		var v struct {
			Name        string              `json:"name"`
			Description *string             `json:"description"`
			Scope       string              `json:"scope"`
			Permissions *[]model.Permission `json:"permissions"`
		}
		err := strictly(b, &v)
		row := model.Row{Kind: model.KindRole, Key: v.Name, Description: v.Description}
		if v.Permissions != nil {
			row.Permissions = append([]model.Permission{}, *v.Permissions...)
		}
		for _, scope := range []model.Scope{model.ScopeTenant, model.ScopeWorkspace} {
			if v.Scope == scope.String() {
				row.Scope = scope
			}
		}
		if err == nil && row.Scope == 0 {
			err = fmt.Errorf("%q is no scope: it is tenant or workspace", v.Scope)
		}
		return row, err
	},
	"workspaces": func(b []byte) (model.Row, error) {
		var v struct {
			Name        string  `json:"name"`
			Description *string `json:"description"`
		}
		err := strictly(b, &v)
		return model.Row{Kind: model.KindWorkspace, Key: v.Name, Description: v.Description}, err
	},
	"groups": func(b []byte) (model.Row, error) {
		var v struct {
			Name        string         `json:"name"`
			Description *string        `json:"description"`
			Workspaces  *[]grantAnswer `json:"workspaces"`
		}
		err := strictly(b, &v)
		return model.Row{Kind: model.KindGroup, Key: v.Name, Description: v.Description, Workspaces: memberships(v.Workspaces)}, err
	},
	"users": func(b []byte) (model.Row, error) {
		var v struct {
			Email      string         `json:"email"`
			Name       *string        `json:"name"`
			Role       *string        `json:"role"`
			Groups     *[]string      `json:"groups"`
			Workspaces *[]grantAnswer `json:"workspaces"`
			Status     *string        `json:"status"`
		}
		err := strictly(b, &v)
		row := model.Row{Kind: model.KindUser, Key: v.Email, Name: v.Name, Role: v.Role, Groups: v.Groups, Workspaces: memberships(v.Workspaces)}
		if err == nil && v.Status != nil {
			row.Status, err = parseStatus(*v.Status)
		}
		return row, err
	},
	"service_accounts": func(b []byte) (model.Row, error) {
		var v struct {
			Name        string         `json:"name"`
			Description *string        `json:"description"`
			Role        *string        `json:"role"`
			Workspaces  *[]grantAnswer `json:"workspaces"`
		}
		err := strictly(b, &v)
		return model.Row{
			Kind: model.KindServiceAccount, Key: v.Name, Description: v.Description, Role: v.Role, Workspaces: memberships(v.Workspaces),
		}, err
	},
}

// strictly decodes a record that has nothing but what it may have: a field that is misspelt would be lost without a word.
func strictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return jsonFault(d.Decode(v), "a record")
}

// jsonFault says in words for people what is wrong with a value that is called what where it has no name of its own.
func jsonFault(err error, what string) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s can't be a %s", cmp.Or(wrong.Field, what), wrong.Value)
	}
	if err == nil {
		return nil
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return fmt.Errorf("it has %s, which no export has", field)
	}
	return err
}

func memberships(list *[]grantAnswer) *[]model.Membership {
	if list == nil {
		return nil
	}
	out := make([]model.Membership, len(*list))
	for i, g := range *list {
		out[i] = model.Membership(g)
	}
	return &out
}
