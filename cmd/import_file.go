package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

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
	called := inputName(path)
	text, err := decodeText(data)
	if err != nil {
		return imported{}, failed(err, "It has to be in UTF-8, or in UTF-16 with a byte order mark.", "%s can't be read", called)
	}
	var in imported
	switch begin := bytes.TrimLeft(text, " \t\r\n"); {
	case isBinary(text):
		err = usage("Import CSV, or what lanyard export writes. A spreadsheet saves itself as CSV UTF-8.", "it is no text")
	case !utf8.Valid(text):
		err = usage("Save it as CSV UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8 "+shellWord(path), "line %d isn't in UTF-8", foreignLine(text))
	case bytes.HasPrefix(begin, []byte("{")):
		in, err = readExport(text)
	case foreignList.Match(begin):
		err = usage("Of JSON, import reads what lanyard export writes; of a list of users, what -o csv writes.", "it is no export of lanyard's")
	default:
		in, err = readUsers(endLines(text), columns)
	}
	if err != nil {
		return in, usage(cmp.Or(model.Hint(err), "See what can be: lanyard import --help"), "%s can't be imported: %s", called, withoutHint(err))
	}
	refuseTwice(in.rows)
	return in, nil
}

// inputName is what a file is called that is read, in a sentence.
func inputName(path string) string {
	if path == "-" {
		return "Standard input"
	}
	return path
}

func (e *env) readAll(path string) ([]byte, error) {
	if path == "-" {
		data, err := io.ReadAll(e.input())
		if err != nil && !errors.Is(err, errTold) {
			err = unreadInput(err)
		}
		return data, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &model.Error{Kind: model.ErrNotFound, What: "There is no file " + path}
	}
	if info, at := os.Stat(path); err != nil && at == nil && info.IsDir() {
		return nil, &model.Error{Kind: model.ErrInvalid, What: path + " is a directory", Hint: "Name a file, or - for standard input."}
	}
	if err != nil {
		return nil, failed(err, "Look at its owner and mode.", "%s can't be read", path)
	}
	return data, nil
}

// decodeText returns a text in UTF-8. One that begins with a byte order mark may be in UTF-16, as spreadsheets write it.
func decodeText(data []byte) ([]byte, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), data)
	return text, err
}

// foreignList is how a list in JSON begins.
var foreignList = regexp.MustCompile(`^\[\s*[{\]]`)

// isBinary reports whether something is no text: it begins with what no text holds.
func isBinary(data []byte) bool {
	return bytes.ContainsFunc(data[:min(len(data), 8<<10)], func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1a\x1b", r) })
}

// foreignLine is the first line that isn't in UTF-8.
func foreignLine(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' || r == '\r' && !bytes.HasPrefix(text, []byte("\r\n")) {
			line++
		}
		text = text[size:]
	}
	return line
}

// endLines ends lines as Unix does where they end as on an old Mac, in a carriage return alone.
func endLines(text []byte) []byte {
	text = bytes.Clone(text)
	for i, c := range text {
		if c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			text[i] = '\n'
		}
	}
	return text
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
