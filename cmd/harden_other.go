//go:build unix && !linux

package cmd

func hide() {}
