package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/db"
	"lanyard/model"
)

const exportLong = `Writes the account as JSON, in the order of names, for lanyard import and for whoever
compares two of them: roles, groups, workspaces, users and service accounts. It holds
no key, no token, no id and no time. Imported into an account that was just made, it
gives the same export again.

--csv writes one list for a spreadsheet instead. There a cell that begins with =, +,
- or @ gets an apostrophe, so that it is never taken for a formula. Excel knows that
it is UTF-8 only by a byte order mark, which --bom puts before it. Exporting is
recorded, before anything is written.`

// exporting is what export was asked for.
type exporting struct {
	csv   string
	bom   bool
	force bool
}

func (e *env) exportCommand() *cobra.Command {
	var x exporting
	c := &cobra.Command{
		Use: "export [FILE]", Short: "Write the account as JSON or its lists as CSV, without secrets", Long: exportLong,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongArgs(c, "One file at most can be named")
			}
			if len(args) == 1 && blank(args[0]) {
				return wrongArgs(c, "The name of the file is empty")
			}
			return noSecrets(args)
		},
		Example: `  lanyard export acme.json
  lanyard export --force acme.json
  lanyard export --csv users --bom users.csv
  lanyard export --csv service-accounts | head -n 3`,
		RunE: func(c *cobra.Command, args []string) error {
			to := "-"
			if len(args) > 0 {
				to = args[0]
			}
			return e.export(c.Context(), to, x)
		},
	}
	c.Flags().StringVar(&x.csv, "csv", "", "one `LIST` as CSV: "+orList(exportLists))
	choices(c, "csv", exportLists...)
	c.Flags().BoolVar(&x.bom, "bom", false, "with --csv: begin with a byte order mark, for Excel")
	c.Flags().BoolVar(&x.force, "force", false, "replace a file that is there")
	return c
}

// byteOrderMark is what a text in UTF-8 begins with for programs that take it for something else without.
const byteOrderMark = "\ufeff"

// exportLists are what --csv takes.
var exportLists = []string{"users", "service-accounts", "groups", "workspaces", "roles"}

func (e *env) export(ctx context.Context, to string, x exporting) error {
	if x.bom && x.csv == "" {
		return usage("Leave --bom out, or add --csv LIST.", "--bom is for --csv: JSON begins with none")
	}
	write, what := e.exportAccount, "everything"
	if x.csv != "" {
		what = strings.ReplaceAll(x.csv, "-", " ")
		if write = e.exportList(x.csv); write == nil {
			return usage("Choose "+orList(exportLists)+".", "There is no list %q", x.csv)
		}
	}
	a, err := e.acting(ctx)
	if err != nil {
		return err
	}
	if err := mayWrite(to, x.force); err != nil {
		return err
	}
	account, err := a.Export(ctx, a.me, what)
	if err != nil {
		return err
	}
	fill := func(w io.Writer) error {
		if x.bom {
			if _, err := io.WriteString(w, byteOrderMark); err != nil {
				return err
			}
		}
		return write(ctx, w, a, account)
	}
	if to == "-" {
		return e.write(fill)
	}
	return writeWhole(to, fill)
}

// mayWrite refuses a file that is there, before anything is recorded.
func mayWrite(path string, force bool) error {
	if path == "-" || force {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return &model.Error{Kind: db.ErrExists, What: path + " is there already", Hint: "Name another file, or replace it with --force."}
	}
	return nil
}

// writeWhole writes a file that gets its name when it is whole: nobody takes a part of an export for all of it.
func writeWhole(path string, fill func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return failed(err, "Name another file.", "The export can't be written to %s", path)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // it is worth nothing, and the error says why
		}
	}()
	err = errors.Join((&env{out: f}).write(fill), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// exporter writes what was asked for.
type exporter func(ctx context.Context, w io.Writer, a *acting, account model.Account) error

// exportList returns what writes one list as CSV, nil for a list that there isn't.
func (e *env) exportList(name string) exporter {
	switch name {
	case "users":
		return exportCSV(e, e.users())
	case "service-accounts":
		return exportCSV(e, e.machines())
	case "groups":
		return exportCSV(e, e.groupList())
	case "workspaces":
		return exportCSV(e, e.spaces())
	case "roles":
		return exportCSV(e, e.roleList())
	}
	return nil
}

func exportCSV[T, D any](e *env, l *listing[T, D]) exporter {
	return func(ctx context.Context, w io.Writer, a *acting, _ model.Account) error {
		out := newCSVRows(w, l.columns, e.screen().width > 0)
		out.guard = true
		for row, err := range l.rows(a).InOrder(ctx) {
			if err == nil {
				err = out.add(row)
			}
			if err != nil {
				return err
			}
		}
		return out.end()
	}
}

// exportFormat is what an export says of itself. The number grows when a reader of the one before would misunderstand it.
const (
	exportFormat  = "lanyard account"
	exportVersion = 1
)

// The records of an export. docs/command-line.md describes the fields, and a test holds them to it.
type (
	exportedRole struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Scope       string   `json:"scope"`
		Permissions []string `json:"permissions"`
	}
	exportedWorkspace struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	exportedGroup struct {
		Name        string        `json:"name"`
		Description string        `json:"description"`
		Workspaces  []grantAnswer `json:"workspaces"`
	}
	exportedUser struct {
		Email      string        `json:"email"`
		Name       string        `json:"name"`
		Role       string        `json:"role"`
		Groups     []string      `json:"groups"`
		Workspaces []grantAnswer `json:"workspaces"`
		Status     string        `json:"status"`
	}
	exportedMachine struct {
		Name        string        `json:"name"`
		Description string        `json:"description"`
		Role        string        `json:"role"`
		Workspaces  []grantAnswer `json:"workspaces"`
	}
)

// exportAccount writes the account, what others refer to first, a record a line.
func (e *env) exportAccount(ctx context.Context, w io.Writer, a *acting, account model.Account) error {
	name, err := encodeJSON(account.Name)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n\"format\": %q,\n\"version\": %d,\n\"account\": %s", exportFormat, exportVersion, name); err != nil {
		return err
	}
	for _, write := range accountSections(ctx, a) {
		if err := write(w); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

// accountSections write the records of the account, what others refer to first.
func accountSections(ctx context.Context, a *acting) []func(io.Writer) error {
	return []func(io.Writer) error{
		section("roles", a.Roles(a.me).InOrder(ctx), func(r model.RoleDetails) any {
			return exportedRole{r.Name, r.Description, r.Scope.String(), permissionNames(r.Permissions)}
		}),
		section("workspaces", a.Workspaces(a.me).InOrder(ctx), func(w model.WorkspaceDetails) any {
			return exportedWorkspace{w.Name, w.Description}
		}),
		section("groups", a.Groups(a.me).InOrder(ctx), func(g model.GroupDetails) any {
			return exportedGroup{g.Name, g.Description, grantsJSON(g.Access)}
		}),
		section("users", a.Users(a.me).InOrder(ctx), func(u model.UserDetails) any {
			return exportedUser{u.Email, u.Name, u.RoleName, groupNames(u.Groups), grantsJSON(u.Access), statusWord(u.Status)}
		}),
		section("service_accounts", a.ServiceAccounts(a.me).InOrder(ctx), func(s model.ServiceAccountDetails) any {
			return exportedMachine{s.Name, s.Description, s.RoleName, grantsJSON(s.Access)}
		}),
	}
}

// section returns what writes the records of a kind as they are read.
func section[D any](name string, rows iter.Seq2[D, error], record func(D) any) func(io.Writer) error {
	return func(w io.Writer) error {
		list := jsonArray{w: w}
		_, err := fmt.Fprintf(w, ",\n%q: ", name)
		for row, next := range rows {
			if err = cmp.Or(err, next); err == nil {
				err = list.add(record(row))
			}
			if err != nil {
				return err
			}
		}
		return cmp.Or(err, list.close())
	}
}
