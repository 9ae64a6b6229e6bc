package cmd

import (
	"strconv"
	"time"

	"lanyard/model"
)

// What the commands answer in JSON. docs/command-line.md describes the fields, and a test holds them to it; they are never
// renamed, and none is left out but for the secrets.

// userAnswer is a user.
type userAnswer struct {
	ID              string        `json:"id"`
	Email           string        `json:"email"`
	Name            string        `json:"name"`
	Role            string        `json:"role"`
	Groups          []string      `json:"groups"`
	Workspaces      []grantAnswer `json:"workspaces"`
	Status          string        `json:"status"`
	InviteExpired   bool          `json:"invite_expired"`
	InviteExpiresAt *instant      `json:"invite_expires_at"`
	InviteDelivery  *string       `json:"invite_delivery"`
	InvitedBy       *string       `json:"invited_by"`
	InvitedAt       *instant      `json:"invited_at"`
	JoinedAt        *instant      `json:"joined_at"`
	LastSeenAt      *instant      `json:"last_seen_at"`
	Version         uint64        `json:"version"`
	InviteToken     secretText    `json:"invite_token,omitempty"`
}

// machineAnswer is a service account.
type machineAnswer struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Role        string        `json:"role"`
	Workspaces  []grantAnswer `json:"workspaces"`
	Key         apiKeyAnswer  `json:"key"`
	PreviousKey *apiKeyAnswer `json:"previous_key"`
	CreatedBy   *string       `json:"created_by"`
	CreatedAt   *instant      `json:"created_at"`
	Version     uint64        `json:"version"`
	APIKey      secretText    `json:"api_key,omitempty"`
}

type grantAnswer struct {
	Workspace string `json:"workspace"`
	Role      string `json:"role"`
}

type apiKeyAnswer struct {
	ID         string   `json:"id"`
	Hint       string   `json:"hint"`
	CreatedAt  *instant `json:"created_at"`
	LastUsedAt *instant `json:"last_used_at"`
	ExpiresAt  *instant `json:"expires_at"`
}

// groupAnswer is a group.
type groupAnswer struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Users       int           `json:"users"`
	Workspaces  []grantAnswer `json:"workspaces"`
	CreatedBy   *string       `json:"created_by"`
	CreatedAt   *instant      `json:"created_at"`
	Version     uint64        `json:"version"`
}

// spaceAnswer is a workspace.
type spaceAnswer struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Owners          []string `json:"owners"`
	Users           int      `json:"users"`
	Groups          int      `json:"groups"`
	ServiceAccounts int      `json:"service_accounts"`
	CreatedBy       *string  `json:"created_by"`
	CreatedAt       *instant `json:"created_at"`
	Version         uint64   `json:"version"`
}

// roleAnswer is a role.
type roleAnswer struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Scope           string   `json:"scope"`
	Type            string   `json:"type"`
	Permissions     []string `json:"permissions"`
	Users           int      `json:"users"`
	Groups          int      `json:"groups"`
	ServiceAccounts int      `json:"service_accounts"`
	CreatedBy       *string  `json:"created_by"`
	CreatedAt       *instant `json:"created_at"`
	Version         uint64   `json:"version"`
}

// secretText is a secret as JSON's text, without becoming a Go string, which can't be wiped. Keys and tokens have no
// character that JSON escapes.
type secretText []byte

// MarshalJSON writes the text in quotes.
func (k secretText) MarshalJSON() ([]byte, error) {
	return append(append([]byte{'"'}, k...), '"'), nil
}

func idJSON(id model.ID) string { return strconv.FormatUint(uint64(id), 10) }

// nameJSON is a name, null for nobody.
func nameJSON(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func grantsJSON(list []model.WorkspaceAccess) []grantAnswer {
	out := make([]grantAnswer, len(list))
	for i, w := range list {
		out[i] = grantAnswer{w.Workspace.Name, w.Role.Name}
	}
	return out
}

func userJSON(u model.UserDetails, now time.Time) userAnswer {
	a := userAnswer{
		ID: idJSON(u.ID), Email: u.Email, Name: u.Name, Role: u.RoleName, Groups: groupNames(u.Groups), Workspaces: grantsJSON(u.Access),
		Status: statusWord(u.Status), InviteExpired: u.Expired(now), InvitedBy: nameJSON(u.Inviter), InvitedAt: timeJSON(u.InvitedAt),
		JoinedAt: timeJSON(u.JoinedAt), LastSeenAt: timeJSON(u.LastSeenAt), Version: u.Version,
	}
	if u.Status == model.StatusInvited {
		a.InviteExpiresAt, a.InviteDelivery = timeJSON(u.Invitation.ExpiresAt), nameJSON(deliveryWord(u.User))
	}
	return a
}

func machineJSON(s model.ServiceAccountDetails, secret []byte) machineAnswer {
	a := machineAnswer{
		ID: idJSON(s.ID), Name: s.Name, Description: s.Description, Role: s.RoleName, Workspaces: grantsJSON(s.Access),
		Key: apiKeyJSON(s.APIKey), CreatedBy: nameJSON(s.Creator), CreatedAt: timeJSON(s.CreatedAt), Version: s.Version, APIKey: secret,
	}
	if s.OldKey != nil {
		old := apiKeyJSON(*s.OldKey)
		a.PreviousKey = &old
	}
	return a
}

func apiKeyJSON(k model.APIKey) apiKeyAnswer {
	return apiKeyAnswer{
		ID: k.PublicID, Hint: k.Hint(), CreatedAt: timeJSON(k.CreatedAt), LastUsedAt: timeJSON(k.LastUsedAt), ExpiresAt: timeJSON(k.ExpiresAt),
	}
}

func groupJSON(g model.GroupDetails) groupAnswer {
	return groupAnswer{
		ID: idJSON(g.ID), Name: g.Name, Description: g.Description, Users: g.Users, Workspaces: grantsJSON(g.Access),
		CreatedBy: nameJSON(g.Creator), CreatedAt: timeJSON(g.CreatedAt), Version: g.Version,
	}
}

func spaceJSON(w model.WorkspaceDetails) spaceAnswer {
	return spaceAnswer{
		ID: idJSON(w.Workspace.ID), Name: w.Name, Description: w.Description, Owners: append([]string{}, w.Owners...),
		Users: w.Users, Groups: w.Groups, ServiceAccounts: w.ServiceAccounts,
		CreatedBy: nameJSON(w.Creator), CreatedAt: timeJSON(w.CreatedAt), Version: w.Version,
	}
}

func roleJSON(r model.RoleDetails) roleAnswer {
	return roleAnswer{
		ID: idJSON(r.Role.ID), Name: r.Name, Description: r.Description, Scope: r.Scope.String(), Type: roleType(r.Role),
		Permissions: permissionNames(r.Permissions), Users: r.Users, Groups: r.Groups, ServiceAccounts: r.ServiceAccounts,
		CreatedBy: nameJSON(r.Creator), CreatedAt: timeJSON(r.CreatedAt), Version: r.Version,
	}
}
