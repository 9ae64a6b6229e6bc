package cmd

import (
	"fmt"
	"slices"
	"strings"

	"lanyard/model"
)

// The words that programs read, and how people see the same.

// statusWord is a status for programs.
func statusWord(s model.Status) string { return strings.ToLower(s.String()) }

// statuses are all that --status takes.
var statuses = []model.Status{model.StatusActive, model.StatusInactive, model.StatusInvited}

func parseStatus(s string) (model.Status, error) {
	var offered []string
	for _, status := range statuses {
		if strings.EqualFold(status.String(), s) {
			return status, nil
		}
		offered = append(offered, statusWord(status))
	}
	return 0, usage("Choose "+orList(offered)+".", "%q is no status", s)
}

// deliveries are all that --mail takes.
var deliveries = []string{"sent", "failed", "not_sent"}

func checkDeliveries(list []string) error {
	for _, s := range list {
		if !slices.Contains(deliveries, s) {
			return usage("Choose "+orList(deliveries)+".", "%q is no state of a mail", s)
		}
	}
	return nil
}

// deliveryWord is what became of an invitation's mail, for programs.
func deliveryWord(u model.User) string {
	if u.Status != model.StatusInvited {
		return ""
	}
	return map[model.DeliveryState]string{model.NotSent: "not_sent", model.Sent: "sent", model.Failed: "failed"}[u.Invitation.Delivery.State]
}

// The types of roles.
const (
	builtInType = "built-in"
	customType  = "custom"
)

func roleType(r model.Role) string {
	if r.BuiltIn() {
		return builtInType
	}
	return customType
}

func groupNames(list []model.Group) []string {
	names := make([]string, len(list))
	for i, g := range list {
		names[i] = g.Name
	}
	return names
}

// grantWords are memberships as --workspace takes them: "web:Owner".
func grantWords(list []model.WorkspaceAccess) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = w.Workspace.Name + ":" + w.Role.Name
	}
	return strings.Join(words, ", ")
}

// spaceNames are the names of the workspaces of memberships.
func spaceNames(list []model.WorkspaceAccess) string {
	names := make([]string, len(list))
	for i, w := range list {
		names[i] = w.Workspace.Name
	}
	return strings.Join(names, ", ")
}

func permissionNames(list []model.Permission) []string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return names
}

// parsePermissions refuses a permission that isn't one.
func parsePermissions(list []string) ([]model.Permission, error) {
	out := make([]model.Permission, len(list))
	for i, s := range list {
		out[i] = model.Permission(s)
		if !slices.Contains(model.ScopeTenant.Permissions(), out[i]) {
			return nil, noPermission(s)
		}
	}
	return out, nil
}

// numberOrder is a number as texts are sorted.
func numberOrder(n int) string { return fmt.Sprintf("%020d", n) }

// wordsFor are the words for all of a list.
func wordsFor[T any](list []T, word func(T) string) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = word(item)
	}
	return out
}
