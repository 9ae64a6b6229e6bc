// Package e2e drives the real binary at a shell's prompt in a real terminal, as a person would, and reads the screen.
//
// Its tests need tmux and take seconds, so they are behind the build tag e2e: `make e2e` runs them. A scenario reads as
// what somebody does and sees:
//
//	c := Start(t, Standard, nil, "demo", "--seed", "7")
//	c.Expect("Users").Keys("n").Expect("Invite").Type("ana@acme.test").Keys("Enter")
//	c.Keys("q").ExpectExit(0).ExpectRestored()
package e2e
