package talk

import (
	"errors"
	"io"
	"strings"
	"testing"

	"lanyard/tui/text"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", MaxLine+1)
	for in, want := range map[string]struct {
		line string
		err  error
	}{
		"one\ntwo\n":          {"one", nil},
		"  spaces \t\r\n":     {"spaces", nil},
		"\n":                  {"", nil},
		"":                    {"", io.EOF},
		"not ended":           {"", io.EOF},
		"\xff\xfe\n":          {"", ErrNotText},
		long + "\nnext\n":     {"", ErrTooLong},
		long:                  {"", io.EOF},
		long[:MaxLine] + "\n": {"", ErrTooLong},
	} {
		l := New(Options{In: strings.NewReader(in), Out: io.Discard})
		if line, err := l.Line(); line != want.line || !errors.Is(err, want.err) {
			t.Errorf("of %.20q: %q, %v", in, line, err)
		}
		if errors.Is(want.err, ErrTooLong) {
			if line, err := l.Line(); strings.Contains(in, "next") && (line != "next" || err != nil) {
				t.Errorf("after a line that is too long: %q, %v", line, err)
			}
		}
	}
}

func TestSaidIsText(t *testing.T) {
	for said, want := range map[string]string{
		"Ana · Admin":      "Ana, Admin\n",
		"a    b":           "a b\n",
		"one\ntwo":         "one\ntwo\n",
		"\x1b[2Jred\a":     "‹U+001B›[2Jred‹U+0007›\n",
		"a\rb\u202e\u200b": "a‹U+000D›b‹U+202E›‹U+200B›\n",
	} {
		var out strings.Builder
		New(Options{In: strings.NewReader(""), Out: &out}).Say(said)
		if out.String() != want {
			t.Errorf("%q is said as %q", said, out.String())
		}
	}
	var out strings.Builder
	New(Options{In: strings.NewReader(""), Out: &out, Mode: text.Mode{ASCII: true}}).Say("Zoë …")
	if out.String() != "Zoe ...\n" {
		t.Errorf("in ASCII it is %q", out.String())
	}
}

func TestSecretsStayBytes(t *testing.T) {
	var out strings.Builder
	l := New(Options{In: strings.NewReader("sesame\r\nnext\n"), Out: &out})
	secret, err := l.Secret()
	if string(secret) != "sesame" || err != nil {
		t.Errorf("%q, %v", secret, err)
	}
	if line, err := l.Line(); line != "next" || err != nil {
		t.Errorf("behind it: %q, %v", line, err)
	}
	l.ShowSecret([]byte("lys_abc"))
	l.ShowSecret([]byte("\x1b[2J"))
	if out.String() != "lys_abc\nIt holds what can't be shown.\n" {
		t.Errorf("%q was shown", out.String())
	}
}

func TestAnswers(t *testing.T) {
	for line, want := range map[string]struct {
		text string
		kind Kind
	}{
		"":                      {"", Empty},
		"BACK":                  {"", Back},
		"esc":                   {"", Back},
		"quit":                  {"", Quit},
		"?":                     {"", Help},
		`"back"`:                {"back", Text},
		`""`:                    {"", Text},
		`"`:                     {`"`, Text},
		"quit it":               {"quit it", Text},
		`"Dee" <dee@acme.test>`: {`"Dee" <dee@acme.test>`, Text},
		`"a" and "b"`:           {`"a" and "b"`, Text},
	} {
		if got, kind := Read(line); got != want.text || kind != want.kind {
			t.Errorf("%q reads as %q, %d", line, got, kind)
		}
	}
}

func TestPick(t *testing.T) {
	names := []string{"Viewer", "Owner", "Operator", "own", "twin", "Twin"}
	for answer, want := range map[string]int{
		"5": 0, "8": 3, "4": -1, "11": -1, "-1": -1, "0": -1, "viewer": 0, "v": 0, "o": -1, "twin": -1, "OWN": 3, "owne": 1, "op": 2, "x": -1, "": -1, "99999999999999999999": -1,
	} {
		if got := Pick(answer, 5, names); got != want {
			t.Errorf("%q picks %d, not %d", answer, got, want)
		}
	}
}

// A terminal goes to the next line with an answer, and nothing does without one.
func TestWhereTheNextLineBegins(t *testing.T) {
	for _, tt := range []struct {
		echo bool
		does func(*Lines)
		want string
	}{
		{true, (*Lines).Answered, ""},
		{false, (*Lines).Answered, "\n"},
		{true, (*Lines).Left, "\n"},
		{false, (*Lines).Left, "\n"},
	} {
		var out strings.Builder
		tt.does(New(Options{In: strings.NewReader(""), Out: &out, Echo: tt.echo}))
		if out.String() != tt.want {
			t.Errorf("%q, not %q", out.String(), tt.want)
		}
	}
}
