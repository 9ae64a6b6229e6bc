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
		steps: []step{{shows: "Users"}},
	},
}
