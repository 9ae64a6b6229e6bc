package cmd

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lanyard/model"
)

// In whatever order a file has its people, ownership that it hands from one to another gets there in one import.
func TestHandoversInAnyOrder(t *testing.T) {
	const people = 5
	rapid.Check(t, func(r *rapid.T) {
		a := memoryAccount(t, model.Founder{Account: "Acme", Name: "Ana Ruiz", Email: "u0@example.com"})
		rows := make([]model.Row, people)
		for i := range rows {
			rows[i] = model.Row{
				Line: i + 1, Kind: model.KindUser, Key: fmt.Sprintf("u%d@example.com", i), Status: model.StatusActive,
				Role: new("Admin"), Workspaces: &[]model.Membership{},
			}
		}
		owns := func(who int, name string) {
			*rows[who].Workspaces = append(*rows[who].Workspaces, model.Membership{Workspace: name, Role: "Owner"})
		}
		var spaces []model.Row
		from, to := map[string]int{}, map[string]int{}
		for i := range rapid.IntRange(1, 4).Draw(r, "workspaces") {
			name := fmt.Sprintf("w%d", i)
			spaces = append(spaces, model.Row{Line: people + i, Kind: model.KindWorkspace, Key: name})
			from[name] = rapid.IntRange(0, people-2).Draw(r, "from")
			to[name] = rapid.IntRange(from[name]+1, people-1).Draw(r, "to") // in a ring nobody could begin
			owns(from[name], name)
		}
		settle(t, a, append(slices.Clone(spaces), rows...))
		for i := range rows {
			rows[i].Workspaces = &[]model.Membership{}
		}
		for _, w := range spaces {
			owns(to[w.Key], w.Key)
		}
		if keeps := rapid.IntRange(-1, people-1).Draw(r, "stays Admin"); keeps >= 0 {
			for i := range rows {
				if i != keeps && i != 0 { // the one who imports
					rows[i].Role = new("Builder")
				}
			}
			if keeps > 0 {
				rows[0].Role = new("Consumer")
			}
		}
		settle(t, a, rapid.Permutation(rows).Draw(r, "order"))
	})
}

// settle applies rows of which none is against the rules in the end, and after which nothing is left to do.
func settle(t *testing.T, a *acting, rows []model.Row) {
	t.Helper()
	done, err := a.Apply(t.Context(), a.me, rows, model.Importing{})
	if err != nil || done.Count(model.RowRefused) > 0 || len(done.Entries) != len(rows) {
		t.Fatalf("%v\n%s", err, inShort(done))
	}
}
