package sample

import "lanyard/model"

// roles are the account's own: the first is some users', the second nobody's.
var roles = []model.RoleDraft{
	{
		Draft: model.Draft{Name: "Key operator", Description: "Copies API keys and changes nothing"}, Scope: model.ScopeTenant,
		Permissions: []model.Permission{model.PermAccountView, model.PermRevealKey},
	},
	{
		Draft: model.Draft{Name: "Runner", Description: "Runs what is in the workspace"}, Scope: model.ScopeWorkspace,
		Permissions: []model.Permission{model.PermWSExecute},
	},
}

var workspaces = []model.Draft{
	{Name: "web-shop", Description: "The shop, its search and its checkout"},
	{Name: "data", Description: "Warehouse, reports and what feeds them"},
	{Name: "infrastructure", Description: "Everything that the others run on"},
	{Name: "playground", Description: ""},
}

var groups = []model.Draft{
	{Name: "platform", Description: "Builds what the other teams build on"},
	{Name: "sre", Description: "On call, day and night"},
	{Name: "analytics", Description: "Reads figures for a living"},
	{Name: "frontend", Description: ""},
	{Name: "Zürich", Description: "Whoever works from the Zürich office"},
}
