package cmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// free are the flags whose values nobody can know beforehand.
var free = []string{
	"name", "description", "note", "match", "limit", "if-version", "account", "email", "since", "until", "head",
	"users", "service-accounts", "seed", "event",
}

// Whatever can be completed is: a flag or an argument that is added has to be known to cmd/complete.go, or free.
func TestEverythingIsCompleted(t *testing.T) {
	h := newHouse(t)
	completed := func(args ...string) bool {
		list := h.run(t, append([]string{"__complete"}, args...)...)
		return !strings.HasPrefix(list, ":") || strings.HasPrefix(list, ":0") // files
	}
	for _, c := range commands(testRoot()) {
		path := strings.Fields(c.CommandPath())[1:]
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			switch has := f.NoOptDefVal != "" || completed(append(slices.Clone(path), "--"+f.Name, "")...); {
			case !has && !slices.Contains(free, f.Name):
				t.Errorf("%s --%s isn't completed", c.CommandPath(), f.Name)
			case has && slices.Contains(free, f.Name) && f.NoOptDefVal == "":
				t.Errorf("%s --%s is free and completed", c.CommandPath(), f.Name)
			}
		})
		isNew := c.Name() == "create" || c.Name() == "invite"
		if !c.HasSubCommands() && placeOf(c, 0) != "" && completed(append(slices.Clone(path), "")...) == isNew {
			t.Errorf("%s: its argument is completed: %v", c.CommandPath(), !isNew)
		}
	}
}
