package tui

import (
	"errors"
	"fmt"
	"testing"

	"lanyard/model"
)

// A million may be marked, and the menu asks in every frame.
func TestTheRulesAreAskedAboutSomeOfManyOnly(t *testing.T) {
	d := start(t, setup{width: 100, height: 30, users: 3 * askAtMost}).press("ctrl+a")
	s, ok := d.c.screens[0].(*usersScreen)
	if !ok {
		t.Fatalf("the first tab is a %T", d.c.screens[0])
	}
	asked := 0
	refuse := func(model.Rules, person) error { asked++; return errors.New("no") }
	if err := s.allowed(refuse)(); err != nil || asked > askAtMost+1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	d.press("a").sees("3,001 users marked", "Deactivate")
}

func TestRefusalsAreSummedUp(t *testing.T) {
	var refused []model.Refusal
	for i := range 30 {
		refused = append(refused, model.Refusal{Name: fmt.Sprint("user-", i), Err: &model.Error{Kind: model.ErrStatus, What: "x", Short: "is inactive already"}})
	}
	refused = append(refused, model.Refusal{Name: "Ana", Err: &model.Error{Kind: model.ErrLastAdmin, What: "y", Short: "the only Active Admin"}})
	d := start(t, setup{width: 100, height: 30})
	d.c.push(refusalPage("5 users deactivated. 31 refused, still marked:", refused))
	d.sees("5 users deactivated. 31 refused, still marked:", "is inactive already · 30", "user-0, user-1", "and 18 more", "the only Active Admin · 1", "Ana")
}
