package cmd

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"lanyard/model"
)

// progress shows how far long work is, to a person at a terminal. done takes it away again.
func (e *env) progress(ctx context.Context, what string) (with context.Context, done func()) {
	f, ok := e.err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return ctx, func() {}
	}
	_, _ = fmt.Fprintf(e.err, "%s…", what)
	last := -1
	with = model.WithProgress(ctx, func(done, total int) {
		if percent := done * 100 / max(total, 1); percent != last {
			last = percent
			_, _ = fmt.Fprintf(e.err, "\r%s… %d %%", what, percent)
		}
	})
	return with, func() { _, _ = fmt.Fprintf(e.err, "\r%*s\r", len(what)+10, "") }
}

// plural writes a number with what it counts.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// contents says how much an account holds.
func contents(counts map[model.Kind]int) string {
	return strings.Join([]string{
		plural(counts[model.KindUser], "user", "users"),
		plural(counts[model.KindServiceAccount], "service account", "service accounts"),
		plural(counts[model.KindGroup], "group", "groups"),
		plural(counts[model.KindWorkspace], "workspace", "workspaces"),
		plural(counts[model.KindEvent], "event", "events"),
	}, ", ")
}
