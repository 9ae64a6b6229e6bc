package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"lanyard/model"
)

// imported is what a file says.
type imported struct {
	form string // what the file is, for people
	rows []model.Row
}

// readImport reads a file that somebody wants to import, - for standard input: an export of lanyard's, or CSV of users.
func (e *env) readImport(path string, columns map[string]string) (imported, error) {
	data, err := e.readAll(path)
	if err != nil {
		return imported{}, err
	}
	text, err := decodeText(data)
	if err != nil {
		return imported{}, failed(err, "It has to be in UTF-8, or in UTF-16 with a byte order mark.", "%s can't be read", path)
	}
	var in imported
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		in, err = readExport(text)
	} else {
		in, err = readUsers(text, columns)
	}
	if err != nil {
		return in, usage(cmp.Or(model.Hint(err), "See what can be: lanyard import --help"), "%s can't be imported: %s", path, withoutHint(err))
	}
	refuseTwice(in.rows)
	return in, nil
}

func (e *env) readAll(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(e.input())
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &model.Error{Kind: model.ErrNotFound, What: "There is no file " + path}
	}
	if info, at := os.Stat(path); err != nil && at == nil && info.IsDir() {
		return nil, &model.Error{Kind: model.ErrInvalid, What: path + " is a directory", Hint: "Name a file, or - for standard input."}
	}
	return data, err
}

// decodeText returns a text in UTF-8. One that begins with a byte order mark may be in UTF-16, as spreadsheets write it.
func decodeText(data []byte) ([]byte, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), data)
	return text, err
}

// refuseTwice refuses rows about what an earlier row is about: which of them counts, nobody could tell.
func refuseTwice(rows []model.Row) {
	type subject struct {
		kind model.Kind
		key  string
	}
	first := map[subject]int{}
	for i := range rows {
		r := &rows[i]
		if r.Key == "" {
			continue
		}
		key := subject{r.Kind, model.FoldName(strings.TrimSpace(r.Key))}
		if r.Kind == model.KindUser {
			key.key = model.FoldEmail(strings.TrimSpace(r.Key))
		}
		if line, twice := first[key]; !twice {
			first[key] = r.Line
		} else if r.Err == nil {
			r.Err = &model.Error{Kind: model.ErrTaken, What: fmt.Sprintf("It stands in line %d already", line), Hint: "Leave one of the two out."}
		}
	}
}
