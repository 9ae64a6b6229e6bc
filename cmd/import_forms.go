package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// userForm is how a file holds users: the numbers of its columns, -1 for those that it hasn't.
type userForm struct {
	name                                                       string
	email                                                      []int // the first that isn't empty counts
	full, given, family, role, groups, workspaces, status, who int

	guarded bool                    // cells that would be formulas have an apostrophe
	mayMail func(email string) bool // whether what stands for an email is one; nil for always
	listed  bool                    // a cell may hold several emails: the first counts
	skip    func(status string) string
	lacks   string // what to say of somebody without an email; %s is who
}

// knownForm is a form that is recognised by its headers. Headers are compared as plainHeader writes them.
type knownForm struct {
	name          string
	needs         []string // all of them
	oneOf         []string // and one of these, if there are any
	email         []string // in the order in which they are asked
	full          string   // of the whole name
	given, family string
	role, groups  string
	workspaces    string
	status, who   string
	skips         map[string]string // lower-cased statuses of those who are left out, and what to say
	active        []string          // if set, any other status leaves out
	guarded       bool
	listed        bool
	mayMail       func(string) bool
	lacks         string
}

// knownForms are asked in this order. docs/command-line.md says where each comes from.
var knownForms = []knownForm{
	{
		name: "an export of Google Workspace", needs: []string{"emailaddress", "firstname", "lastname", "orgunitpath"},
		email: []string{"emailaddress"}, given: "firstname", family: "lastname", status: "status", active: []string{"", "active"},
	},
	{
		name: "an export of Microsoft Entra", needs: []string{"userprincipalname", "displayname"},
		email: []string{"mail", "userprincipalname"}, full: "displayname", given: "givenname", family: "surname",
		status: "accountenabled", skips: map[string]string{"false": "blocked in Microsoft Entra"}, who: "displayname",
		mayMail: func(s string) bool { return !strings.Contains(s, "#EXT#") }, // a guest's name in the directory, and no address
		lacks:   "%s has no mail address there",
	},
	{
		name: "an export of Okta", needs: []string{"login", "firstname", "lastname", "email"},
		email: []string{"email", "login"}, given: "firstname", family: "lastname", status: "status",
		skips: map[string]string{"suspended": "suspended in Okta", "deprovisioned": "deactivated in Okta"},
	},
	{
		name: "an export of a GitHub organisation", needs: []string{"login", "name"}, oneOf: []string{"tfaenabled", "ispublic", "samlnameid", "lastactive"},
		email: []string{"email", "samlnameid", "githubcomverifieddomainemails"}, listed: true, full: "name", who: "login",
		mayMail: func(s string) bool { return strings.Contains(s, "@") },
		lacks:   "GitHub gives no email of %s. Add a column email to the file",
	},
	{
		name: "a list of users", needs: []string{"email"}, email: []string{"email"}, full: "name", given: "firstname", family: "lastname",
		role: "role", groups: "groups", workspaces: "workspaces", status: "status", guarded: true,
		skips: map[string]string{
			"inactive": "inactive there", "suspended": "suspended there", "blocked": "blocked there", "disabled": "disabled there",
			"deactivated": "deactivated there", "deleted": "deleted there", "archived": "archived there",
		},
	},
}

// formOf recognises a file by its header.
func formOf(header []string) (userForm, error) {
	at := map[string]int{}
	for i, h := range header {
		if key := plainHeader(h); key != "" {
			if _, twice := at[key]; !twice {
				at[key] = i
			}
		}
	}
	has := func(key string) bool {
		_, ok := at[key]
		return ok
	}
	for _, k := range knownForms {
		lacks := slices.ContainsFunc(k.needs, func(key string) bool { return !has(key) })
		if !lacks && (len(k.oneOf) == 0 || slices.ContainsFunc(k.oneOf, has)) {
			return k.form(at), nil
		}
	}
	return userForm{}, usage("Say which column is which: --map email=COLUMN,name=COLUMN. There are: "+columnWords(header),
		"its header isn't known")
}

// columnWords names columns as far as that fits a few lines.
func columnWords(header []string) string {
	const most, longest = 20, 40
	var words []string
	for i, h := range header {
		if i == most {
			return strings.Join(words, ", ") + " and " + count(len(header)-most, "") + " more"
		}
		if r := []rune(h); len(r) > longest {
			h = string(r[:longest]) + "…"
		}
		words = append(words, h)
	}
	return strings.Join(words, ", ")
}

func (k knownForm) form(at map[string]int) userForm {
	column := func(key string) int {
		if i, ok := at[key]; ok && key != "" {
			return i
		}
		return -1
	}
	f := userForm{
		name: k.name, full: column(k.full), given: column(k.given), family: column(k.family), role: column(k.role), groups: column(k.groups),
		workspaces: column(k.workspaces), status: column(k.status), who: column(k.who), guarded: k.guarded, listed: k.listed, mayMail: k.mayMail,
		lacks: k.lacks,
	}
	for _, key := range k.email {
		if i := column(key); i >= 0 {
			f.email = append(f.email, i)
		}
	}
	f.skip = func(status string) string {
		status = strings.ToLower(status)
		if k.active != nil && !slices.Contains(k.active, status) {
			return status + " in Google Workspace"
		}
		return k.skips[status]
	}
	return f
}

// mapped are what --map can say.
var mapped = []string{"email", "name", "first", "last", "role", "groups", "workspaces", "status"}

// mappings are the beginnings of what --map can say.
func mappings() []string {
	list := make([]string, len(mapped))
	for i, field := range mapped {
		list[i] = field + "="
	}
	return list
}

// mappedForm is a form that somebody has described.
func mappedForm(header []string, columns map[string]string) (userForm, error) {
	at := map[string]int{}
	for _, field := range slices.Sorted(maps.Keys(columns)) {
		if !slices.Contains(mapped, field) {
			return userForm{}, usage("Choose from "+strings.Join(mapped, ", ")+".", "--map knows no %q", field)
		}
		i := slices.Index(header, columns[field])
		if i < 0 {
			i = slices.IndexFunc(header, func(h string) bool { return plainHeader(h) == plainHeader(columns[field]) })
		}
		if i < 0 {
			return userForm{}, usage("There are: "+columnWords(header), "there is no column %q", columns[field])
		}
		at[field] = i
	}
	if _, ok := at["email"]; !ok {
		return userForm{}, usage("Add it: --map email=COLUMN.", "--map doesn't say which column is the email")
	}
	own := knownForms[len(knownForms)-1]
	own.given, own.family = "first", "last"
	f := own.form(at)
	f.name = "a list of users, as --map says"
	return f, nil
}

// emailOf finds the email of a line, "" if there is none.
func (f userForm) emailOf(cell func(int) string) string {
	for _, c := range f.email {
		email := cell(c)
		if list := words(email); f.listed && len(list) > 1 {
			email = list[0]
		}
		if email != "" && (f.mayMail == nil || f.mayMail(email)) {
			return email
		}
	}
	return ""
}

// nameOf puts a name together.
func (f userForm) nameOf(cell func(int) string) string {
	if name := cell(f.full); name != "" {
		return name
	}
	return strings.TrimSpace(cell(f.given) + " " + cell(f.family))
}

// nobody says that a line names nobody.
func (f userForm) nobody(cell func(int) string) string {
	if who := cell(f.who); who != "" && f.lacks != "" {
		return fmt.Sprintf(f.lacks, who)
	}
	return "the line has no email"
}
