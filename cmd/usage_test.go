package cmd

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// wellSaid is how every error is told: a sentence of ours that begins with a capital, a quoted word or a flag, and a hint below it.
var wellSaid = regexp.MustCompile(`^lanyard: ([A-Z]|"|--)[^\n]*[^.\n]\n {2}[A-Z][^\n]+\n$`)

// theirs are words of the libraries, and of Go.
var theirs = []string{"unknown", "invalid argument", "arg(s)", "shorthand", "needs an argument", "strconv", "syntax", "stringToString", "parse"}

func checkSaid(t *testing.T, what, said string, code int) {
	t.Helper()
	if code != exitUsage {
		t.Errorf("%s: exit code %d", what, code)
	}
	if !wellSaid.MatchString(said) {
		t.Errorf("%s: %q", what, said)
	}
	for _, word := range theirs {
		if strings.Contains(said, word) {
			t.Errorf("%s: %q has %q", what, said, word)
		}
	}
}

// Whatever is wrong with the flags of whichever command is said in our words, with what to do.
func TestFlagsThatAreWrong(t *testing.T) {
	for _, c := range commands(testRoot()) {
		path := strings.Fields(c.CommandPath())[1:]
		wrong := [][]string{{"--nonsense"}, {"-Z"}, {"-hZ"}, {"--=x"}, {"--yes=perhaps"}, {"--nonsense=lys_1"}, {"--yes=lys_1"}}
		visit := func(f *pflag.Flag) {
			if f.NoOptDefVal == "" {
				wrong = append(wrong, []string{"--" + f.Name})
			}
			if f.Value.Type() != "string" && f.Value.Type() != "stringArray" {
				wrong = append(wrong, []string{"--" + f.Name + "=nonsense"}, []string{"--" + f.Name + "=99999999999999999999"})
			}
		}
		c.LocalFlags().VisitAll(visit)
		c.InheritedFlags().VisitAll(visit)
		for _, flags := range wrong {
			var said bytes.Buffer
			e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &said, getenv: func(string) string { return "" }}
			args := slices.Concat(path, flags)
			code := e.run(context.Background(), args)
			checkSaid(t, strings.Join(args, " "), said.String(), code)
		}
	}
}

// So is a wrong number of arguments.
func TestArgumentsThatAreWrong(t *testing.T) {
	refused := 0
	for _, c := range commands(testRoot()) {
		for _, args := range [][]string{{}, {"a", "b", "c"}, {"lys_1"}} {
			if c.Args == nil {
				t.Errorf("%s takes any arguments", c.CommandPath())
				continue
			}
			if err := c.Args(c, args); err != nil {
				refused++
				var said bytes.Buffer
				printError(&said, err)
				checkSaid(t, c.CommandPath()+" "+strings.Join(args, " "), said.String(), exitCode(err))
			}
		}
	}
	if refused < 40 {
		t.Errorf("only %d were refused", refused)
	}
}
