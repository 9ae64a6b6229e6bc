package model

import (
	"slices"
	"strings"
	"time"
)

// Permission is one thing that a role may allow.
type Permission string

// The permissions. What each implies is in implied.
const (
	PermAccountView    Permission = "account:view"
	PermAccountInvite  Permission = "account:invite"
	PermAccountEdit    Permission = "account:edit"
	PermRevealKey      Permission = "service_account:reveal_key"
	PermServiceView    Permission = "self_service_portal:service:view"
	PermServiceExecute Permission = "self_service_portal:service:execute"
	PermAppView        Permission = "self_service_portal:app:view"
	PermAppExecute     Permission = "self_service_portal:app:execute"
	PermWSView         Permission = "workspace:view"
	PermWSRead         Permission = "workspace:read"
	PermWSWrite        Permission = "workspace:write"
	PermWSExecute      Permission = "workspace:execute"
	PermWSManage       Permission = "workspace:manage"
)

// catalogue is all permissions, in the order in which they are offered.
var catalogue = []Permission{
	PermAccountView, PermAccountInvite, PermAccountEdit, PermRevealKey,
	PermServiceView, PermServiceExecute, PermAppView, PermAppExecute,
	PermWSView, PermWSRead, PermWSWrite, PermWSExecute, PermWSManage,
}

// implied lists what a permission brings along directly; the rest follows.
var implied = map[Permission][]Permission{
	PermAccountEdit: {PermAccountView, PermAccountInvite, PermRevealKey},
	PermWSManage:    {PermWSWrite, PermWSExecute},
	PermWSWrite:     {PermWSRead},
	PermWSExecute:   {PermWSRead},
	PermWSRead:      {PermWSView},
}

var permissionHelp = map[Permission]string{
	PermAccountView:    "see everything in the account",
	PermAccountInvite:  "invite users, resend and cancel invites",
	PermAccountEdit:    "change everything in the account",
	PermRevealKey:      "see and copy API keys",
	PermServiceView:    "see the portal's services",
	PermServiceExecute: "run the portal's services",
	PermAppView:        "see the portal's apps",
	PermAppExecute:     "run the portal's apps",
	PermWSView:         "see a workspace",
	PermWSRead:         "read in it",
	PermWSWrite:        "change what is in it",
	PermWSExecute:      "run what is in it",
	PermWSManage:       "manage its members",
}

// Help returns what the permission allows, in a few words.
func (p Permission) Help() string { return permissionHelp[p] }

// Implies reports whether holding p is also holding want: directly, or because something between them implies it.
func (p Permission) Implies(want Permission) bool {
	return p == want || slices.ContainsFunc(implied[p], func(next Permission) bool { return next.Implies(want) })
}

// Scope is where a role applies. The numbers are part of the store's format.
type Scope uint8

// The scopes of a role.
const (
	ScopeTenant    Scope = 1 // in the account: a user's or service account's own role
	ScopeWorkspace Scope = 2 // in one workspace: a member's role there
)

// String returns the scope as it is shown.
func (s Scope) String() string {
	switch s {
	case ScopeTenant:
		return "tenant"
	case ScopeWorkspace:
		return "workspace"
	}
	return "unknown"
}

// Permissions returns what a role of the scope may hold, in the order in which they are offered.
func (s Scope) Permissions() []Permission {
	if s == ScopeTenant {
		return slices.Clone(catalogue)
	}
	var list []Permission
	for _, p := range catalogue {
		if strings.HasPrefix(string(p), "workspace:") {
			list = append(list, p)
		}
	}
	return list
}

// Role is a named set of permissions.
type Role struct {
	ID          ID
	Version     uint64 // 0 for a built-in role
	Name        string // unique when folded, among all roles
	Description string
	Scope       Scope
	Permissions []Permission
	CreatedBy   ID
	CreatedAt   time.Time
}

// The ids of the built-in roles, part of the store's format.
const (
	RoleAdmin       ID = 1
	RoleBuilder     ID = 2
	RoleConsumer    ID = 3
	RoleTenantGuest ID = 4

	RoleOwner       ID = 11
	RoleContributor ID = 12
	RoleViewer      ID = 13
)

// builtInRoles are the roles that every account has, in the order in which they are offered.
var builtInRoles = []Role{
	{
		ID: RoleAdmin, Name: "Admin", Description: "Administers the account; reaches every workspace", Scope: ScopeTenant,
		Permissions: []Permission{PermAccountEdit, PermServiceView, PermServiceExecute, PermAppView, PermAppExecute, PermWSManage},
	},
	{
		ID: RoleBuilder, Name: "Builder", Description: "Builds and runs in their own workspaces", Scope: ScopeTenant,
		Permissions: []Permission{PermWSWrite, PermWSExecute},
	},
	{
		ID: RoleConsumer, Name: "Consumer", Description: "Uses the portal; reads and writes in their own workspaces", Scope: ScopeTenant,
		Permissions: []Permission{PermServiceView, PermServiceExecute, PermAppView, PermAppExecute, PermWSWrite},
	},
	{
		ID: RoleTenantGuest, Name: "Tenant Guest", Description: "Looks at their own workspaces", Scope: ScopeTenant,
		Permissions: []Permission{PermWSView},
	},
	{
		ID: RoleOwner, Name: "Owner", Description: "Manages the workspace and its members", Scope: ScopeWorkspace,
		Permissions: []Permission{PermWSManage},
	},
	{
		ID: RoleContributor, Name: "Contributor", Description: "Reads, changes and runs what is in the workspace", Scope: ScopeWorkspace,
		Permissions: []Permission{PermWSWrite, PermWSExecute},
	},
	{
		ID: RoleViewer, Name: "Viewer", Description: "Sees the workspace", Scope: ScopeWorkspace,
		Permissions: []Permission{PermWSView},
	},
}

// BuiltInRole returns the built-in role with an id.
func BuiltInRole(id ID) (Role, bool) {
	for _, r := range builtInRoles {
		if r.ID == id {
			return r, true
		}
	}
	return Role{}, false
}

// builtInName reports whether a built-in role is called so.
func builtInName(name string) bool {
	return slices.ContainsFunc(builtInRoles, func(r Role) bool { return FoldName(r.Name) == FoldName(name) })
}

// BuiltIn reports whether every account has the role, and nobody can change it.
func (r Role) BuiltIn() bool { return r.ID < FirstID }

// Allows reports whether the role holds a permission, directly or because another implies it.
func (r Role) Allows(want Permission) bool {
	return slices.ContainsFunc(r.Permissions, func(p Permission) bool { return p.Implies(want) })
}

// reachesAll reports whether who has the role in the account is in every workspace without having been added.
func (r Role) reachesAll() bool {
	return r.Scope == ScopeTenant && r.Allows(PermAccountEdit) && r.Allows(PermWSManage)
}

// CleanPermissions returns permissions in the catalogue's order without those that others of them imply, or an error for
// one that a role of the scope can't have, or for none at all.
func CleanPermissions(scope Scope, list []Permission) ([]Permission, error) {
	if scope != ScopeTenant && scope != ScopeWorkspace {
		return nil, invalid("A role is for the account or for workspaces", "Choose one of the scopes tenant and workspace.")
	}
	offered := scope.Permissions()
	for _, p := range list {
		if !slices.Contains(offered, p) {
			return nil, invalid("A "+scope.String()+" role can't hold "+string(p), "Choose from the permissions of its scope.")
		}
	}
	var out []Permission
	for _, p := range offered {
		byAnother := slices.ContainsFunc(list, func(q Permission) bool { return q != p && q.Implies(p) })
		if slices.Contains(list, p) && !byAnother {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return nil, invalid("The role allows nothing", "Choose at least one permission.")
	}
	return out, nil
}

func (r Role) ref() Ref { return Ref{KindRole, r.ID} }

func (r Role) uniqueKeys() []uniqueKey { return []uniqueKey{{IndexRoleName, FoldName(r.Name)}} }

func (r Role) appendRecord(b []byte) []byte {
	e := newEncoder(b, r.Version)
	e.text(r.Name)
	e.text(r.Description)
	e.number(uint64(r.Scope))
	e.number(uint64(len(r.Permissions)))
	for _, p := range r.Permissions {
		e.text(string(p))
	}
	e.number(uint64(r.CreatedBy))
	e.time(r.CreatedAt)
	return e.b
}

func decodeRole(id ID, b []byte, share bool) (r Role, ok bool) {
	d, version := newDecoder(b, share)
	r = Role{ID: id, Version: version, Name: d.text(), Description: d.text(), Scope: Scope(d.number())}
	if n := d.length(); n > 0 {
		r.Permissions = make([]Permission, n)
		for i := range r.Permissions {
			r.Permissions[i] = Permission(d.text())
		}
	}
	r.CreatedBy = ID(d.number())
	r.CreatedAt = d.time()
	return r, d.done() && (r.Scope == ScopeTenant || r.Scope == ScopeWorkspace)
}

func (r Role) about() (name, description string) { return r.Name, r.Description }

func (r Role) version() uint64 { return r.Version }

func (r Role) next() Role {
	r.Version++
	return r
}

func (r Role) with(name, description string) Role {
	r.Name, r.Description = name, description
	return r
}

func (r Role) references() references { return references{} }
