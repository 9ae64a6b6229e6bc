//go:build !linux

package survive

var systemRoles map[string]func(args []string) error
