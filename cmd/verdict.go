package cmd

import (
	"strconv"

	"lanyard/model"
)

// keyAnswer is what verify says of a key, in JSON. docs/verify.md describes its fields; they are never renamed.
type keyAnswer struct {
	Valid          bool              `json:"valid"`
	Reason         string            `json:"reason,omitempty"`
	Error          string            `json:"error,omitempty"`
	ServiceAccount *accountAnswer    `json:"service_account"`
	Permissions    []string          `json:"permissions"`
	AllWorkspaces  bool              `json:"all_workspaces"`
	Workspaces     []workspaceAnswer `json:"workspaces"`
	KeyID          string            `json:"key_id,omitempty"`
	ExpiresAt      *instant          `json:"expires_at"`
}

type accountAnswer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

type workspaceAnswer struct {
	Workspace   string   `json:"workspace"`
	Role        string   `json:"role"`
	Permissions []string `json:"permissions"`
}

func verdictJSON(v model.Verdict) keyAnswer {
	a := keyAnswer{Valid: v.Good(), Reason: string(v.Reason), Permissions: []string{}, Workspaces: []workspaceAnswer{}}
	if v.Key.ID == 0 {
		return a
	}
	a.ServiceAccount = &accountAnswer{ID: strconv.FormatUint(uint64(v.ServiceAccount.ID), 10), Name: v.ServiceAccount.Name, Role: v.Role.Name}
	a.Permissions, a.AllWorkspaces, a.KeyID = held(v.Role), v.ReachesAll, v.Key.PublicID
	for _, w := range v.Workspaces {
		a.Workspaces = append(a.Workspaces, workspaceAnswer{w.Workspace.Name, w.Role.Name, held(w.Role)})
	}
	a.ExpiresAt = timeJSON(v.Key.ExpiresAt)
	return a
}

// held lists all that a role allows, what is implied included.
func held(r model.Role) []string {
	list := []string{}
	for _, p := range r.Scope.Permissions() {
		if r.Allows(p) {
			list = append(list, string(p))
		}
	}
	return list
}
