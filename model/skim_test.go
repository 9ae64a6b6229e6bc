package model

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestSkimIsTheUser holds what is skimmed of users to the users, in whatever order they come and whatever is asked of each.
func TestSkimIsTheUser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var changes []rowChange
		for _, u := range rapid.SliceOfNDistinct(userGen, 1, 20, func(u User) ID { return u.ID }).Draw(t, "users") {
			changes = append(changes, rowChange{u.ID, u.appendRecord(nil)})
		}
		table := newTable(decodeUser, nil).with(changes)
		table = newTable(decodeUser, split(table.chunks, 7))
		skim := SkimUsers(table)
		for range 30 {
			i := rapid.IntRange(0, table.Len()-1).Draw(t, "position")
			want := table.At(i)
			skim.To(i)
			for _, part := range rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(t, "parts") {
				var got User
				switch part {
				case 1:
					got = *skim.Names()
				case 2:
					got = *skim.Places()
				case 3:
					got = *skim.Whole()
				}
				if diff := unlike(got, want, part); diff != "" {
					t.Fatalf("%s of the user at %d is another: %+v instead of %+v", diff, i, got, want)
				}
			}
		}
	})
}

// split makes chunks of at most n rows.
func split(chunks []*chunk, n int) (out []*chunk) {
	for _, c := range chunks {
		for i, id := range c.ids {
			if i%n == 0 {
				out = append(out, &chunk{})
			}
			out[len(out)-1].add(id, c.row(i))
		}
	}
	return out
}

// unlike says what differs of the parts up to one.
func unlike(got, want User, part int) string {
	sameList := func(a, b any) bool {
		return reflect.ValueOf(a).Len() == 0 && reflect.ValueOf(b).Len() == 0 || reflect.DeepEqual(a, b)
	}
	switch {
	case got.Email != want.Email || got.Name != want.Name:
		return "the name"
	case part < 2:
		return ""
	case got.Role != want.Role || got.Status != want.Status || !sameList(got.Groups, want.Groups) || !sameList(got.Workspaces, want.Workspaces):
		return "a place"
	case part < 3:
		return ""
	case got.JoinedAt != want.JoinedAt || got.LastSeenAt != want.LastSeenAt || want.Status == StatusInvited && got.Invitation != want.Invitation:
		return "the rest"
	}
	return ""
}
