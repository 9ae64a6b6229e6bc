package model

import "strings"

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

// implied lists what a permission brings along directly; the rest follows.
var implied = map[Permission][]Permission{
	PermAccountEdit: {PermAccountView, PermAccountInvite, PermRevealKey},
	PermWSManage:    {PermWSWrite, PermWSExecute},
	PermWSWrite:     {PermWSRead},
	PermWSExecute:   {PermWSRead},
	PermWSRead:      {PermWSView},
}

// Role is a named set of permissions.
type Role struct {
	ID          ID
	Name        string
	Description string
	BuiltIn     bool
	Permissions []Permission
}

// The ids of the built-in tenant roles, part of the store's format.
const (
	RoleAdmin       ID = 1
	RoleBuilder     ID = 2
	RoleConsumer    ID = 3
	RoleTenantGuest ID = 4
)

// tenantRoles are the built-in tenant roles, in the order in which they are offered.
var tenantRoles = []Role{
	{
		RoleAdmin, "Admin", "Administers the account; reaches every workspace", true,
		[]Permission{PermAccountEdit, PermServiceView, PermServiceExecute, PermAppView, PermAppExecute, PermWSManage},
	},
	{
		RoleBuilder, "Builder", "Builds and runs in their own workspaces", true,
		[]Permission{PermWSWrite, PermWSExecute},
	},
	{
		RoleConsumer, "Consumer", "Uses the portal; reads and writes in their own workspaces", true,
		[]Permission{PermServiceView, PermServiceExecute, PermAppView, PermAppExecute, PermWSWrite},
	},
	{
		RoleTenantGuest, "Tenant Guest", "Looks at their own workspaces", true,
		[]Permission{PermWSView},
	},
}

// TenantRoles returns the roles that a user can have, in the order in which they are offered.
func TenantRoles() []Role { return append([]Role(nil), tenantRoles...) }

// ServiceAccountRoles returns the roles that a service account can have: all but Tenant Guest.
func ServiceAccountRoles() []Role {
	var list []Role
	for _, r := range tenantRoles {
		if r.ID != RoleTenantGuest {
			list = append(list, r)
		}
	}
	return list
}

// RoleByID returns a tenant role.
func RoleByID(id ID) (Role, bool) {
	for _, r := range tenantRoles {
		if r.ID == id {
			return r, true
		}
	}
	return Role{}, false
}

// RoleByName returns a tenant role by its name, in any case.
func RoleByName(name string) (Role, bool) {
	for _, r := range tenantRoles {
		if strings.EqualFold(r.Name, strings.TrimSpace(name)) {
			return r, true
		}
	}
	return Role{}, false
}

// RoleName returns a role's name, or "unknown role" for one that doesn't exist.
func RoleName(id ID) string {
	if r, ok := RoleByID(id); ok {
		return r.Name
	}
	return "unknown role"
}

// Allows reports whether the role holds a permission, directly or because another implies it.
func (r Role) Allows(want Permission) bool {
	for _, p := range r.Permissions {
		if p.implies(want) {
			return true
		}
	}
	return false
}

func (p Permission) implies(want Permission) bool {
	if p == want {
		return true
	}
	for _, next := range implied[p] {
		if next.implies(want) {
			return true
		}
	}
	return false
}
