package cmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// documented returns the fields that docs/command-line.md gives under a heading.
func documented(t *testing.T, heading string) (fields []string) {
	t.Helper()
	doc, err := os.ReadFile("../docs/command-line.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(doc), "### "+heading+"\n")
	if !found {
		t.Fatalf("nothing is documented under %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n#")
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section, -1) {
		fields = append(fields, m[1])
	}
	return fields
}

// fieldsOf returns the fields of an object in their order.
func fieldsOf(t *testing.T, object string) (fields []string, values map[string]json.RawMessage) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	depth, key := 0, true
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			key = depth == 1
			continue
		case string:
			if depth == 1 && key {
				fields = append(fields, v)
				key = false
				continue
			}
		}
		key = depth == 1
	}
	if err := json.Unmarshal([]byte(object), &values); err != nil {
		t.Fatalf("%v in %s", err, object)
	}
	return fields, values
}

// Each kind of answer has exactly the fields that are documented, in that order, and of the kind that is promised.
func TestDocumentedFields(t *testing.T) {
	h := newHouse(t)
	tests := []struct {
		heading string
		secret  string // the field that is only there when it is asked for
		without []string
		with    []string
	}{
		{"A user", "invite_token", []string{"users", "show", "chiara@example.com"}, []string{"users", "resend", "chiara@example.com", "--show-token"}},
		{"A service account", "api_key", []string{"sa", "show", "ci-runner"}, []string{"sa", "show-key", "ci-runner"}},
		{"A group", "", []string{"groups", "show", "platform"}, nil},
		{"A workspace", "", []string{"workspaces", "show", "web-shop"}, nil},
		{"A role", "", []string{"roles", "show", "Auditor"}, nil},
	}
	for _, test := range tests {
		t.Run(test.heading, func(t *testing.T) {
			want := documented(t, test.heading)
			plain := slices.DeleteFunc(slices.Clone(want), func(f string) bool { return f == test.secret })
			fields, values := fieldsOf(t, h.run(t, append(test.without, "-o", "json")...))
			if !slices.Equal(fields, plain) {
				t.Errorf("%v has the fields %v, documented are %v", test.without, fields, plain)
			}
			checkKinds(t, values)
			if test.with == nil {
				return
			}
			out := strings.Trim(h.run(t, append(test.with, "-o", "json")...), "[]\n")
			if fields, _ = fieldsOf(t, out); !slices.Equal(fields, want) {
				t.Errorf("%v has the fields %v, documented are %v", test.with, fields, want)
			}
		})
	}
}

// An export, and the answer of an import, have exactly the fields that are documented.
func TestDocumentedFieldsOfExports(t *testing.T) {
	h := newHouse(t)
	h.run(t, "export", filepath.Join(h.dir, "acme.json"))
	_, lists := fieldsOf(t, h.run(t, "export"))
	for heading, list := range map[string]string{
		"An exported role": "roles", "An exported workspace": "workspaces", "An exported group": "groups", "An exported user": "users",
		"An exported service account": "service_accounts",
	} {
		var records []json.RawMessage
		if err := json.Unmarshal(lists[list], &records); err != nil {
			t.Fatal(err)
		}
		if fields, _ := fieldsOf(t, string(records[0])); !slices.Equal(fields, documented(t, heading)) {
			t.Errorf("%s have the fields %v, documented are %v", list, fields, documented(t, heading))
		}
	}
	var rows []json.RawMessage
	if err := json.Unmarshal([]byte(h.run(t, "import", filepath.Join(h.dir, "acme.json"), "-o", "json")), &rows); err != nil {
		t.Fatal(err)
	}
	if fields, _ := fieldsOf(t, string(rows[0])); !slices.Equal(fields, documented(t, "A row of an import")) {
		t.Errorf("a row has the fields %v", fields)
	}
}

// checkKinds holds values to what the names of their fields promise.
func checkKinds(t *testing.T, values map[string]json.RawMessage) {
	t.Helper()
	for field, raw := range values {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		ok := true
		switch {
		case field == "id":
			_, ok = v.(string)
		case strings.HasSuffix(field, "_at") && v != nil:
			text, _ := v.(string)
			at, err := time.Parse(time.RFC3339, text)
			ok = err == nil && at.Location() == time.UTC && len(text) == len("2026-11-25T09:00:00.000Z")
		case slices.Contains([]string{"groups", "workspaces", "owners", "permissions"}, field):
			_, list := v.([]any)
			_, number := v.(float64) // how many, of a workspace or a role
			ok = list || number
		case field == "version" || field == "users":
			_, ok = v.(float64)
		}
		if !ok {
			t.Errorf("%s is %s", field, raw)
		}
	}
}

// Times sort as texts: they are all of one length, whatever their fractions of a second.
func TestTimesInJSONSortAsTexts(t *testing.T) {
	at := time.Date(2026, 11, 25, 10, 0, 51, 0, time.FixedZone("", 3600))
	for ms, want := range map[int]string{
		0: `"2026-11-25T09:00:51.000Z"`, 791: `"2026-11-25T09:00:51.791Z"`, 800: `"2026-11-25T09:00:51.800Z"`,
	} {
		if got, err := encodeJSON(timeJSON(at.Add(time.Duration(ms) * time.Millisecond))); err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	if got, err := encodeJSON(timeJSON(time.Time{})); err != nil || string(got) != "null" {
		t.Errorf("never is %s, %v", got, err)
	}
}

// A list is an array of the same objects as show gives one of, whatever the names hold.
func TestListsHoldWhatShowShows(t *testing.T) {
	h := newHouse(t)
	for noun, name := range map[string]string{
		"users": "ben@example.com", "sa": "ci-runner", "groups": "platform", "workspaces": "web-shop", "roles": "Auditor",
	} {
		var rows []json.RawMessage
		if err := json.Unmarshal([]byte(h.run(t, noun, "list", "-o", "json")), &rows); err != nil {
			t.Fatal(err)
		}
		one := []byte(strings.TrimSpace(h.run(t, noun, "show", name, "-o", "json")))
		if !slices.ContainsFunc(rows, func(row json.RawMessage) bool { return bytes.Equal(row, one) }) {
			t.Errorf("%s list doesn't hold %s", noun, one)
		}
	}
}

func TestJSONShowsWhatCantBeSeen(t *testing.T) {
	tests := map[string]string{
		"plain & <simple>": `"plain & <simple>"`,
		"é ü 日本":           `"é ü 日本"`,
		"a\u202eb":         `"a\u202eb"`,
		"\x1b[2J\u009b":    `"\u001b[2J\u009b"`,
		"tag\U000E0041":    `"tag\udb40\udc41"`,
	}
	for in, want := range tests {
		got, err := encodeJSON(in)
		if err != nil || string(got) != want {
			t.Errorf("%q becomes %s, %v; want %s", in, got, err, want)
		}
		var back string
		if err := json.Unmarshal(got, &back); err != nil || back != in {
			t.Errorf("%s reads as %q, %v", got, back, err)
		}
	}
}
