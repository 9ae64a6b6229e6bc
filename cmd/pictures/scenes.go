package main

// The size of every picture: wide enough for the columns that matter, narrow enough to be read on a page.
const (
	width  = 100
	height = 28
)

// scene is the program in the middle of something.
type scene struct {
	name  string // of the picture's files
	title string // what it shows, for those who can't see it
	args  []string
	steps []step
}

// step is what a person does next, and what the screen shows then.
type step struct {
	text  string   // typed first,
	keys  []string // then pressed, by tmux's names
	shows string   // is awaited
}

// demo is the sample account that all pictures are of.
var demo = []string{"demo", "--seed", "7"}

var scenes = []scene{
	{
		name: "users", title: "The table of users", args: demo,
		steps: []step{
			{shows: "Users"},
			{keys: []string{"Space", "Space", "Down"}, shows: "2 marked"},
			{keys: []string{"/"}, shows: "keep"},
			{text: "an", shows: "of 42"},
			{keys: []string{"Enter", "Down", "Right", "Right"}, shows: "/an"},
		},
	},
	{
		name: "menu", title: "The menu of an invited user", args: demo,
		steps: []step{
			{shows: "Users"},
			{keys: []string{"/"}, shows: "keep"},
			{text: "status:invited", shows: "status:invited"},
			{keys: []string{"Enter", "a"}, shows: "Cancel invite"},
		},
	},
	{
		name: "service-accounts", title: "The table of service accounts, with a role being chosen", args: demo,
		steps: []step{
			{keys: []string{"2"}, shows: "API key"},
			{keys: []string{"Down", "Down", "Right", "Right", "Enter"}, shows: "Administers the account"},
		},
	},
	{
		name: "activity", title: "What was done in the account, and what changed in it", args: demo,
		steps: []step{
			{keys: []string{"6"}, shows: "Done by"},
			{keys: []string{"/"}, shows: "keep"},
			{text: `action:"set role"`, shows: "10 of 138"},
			{keys: []string{"Enter", "Down", "Enter"}, shows: "from"},
		},
	},
	{
		name: "workspaces", title: "The members of a workspace, with their roles", args: demo,
		steps: []step{
			{keys: []string{"4"}, shows: "Owners"},
			{keys: []string{"a", "u"}, shows: "chosen"},
			{keys: []string{"Down", "Down", "Space"}, shows: "Contributor"},
		},
	},
}
